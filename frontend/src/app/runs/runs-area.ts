import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../chat/error-card';
import { Who } from '../core/who';

/** The pages of who operates runs; others are told that these are not for them. */
@Component({
  selector: 'eira-runs-area',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, RouterLink, RouterOutlet, TranslocoDirective],
  template: `
    @if (who.operates()) {
      <router-outlet />
    } @else {
      <section class="sheet" *transloco="let t">
        @if (who.known()) {
          <h1>{{ t('runs.noRight') }}</h1>
          <p class="muted">{{ t('runs.noRightText') }}</p>
          <p>
            <a class="button" routerLink="/c/new">{{ t('runs.toConversations') }}</a>
          </p>
        } @else if (who.problem()) {
          <h1>{{ t('runs.title') }}</h1>
          <eira-error-card [error]="who.problem()!" (retry)="who.ask()" />
        } @else {
          <p role="status">{{ t('common.loading') }}</p>
        }
      </section>
    }
  `,
  host: { class: 'runs-area' },
})
export class RunsArea {
  protected readonly who = inject(Who);
}
