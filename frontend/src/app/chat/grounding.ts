import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';
import { Citation } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';

/** Says that an answer is from documents (RAG), and in its tooltip by what that is known. */
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
        [attr.aria-describedby]="tipId"
        (keydown.escape)="hidden.set(true)"
        (blur)="hidden.set(false)"
        (pointerenter)="hidden.set(false)"
      >
        <eira-icon name="book" />{{ t('rag.badge') }}
      </button>
      <span role="tooltip" [id]="tipId">
        {{
          t(citations().length === 1 ? 'rag.one' : 'rag.many', {
            count: citations().length,
            indexes: indexes(),
          })
        }}
        @if (unverified(); as count) {
          {{ t('rag.unverified', { count }) }}
        } @else {
          {{ t('rag.verified') }}
        }
      </span>
    </span>
  `,
})
export class Grounding {
  private static made = 0;
  readonly citations = input.required<readonly Citation[]>();
  protected readonly tipId = `grounding-${(Grounding.made += 1)}`;
  protected readonly hidden = signal(false);
  protected readonly indexes = computed(() =>
    [...new Set(this.citations().map(({ index }) => index))].join(', '),
  );
  protected readonly unverified = computed(
    () => this.citations().filter(({ verified }) => !verified).length,
  );
}
