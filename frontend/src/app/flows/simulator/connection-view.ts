import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { LanguageChoice } from '../../core/language';
import { Connection } from './connection';

/** Whether the backend can be reached, since when that is known, and how long its answer took. */
@Component({
  selector: 'eira-connection',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <span class="reach" role="status" [attr.data-reach]="connection.state()">{{
        t('simulator.reach.' + connection.state())
      }}</span>
      @if (connection.checkedAt(); as at) {
        <span class="muted"
          >{{ t('simulator.reach.at', { time: language.time(at) }) }}
          @if (connection.latencyMs(); as latency) {
            · {{ language.duration(latency) }}
          }
        </span>
      }
      <button
        type="button"
        class="ghost"
        [disabled]="connection.checking()"
        (click)="connection.check()"
      >
        {{ t('simulator.reach.check') }}
      </button>
    </ng-container>
  `,
  providers: [Connection],
  host: { class: 'connection' },
})
export class ConnectionView {
  protected readonly connection = inject(Connection);
  protected readonly language = inject(LanguageChoice);
}
