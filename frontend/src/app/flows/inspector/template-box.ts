import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Variable } from '../model/scope';
import { Suggestion, suggestions } from './suggesting';

/** A text in which variables are named; those that are there are suggested while one types. */
@Component({
  selector: 'eira-template-box',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <textarea
        #box
        autocomplete="off"
        spellcheck="false"
        aria-autocomplete="list"
        [id]="id()"
        [rows]="lines()"
        [class.mono]="kind() === 'expression'"
        [value]="value()"
        [attr.aria-invalid]="invalid() || null"
        [attr.aria-describedby]="describedby()"
        [attr.aria-controls]="found().length ? id() + '-list' : null"
        [attr.aria-activedescendant]="found().length ? id() + '-' + at() : null"
        (input)="type()"
        (keydown)="press($event)"
        (click)="look()"
        (blur)="found.set([])"
      ></textarea>
      @if (found().length) {
        <ul
          class="suggestions"
          role="listbox"
          [id]="id() + '-list'"
          [attr.aria-label]="t('flows.variables')"
        >
          @for (each of found(); track each.text; let index = $index) {
            <li
              role="option"
              [id]="id() + '-' + index"
              [attr.aria-selected]="index === at()"
              (pointerdown)="$event.preventDefault(); take(each)"
            >
              {{ each.text }}
            </li>
          }
        </ul>
      }
    </ng-container>
  `,
  host: { class: 'template-box' },
})
export class TemplateBox {
  private readonly box = viewChild.required<ElementRef<HTMLTextAreaElement>>('box');
  readonly id = input.required<string>();
  readonly value = input.required<string>();
  readonly variables = input<readonly Variable[]>([]);
  readonly kind = input<'template' | 'expression'>('template');
  readonly lines = input(1);
  readonly invalid = input(false);
  readonly describedby = input<string | null>(null);
  readonly typed = output<string>();

  protected readonly found = signal<readonly Suggestion[]>([]);
  protected readonly at = signal(0);

  protected type(): void {
    this.typed.emit(this.box().nativeElement.value);
    this.look();
  }

  protected look(): void {
    const { value, selectionStart } = this.box().nativeElement;
    this.found.set(suggestions(value, selectionStart, this.variables(), this.kind()));
    this.at.set(0);
  }

  protected press(event: KeyboardEvent): void {
    const count = this.found().length;
    if (count === 0) return;
    const chosen = this.found()[this.at()];
    if (event.key === 'ArrowDown') this.at.update((at) => (at + 1) % count);
    else if (event.key === 'ArrowUp') this.at.update((at) => (at + count - 1) % count);
    else if (event.key === 'Escape') this.found.set([]);
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) this.take(chosen);
    else return;
    event.preventDefault();
  }

  protected take({ start, end, insert }: Suggestion): void {
    const box = this.box().nativeElement;
    box.setRangeText(insert, start, end, 'end');
    this.found.set([]);
    this.typed.emit(box.value);
  }
}
