/** Nothing is painted in a tab that nobody sees, and no frame comes there. */
const HIDDEN_MS = 250;

/** Calls `work` once in the next frame, however often it is asked to until then. */
export class EachFrame {
  private waiting = false;

  constructor(private readonly work: () => void) {}

  ask(): void {
    if (this.waiting) return;
    this.waiting = true;
    const due = (): void => {
      this.waiting = false;
      this.work();
    };
    if (document.hidden) setTimeout(due, HIDDEN_MS);
    else requestAnimationFrame(due);
  }
}
