import { RunState } from '@eira/agents-client';
import { Step } from './turn';

/** These say what is being done from then on; the others that something has been done. */
const BEGIN: readonly RunState[] = ['WAITING_APPROVAL', 'EXECUTING_TOOLS', 'STREAMING_RESPONSE'];

export interface TimedStep {
  readonly step: Step;
  /** In milliseconds; null while it is not known. */
  readonly ms: number | null;
}

/**
 * Each step with the time it took; `end` is when the run ended, null while it goes on. All times are
 * the server's: this machine's clock may be another.
 */
export function timed(steps: readonly Step[], end: number | null): readonly TimedStep[] {
  const states = steps.filter((step) => step.kind === 'state');
  return steps.map((step) => {
    if (step.kind === 'tool') return { step, ms: step.endedAt && step.endedAt - step.at };
    if (step.kind !== 'state') return { step, ms: null };
    const at = states.indexOf(step);
    if (BEGIN.includes(step.state)) {
      const next = states[at + 1]?.at ?? end;
      return { step, ms: next === null ? null : next - step.at };
    }
    const before = states[at - 1];
    // What had begun took that time already.
    if (before === undefined || BEGIN.includes(before.state)) return { step, ms: null };
    return { step, ms: step.at - before.at };
  });
}
