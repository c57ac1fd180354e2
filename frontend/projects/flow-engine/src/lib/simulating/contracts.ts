/** What a simulation is told, and what it tells. */
import type { Severity } from '../findings';
import type { Move } from '../interpreting';
import type { Json, Variables } from '../json-values';
import type { Language, NodeType } from '../language';
import type { CallAgent, CallRest, FlowFailure, FlowOutcome } from '../running';

/** Keys by tool (`openai`, `ai_search`, …), typed in for the simulator; they stay in memory. */
export type ToolKeys = Readonly<Record<string, string>>;
/** By credential profile; the form of `window.SIM_CREDENTIAL_PROFILES`. */
export type ProfileKeys = Readonly<Record<string, ToolKeys>>;
/** Values by alias; the form of `window.SIM_SECURE_MOCKS`. */
export type SecureMocks = Readonly<Record<string, string>>;

/** What a call comes to: the answer as the variable has it, or a failure. */
export type Mock =
  Json | { readonly failed: { code: string; message?: string; retryable?: boolean } };

/** `nodes` by the key of an execution (`ask[0]`) or by the node's id; `tools` by tool: `openai` a
 * text, `ai_search` a list of citations, `http` an answer `{status, …}`. */
export interface Mocks {
  readonly nodes?: Readonly<Record<string, Mock>>;
  readonly tools?: Readonly<Record<string, Json>>;
}

export interface BackendCall<Action> {
  readonly action: Action;
  /** To be sent with this one request, and nowhere kept: the keys that were typed in for the
   * profile in force, or nothing where the backend has its own. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each piece of text as it comes. */
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Does calls for real. What goes wrong is told as a failed outcome, not thrown. */
export interface Backend {
  /** `simulatorKeys` of `GET /api/catalog`: whether this backend takes keys from a simulator. */
  readonly takesCredentials: boolean;
  callAgent(call: BackendCall<CallAgent>): Promise<FlowOutcome>;
  callRest(call: BackendCall<CallRest>): Promise<FlowOutcome>;
}

/** `auto`: with keys for the profile in force calls go to the backend, without them they are made
 * up. `backend`: they go there without keys, too, under the name of the profile. */
export type Calls = 'mocks' | 'auto' | 'backend';

export interface SimulatorOptions {
  readonly language?: Language;
  readonly inputs?: Variables;
  readonly calls?: Calls;
  readonly backend?: Backend;
  readonly mocks?: Mocks;
  readonly profiles?: ProfileKeys;
  readonly secureMocks?: SecureMocks;
  readonly breakpoints?: Iterable<string>;
  /** Instead of mocks and backend: what was recorded. */
  readonly tape?: Tape;
  /** Milliseconds, of whatever clock; `performance.now` if nothing is said. */
  readonly now?: () => number;
}

/** `waiting`: for what the user says (`input`). */
export type SimulationStatus =
  'ready' | 'running' | 'paused' | 'waiting' | 'done' | 'failed' | 'stopped';

export type Source = 'rules' | 'mock' | 'backend' | 'tape' | 'user';

/** One execution of a node. `stopped`: the run ended before it did. `input` is what it was given, `output` what came of it, `variables`
 * those of its branch afterwards; `tokens` what the answer says of its usage. */
export interface NodeRecord {
  readonly key: string;
  readonly node: string;
  readonly type: NodeType;
  readonly status: 'running' | 'done' | 'failed' | 'stopped';
  readonly source: Source;
  readonly input: Json;
  readonly output?: Json;
  readonly variables?: Variables;
  readonly profile?: string;
  readonly durationMs?: number;
  readonly tokens?: number;
}

export interface SimulationNotice {
  readonly severity: Severity;
  readonly code: string;
  readonly key: string;
  readonly message: string;
}

export type SimulationEvent =
  | {
      readonly kind: 'status';
      readonly status: SimulationStatus;
      /** The node that is next where it is paused. */
      readonly at: string | null;
      readonly failure: FlowFailure | null;
    }
  | { readonly kind: 'node'; readonly record: NodeRecord }
  | { readonly kind: 'move'; readonly move: Move }
  | { readonly kind: 'delta'; readonly key: string; readonly node: string; readonly text: string }
  | {
      readonly kind: 'say' | 'ask';
      readonly key: string;
      readonly node: string;
      readonly text: string;
      readonly citations: Json[];
    }
  | { readonly kind: 'input'; readonly key: string; readonly text: string }
  | ({ readonly kind: 'notice' } & SimulationNotice);

export type Observer = (event: SimulationEvent) => void;

/** What came of the calls of one run, by the key of each, and what the user said. JSON. */
export interface Tape {
  readonly tape: 1;
  readonly inputs: Variables;
  readonly calls: Readonly<Record<string, TapedCall>>;
}

/** `deltas` are the pieces of text in which the answer came. */
export interface TapedCall {
  readonly kind: 'agent_call' | 'rest_call' | 'ask';
  readonly outcome: FlowOutcome;
  readonly deltas: readonly string[];
}
