import { Injectable, inject } from '@angular/core';
import {
  AgentProblem,
  ConversationService,
  ConversationView,
  RunService,
} from '@eira/agents-client';
import { ShownTurn, reworded } from './turn';

export const PAGE = 20;

type Change = (key: string, changed: (turn: ShownTurn) => ShownTurn) => void;

/** What the server keeps of a conversation, in the language that is chosen when it is read. */
@Injectable({ providedIn: 'root' })
export class StoredTurns {
  private readonly runs = inject(RunService);
  private readonly service = inject(ConversationService);

  /** With so many pages of its turns, the newest; fails with AgentProblem. */
  async read(id: string, pages: number): Promise<ConversationView> {
    const view = await this.service.read(id, null, PAGE);
    let { older = null, turns = [] } = view;
    for (let page = 1; page < pages && older !== null; page += 1) {
      const before = await this.service.read(id, older, PAGE);
      turns = [...(before.turns ?? []), ...turns];
      older = before.older ?? null;
    }
    return { ...view, turns, older };
  }

  /** Reads what the tools of these turns, or of one, are called; where that fails it stays so. */
  async reword(turns: readonly ShownTurn[], change: Change, only?: string): Promise<void> {
    const meant = only === undefined ? turns : turns.filter(({ key }) => key === only);
    await Promise.all(meant.map((turn) => this.rewordOne(turn, change)));
  }

  private async rewordOne({ key, runId, steps }: ShownTurn, change: Change): Promise<void> {
    if (runId === null || !steps.some(({ kind }) => kind === 'tool')) return;
    try {
      const run = await this.runs.read(runId);
      change(key, (turn) => reworded(turn, run));
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
    }
  }
}
