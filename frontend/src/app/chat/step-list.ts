import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { LanguageChoice } from '../core/language';
import { TimedStep } from './durations';
import { Step } from './turn';
import { ShownValue, valuesOf } from './values';

/** What a run did on its way: its states, tools and what agents said, each with its time. */
@Component({
  selector: 'eira-step-list',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ol class="steps" *transloco="let t">
      @for (each of steps(); track $index) {
        <li [attr.data-kind]="each.step.kind" [attr.data-status]="statusOf(each.step)">
          @if (clock()) {
            <time class="took" [attr.datetime]="iso(each.step.at)">{{
              language.time(each.step.at)
            }}</time>
          }
          @switch (each.step.kind) {
            @case ('state') {
              <span>{{ t('state.' + each.step.state) }}</span>
            }
            @case ('tool') {
              <details>
                <summary>
                  <span class="tool">{{ each.step.label }}</span>&ngsp;
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
      }
    </ol>
  `,
})
export class StepList {
  protected readonly language = inject(LanguageChoice);
  readonly steps = input.required<readonly TimedStep[]>();
  /** Says of each step at what time it was, too. */
  readonly clock = input(false);

  protected iso(at: number): string {
    return new Date(at).toISOString();
  }

  protected statusOf(step: Step): string | null {
    return step.kind === 'tool' ? step.status : null;
  }

  protected values(step: Step): readonly ShownValue[] {
    if (step.kind !== 'tool') return [];
    return [...valuesOf(step.args, step.labels), ...valuesOf(step.result ?? {}, step.labels)];
  }
}
