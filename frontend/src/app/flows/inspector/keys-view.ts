import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../../core/icon';
import { Json, Path, isObject, valueAt } from '../model/json';
import { Subject, fieldId } from './subject';
import { Vocabulary } from './vocabulary';

/** Keys by tool: only tools that there are can be chosen, and what else is there says that it is of no use. */
@Component({
  selector: 'eira-keys',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <form
      *transloco="let t"
      autocomplete="off"
      [id]="id()"
      tabindex="-1"
      (submit)="$event.preventDefault()"
    >
      @if (entries().length) {
        <table class="keys">
          <thead>
            <tr>
              <th scope="col">{{ t('flows.form.tool') }}</th>
              <th scope="col">{{ t('flows.form.key') }}</th>
              <td></td>
            </tr>
          </thead>
          <tbody>
            @for (entry of entries(); track $index) {
              <tr>
                <td>
                  <select
                    #tool
                    [attr.aria-label]="t('flows.form.tool')"
                    [attr.aria-invalid]="isUnknown(entry[0]) || null"
                    [attr.aria-describedby]="isUnknown(entry[0]) ? id() + '-unknown' : null"
                    (change)="rename(entry[0], tool.value)"
                  >
                    <option [value]="entry[0]" selected>{{ entry[0] }}</option>
                    @for (name of free(); track name) {
                      <option [value]="name">{{ name }}</option>
                    }
                  </select>
                </td>
                <td>
                  <input
                    #key
                    type="password"
                    autocomplete="off"
                    spellcheck="false"
                    [attr.aria-label]="t('flows.form.valueOf', { name: entry[0] })"
                    [value]="entry[1]"
                    (input)="set(entry[0], key.value)"
                  />
                </td>
                <td>
                  <button
                    type="button"
                    class="ghost"
                    [attr.aria-label]="t('flows.form.removeEntry', { name: entry[0] })"
                    (click)="remove(entry[0])"
                  >
                    <eira-icon name="close" />
                  </button>
                </td>
              </tr>
            }
          </tbody>
        </table>
      }
      @if (hasUnknown()) {
        <p class="why" data-severity="warning" role="alert" [id]="id() + '-unknown'">
          {{ t('flows.form.unknownTool') }}
        </p>
      }
      @for (name of free(); track name) {
        <button
          type="button"
          class="chip"
          [attr.aria-label]="t('flows.form.addKey', { tool: name })"
          (click)="set(name, '')"
        >
          + {{ name }}
        </button>
      }
      <p class="help">{{ t('flows.form.keysText') }}</p>
    </form>
  `,
})
export class KeysView {
  private readonly vocabulary = inject(Vocabulary);
  readonly of = input.required<Subject>();
  readonly path = input.required<Path>();
  protected readonly id = computed(() => fieldId(this.of(), this.path()));
  protected readonly entries = computed((): readonly (readonly [string, string])[] => {
    const value = valueAt(this.of().value(), this.path());
    return isObject(value) ? Object.entries(value).map(([name, key]) => [name, textOf(key)]) : [];
  });
  /** Those that have no key yet. */
  protected readonly free = computed(() => {
    const names = this.entries().map(([name]) => name);
    return this.vocabulary.keyedTools().filter((tool) => !names.includes(tool));
  });
  protected readonly hasUnknown = computed(() =>
    this.entries().some(([name]) => this.isUnknown(name)),
  );

  protected isUnknown(name: string): boolean {
    return !this.vocabulary.isKeyed(name);
  }

  protected set(name: string, key: string): void {
    this.of().set([...this.path(), name], key);
  }

  protected rename(from: string, to: string): void {
    const renamed = this.entries().map(([name, key]) => [name === from ? to : name, key]);
    this.of().set(this.path(), Object.fromEntries(renamed) as Json);
  }

  protected remove(name: string): void {
    const left = this.entries().filter(([each]) => each !== name);
    this.of().set(this.path(), Object.fromEntries(left));
  }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
