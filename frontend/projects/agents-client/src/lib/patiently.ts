import { Connection } from './models';
import { AgentProblem } from './problems';
import { Transport } from './transport';
import { waitAfter } from './waiting';

/** Tries again what fails in a way that passes, no sooner than who refused it asks for. */
export async function patiently<T>(
  attempt: () => Promise<T>,
  passes: (error: unknown) => error is AgentProblem,
  { patience }: Transport,
  signal: AbortSignal,
  onConnection?: (state: Connection, againInMs: number) => void,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      const answer = await attempt();
      onConnection?.('live', 0);
      return answer;
    } catch (error) {
      if (signal.aborted || !passes(error) || failures > patience.attempts) throw error;
      await waitAfter(error, failures, patience, signal, onConnection);
    }
  }
}
