import { ChangeDetectionStrategy, Component, ViewEncapsulation, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../chat/error-card';
import { Who } from '../core/who';

/** The pages of flows, for who may see them, and the styles that they share: those come with them. */
@Component({
  selector: 'eira-flows-area',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, RouterLink, RouterOutlet, TranslocoDirective],
  template: `
    @if (who.readsFlows()) {
      <router-outlet />
    } @else {
      <section class="sheet" *transloco="let t">
        @if (who.known()) {
          <h1>{{ t('flows.noRight') }}</h1>
          <p class="muted">{{ t('flows.noRightText') }}</p>
          <p>
            <a class="button" routerLink="/c/new">{{ t('runs.toConversations') }}</a>
          </p>
        } @else if (who.problem()) {
          <h1>{{ t('flows.title') }}</h1>
          <eira-error-card [error]="who.problem()!" (retry)="who.ask()" />
        } @else {
          <p role="status">{{ t('common.loading') }}</p>
        }
      </section>
    }
  `,
  styleUrl: './flows-area.css',
  encapsulation: ViewEncapsulation.None,
  host: { class: 'flows-area' },
})
export class FlowsArea {
  protected readonly who = inject(Who);
}
