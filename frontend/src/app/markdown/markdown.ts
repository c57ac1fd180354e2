import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  ViewEncapsulation,
  afterRenderEffect,
  inject,
  input,
  output,
  untracked,
} from '@angular/core';
import { Citation } from '@eira/agents-client';
import { addCodeCopies, codeAt } from './code-copies';
import { markAt, markCitations, tellMarks } from './citation-marks';
import { GrowingText } from './growing';
import { rendered } from './render';

export interface MarkdownWords {
  readonly copy: string;
  readonly copied: string;
  readonly citation: (citation: Citation) => string;
}

const COPIED_MS = 2_000;
/** Of the time that passes, at most this part is spent on rendering while a text grows. */
const SHARE = 0.25;

/** An answer in Markdown, as it grows: rendered at most once a frame, and less often when it is long. */
@Component({
  selector: 'eira-markdown',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '',
  styleUrl: './markdown.css',
  encapsulation: ViewEncapsulation.None,
  host: { class: 'md', '[class.writing]': 'writing()', '(click)': 'clicked($event)' },
})
export class Markdown {
  readonly text = input.required<string>();
  readonly citations = input<readonly Citation[]>([]);
  readonly words = input.required<MarkdownWords>();
  /** More of the text is coming. */
  readonly writing = input(false);
  /** The number of a citation whose mark was clicked. */
  readonly cited = output<number>();

  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly growing = new GrowingText(this.element, (source, definitions) =>
    this.block(source, definitions),
  );
  private notBefore = 0;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    afterRenderEffect(() => {
      this.words();
      this.growing.again();
    });
    afterRenderEffect(() => {
      this.text();
      untracked(() => this.showWhenDue());
    });
    afterRenderEffect(() => {
      if (this.writing()) this.growing.grow();
      else this.growing.settle();
    });
    afterRenderEffect(() => tellMarks(this.element, this.citations(), this.words().citation));
    inject(DestroyRef).onDestroy(() => clearTimeout(this.later));
  }

  protected clicked({ target }: Event): void {
    const number = markAt(target);
    if (number !== null) this.cited.emit(number);
    const code = codeAt(target);
    if (code) void this.copy(code.text, code.button);
  }

  private showWhenDue(): void {
    const wait = this.notBefore - performance.now();
    clearTimeout(this.later);
    if (wait > 0) this.later = setTimeout(() => this.show(), wait);
    else this.show();
  }

  private show(): void {
    const begun = performance.now();
    this.growing.show(this.text());
    const ended = performance.now();
    this.notBefore = ended + (ended - begun) * (1 / SHARE - 1);
  }

  private block(source: string, definitions: string): DocumentFragment {
    const fragment = rendered(source, definitions);
    markCitations(fragment);
    tellMarks(fragment, untracked(this.citations), this.words().citation);
    addCodeCopies(fragment, this.words().copy);
    return fragment;
  }

  private async copy(text: string, button: HTMLElement): Promise<void> {
    await navigator.clipboard.writeText(text);
    button.textContent = this.words().copied;
    setTimeout(() => (button.textContent = this.words().copy), COPIED_MS);
  }
}
