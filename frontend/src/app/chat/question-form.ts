import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { MissingField } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { LanguageChoice } from '../core/language';

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
    <form
      class="card question"
      *transloco="let t; lang: language + '|static'"
      (submit)="answer($event)"
    >
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
      @if (empty()) {
        <p class="wrong" role="alert">{{ t('question.empty') }}</p>
      }
      <button type="submit" class="primary" [disabled]="busy()">{{ t('question.answer') }}</button>
    </form>
  `,
})
export class QuestionForm {
  private static made = 0;
  readonly missing = input.required<readonly MissingField[]>();
  readonly busy = input(false);
  readonly answered = output<string>();
  /** That of its fields, which the server named: it stays when another is chosen. */
  protected readonly language = untracked(inject(LanguageChoice).language);
  /** It was sent without anything in it. */
  protected readonly empty = signal(false);
  private readonly form = (QuestionForm.made += 1);
  protected readonly asked = computed(() =>
    this.missing().map((field, at) => askedOf(field, `question-${this.form}-${at}`)),
  );

  protected answer(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const lines = this.asked().flatMap(({ id, name, input }) => {
      const value = given.get(id);
      const said = typeof value === 'string' ? value.trim() : '';
      return said ? [`${name}: ${input === 'text' ? quoted(said) : said}`] : [];
    });
    this.empty.set(lines.length === 0);
    if (lines.length === 0) form.querySelector<HTMLElement>('input, select')?.focus();
    else this.answered.emit(lines.join('\n'));
  }
}

const QUOTES = [
  ['«', '»'],
  ['“', '”'],
  ['"', '"'],
] as const;

/** In quotes a text is taken as it stands: in such as it has none of itself. */
function quoted(text: string): string {
  const free = QUOTES.find((pair) => !pair.some((quote) => text.includes(quote)));
  return free ? free.join(text) : text;
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
