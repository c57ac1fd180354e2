import { Transport } from './transport';
import { pauseMs, wait } from './waiting';

/** Tries again what fails in a way that passes. */
export async function patiently<T>(
  attempt: () => Promise<T>,
  passes: (error: unknown) => boolean,
  transport: Transport,
  signal: AbortSignal,
  onConnection?: (state: 'live' | 'lost') => void,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      const answer = await attempt();
      onConnection?.('live');
      return answer;
    } catch (error) {
      if (signal.aborted || !passes(error) || failures > transport.patience.attempts) throw error;
      onConnection?.('lost');
      await wait(pauseMs(failures, transport.patience), signal);
    }
  }
}
