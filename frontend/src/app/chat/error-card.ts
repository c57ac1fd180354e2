import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { TurnError } from './turn';

/** These are not told in the server's words: none of it came, or it names what nobody knows here. */
const OURS = ['NETWORK', 'UNREADABLE', 'CONVERSATION_BUSY'];

/** What went wrong, the id by which it is found in the logs, and a way to try again. */
@Component({
  selector: 'eira-error-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="card error" role="alert" *transloco="let t">
      <p class="what">
        <eira-icon name="alert" />
        <span>{{ key() ? t(key()!) : error().message }}</span>
      </p>
      @if (error().correlationId; as id) {
        <p class="muted">
          {{ t('error.id') }} <code>{{ id }}</code>
        </p>
      }
      @if (retries()) {
        <button type="button" (click)="retry.emit()">
          <eira-icon name="redo" />{{ t(sends() ? 'error.sendAgain' : 'error.retry') }}
        </button>
      }
    </div>
  `,
})
export class ErrorCard {
  readonly error = input.required<Pick<TurnError, 'code' | 'message' | 'correlationId'>>();
  readonly retries = input(true);
  /** It is an answer that was broken off, which may have gone on without this page. */
  readonly ofAnswer = input(false);
  /** To try again is to say the message again. */
  readonly sends = input(false);
  readonly retry = output();
  protected readonly key = computed(() => {
    const { code } = this.error();
    if (code === 'NETWORK' && this.ofAnswer()) return 'error.NETWORK.answer';
    return OURS.includes(code) ? `error.${code}` : null;
  });
}
