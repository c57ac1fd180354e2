import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { AgentProblem, AgentService, ApprovalView, RunService } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { Approval } from './turn';
import { valuesOf } from './values';

type Decision = 'approve' | 'reject';

/** One call that waits for a person: exactly what would be done, and the decision on it. */
@Component({
  selector: 'eira-approval-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <section
      class="card approval"
      *transloco="let t"
      [class.open]="open()"
      [attr.aria-label]="t(title())"
    >
      <h3 #heading tabindex="-1"><eira-icon name="shield" />{{ t(title()) }}</h3>
      <p class="effect">{{ exact().confirmation ?? exact().label ?? exact().tool }}</p>
      <dl class="values">
        <div>
          <dt>{{ t('approval.action') }}</dt>
          <dd>{{ exact().label ?? exact().tool }}</dd>
        </div>
        @for (value of values(); track $index) {
          <div>
            <dt>{{ value.name }}</dt>
            <dd>{{ value.value }}</dd>
          </div>
        }
      </dl>
      @if (open()) {
        <p class="muted">
          {{ t('approval.expires', { at: language.date(approval().expiresAt) }) }}
        </p>
        @if (mayDecide()) {
          <label class="comment">
            <span>{{ t('approval.comment') }}</span>
            <input #comment type="text" maxlength="1000" autocomplete="off" />
          </label>
          <div class="buttons">
            <button
              type="button"
              class="primary"
              [disabled]="deciding()"
              (click)="decide('approve', comment.value)"
            >
              {{ t('approval.approve') }}
            </button>
            <button type="button" [disabled]="deciding()" (click)="decide('reject', comment.value)">
              {{ t('approval.reject') }}
            </button>
          </div>
        } @else if (seen()) {
          <p class="muted">{{ t('approval.others') }}</p>
        }
      }
      @if (decision(); as told) {
        <p class="muted">{{ t('approval.decided', told) }}</p>
      }
      @if (seen()?.comment; as comment) {
        <p class="said">«{{ comment }}»</p>
      }
      @if (problem(); as failed) {
        <p class="wrong" role="alert">{{ failed.message }}</p>
      }
    </section>
  `,
})
export class ApprovalCard {
  private readonly runs = inject(RunService);
  private readonly agents = inject(AgentService);
  protected readonly language = inject(LanguageChoice);
  readonly runId = input.required<string>();
  readonly approval = input.required<Approval>();
  /** What became of it, where that is known already. */
  readonly view = input<ApprovalView | null>(null);
  /** The run goes on or has ended: what was decided may be known. */
  readonly stage = input('');
  /** It was decided here, a moment ago. */
  readonly decided = output();

  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');
  protected readonly seen = signal<ApprovalView | null>(null);
  protected readonly deciding = signal(false);
  protected readonly problem = signal<AgentProblem | null>(null);
  protected readonly state = computed(() => this.seen()?.state ?? 'open');
  protected readonly open = computed(() => this.state() === 'open');
  protected readonly title = computed(() =>
    this.open() ? 'approval.title' : `approval.state.${this.state()}`,
  );
  protected readonly decision = computed(() => {
    const { decidedAt, decidedBy, decidedByName } = this.seen() ?? {};
    if (!decidedAt) return null;
    return { at: this.language.date(decidedAt), by: decidedByName ?? decidedBy ?? '—' };
  });
  protected readonly mayDecide = computed(() => this.seen()?.mayDecide === true);
  /** In the words of the language that is chosen now, once the server was asked. */
  protected readonly exact = computed(() => this.seen() ?? this.approval());
  protected readonly values = computed(() =>
    valuesOf(this.exact().args ?? {}, this.exact().labels),
  );

  constructor() {
    // The same approval may come as another object.
    const id = computed(() => this.approval().approvalId);
    effect(() => {
      this.stage();
      this.language.language();
      const view = this.view();
      if (view === null || view.state === 'open') void this.look(this.runId(), id());
      else this.seen.set(view);
    });
  }

  protected async decide(decision: Decision, comment: string): Promise<void> {
    const { approvalId, payloadHash } = this.approval();
    const said = comment.trim();
    const body = { decision, payloadHash, ...(said ? { comment: said } : {}) };
    this.deciding.set(true);
    this.problem.set(null);
    try {
      const { state } = await this.agents.approve(this.runId(), approvalId, body);
      this.seen.update((seen) => seen && { ...seen, state });
      this.decided.emit();
      this.heading().nativeElement.focus();
    } catch (error) {
      this.tell(error);
      await this.look(this.runId(), approvalId);
    } finally {
      this.deciding.set(false);
    }
  }

  /** Who may decide, and what was decided meanwhile, is with the run. */
  private async look(runId: string, approvalId: string): Promise<void> {
    try {
      const { approvals = [] } = await this.runs.read(runId);
      this.seen.set(approvals.find((each) => each.approvalId === approvalId) ?? null);
    } catch (error) {
      this.tell(error);
    }
  }

  private tell(error: unknown): void {
    if (!(error instanceof AgentProblem)) throw error;
    this.problem.set(error);
  }
}
