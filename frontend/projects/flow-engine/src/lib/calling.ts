/** Bodies of calls, once the variables are known. */
import { readAgentCall } from './calling-forms';
import { pointerTo } from './findings';
import type { RestCallForm } from './flow';
import { isList, isObject, Json, JsonObject, mapped, textOf, Variables } from './json-values';
import { LANGUAGE } from './language';
import { concealed, leaksIn } from './leaking';
import { parse, render, resolve } from './templates';
import { faultsOf } from './validating';

/** `code` is `message_missing` or `node_invalid`; `detail` points to fields. */
export class NotSendableError extends Error {
  constructor(
    readonly code: 'message_missing' | 'node_invalid',
    readonly detail = '',
  ) {
    super(code);
  }
}

/** A body of `POST /api/chat`. `profile` is the credential profile that was named; with `threads`
 * the variable `threadId` is the thread. Throws NotSendableError, TemplateError,
 * MissingVariableError. */
export function agentRequest(
  call: JsonObject,
  variables: Variables,
  profile: string | null,
  threads: boolean,
): JsonObject {
  const found = concealed(resolve(call, variables)) as JsonObject;
  const request = readAgentCall(mapped(found, (each) => each ?? undefined));
  for (const [name, value] of Object.entries(ofVariables(variables, threads))) {
    request[name] ??= value;
  }
  if (profile !== null) request['profile'] = profile;
  if ('message' in request) request['message'] = textOf(request['message'] ?? null);
  if (!isSaid(request['message']) && !isSaid(request['system_prompt'])) {
    throw new NotSendableError('message_missing');
  }
  if (leaksIn(request).length === 0) check(request);
  return request;
}

/** What a call that says nothing of it takes from the variables. */
function ofVariables(variables: Variables, threads: boolean): JsonObject {
  const { message, context, threadId } = Object.fromEntries(
    ['message', 'context', 'threadId'].map((name) => [
      name,
      Object.hasOwn(variables, name) ? concealed(variables[name] ?? null) : undefined,
    ]),
  );
  return {
    ...(message !== undefined && { message }),
    ...(isObject(context) && { context }),
    ...(threads && typeof threadId === 'string' && { threadId }),
  };
}

function isSaid(value: Json | undefined): boolean {
  return isList(value) ? value.length > 0 : Boolean(value);
}

/** By the contract of the route, now that variables are known. */
function check(request: JsonObject): void {
  const { profile, ...rest } = request;
  const node = { type: 'agent_call', ...rest };
  const faults = faultsOf(node, LANGUAGE.nodes.agent_call, 'agent_call');
  const places = faults.map(({ place }) => pointerTo(place));
  if (profile !== undefined && typeof profile !== 'string') places.push('/profile');
  if (places.length > 0) throw new NotSendableError('node_invalid', places.join(' '));
}

/** The address with its query. Throws TemplateError, MissingVariableError. */
export function restUrl(form: RestCallForm, variables: Variables): string {
  const parts = parse(form.url);
  const alone = parts.length === 1 && typeof parts[0] === 'object';
  const url = textOf(concealed(render(form.url, variables, alone ? undefined : encoded)));
  const query = concealed(resolve(form.query ?? {}, variables)) as JsonObject;
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (isList(value) ? value : [value])
      .filter((each) => each !== null)
      .map((each) => `${encoded(name)}=${encoded(textOf(each))}`),
  );
  const [address = '', ...fragments] = url.split('#');
  const glue = pairs.length === 0 ? '' : address.includes('?') ? '&' : '?';
  const fragment = fragments.length > 0 ? `#${fragments.join('#')}` : '';
  return `${address}${glue}${pairs.join('&')}${fragment}`;
}

/** Half a character, which no address can have, is replaced. */
export function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
