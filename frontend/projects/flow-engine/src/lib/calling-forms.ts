/** What nodes send: the plan's `readAgentCall` by profile. */
import { isList, isObject, Json, JsonObject } from './json-values';
import { LANGUAGE } from './language';

const { sentBy, never, notGenerative } = LANGUAGE.calls;

export function profileIn(call: JsonObject): string | undefined {
  const found = [call['agent_profile'], call['agent']].find(saysSomething);
  return typeof found === 'string' ? found : undefined;
}

/** What its profile sends of a call: templates are in it as they were, if they are still. */
export function readAgentCall(call: JsonObject): JsonObject {
  const profile = profileIn(call) ?? '';
  const fields = Object.hasOwn(sentBy, profile) ? sentBy[profile] : undefined;
  const told = Object.entries(call).filter(
    ([name]) => (fields?.includes(name) ?? true) && !never.includes(name),
  );
  const sent: JsonObject = Object.fromEntries(told);
  if (profile === 'retrieval' && isList(sent['tools'])) {
    sent['tools'] = sent['tools'].filter((tool) => isNotGenerative(nameOf(tool)));
  }
  for (const empty of ['tools', 'runtime']) {
    if (empty in sent && !saysSomething(sent[empty] ?? null)) Reflect.deleteProperty(sent, empty);
  }
  return sent;
}

/** Whether no model speaks in it. */
export function isNotGenerative(tool: unknown): boolean {
  return typeof tool === 'string' && notGenerative.includes(tool);
}

export function nameOf(tool: Json): Json | undefined {
  return isObject(tool) ? tool['name'] : tool;
}

/** Whether it looks something up in Azure AI Search. */
export function searches(call: JsonObject): boolean {
  const profile = profileIn(call);
  const named = [call['tools'], call['tooling']].flatMap((each) => (isList(each) ? each : []));
  return (
    profile === 'rag' ||
    profile === 'retrieval' ||
    named.some((tool) => nameOf(tool) === 'ai_search')
  );
}

/** Python's truth; of an object whether any member says something at all. */
function saysSomething(value: Json | undefined): boolean {
  if (isObject(value)) return Object.values(value).some((each) => each !== null);
  return isList(value) ? value.length > 0 : Boolean(value);
}
