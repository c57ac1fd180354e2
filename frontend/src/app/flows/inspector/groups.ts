import { JsonObject, isList, isObject, textOf } from '../model/json';
import { Kind } from '../model/kinds';
import { Field } from './fields';

/** Fields by how much they matter: those that are worked with, those that may be, those without effect. */
export interface Groups {
  readonly main: readonly Field[];
  readonly more: readonly Field[];
  /** The agent profile does not send them. */
  readonly ignored: readonly Field[];
}

const MAIN: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  agent_call: [
    'agent_profile',
    'message',
    'system_prompt',
    'model',
    'search',
    'mode',
    'participants',
    'tooling',
    'stream',
    'save_as',
  ],
  rest_call: ['method', 'url', 'query', 'headers', 'body', 'save_as'],
};
const ASIDE = new Set(['__sim_only']);

export function groupsOf(
  kind: Kind,
  fields: readonly Field[],
  schema: JsonObject,
  node: JsonObject,
): Groups {
  const sent = sentBy(schema, node);
  const isIgnored = ({ name }: Field): boolean => sent !== null && sent.ignored.has(name);
  const used = fields.filter((field) => !isIgnored(field));
  const names = MAIN[kind];
  const main = names
    ? names.flatMap((name) => used.filter((field) => field.name === name))
    : used.filter(({ name }) => !ASIDE.has(name));
  return {
    main,
    more: used.filter((field) => !main.includes(field)),
    ignored: fields.filter((field) => isIgnored(field) && field.name in node),
  };
}

/** What the node's agent profile does not send, of all that any profile does; without one all is sent. */
function sentBy(
  schema: JsonObject,
  node: JsonObject,
): { readonly ignored: ReadonlySet<string> } | null {
  const table = schema['x-sent-by'];
  if (!isObject(table)) return null;
  const profile = textOf(node['agent_profile'] ?? node['agent']);
  const own = table[profile];
  if (!isList(own)) return null;
  const all = Object.values(table).flatMap((names) => (isList(names) ? names : []));
  return { ignored: new Set(all.map(String).filter((name) => !own.includes(name))) };
}
