/** A flow under way: where it is, what has to be done for it, and what came of that. All of it is
 * JSON, as `shared/contracts/flows/running.py` has it. */
import type { AssignMode, Method } from './flow';
import type { Json, JsonObject, Variables } from './json-values';

/** The key of the branch that a flow begins with. */
export const MAIN = '';

export type FlowStatus = 'running' | 'done' | 'failed';
export type NodeStatus = 'started' | 'done' | 'failed';

/** Why a node, and with it the run, failed. `node` is a key; `detail` is for a developer and has no
 * values. */
export interface FlowFailure {
  readonly code: string;
  readonly node: string;
  readonly detail: string;
  /** The key of the sentence that `detail` is in English, with `values`. */
  readonly reason?: string;
  readonly values?: Readonly<Record<string, string | number>>;
  readonly retryable: boolean;
}

/** What a round of a parallel loop did to a variable of the loop's own branch. */
export interface Assignment {
  readonly name: string;
  readonly mode: Exclude<AssignMode, 'set'>;
  readonly value: Json;
}

export interface Round {
  readonly result: Json;
  readonly assignments: readonly Assignment[];
}

/** A loop that is under way. `items` is null for one that repeats while something is true. `kept`
 * are the variables that its item and index hide. Of a parallel loop `index` is the next round to
 * begin, and `ended` what each round that is over has left, by its number. */
export interface Frame {
  readonly loop: string;
  readonly items: Json[] | null;
  readonly index: number;
  readonly results: readonly Json[];
  readonly kept: Variables;
  readonly ended: Readonly<Record<string, Round>>;
}

/** One line of what happens; there are several only within parallel loops. */
export interface Branch {
  readonly key: string;
  readonly pending: string | null;
  readonly frames: readonly Frame[];
  readonly variables: Variables;
  readonly profile: string | null;
  readonly parent: string | null;
  readonly loop: string | null;
  readonly rounds: readonly number[];
  readonly own: readonly string[];
  readonly assignments: readonly Assignment[];
}

/** Branches by key. `steps` counts nodes and rounds. */
export interface FlowState {
  readonly status: FlowStatus;
  readonly branches: Readonly<Record<string, Branch>>;
  readonly steps: number;
  readonly failure: FlowFailure | null;
}

/** `branch` is where its outcome belongs. `key` names this one execution of the node: its id, and
 * the number of the round of each loop around it: `ask[0][2]`. */
interface Action {
  readonly branch: string;
  readonly node: string;
  readonly key: string;
}

/** `profile` is the credential profile in force; `fellBack`: nobody named one. `leaks` points to
 * what was taken out of the request because it is for the simulator only: with any, the call is to
 * be made up. */
interface Outward extends Action {
  readonly profile: string;
  readonly fellBack: boolean;
  readonly leaks: readonly string[];
}

/** `request` is a body of `POST /api/chat`, without session. */
export interface CallAgent extends Outward {
  readonly kind: 'agent_call';
  readonly request: JsonObject;
}

export interface CallRest extends Outward {
  readonly kind: 'rest_call';
  readonly method: Method;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly stream: boolean;
  readonly timeoutMs: number | null;
  readonly credentials: Readonly<Record<string, string>>;
}

export interface SealValue extends Action {
  readonly kind: 'secure_value';
  readonly source: 'app_settings' | 'key_vault';
  readonly alias: string;
  readonly name: string | null;
  readonly secret: string | null;
  readonly mode: 'opaque' | 'plaintext';
}

interface Words extends Action {
  readonly text: string;
  readonly citations: Json[];
}

/** Nothing comes of it: it needs no outcome. */
export interface Say extends Words {
  readonly kind: 'say';
}

/** `text` is said, and what the user answers is its outcome. */
export interface Ask extends Words {
  readonly kind: 'ask';
}

export type FlowAction = CallAgent | CallRest | SealValue | Say | Ask;
export type WaitingAction = Exclude<FlowAction, Say>;

export interface NodeEvent {
  readonly key: string;
  readonly node: string;
  readonly status: NodeStatus;
  readonly saveAs: string | null;
}

/** `value` is what `save_as` becomes: of an agent its answer `{text, citations, …}`, of a REST call
 * `{status, …}`, of a secure value its handle, of a question `{text}`. */
export interface Succeeded {
  readonly kind: 'ok';
  readonly value: Json;
}

export interface Failed {
  readonly kind: 'failed';
  readonly code: string;
  readonly message?: string;
  readonly retryable?: boolean;
}

export type FlowOutcome = Succeeded | Failed;

/** Of the rounds that a branch is in, the outermost first. */
export function numbersOf(branch: Branch): number[] {
  return [...branch.rounds, ...branch.frames.map((frame) => frame.index)];
}

export function variablesOf(state: FlowState): Variables {
  return state.branches[MAIN]?.variables ?? {};
}
