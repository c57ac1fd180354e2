import { Connection } from './models';
import { AgentProblem } from './problems';
import { Patience } from './settings';

/**
 * The pause before the connection is tried again after `failures` in a row: doubling, and by chance
 * between half of it and all, so that clients cut off together do not come back together.
 */
export function pauseMs(failures: number, patience: Patience, random = Math.random): number {
  const whole = Math.min(patience.firstMs * 2 ** (failures - 1), patience.longestMs);
  return whole / 2 + (random() * whole) / 2;
}

/** Resolves after the time, or at once when the machine is online again; rejects when aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const online = (): void => finish(resolve);
    const aborted = (): void => finish(() => reject(signal.reason as Error));
    const timer = setTimeout(() => finish(resolve), ms);
    const finish = (end: () => void): void => {
      clearTimeout(timer);
      removeEventListener('online', online);
      signal.removeEventListener('abort', aborted);
      end();
    };
    addEventListener('online', online);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
  });
}

/** Waits before what failed so often is tried again: as long as whoever refused it asks for, too. */
export async function waitAfter(
  { retryAfter, status }: AgentProblem,
  failures: number,
  patience: Patience,
  signal: AbortSignal,
  onConnection?: (state: Connection, againInMs: number) => void,
): Promise<void> {
  const ms = Math.max((retryAfter ?? 0) * 1_000, pauseMs(failures, patience));
  onConnection?.(status > 0 ? 'busy' : 'lost', ms);
  await wait(ms, signal);
}
