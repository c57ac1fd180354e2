import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { ApprovalView } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { ApprovalCard } from '../chat/approval-card';
import { ErrorCard } from '../chat/error-card';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { titled } from '../core/page-title';
import { askedFor } from './asked-for';
import { Pending } from './pending';

/** What others asked for and waits for a decision; each card decides for itself. */
@Component({
  selector: 'eira-approvals-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ApprovalCard, ErrorCard, Icon, TranslocoDirective],
  template: `
    <section class="sheet" *transloco="let t">
      <header>
        <div>
          <h1>{{ t('approvals.title') }}</h1>
          <p class="muted">{{ t('approvals.text') }}</p>
        </div>
        <button type="button" [disabled]="pending.loading()" (click)="pending.look()">
          <eira-icon name="redo" />{{ t('approvals.refresh') }}
        </button>
      </header>
      @if (pending.problem(); as problem) {
        <eira-error-card [error]="problem" (retry)="pending.look()" />
      }
      @for (item of items(); track item.runId + item.approvalId) {
        <h2 class="muted">
          {{
            t('approvals.asked', {
              who: item.askedByName || item.askedBy,
              at: language.date(item.askedAt),
            })
          }}
        </h2>
        <eira-approval-card
          [runId]="item.runId"
          [approval]="askedFor(item)"
          (decided)="keep(item)"
        />
      } @empty {
        @if (!pending.problem()) {
          <p role="status">{{ t(pending.loading() ? 'common.loading' : 'approvals.none') }}</p>
        }
      }
    </section>
  `,
  host: { class: 'page' },
})
export class ApprovalsPage {
  protected readonly askedFor = askedFor;
  protected readonly pending = inject(Pending);
  protected readonly language = inject(LanguageChoice);

  /** What was decided here stays as long as the page does: it says what became of it. */
  private readonly decided = signal<readonly ApprovalView[]>([]);
  protected readonly items = computed((): readonly ApprovalView[] => {
    const open = this.pending.items();
    const keys = new Set(open.map(keyOf));
    const all = [...open, ...this.decided().filter((each) => !keys.has(keyOf(each)))];
    return all.sort((one, other) => one.askedAt.localeCompare(other.askedAt));
  });

  constructor() {
    titled(() => 'approvals.title');
    void this.pending.look();
  }

  protected keep(item: ApprovalView): void {
    this.decided.update((decided) => [...decided, item]);
    void this.pending.look(true);
  }
}

function keyOf({ runId, approvalId }: ApprovalView): string {
  return `${runId} ${approvalId}`;
}
