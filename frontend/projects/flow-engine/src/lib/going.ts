/** Where a branch goes from one node, and the errors of nodes. */
import { NotSendableError } from './calling';
import { EvaluationError } from './evaluating';
import { WordedError } from './expressions';
import { isList, isObject, Json, plain } from './json-values';
import { LIMITS, Port } from './language';
import { NoRoomError, TOO_LARGE } from './room';
import { Assignment, Branch, numbersOf, Say, WaitingAction } from './running';
import { MissingVariableError, TemplateError } from './templates';

/** A node cannot do what it says; `detail` is for who writes flows, and has no values. Where it is a
 * sentence, `worded` has that in every language. */
export class NodeError extends Error {
  readonly detail: string;

  constructor(
    readonly code: string,
    detail = '',
    readonly worded?: WordedError,
  ) {
    super(code);
    this.detail = worded?.detail ?? detail;
  }
}

/** `goes`: on to a node, or with null to the end of the block; `done` is a node that is over, and
 * `port` the one that it is left by. `spreads`: into rounds side by side, for which the branch
 * waits. `ends`: a round of a parallel loop, with what it leaves, or the flow. */
export type Going =
  | {
      readonly is: 'goes';
      readonly branch: Branch;
      readonly at: string | null;
      readonly done?: string;
      readonly from: string;
      readonly port: Port;
      readonly action?: Say;
      readonly output?: Json;
    }
  | { readonly is: 'waits'; readonly branch: Branch; readonly action: WaitingAction }
  | {
      readonly is: 'spreads';
      readonly branch: Branch;
      readonly loop: string;
      readonly rounds: readonly Branch[];
    }
  | { readonly is: 'ends'; readonly branch: Branch; readonly result: Json };

/** What templates, expressions and contracts refuse is the node's fault; undefined for all else. */
export function asNodeError(wrong: unknown): NodeError | undefined {
  if (wrong instanceof NodeError) return wrong;
  if (wrong instanceof MissingVariableError) return new NodeError('missing_variable', wrong.path);
  if (wrong instanceof TemplateError) return new NodeError(wrong.code, wrong.shown);
  if (wrong instanceof WordedError) return new NodeError('expression_failed', '', wrong);
  if (wrong instanceof NoRoomError) return new NodeError(TOO_LARGE, String(LIMITS.variables));
  return wrong instanceof NotSendableError ? new NodeError(wrong.code, wrong.detail) : undefined;
}

/** Of one execution of a node: its id, and the numbers of the rounds it is in. A loop is not in its
 * own. */
export function keyOf(name: string, branch: Branch): string {
  const rounds = branch.loop === name ? branch.rounds.slice(0, -1) : branch.rounds;
  const within = branch.frames.filter((frame) => frame.loop !== name).map((frame) => frame.index);
  return name + [...rounds, ...within].map((number) => `[${number}]`).join('');
}

export { numbersOf };

/** The loop whose round the branch is in. */
export function loopOf(branch: Branch): string | null {
  return branch.frames.at(-1)?.loop ?? branch.loop;
}

/** A round of a parallel loop has the variable for itself from then on. */
export function withVariable(branch: Branch, name: string | undefined, value: Json): Branch {
  if (name === undefined) return branch;
  const known = branch.own.includes(name) || branch.loop === null;
  return {
    ...branch,
    own: known ? branch.own : [...branch.own, name],
    variables: { ...branch.variables, [name]: value },
  };
}

/** Throws NodeError where the variable is of another kind. What a round of a parallel loop does to a
 * variable that is not its own is done to the loop's, too, when all rounds are over. */
export function assigned(branch: Branch, assignment: Assignment): Branch {
  const { name } = assignment;
  const old = Object.hasOwn(branch.variables, name) ? (branch.variables[name] ?? null) : null;
  const noted = branch.loop !== null && !branch.own.includes(name);
  return {
    ...branch,
    variables: { ...branch.variables, [name]: put(old, assignment) },
    assignments: noted ? [...branch.assignments, assignment] : branch.assignments,
  };
}

function put(old: Json, { name, mode, value }: Assignment): Json {
  const found = PUT[mode](old, value);
  if (found === undefined) throw new NodeError('assign_mismatch', name);
  return found;
}

const PUT: Readonly<Record<Assignment['mode'], (old: Json, value: Json) => Json | undefined>> = {
  append: (old, value) => (isList(old ?? []) ? [...((old ?? []) as Json[]), value] : undefined),
  merge: (old, value) => {
    const into = old ?? {};
    return isObject(into) && isObject(value) ? { ...into, ...value } : undefined;
  },
  add: (old, value) => (old === null ? begun(value) : added(old, value)),
};

/** What is added to nothing. */
function begun(value: Json): Json | undefined {
  return ['number', 'string'].includes(typeof value) || isList(value) ? value : undefined;
}

function added(old: Json, value: Json): Json | undefined {
  if (isList(old) && isList(value)) return [...old, ...value];
  if (typeof old === 'string' && typeof value === 'string') return old + value;
  if (typeof old !== 'number' || typeof value !== 'number') return undefined;
  const sum = plain(old + value);
  if (sum === undefined) {
    throw new NodeError('expression_failed', '', new EvaluationError('no_json'));
  }
  return sum;
}
