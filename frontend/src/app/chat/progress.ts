import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { AgentProblem, RunService } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { timed } from './durations';
import { StepList } from './step-list';
import { stepsOf } from './steps';
import { ShownTurn, Step } from './turn';

/** What a run does on its way, folded: its states, tools and what agents say, each with its time. */
@Component({
  selector: 'eira-progress',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, StepList, TranslocoDirective],
  template: `
    <details class="progress" *transloco="let t" (toggle)="opened($event)">
      <summary>
        @if (running()) {
          <span class="spinner" aria-hidden="true"></span>
          <span class="doing">{{ t(doing()) }}</span>
        } @else {
          <eira-icon name="chevron" />
          <span>{{ t('progress.title') }}</span>
          @if (took(); as ms) {
            <span class="took">{{ language.duration(ms) }}</span>
          }
        }
      </summary>
      @if (steps().length) {
        <eira-step-list [steps]="steps()" />
      } @else {
        <p class="muted">{{ t(loading() ? 'progress.loading' : 'progress.none') }}</p>
      }
    </details>
  `,
})
export class Progress {
  private readonly runs = inject(RunService);
  protected readonly language = inject(LanguageChoice);
  readonly turn = input.required<ShownTurn>();

  private readonly stored = signal<readonly Step[] | null>(null);
  protected readonly loading = signal(false);
  protected readonly running = computed(() => this.turn().status === 'running');
  private readonly shown = computed(() => this.stored() ?? this.turn().steps);
  private readonly end = computed(() =>
    this.running() ? null : (this.shown().at(-1)?.at ?? null),
  );
  protected readonly steps = computed(() => timed(this.shown(), this.end()));
  protected readonly took = computed(() => {
    const [begun, end] = [this.shown()[0]?.at, this.end()];
    return begun === undefined || end === null ? null : end - begun;
  });
  protected readonly doing = computed(() => {
    if (this.turn().stopping) return 'chat.stopping';
    const states = this.shown().filter((step) => step.kind === 'state');
    return `doing.${states.at(-1)?.state ?? 'RECEIVED'}`;
  });

  constructor() {
    // What the server says in words, it says in this language.
    this.language.whenChanged(() => {
      if (this.stored()) void this.read();
    });
  }

  /** A turn of an earlier visit comes without its steps. */
  protected async opened({ target }: Event): Promise<void> {
    const open = target instanceof HTMLDetailsElement && target.open;
    if (open && !this.loading() && !this.stored()) await this.read();
  }

  private async read(): Promise<void> {
    const { runId, steps } = this.turn();
    if (steps.length || runId === null) return;
    this.loading.set(true);
    try {
      this.stored.set(stepsOf(await this.runs.read(runId)));
    } catch (error) {
      // Without them there are no steps to show; to open it again asks again.
      if (!(error instanceof AgentProblem)) throw error;
    } finally {
      this.loading.set(false);
    }
  }
}
