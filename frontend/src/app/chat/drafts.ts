import { Injectable } from '@angular/core';
import { ShownTurn } from './turn';

/** What is being written, each in its conversation (null: the one that is yet to be); in memory. */
@Injectable({ providedIn: 'root' })
export class Drafts {
  private readonly texts = new Map<string | null, string>();

  of(id: string | null): string {
    return this.texts.get(id) ?? '';
  }

  keep(id: string | null, text: string): void {
    if (text) this.texts.set(id, text);
    else this.texts.delete(id);
  }

  /** What could not be said in a conversation that is gone is to be said in another. */
  unsaid(turns: readonly ShownTurn[]): void {
    const last = turns.findLast(({ runId }) => runId === null);
    if (last && !this.of(null)) this.keep(null, last.message);
  }

  /** The new conversation has got its id; who writes on there goes on. */
  named(id: string): void {
    this.keep(id, this.of(null));
    this.keep(null, '');
  }
}
