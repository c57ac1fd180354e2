import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  signal,
  untracked,
} from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Icon } from '../../core/icon';
import { LanguageChoice } from '../../core/language';
import { Json, isList, isObject, valueAt } from '../model/json';
import { Field, anyOf, itemOf, numberOf, shown, shownAsAny } from './fields';
import { KeysView } from './keys-view';
import { Subject, fieldId, problemsAt } from './subject';
import { TemplateBox } from './template-box';
import { Vocabulary } from './vocabulary';

const TEMPLATE = '${';

/** One field of a form, of whatever form; an object's are within it. */
@Component({
  selector: 'eira-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, KeysView, TemplateBox, TranslocoDirective],
  templateUrl: './field-view.html',
  host: { class: 'field' },
})
export class FieldView {
  private readonly vocabulary = inject(Vocabulary);
  private readonly transloco = inject(TranslocoService);
  private readonly language = inject(LanguageChoice).language;
  readonly field = input.required<Field>();
  readonly of = input.required<Subject>();

  protected readonly id = computed(() => fieldId(this.of(), this.field().path));
  protected readonly value = computed(() => valueAt(this.of().value(), this.field().path));
  protected readonly shown = computed(() => shown(this.value()));
  /** As it is typed, as long as one does: `1.0` is not to become `1` meanwhile. */
  protected readonly draft = signal<string | null>(null);
  protected readonly shownAsAny = computed(() => this.draft() ?? shownAsAny(this.value()));
  protected readonly fallback = computed(() => shown(this.field().fallback));
  protected readonly label = computed(
    () => this.field().label[this.language()] || this.field().name,
  );
  protected readonly help = computed(() => this.field().help[this.language()] ?? '');
  protected readonly names = computed(() => this.vocabulary.names(this.field().catalog));
  protected readonly choices = computed((): readonly string[] => {
    const { editing } = this.field();
    if (editing.as !== 'choice') return [];
    const allowed = this.names();
    const known = editing.choices.filter((each) => !allowed.length || allowed.includes(each));
    const now = this.shown();
    return now === '' || known.includes(now) || this.isTemplate() ? known : [...known, now];
  });
  /** A template stands for a value that is no text, or is about to. */
  protected readonly templated = signal(false);
  protected readonly isTemplate = computed(() => {
    const value = this.value();
    return this.templated() || (typeof value === 'string' && /\$\{|\{\{/.test(value));
  });
  protected readonly items = computed((): readonly Json[] => {
    const value = this.value();
    return isList(value) ? value : [];
  });
  protected readonly entries = computed((): readonly (readonly [string, Json])[] => {
    const value = this.value();
    return isObject(value) ? Object.entries(value) : [];
  });
  protected readonly open = computed(() => this.value() !== undefined);
  /** What is open stays open, though nothing be in it any more. */
  protected readonly unfolded = linkedSignal({
    source: this.of,
    computation: () => untracked(this.open),
  });
  protected readonly hasTexts = computed(() => {
    const { editing } = this.field();
    return editing.as === 'map' && editing.texts;
  });
  protected readonly problems = computed(() => {
    const whole = this.field().editing.as !== 'object' || this.isTemplate();
    return problemsAt(this.of().problems(), this.field().path, whole);
  });
  /** What screen readers say with the field: what is wrong, and what it is for. */
  protected readonly describedBy = computed((): string | null => {
    const wrong = this.problems().length ? [`${this.id()}-why`] : [];
    const ids = [...wrong, ...(this.help() ? [`${this.id()}-help`] : [])];
    return ids.join(' ') || null;
  });

  protected showItem(value: Json): string {
    return shown(value);
  }

  protected showEntry(value: Json): string {
    return this.hasTexts() ? shown(value) : shownAsAny(value);
  }

  protected set(value: Json | undefined): void {
    this.of().set(this.field().path, value);
  }

  protected choiceName(choice: string): string {
    return this.field().choices[choice]?.[this.language()] || choice;
  }

  protected setText(text: string): void {
    const keeps = this.field().required || text !== '';
    this.set(keeps ? text : undefined);
  }

  protected setNumber(text: string): void {
    this.set(numberOf(text));
  }

  protected choose(choice: string): void {
    this.templated.set(choice === TEMPLATE);
    if (choice === TEMPLATE) return;
    if (this.field().editing.as !== 'boolean') this.set(choice === '' ? undefined : choice);
    else this.set(choice === '' ? undefined : choice === 'true');
  }

  protected toggleTemplate(): void {
    const was = this.isTemplate();
    this.templated.set(!was);
    if (was || this.value() !== undefined) this.set(undefined);
  }

  protected setItem(index: number, text: string): void {
    this.of().set([...this.field().path, index], itemOf(text));
  }

  protected addItem(text = ''): void {
    this.set([...this.items(), text]);
  }

  protected removeItem(index: number): void {
    const items = this.items().filter((_, at) => at !== index);
    this.set(items.length ? items : undefined);
  }

  protected addEntry(): void {
    const names = this.entries().map(([name]) => name);
    const fresh = this.transloco.translate('flows.form.newName');
    let name = fresh;
    for (let number = 2; names.includes(name); number += 1) name = `${fresh}_${number}`;
    this.set({ ...Object.fromEntries(this.entries()), [name]: '' });
  }

  protected renameEntry(from: string, to: string): void {
    if (!to || this.entries().some(([name]) => name === to)) return;
    this.set(
      Object.fromEntries(this.entries().map(([name, value]) => [name === from ? to : name, value])),
    );
  }

  protected setEntry(name: string, text: string): void {
    const value = this.hasTexts() ? text : anyOf(text);
    this.of().set([...this.field().path, name], value);
  }

  protected removeEntry(name: string): void {
    const left = this.entries().filter(([each]) => each !== name);
    this.set(left.length ? Object.fromEntries(left) : undefined);
  }

  /** JSON, or plain text where it is none. */
  protected setJson(text: string): void {
    this.draft.set(text);
    this.set(text.trim() === '' ? undefined : anyOf(text));
  }
}
