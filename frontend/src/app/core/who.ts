import { Injectable, computed, inject, signal } from '@angular/core';
import { AgentProblem, Me, RunService } from '@eira/agents-client';

const DECIDE = 'approvals:decide';
const OPERATORS = ['runs:read', 'runs:operate'];

/** Who uses the app and what they may do, as the API knows them. */
@Injectable({ providedIn: 'root' })
export class Who {
  private readonly runs = inject(RunService);
  private readonly me = signal<Me | null>(null);
  readonly name = computed(() => this.me()?.name ?? '');
  readonly operates = computed(
    () => this.me()?.rights.some((right) => OPERATORS.includes(right)) ?? false,
  );

  readonly decides = computed(() => this.me()?.rights.includes(DECIDE) ?? false);

  constructor() {
    void this.ask();
  }

  private async ask(): Promise<void> {
    try {
      this.me.set(await this.runs.me());
    } catch (error) {
      // The page itself says that the API does not answer, where that matters.
      if (!(error instanceof AgentProblem)) throw error;
    }
  }
}
