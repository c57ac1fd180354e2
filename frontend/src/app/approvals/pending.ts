import { Injectable, inject, signal } from '@angular/core';
import { AgentProblem, ApprovalView, RunService } from '@eira/agents-client';

/** What waits for the decision of whoever uses the app. */
@Injectable({ providedIn: 'root' })
export class Pending {
  private readonly runs = inject(RunService);
  readonly items = signal<readonly ApprovalView[]>([]);
  readonly loading = signal(false);
  readonly problem = signal<AgentProblem | null>(null);

  async look(): Promise<void> {
    this.loading.set(true);
    try {
      const { items } = await this.runs.approvals();
      this.items.set(items);
      this.problem.set(null);
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    } finally {
      this.loading.set(false);
    }
  }
}
