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
  private pages = 0;

  /** From the newest on; what was asked for before is of no interest any longer. */
  async look(wanted: RunsWanted = this.wanted): Promise<void> {
    const known = wanted === this.wanted;
    this.wanted = wanted;
    if (!known) this.items.set([]);
    await this.telling(() => this.read(1));
  }

  async loadMore(): Promise<void> {
    await this.telling(() => this.read(1, this.items(), this.next, this.pages));
  }

  /** What is shown as it is by now. Nobody asked for it: what goes wrong is not told. */
  async refresh(): Promise<void> {
    if (this.loading()) return;
    try {
      await this.read(Math.max(1, this.pages));
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
    }
  }

  /** So many pages from `next` on, behind the `before` of pages that are there. */
  private async read(
    count: number,
    before: readonly RunEntry[] = [],
    next: string | null = null,
    there = 0,
  ): Promise<void> {
    const { wanted } = this;
    const quiet = !this.loading();
    let [items, pages] = [before, there];
    do {
      const page = await this.runs.list({ ...wanted, after: next });
      if (wanted !== this.wanted || (quiet && this.loading())) return;
      items = [...items, ...page.items];
      next = page.next ?? null;
      pages += 1;
    } while (next !== null && pages < there + count);
    this.items.set(items);
    this.pages = pages;
    this.next = next;
    this.more.set(next !== null);
    this.problem.set(null);
  }

  private async telling(work: () => Promise<void>): Promise<void> {
    const { wanted } = this;
    this.loading.set(true);
    this.problem.set(null);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      if (wanted === this.wanted) this.problem.set(error);
    } finally {
      if (wanted === this.wanted) this.loading.set(false);
    }
  }
}
