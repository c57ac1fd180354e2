/** Runs a flow of the conformance suite with scripted answers. */
import type { Program } from '../lib/graph';
import { Advance, advance, begin } from '../lib/interpreting';
import { isObject, Json, JsonObject, Variables } from '../lib/json-values';
import type { FlowAction, FlowOutcome, FlowState, WaitingAction } from '../lib/running';

/** What became of a run: `trace` are the keys of the nodes in the order in which they began. */
export interface Driven {
  readonly state: FlowState;
  readonly actions: readonly FlowAction[];
  readonly trace: readonly string[];
}

/** `answers` by key or by node; `order` are keys that are answered first, as soon as they wait, the
 * others as they come. What has no answer stays waiting. */
export function drive(
  program: Program,
  inputs: Variables,
  answers: JsonObject,
  order: readonly string[],
): Driven {
  const actions: FlowAction[] = [];
  const trace: string[] = [];
  const waiting: WaitingAction[] = [];
  const wanted = [...order];
  const see = (step: Advance): FlowState => {
    actions.push(...step.actions);
    trace.push(...step.events.flatMap((each) => (each.status === 'started' ? [each.key] : [])));
    waiting.push(...step.actions.filter((each) => each.kind !== 'say'));
    // It is stored between steps: what comes back from JSON must be the same.
    return JSON.parse(JSON.stringify(step.state)) as FlowState;
  };
  let state = see(begin(program, inputs));
  for (;;) {
    const action = next(waiting, wanted, answers);
    if (action === undefined) return { state, actions, trace };
    waiting.splice(waiting.indexOf(action), 1);
    state = see(advance(program, state, action.branch, outcome(answerOf(action, answers))));
  }
}

function next(
  waiting: readonly WaitingAction[],
  wanted: string[],
  answers: JsonObject,
): WaitingAction | undefined {
  const first = waiting.find((action) => action.key === wanted[0]);
  if (first !== undefined) {
    wanted.shift();
    return first;
  }
  return waiting.find((action) => (answerOf(action, answers) ?? null) !== null);
}

/** Of the execution, or of the node; a plain value is what came of it. */
function answerOf(action: FlowAction, answers: JsonObject): Json | undefined {
  return answers[action.key] ?? answers[action.node];
}

function outcome(answer: Json | undefined): FlowOutcome {
  const failed = isObject(answer) ? answer['failed'] : undefined;
  if (isObject(failed)) return { kind: 'failed', code: '', ...failed };
  return { kind: 'ok', value: answer ?? null };
}
