import { Signal, WritableSignal } from '@angular/core';
import { AgentProblem } from '@eira/agents-client';

/** Where is told what comes of something. */
export interface Telling {
  /** Of the conversation that is open. */
  readonly id: Signal<string | null>;
  readonly loading: WritableSignal<boolean>;
  readonly problem: WritableSignal<AgentProblem | null>;
}

/** Does the work; what comes of it is told only as long as the same conversation is open. */
export async function telling(page: Telling, work: () => Promise<void>): Promise<void> {
  const id = page.id();
  const tell = (problem: AgentProblem | null): void => {
    if (page.id() === id) page.problem.set(problem);
  };
  page.loading.set(true);
  try {
    await work();
    tell(null);
  } catch (error) {
    if (!(error instanceof AgentProblem)) throw error;
    tell(error);
  } finally {
    if (page.id() === id) page.loading.set(false);
  }
}
