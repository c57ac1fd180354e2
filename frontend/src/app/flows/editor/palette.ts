import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { FFlowModule } from '@foblex/flow';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Icon } from '../../core/icon';
import { LanguageChoice } from '../../core/language';
import { FlowIcon } from '../flow-icon';
import { BlockName, KINDS, Kind } from '../model/kinds';
import { plain } from '../plain';
import { FlowEditor } from './flow-editor';

/** What a flow is made of: dragged into it, or put behind what is chosen, or into a block of it, with a click or Enter. */
@Component({
  selector: 'eira-flow-palette',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FFlowModule, FlowIcon, Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="search" role="search">
        <eira-icon name="search" />
        <label class="sr-only" for="palette-search">{{ t('flows.palette.search') }}</label>
        <input
          #words
          id="palette-search"
          type="search"
          autocomplete="off"
          [placeholder]="t('flows.palette.search')"
          (input)="sought.set(words.value)"
          (keydown.enter)="addFirst()"
        />
      </div>
      @if (editor.blocks().length) {
        <label class="where" for="palette-where">
          {{ t('flows.palette.where') }}
          <select #where id="palette-where" (change)="lead(where.value)">
            <option value="" [selected]="!editor.into()">{{ t('flows.palette.behind') }}</option>
            @for (block of editor.blocks(); track block) {
              <option [value]="block" [selected]="editor.into() === block">
                {{ t('flows.into.' + block) }}
              </option>
            }
          </select>
        </label>
      }
      <ul class="palette" [attr.aria-label]="t('flows.palette.title')">
        @for (kind of found(); track kind) {
          <li>
            <button
              type="button"
              fExternalItem
              [style.display]="'flex'"
              [fExternalItemId]="'palette-' + kind"
              [fData]="kind"
              [attr.data-kind]="kind"
              [title]="t('flows.kind.' + kind + '.text')"
              (click)="add.emit(kind)"
            >
              <eira-flow-icon [name]="kind" />
              <span>{{ t('flows.kind.' + kind) }}</span>
            </button>
          </li>
        }
      </ul>
      @if (!found().length) {
        <p class="muted">{{ t('flows.palette.nothing') }}</p>
      }
    </ng-container>
  `,
})
export class FlowPalette {
  private readonly transloco = inject(TranslocoService);
  private readonly language = inject(LanguageChoice).language;
  protected readonly editor = inject(FlowEditor);
  private readonly box = viewChild.required<ElementRef<HTMLInputElement>>('words');
  readonly add = output<Kind>();
  protected readonly sought = signal('');
  protected readonly found = computed((): readonly Kind[] => {
    const words = plain(this.sought());
    this.language();
    return KINDS.filter((kind) =>
      plain(
        `${kind} ${this.words(`flows.kind.${kind}`)} ${this.words(`flows.kind.${kind}.text`)}`,
      ).includes(words),
    );
  });

  /** To where one types what to add. */
  focus(): void {
    this.box().nativeElement.focus();
  }

  protected lead(block: string): void {
    this.editor.into.set(this.editor.blocks().find((each: BlockName) => each === block) ?? null);
  }

  protected addFirst(): void {
    const [first] = this.found();
    if (first) this.add.emit(first);
  }

  private words(key: string): string {
    return this.transloco.translate(key);
  }
}
