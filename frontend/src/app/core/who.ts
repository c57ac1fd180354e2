import { Injectable, computed, inject, signal } from '@angular/core';
import { AgentProblem, Me, RunService } from '@eira/agents-client';

const DECIDE = 'approvals:decide';
const OPERATE = 'runs:operate';
const OPERATORS = ['runs:read', OPERATE];

/** Who uses the app and what they may do, as the API knows them. */
@Injectable({ providedIn: 'root' })
export class Who {
  private readonly runs = inject(RunService);
  private readonly me = signal<Me | null>(null);
  readonly problem = signal<AgentProblem | null>(null);
  /** It is known who it is, and with it what they may do. */
  readonly known = computed(() => this.me() !== null);
  readonly id = computed(() => this.me()?.userId ?? null);
  readonly name = computed(() => this.me()?.name ?? '');
  readonly operates = computed(
    () => this.me()?.rights.some((right) => OPERATORS.includes(right)) ?? false,
  );

  /** May stop what others started. */
  readonly stops = computed(() => this.me()?.rights.includes(OPERATE) ?? false);
  readonly readsFlows = computed(() => this.me()?.rights.includes('flows:read') ?? false);
  readonly writesFlows = computed(() => this.me()?.rights.includes('flows:write') ?? false);
  readonly decides = computed(() => this.me()?.rights.includes(DECIDE) ?? false);

  private asking = false;

  constructor() {
    void this.ask();
    addEventListener('online', () => void this.askAgain());
  }

  /** For whoever sees that the API answers: it may not have done so when this was asked. */
  async askAgain(): Promise<void> {
    if (!this.known() && !this.asking) await this.ask();
  }

  async ask(): Promise<void> {
    this.asking = true;
    this.problem.set(null);
    try {
      this.me.set(await this.runs.me());
    } catch (error) {
      // The page itself says that the API does not answer, where that matters.
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    } finally {
      this.asking = false;
    }
  }
}
