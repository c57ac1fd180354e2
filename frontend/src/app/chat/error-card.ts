import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { TurnError } from './turn';

/** These are not the server's words: none of it came. */
const OURS = ['NETWORK', 'UNREADABLE'];

/** What went wrong, the id by which it is found in the logs, and a way to try again. */
@Component({
  selector: 'eira-error-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="card error" role="alert" *transloco="let t">
      <p class="what">
        <eira-icon name="alert" />
        <span>{{ ours() ? t('error.' + error().code) : error().message }}</span>
      </p>
      @if (error().correlationId; as id) {
        <p class="muted">
          {{ t('error.id') }} <code>{{ id }}</code>
        </p>
      }
      @if (retries()) {
        <button type="button" (click)="retry.emit()">
          <eira-icon name="redo" />{{ t('error.retry') }}
        </button>
      }
    </div>
  `,
})
export class ErrorCard {
  readonly error = input.required<Pick<TurnError, 'code' | 'message' | 'correlationId'>>();
  readonly retries = input(true);
  readonly retry = output();
  protected readonly ours = computed(() => OURS.includes(this.error().code));
}
