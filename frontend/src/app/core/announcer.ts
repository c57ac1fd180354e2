import { Injectable, signal } from '@angular/core';

/** What screen readers are told: the beginning and the end of something, never each word. */
@Injectable({ providedIn: 'root' })
export class Announcer {
  /** A key of the sentences. */
  readonly said = signal<string | null>(null);

  say(key: string): void {
    this.said.set(key);
  }
}
