/** One node: what it changes, what has to be done for it, and where the branch goes on. */
import { agentRequest, restUrl } from './calling';
import { evaluate } from './evaluating';
import { pointerTo } from './findings';
import type {
  AgentCallForm,
  AssignVarForm,
  CredentialProfileForm,
  FaultyForm,
  Node,
  ResponseForm,
  RestCallForm,
  SecureValueForm,
  UseProfileForm,
} from './flow';
import { assigned, Going, keyOf, NodeError, withVariable } from './going';
import { after, Program } from './graph';
import { isList, isObject, Json, JsonObject, mapped, textOf, Variables } from './json-values';
import { LANGUAGE } from './language';
import { concealed, leaksIn } from './leaking';
import { enter } from './looping';
import { profileOf } from './profiles';
import type { Branch, WaitingAction } from './running';
import { resolve } from './templates';

/** Throws NodeError, and what templates, expressions and contracts throw. */
export function take(program: Program, branch: Branch, node: Node): Going {
  const { form } = node;
  const done: Done = {
    is: 'goes',
    at: after(program, node.id),
    done: node.id,
    from: node.id,
    port: 'next',
  };
  if (form.type === 'loop') return enter(program, branch, node.id, form);
  if (form.type === 'response') return respond(branch, node, form, done);
  if (form.type === 'condition') {
    const decided = isTrue(branch, form.expression);
    const port = decided ? 'true' : 'false';
    return { ...done, branch, at: after(program, node.id, port), port, output: decided };
  }
  if (form.type === 'agent_call' || form.type === 'rest_call' || form.type === 'secure_value') {
    const waiting = { ...branch, pending: node.id };
    return { is: 'waits', branch: waiting, action: action(program, branch, node, form) };
  }
  return set(branch, form, done);
}

type Done = Omit<Extract<Going, { is: 'goes' }>, 'branch'>;
type Setting = AssignVarForm | UseProfileForm | CredentialProfileForm | FaultyForm;

function set(branch: Branch, form: Setting, done: Done): Going {
  if (form.type === 'assign_var') return assign(branch, form, done);
  if (form.type === 'faulty') throw new NodeError('node_invalid');
  if (form.type === 'credential_profile') return { ...done, branch };
  return { ...done, branch: { ...branch, profile: form.profile }, output: form.profile };
}

/** With what came of a node's action. */
export function answered(branch: Branch, node: Node, value: Json): Branch {
  const { form } = node;
  if (form.type === 'response') {
    const said = isObject(value) ? (value['text'] ?? null) : null;
    return withVariable(withVariable(branch, 'message', said), form.save_as, value);
  }
  if (form.type === 'agent_call' && isObject(value) && !Object.hasOwn(value, 'error')) {
    return withVariable(branch, form.save_as, savedAnswer(value, form.call));
  }
  return withVariable(branch, 'save_as' in form ? form.save_as : undefined, value);
}

/** An agent's answer as a variable. One that was asked for as JSON is there as `json`, too. */
export function savedAnswer(answer: JsonObject, call: JsonObject): JsonObject {
  const told = mapped(answer, (each) => each ?? undefined);
  const kept = mapped(told, (each, name) =>
    LANGUAGE.calls.saved.includes(name) ? each : undefined,
  );
  const saved: JsonObject = { text: '', citations: [], ...kept };
  if (told['handoffTrace'] !== undefined) saved['handoff_trace'] = told['handoffTrace'];
  if (!isAskedAsJson(call)) return saved;
  try {
    saved['json'] = JSON.parse(textOf(saved['text'] ?? null)) as Json;
  } catch (wrong) {
    // No JSON after all: the text says what the model wrote.
    if (!(wrong instanceof SyntaxError)) throw wrong;
  }
  return saved;
}

export function isAskedAsJson(call: JsonObject): boolean {
  const model = call['model'];
  return isObject(model) && [model['response_format'], model['responseFormat']].includes('json');
}

function assign(branch: Branch, form: AssignVarForm, done: Done): Going {
  const value =
    form.expression === undefined
      ? resolve(form.value ?? null, branch.variables)
      : evaluate(form.expression, known(branch));
  const { name, mode } = form;
  const set =
    mode === 'set' ? withVariable(branch, name, value) : assigned(branch, { name, mode, value });
  return { ...done, branch: set, output: set.variables[name] ?? null };
}

function isTrue(branch: Branch, expression: string): boolean {
  const found = evaluate(expression, known(branch));
  if (typeof found !== 'boolean') throw new NodeError('condition_not_boolean');
  return found;
}

/** What an expression sees: nothing of the simulator's. */
function known(branch: Branch): Variables {
  return concealed({ ...branch.variables }) as JsonObject;
}

function respond(branch: Branch, node: Node, form: ResponseForm, done: Done): Going {
  const text = textOf(concealed(resolve(form.text, branch.variables)));
  const citations = concealed(resolve(form.citations ?? null, branch.variables));
  if (citations !== null && !isList(citations)) throw new NodeError('node_invalid', '/citations');
  const told = { ...whereOf(branch, node), text, citations: citations ?? [] };
  if (form.wait) {
    const waiting = { ...branch, pending: node.id };
    return { is: 'waits', branch: waiting, action: { kind: 'ask', ...told } };
  }
  return { ...done, branch, action: { kind: 'say', ...told }, output: text };
}

function whereOf(branch: Branch, node: Node): { branch: string; node: string; key: string } {
  return { branch: branch.key, node: node.id, key: keyOf(node.id, branch) };
}

function action(
  program: Program,
  branch: Branch,
  node: Node,
  form: AgentCallForm | RestCallForm | SecureValueForm,
): WaitingAction {
  const where = whereOf(branch, node);
  if (form.type === 'secure_value') {
    const { source, alias, name = null, secret = null, mode } = form;
    return { kind: 'secure_value', ...where, source, alias, name, secret, mode };
  }
  const { profile, fellBack } = profileOf(program.flow, branch.profile);
  const outward = { ...where, profile, fellBack };
  if (form.type === 'agent_call') {
    const named = fellBack ? null : profile;
    const request = agentRequest(form.call, branch.variables, named, branch.loop === null);
    return { kind: 'agent_call', ...outward, leaks: pointers(request), request };
  }
  const sent = rest(form, branch);
  const { method, stream, timeout_ms: timeoutMs = null } = form;
  return {
    kind: 'rest_call',
    ...outward,
    leaks: pointers(sent as unknown as Json),
    method,
    stream,
    timeoutMs,
    ...sent,
  };
}

interface RestRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly credentials: Readonly<Record<string, string>>;
}

function rest(form: RestCallForm, branch: Branch): RestRequest {
  const texts = (values: Readonly<Record<string, string>> = {}): Record<string, string> => {
    const found = concealed(resolve({ ...values }, branch.variables)) as JsonObject;
    return Object.fromEntries(Object.entries(found).map(([name, each]) => [name, textOf(each)]));
  };
  return {
    url: restUrl(form, branch.variables),
    headers: texts(form.headers),
    body: concealed(resolve(form.body ?? null, branch.variables)),
    credentials: texts(form.credentials),
  };
}

function pointers(sent: Json): string[] {
  return leaksIn(sent).map(pointerTo);
}
