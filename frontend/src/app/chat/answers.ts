import { Injectable, inject } from '@angular/core';
import { AgentService } from '@eira/agents-client';
import { Drafts } from './drafts';
import { ShownTurn } from './turn';

type Change = (key: string, changed: (turn: ShownTurn) => ShownTurn) => void;

/** What people answer to flows that ask. */
@Injectable({ providedIn: 'root' })
export class Answers {
  private readonly agents = inject(AgentService);
  private readonly drafts = inject(Drafts);

  /** Shown at once; what is not taken is a draft of its conversation again. Fails with AgentProblem. */
  async give(
    { key, runId, asking }: ShownTurn,
    message: string,
    conversation: string | null,
    change: Change,
  ): Promise<void> {
    const [asked] = asking;
    if (runId === null || asked === undefined) return;
    change(key, (turn) => ({ ...turn, answering: message }));
    try {
      await this.agents.input(runId, message, asked.key);
    } catch (error) {
      change(key, (turn) => ({ ...turn, answering: null }));
      if (!this.drafts.of(conversation)) this.drafts.keep(conversation, message);
      throw error;
    }
  }
}
