/** A flow that was read: its nodes by id, and where each goes on. */
import type { Place } from './findings';
import type { Json, JsonObject, Variables } from './json-values';
import type { NodeType, Port } from './language';

export interface FlowMeta {
  readonly name?: string;
  readonly version?: string | number;
  readonly description?: string;
  readonly default_credential_profile?: string;
  readonly variables: Variables;
  readonly ui?: JsonObject;
}

/** From one node to another, by their ids. */
export interface Edge {
  readonly id?: string;
  readonly source: string;
  readonly target: string;
  readonly port: Port;
}

type OnError = 'fail' | 'continue';

/** `call` is what it says to the agent, templates and all. */
export interface AgentCallForm {
  readonly type: 'agent_call';
  readonly call: JsonObject;
  readonly save_as?: string;
  readonly on_error: OnError;
}

/** A node with a field that is at fault: it can be looked at, and not run. */
export interface FaultyForm {
  readonly type: 'faulty';
  readonly save_as?: string;
}

export interface UseProfileForm {
  readonly type: 'use_profile';
  readonly profile: string;
}

export interface CredentialProfileForm {
  readonly type: 'credential_profile';
  readonly profile: string;
  readonly credentials: Readonly<Record<string, string>>;
}

export interface SecureValueForm {
  readonly type: 'secure_value';
  readonly source: 'app_settings' | 'key_vault';
  readonly alias: string;
  readonly name?: string;
  readonly secret?: string;
  readonly mode: 'opaque' | 'plaintext';
  readonly value?: string;
  readonly __meta?: JsonObject;
  readonly save_as: string;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RestCallForm {
  readonly type: 'rest_call';
  readonly method: Method;
  readonly url: string;
  readonly query?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly stream: boolean;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly timeout_ms?: number;
  readonly save_as?: string;
  readonly on_error: OnError;
}

export interface ConditionForm {
  readonly type: 'condition';
  readonly expression: string;
}

export interface LoopForm {
  readonly type: 'loop';
  readonly over?: Json[] | string;
  readonly while?: string;
  readonly item_as: string;
  readonly index_as: string;
  readonly max_iterations: number;
  readonly parallel: boolean;
  readonly max_parallel: number;
  readonly collect?: Json;
  readonly save_as?: string;
}

export type AssignMode = 'set' | 'append' | 'merge' | 'add';

export interface AssignVarForm {
  readonly type: 'assign_var';
  readonly name: string;
  readonly value?: Json;
  readonly expression?: string;
  readonly mode: AssignMode;
}

export interface ResponseForm {
  readonly type: 'response';
  readonly text: string;
  readonly citations?: Json;
  readonly wait: boolean;
  readonly save_as?: string;
}

export type Form =
  | AgentCallForm
  | FaultyForm
  | UseProfileForm
  | CredentialProfileForm
  | SecureValueForm
  | RestCallForm
  | ConditionForm
  | LoopForm
  | AssignVarForm
  | ResponseForm;

/** `blocks` are ids of the nodes within it, by port; `simOnly` ones nobody but the simulator runs.
 * `parent`: the node that it stands in. */
export interface Node {
  readonly id: string;
  readonly type: NodeType;
  readonly place: Place;
  readonly form: Form;
  readonly blocks: ReadonlyMap<Port, readonly string[]>;
  readonly parent?: string;
  readonly simOnly: boolean;
}

/** `nodes` by id, in the document's order, those in blocks behind their node; `order` the ids
 * outside of blocks. */
export interface Flow {
  readonly meta: FlowMeta;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly order: readonly string[];
  readonly edges?: readonly Edge[];
}

/** The variable that it sets; of a loop only its results. */
export function savedAs({ form }: Pick<Node, 'form'>): string | undefined {
  if (form.type === 'assign_var') return form.name;
  return 'save_as' in form ? form.save_as : undefined;
}

/** The first profile that keys are typed in for: what holds in the simulator where neither
 * `use_profile` nor `meta` names one, and what an export puts into `meta` then. */
export function simulatedProfile(flow: Flow): string | undefined {
  for (const { form } of flow.nodes.values()) {
    if (form.type === 'credential_profile') return form.profile;
  }
  return undefined;
}

export function defaultProfile(flow: Flow): string | undefined {
  return flow.meta.default_credential_profile ?? simulatedProfile(flow);
}

/** Throws where a flow is no longer what it was read as. */
export function nodeOf(flow: Flow, id: string): Node {
  const node = flow.nodes.get(id);
  if (node === undefined) throw new Error(`there is no node ${id}`);
  return node;
}
