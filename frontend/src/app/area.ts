import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from './chat/error-card';
import { Who } from './core/who';

/** The pages of an area, for who may see them; others are told that these are not for them. */
@Component({
  selector: 'eira-area',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, RouterLink, RouterOutlet, TranslocoDirective],
  template: `
    @if (may()) {
      <router-outlet />
    } @else {
      <section class="sheet" *transloco="let t">
        @if (who.known()) {
          <h1>{{ t(of() + '.noRight') }}</h1>
          <p class="muted">{{ t(of() + '.noRightText') }}</p>
          <p>
            <a class="button" routerLink="/c/new">{{ t('runs.toConversations') }}</a>
          </p>
        } @else if (who.problem(); as problem) {
          <h1>{{ t(of() + '.title') }}</h1>
          <eira-error-card [error]="problem" (retry)="who.ask()" />
        } @else {
          <p role="status">{{ t('common.loading') }}</p>
        }
      </section>
    }
  `,
})
export class Area {
  protected readonly who = inject(Who);
  /** Begins the keys of its sentences. */
  readonly of = input.required<'flows' | 'runs'>();
  readonly may = input.required<boolean>();
}
