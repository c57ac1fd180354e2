import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { RunService } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { timed } from './durations';
import { stepsOf } from './steps';
import { ShownTurn, Step } from './turn';
import { valuesOf } from './values';

/** What a run does on its way, folded: its states, tools and what agents say, each with its time. */
@Component({
  selector: 'eira-progress',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <details class="progress" *transloco="let t" (toggle)="opened($event)">
      <summary>
        @if (running()) {
          <span class="spinner" aria-hidden="true"></span>
          <span class="doing">{{ t('doing.' + (lastState() ?? 'RECEIVED')) }}</span>
        } @else {
          <eira-icon name="chevron" />
          <span>{{ t('progress.title') }}</span>
          @if (took(); as ms) {
            <span class="took">{{ language.duration(ms) }}</span>
          }
        }
      </summary>
      <ol class="steps">
        @for (each of steps(); track $index) {
          <li [attr.data-kind]="each.step.kind" [attr.data-status]="statusOf(each.step)">
            @switch (each.step.kind) {
              @case ('state') {
                <span>{{ t('state.' + each.step.state) }}</span>
              }
              @case ('tool') {
                <details>
                  <summary>
                    <span class="tool">{{ each.step.label }}</span>
                    <span class="status">{{ t('tool.' + each.step.status) }}</span>
                  </summary>
                  <dl class="values">
                    @for (value of values(each.step); track $index) {
                      <div>
                        <dt>{{ value.name }}</dt>
                        <dd>{{ value.value }}</dd>
                      </div>
                    }
                  </dl>
                  @if (each.step.error; as error) {
                    <p class="wrong">{{ error }}</p>
                  }
                </details>
              }
              @case ('said') {
                <span
                  ><strong>{{ each.step.speaker }}</strong> {{ each.step.text }}</span
                >
              }
              @case ('handoff') {
                <span>{{ t('progress.handoff', { from: each.step.from, to: each.step.to }) }}</span>
              }
            }
            @if (each.ms !== null) {
              <span class="took">{{ language.duration(each.ms) }}</span>
            }
          </li>
        } @empty {
          <li>{{ t(loading() ? 'progress.loading' : 'progress.none') }}</li>
        }
      </ol>
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
  protected readonly lastState = computed(() => {
    const states = this.shown().filter((step) => step.kind === 'state');
    return states.at(-1)?.state;
  });

  protected statusOf(step: Step): string | null {
    return step.kind === 'tool' ? step.status : null;
  }

  protected values(step: Step): ReturnType<typeof valuesOf> {
    if (step.kind !== 'tool') return [];
    return [...valuesOf(step.args, step.labels), ...valuesOf(step.result ?? {}, step.labels)];
  }

  /** A turn of an earlier visit comes without its steps. */
  protected async opened({ target }: Event): Promise<void> {
    const { runId, steps } = this.turn();
    const open = target instanceof HTMLDetailsElement && target.open;
    if (!open || this.loading() || this.stored() || steps.length || runId === null) return;
    this.loading.set(true);
    try {
      this.stored.set(stepsOf(await this.runs.read(runId)));
    } finally {
      this.loading.set(false);
    }
  }
}
