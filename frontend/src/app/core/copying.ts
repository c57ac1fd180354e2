import { inject, signal } from '@angular/core';
import { Announcer } from './announcer';

const COPIED_MS = 2_000;

/** What a button does that copies a text; made where one may inject. */
export class Copying {
  private readonly announcer = inject(Announcer);
  /** For a moment, so that it is seen. */
  readonly copied = signal(false);

  async copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
    this.copied.set(true);
    this.announcer.say('actions.copied');
    setTimeout(() => this.copied.set(false), COPIED_MS);
  }
}
