import { WritableSignal } from '@angular/core';
import { AgentEvent } from '@eira/agents-client';
import { EachFrame } from './frames';
import { ShownTurn, heard } from './turn';

/** The events of runs, taken into their turns once a frame. */
export class HeardEvents {
  private readonly frame = new EachFrame(() => this.take());
  private events: { readonly key: string; readonly event: AgentEvent }[] = [];

  constructor(private readonly turns: WritableSignal<readonly ShownTurn[]>) {}

  /** One of the turn with this key. */
  add(key: string, event: AgentEvent): void {
    this.events.push({ key, event });
    const turn = this.turns().findLast((each) => each.key === key);
    // The first words are waited for.
    if (event.type === 'text' && !turn?.text) this.frame.now();
    else this.frame.ask();
  }

  /** Those that were not taken yet, at once. */
  take(): void {
    const events = this.events;
    if (events.length === 0) return;
    this.events = [];
    const now = Date.now();
    this.turns.update((turns) =>
      turns.map((turn) =>
        events.reduce(
          (told, { key, event }) => (key === turn.key ? heard(told, event, now) : told),
          turn,
        ),
      ),
    );
  }

  /** Nobody is to see them any more. */
  forget(): void {
    this.events = [];
  }
}
