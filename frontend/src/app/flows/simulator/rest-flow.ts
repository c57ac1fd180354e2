import { escaped } from '@eira/flow-engine';
import type { CallRest, FlowOutcome, Json, JsonObject } from '@eira/flow-engine';
import { isList, isObject } from './engine-json';

const CALLED = 'called';
const BEFORE = '=';
const ADDRESS = 'address';

/** A flow of this one call, in which nothing is a template any more but the address: where that may
 * not be called, the call fails, and not the flow before it. */
export function flowOf({
  method,
  url,
  headers,
  body,
  stream,
  timeoutMs,
  profile,
  fellBack,
}: CallRest): JsonObject {
  const node = {
    type: 'rest_call',
    method,
    url: `\${${ADDRESS}}`,
    headers: plain(headers),
    stream,
    save_as: CALLED,
    on_error: 'continue',
    ...(body === null ? {} : { body: plain(body) }),
    ...(timeoutMs === null ? {} : { timeout_ms: timeoutMs }),
  };
  const named: JsonObject = fellBack ? {} : { default_credential_profile: profile };
  const meta: JsonObject = { ...named, variables: { [ADDRESS]: url } };
  return { meta, nodes: [node, { type: 'response', text: `${BEFORE}\${${CALLED}}` }] };
}

function plain(value: Json | Readonly<Record<string, string>>): Json {
  if (typeof value === 'string') return escaped(value);
  if (isList(value)) return value.map((each) => plain(each));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

/** What that flow has said is what the call came to. */
export function readBack(whole: FlowOutcome): FlowOutcome {
  if (whole.kind === 'failed') return whole;
  const { text } = whole.value as { readonly text: string };
  const value = JSON.parse(text.slice(BEFORE.length)) as JsonObject;
  const { error } = value;
  if (!isObject(error)) return { kind: 'ok', value };
  const { code, message, retryable } = error as Readonly<Record<string, unknown>>;
  return {
    kind: 'failed',
    code: String(code),
    message: String(message),
    retryable: retryable === true,
  };
}
