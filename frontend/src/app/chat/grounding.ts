import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';
import { Citation, LookUp } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';

/** Says whether an answer rests on documents (RAG), and in its tooltip why. */
@Component({
  selector: 'eira-grounding',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <span class="tip" *transloco="let t" [class.hidden]="hidden()">
      <button
        type="button"
        class="tag"
        [class.warn]="unverified() > 0"
        [class.plain]="!lookUp().used"
        [attr.aria-describedby]="tipId"
        (keydown.escape)="hidden.set(true)"
        (blur)="hidden.set(false)"
        (pointerenter)="hidden.set(false)"
      >
        <eira-icon name="book" />{{ t(lookUp().used ? 'rag.badge' : 'rag.badgeNone') }}
      </button>
      <span role="tooltip" [id]="tipId">
        <span>{{ lookUp().why }}</span>
        @if (lookUp().indexes?.length) {
          <span class="muted">
            {{
              t('rag.where', {
                indexes: lookUp().indexes?.join(', '),
                mode: t('rag.mode.' + (lookUp().mode ?? 'none')),
                found: lookUp().found,
                cited: lookUp().cited,
              })
            }}
          </span>
        }
        @if (unverified(); as count) {
          <span>{{ t('rag.unverified', { count }) }}</span>
        }
      </span>
    </span>
  `,
})
export class Grounding {
  private static made = 0;
  readonly lookUp = input.required<LookUp>();
  readonly citations = input<readonly Citation[]>([]);
  protected readonly tipId = `grounding-${(Grounding.made += 1)}`;
  protected readonly hidden = signal(false);
  protected readonly unverified = computed(
    () => this.citations().filter(({ verified }) => !verified).length,
  );
}
