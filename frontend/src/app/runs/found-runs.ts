import { Injectable, inject, signal } from '@angular/core';
import { AgentProblem, RunEntry, RunService, RunsWanted } from '@eira/agents-client';

/** The runs that were asked for, page by page. */
@Injectable()
export class FoundRuns {
  private readonly runs = inject(RunService);
  readonly items = signal<readonly RunEntry[]>([]);
  readonly loading = signal(false);
  /** There may be more of them. */
  readonly more = signal(false);
  readonly problem = signal<AgentProblem | null>(null);
  private wanted: RunsWanted = {};
  private next: string | null = null;

  /** From the newest on; what was asked for before is of no interest any longer. */
  async look(wanted: RunsWanted = this.wanted): Promise<void> {
    const known = wanted === this.wanted;
    this.wanted = wanted;
    this.next = null;
    if (!known) this.items.set([]);
    await this.read(wanted, () => []);
  }

  async loadMore(): Promise<void> {
    await this.read(this.wanted, () => this.items());
  }

  private async read(wanted: RunsWanted, before: () => readonly RunEntry[]): Promise<void> {
    this.loading.set(true);
    this.problem.set(null);
    try {
      const { items, next = null } = await this.runs.list({ ...wanted, after: this.next });
      if (wanted !== this.wanted) return;
      this.items.set([...before(), ...items]);
      this.next = next;
      this.more.set(next !== null);
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      if (wanted === this.wanted) this.problem.set(error);
    } finally {
      if (wanted === this.wanted) this.loading.set(false);
    }
  }
}
