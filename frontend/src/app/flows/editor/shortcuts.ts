interface Work {
  readonly undo: () => void;
  readonly redo: () => void;
  readonly save: () => void;
  readonly duplicate: () => void;
}

/** The keys that everybody knows; within fields those that are about their text are the browser's. */
export class Shortcuts {
  constructor(private readonly work: Work) {}

  press(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const work = this.workOf(event);
    if (!work) return;
    event.preventDefault();
    work();
  }

  private workOf({ key, shiftKey, target }: KeyboardEvent): (() => void) | null {
    const letter = key.toLowerCase();
    if (letter === 's') return this.work.save;
    if (target instanceof Element && target.closest('input, textarea, select, dialog')) return null;
    if (letter === 'd') return this.work.duplicate;
    if (letter === 'y' || (letter === 'z' && shiftKey)) return this.work.redo;
    return letter === 'z' ? this.work.undo : null;
  }
}
