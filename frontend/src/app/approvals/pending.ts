import { Injectable, inject, signal } from '@angular/core';
import { AgentProblem, ApprovalView, RunService } from '@eira/agents-client';
import { whileSeen } from '../core/seen';

const AGAIN_MS = 15_000;

/** What waits for the decision of whoever uses the app. */
@Injectable({ providedIn: 'root' })
export class Pending {
  private readonly runs = inject(RunService);
  readonly items = signal<readonly ApprovalView[]>([]);
  readonly loading = signal(false);
  readonly problem = signal<AgentProblem | null>(null);
  private seen = '';

  /** Looks now and, while somebody sees the page, again and again; gives how to end that. */
  watch(): () => void {
    void this.look();
    return whileSeen(AGAIN_MS, () => void this.look(true));
  }

  /** `quiet`: nobody asked for it, and nobody is told that it is under way. */
  async look(quiet = false): Promise<void> {
    if (!quiet) this.loading.set(true);
    try {
      const { items } = await this.runs.approvals();
      const now = JSON.stringify(items);
      if (now !== this.seen) this.items.set(items);
      this.seen = now;
      this.problem.set(null);
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    } finally {
      this.loading.set(false);
    }
  }
}
