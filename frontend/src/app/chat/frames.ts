/** Nothing is painted in a tab that nobody sees, and no frame comes there. */
const HIDDEN_MS = 250;
/** Text that grows thirty times a second is read as if it grew sixty times. */
const BETWEEN_MS = 33;

/** Calls `work` once in a frame, however often it is asked to until then: at once after a pause. */
export class EachFrame {
  private waiting = false;
  private last = Number.NEGATIVE_INFINITY;

  constructor(private readonly work: () => void) {}

  ask(): void {
    if (this.waiting) return;
    this.waiting = true;
    const early = BETWEEN_MS - (performance.now() - this.last);
    if (document.hidden) setTimeout(() => this.due(), HIDDEN_MS);
    else if (early > 0) setTimeout(() => requestAnimationFrame(() => this.due()), early / 2);
    else requestAnimationFrame(() => this.due());
  }

  /** Calls it at once, without waiting for a frame. */
  now(): void {
    this.last = performance.now();
    this.work();
  }

  private due(): void {
    this.waiting = false;
    this.last = performance.now();
    this.work();
  }
}
