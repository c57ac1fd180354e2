import { Injectable, inject, signal } from '@angular/core';
import { AgentProblem, RunEntry, RunService, RunsWanted } from '@eira/agents-client';
import { NO_PAGES, Pages, morePages } from '../core/pages';

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
  private pages: Pages<RunEntry> = NO_PAGES;

  /** From the newest on; what was asked for before is of no interest any longer. */
  async look(wanted: RunsWanted = this.wanted): Promise<void> {
    const known = wanted === this.wanted;
    this.wanted = wanted;
    if (!known) {
      this.pages = NO_PAGES;
      this.items.set([]);
    }
    await this.telling(() => this.read(1));
  }

  async loadMore(): Promise<void> {
    await this.telling(() => this.read(1, this.pages));
  }

  /** What is shown as it is by now. Nobody asked for it: what goes wrong is not told. */
  async refresh(): Promise<void> {
    if (this.loading()) return;
    try {
      await this.read(Math.max(1, this.pages.count));
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
    }
  }

  private async read(count: number, there: Pages<RunEntry> = NO_PAGES): Promise<void> {
    const { wanted } = this;
    const quiet = !this.loading();
    const pages = await morePages(
      async (after) => {
        const page = await this.runs.list({ ...wanted, after });
        return wanted !== this.wanted || (quiet && this.loading()) ? null : page;
      },
      count,
      there,
    );
    if (pages === null) return;
    this.pages = pages;
    this.items.set(pages.items);
    this.more.set(pages.next !== null);
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
