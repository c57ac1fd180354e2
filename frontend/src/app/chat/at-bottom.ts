import { DestroyRef, Directive, ElementRef, afterNextRender, inject, signal } from '@angular/core';

/** So near to the end counts as there. */
const NEAR = 48;

/** Keeps a list that grows at its end, as long as whoever reads it is there. */
@Directive({
  selector: '[eiraAtBottom]',
  exportAs: 'eiraAtBottom',
  host: { '(scroll)': 'look()' },
})
export class AtBottom {
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private last = 0;
  readonly atBottom = signal(true);

  constructor() {
    const sizes = new ResizeObserver(() => {
      if (this.atBottom()) this.goThere();
    });
    afterNextRender(() => {
      sizes.observe(this.element);
      for (const child of this.element.children) sizes.observe(child);
    });
    inject(DestroyRef).onDestroy(() => sizes.disconnect());
  }

  goThere(): void {
    this.atBottom.set(true);
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** Gives what brings the first element that fits back to where it is now on the screen. */
  keep(selector: string): () => void {
    const first = this.element.querySelector(selector);
    const before = first?.getBoundingClientRect().top ?? 0;
    const back = (): void => {
      const moved = (first?.getBoundingClientRect().top ?? before) - before;
      this.element.scrollTop += moved;
    };
    return () => {
      back();
      // What came is laid out when it is first seen, and then has another height.
      requestAnimationFrame(() => requestAnimationFrame(back));
    };
  }

  /** Only who moves up leaves; the list may have grown since it was moved to its end. */
  protected look(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.atBottom.set(true);
    else if (scrollTop < this.last) this.atBottom.set(false);
    this.last = scrollTop;
  }
}
