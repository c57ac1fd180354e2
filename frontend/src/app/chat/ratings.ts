import { Injectable, inject } from '@angular/core';
import { AgentProblem, AgentService } from '@eira/agents-client';
import { ShownTurn } from './turn';

type Change = (key: string, changed: (turn: ShownTurn) => ShownTurn) => void;

/** What people think of answers. */
@Injectable({ providedIn: 'root' })
export class Ratings {
  private readonly agents = inject(AgentService);

  /** Shown at once, and no longer when the server was not told: gives why. */
  async give(
    { key, runId, rating: before }: ShownTurn,
    rating: 'up' | 'down',
    comment: string | undefined,
    change: Change,
  ): Promise<AgentProblem | null> {
    if (runId === null) return null;
    change(key, (rated) => ({ ...rated, rating }));
    try {
      await this.agents.feedback(runId, comment ? { rating, comment } : { rating });
      return null;
    } catch (error) {
      change(key, (rated) => ({ ...rated, rating: before }));
      if (!(error instanceof AgentProblem)) throw error;
      return error;
    }
  }
}
