import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { MissingField } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';

interface Asked {
  readonly id: string;
  readonly field: MissingField;
  readonly name: string;
  readonly input: 'choice' | 'yesno' | 'date' | 'number' | 'text';
}

/** A small form for what a question lacks; it answers with an ordinary message. */
@Component({
  selector: 'eira-question-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <form class="card question" *transloco="let t" (submit)="answer($event)">
      <fieldset>
        <legend>{{ t('question.title') }}</legend>
        @for (each of asked(); track each.id) {
          <div class="field">
            @switch (each.input) {
              @case ('choice') {
                <label [for]="each.id">{{ each.name }}</label>
                <select [id]="each.id" [name]="each.id">
                  <option value="">{{ t('question.choose') }}</option>
                  @for (choice of each.field.choices; track choice.value) {
                    <option [value]="choice.label">{{ choice.label }}</option>
                  }
                </select>
              }
              @case ('yesno') {
                <label [for]="each.id">{{ each.name }}</label>
                <select [id]="each.id" [name]="each.id">
                  <option value="">{{ t('question.choose') }}</option>
                  <option [value]="t('question.yes')">{{ t('question.yes') }}</option>
                  <option [value]="t('question.no')">{{ t('question.no') }}</option>
                </select>
              }
              @default {
                <label [for]="each.id">{{ each.name }}</label>
                <input
                  [id]="each.id"
                  [name]="each.id"
                  [type]="each.input"
                  step="any"
                  autocomplete="off"
                  maxlength="500"
                />
              }
            }
            @if (each.field.why; as why) {
              <p class="why">{{ why }}</p>
            }
          </div>
        }
      </fieldset>
      <button type="submit" class="primary" [disabled]="busy()">{{ t('question.answer') }}</button>
    </form>
  `,
})
export class QuestionForm {
  private static made = 0;
  readonly missing = input.required<readonly MissingField[]>();
  readonly busy = input(false);
  readonly answered = output<string>();
  private readonly form = (QuestionForm.made += 1);
  protected readonly asked = computed(() =>
    this.missing().map((field, at) => askedOf(field, `question-${this.form}-${at}`)),
  );

  protected answer(event: Event): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const lines = this.asked().flatMap(({ id, name, input }) => {
      const value = given.get(id);
      const said = typeof value === 'string' ? value.trim() : '';
      // In quotes it is taken as it stands.
      return said ? [`${name}: ${input === 'text' ? `«${said}»` : said}`] : [];
    });
    if (lines.length) this.answered.emit(lines.join('\n'));
  }
}

function askedOf(field: MissingField, id: string): Asked {
  const name = field.label ?? field.field;
  const shown = name.charAt(0).toLocaleUpperCase() + name.slice(1);
  return { id, field, name: shown, input: inputOf(field) };
}

function inputOf({ choices, kind }: MissingField): Asked['input'] {
  if (choices?.length) return 'choice';
  if (kind === 'boolean') return 'yesno';
  return kind === 'date' || kind === 'number' ? kind : 'text';
}
