import { RunView } from '@eira/agents-client';
import { Step } from './turn';

/** The steps of a run that has ended, as the server knows them. */
export function stepsOf(run: RunView): readonly Step[] {
  const states = run.states.map(({ state, since }) => stateStep(state, since));
  const calls = (run.effects ?? []).map((effect) => callStep(effect, run));
  return [...states, ...calls].sort((one, other) => one.at - other.at);
}

function stateStep(state: RunView['state'], since: string): Step {
  return { kind: 'state', at: Date.parse(since), state };
}

function callStep(effect: NonNullable<RunView['effects']>[number], run: RunView): Step {
  const { callId, tool, label, labels = {}, status, args = {}, result = null } = effect;
  const at = Date.parse(effect.startedAt ?? run.receivedAt);
  const endedAt = effect.endedAt ? Date.parse(effect.endedAt) : null;
  const named = { callId, name: tool, label: label ?? tool, labels };
  const came = { status, args, result, error: effect.error ?? null };
  return { kind: 'tool', at, endedAt, ...named, ...came };
}
