import { DestroyRef, Directive, ElementRef, afterNextRender, inject, signal } from '@angular/core';

/** So near to the end counts as there. */
const NEAR = 48;

/** Keeps a list that grows at its end, as long as whoever reads it is there. */
@Directive({
  selector: '[eiraAtBottom]',
  exportAs: 'eiraAtBottom',
  host: { '(scroll)': 'look()', '(wheel)': 'moved($event)' },
})
export class AtBottom {
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
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

  protected look(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.atBottom.set(scrollHeight - scrollTop - clientHeight < NEAR);
  }

  /** Whoever turns the wheel up wants to leave, also while it grows below. */
  protected moved({ deltaY }: WheelEvent): void {
    if (deltaY < 0 && this.element.scrollTop > 0) this.atBottom.set(false);
  }
}
