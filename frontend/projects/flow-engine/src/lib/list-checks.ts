/** What a flow names and its caller may not. */
import { readAgentCall } from './calling-forms';
import { error, Finding, Place } from './findings';
import type { Flow } from './flow';
import { at, cut, isList, isObject, Json, JsonObject } from './json-values';
import { isTemplated } from './language';

/** What the caller may name; participants also by their aliases, in lower case. */
export interface FlowLists {
  readonly indexes: readonly string[];
  readonly semanticConfigurations: readonly string[];
  readonly participants: readonly string[];
  readonly modes: readonly string[];
  readonly providers: readonly string[];
  readonly tools: readonly string[];
  readonly aliases: readonly string[];
  readonly profiles: readonly string[];
}

type Listed = Exclude<keyof FlowLists, 'participants'>;

const NAMED: readonly (readonly [Place, Listed])[] = [
  [['mode'], 'modes'],
  [['model', 'provider'], 'providers'],
  [['search_index'], 'indexes'],
  [['search_indexes'], 'indexes'],
  [['semantic_config'], 'semanticConfigurations'],
  [['tooling'], 'tools'],
  [['tools'], 'tools'],
  [['search', 'index'], 'indexes'],
  [['search', 'indexes'], 'indexes'],
  [['search', 'search_index'], 'indexes'],
  [['search', 'search_indexes'], 'indexes'],
  [['search', 'semanticConfiguration'], 'semanticConfigurations'],
  [['search', 'semantic_configuration'], 'semanticConfigurations'],
  [['search', 'semantic_config'], 'semanticConfigurations'],
];

/** Of calls only what their profile sends: what is ignored is not refused. */
export function listFindings(flow: Flow, lists: FlowLists): Finding[] {
  const ofMeta = ['meta', 'default_credential_profile'];
  const found = named(flow.meta.default_credential_profile, lists.profiles, ofMeta);
  for (const { form, place } of flow.nodes.values()) {
    if (form.type === 'use_profile') {
      found.push(...named(form.profile, lists.profiles, [...place, 'profile']));
    } else if (form.type === 'secure_value') {
      found.push(...named(form.alias, lists.aliases, [...place, 'alias']));
    } else if (form.type === 'agent_call') {
      found.push(...call(readAgentCall(form.call), lists, place));
    }
  }
  return found;
}

function call(sent: JsonObject, lists: FlowLists, place: Place): Finding[] {
  const found = NAMED.flatMap(([within, list]) =>
    named(at(sent, within), lists[list], [...place, ...within]),
  );
  const people = new Set(lists.participants.map((name) => name.toLowerCase()));
  const asked: Json[] = isList(sent['participants']) ? sent['participants'] : [];
  asked.forEach((name, index) => {
    if (typeof name !== 'string' || people.has(name.toLowerCase()) || isTemplated(name)) return;
    const where = [...place, 'participants', index];
    found.push(error('not_allowed', where, { name: cut(name, 128) }));
  });
  return found;
}

/** A name, or a list of them, or of objects with one. */
function named(value: unknown, allowed: readonly string[], place: Place): Finding[] {
  if (isList(value)) {
    return value.flatMap((each, index) => named(each, allowed, [...place, index]));
  }
  if (isObject(value)) {
    const name = value['name'];
    return typeof name === 'string' ? named(name, allowed, [...place, 'name']) : [];
  }
  if (typeof value !== 'string' || allowed.includes(value) || isTemplated(value)) return [];
  return [error('not_allowed', place, { name: cut(value, 128) })];
}
