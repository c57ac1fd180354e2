/** What is wrong with calls of agents, by their profile. */
import { isNotGenerative, nameOf, profileIn, readAgentCall } from './calling-forms';
import { error, Finding, Place, warning } from './findings';
import type { Flow } from './flow';
import type { Graph } from './graph';
import { isList, isObject, Json, JsonObject } from './json-values';
import { isBlank, isTemplated, LANGUAGE } from './language';
import { inParallel } from './node-checks';

const FLAT = Object.keys(LANGUAGE.calls.flatSpellings);
const INDEXES = ['index', 'indexes', 'search_index', 'search_indexes'];
const MODES = ['mode', 'search_mode'];
const OF_A_MODEL = ['model', 'system_prompt', 'stream', 'tooling'];

export function agentFindings(flow: Flow, graph: Graph): Finding[] {
  const found: Finding[] = [];
  for (const node of flow.nodes.values()) {
    if (node.form.type !== 'agent_call') continue;
    const { call } = node.form;
    found.push(
      ...byProfile(call, node.place),
      ...model(call, node.place),
      ...message(call, node.place),
    );
    if (Object.hasOwn(call, 'threadId') && inParallel(flow, graph, node)) {
      found.push(warning('thread_in_parallel', [...node.place, 'threadId']));
    }
  }
  return found;
}

/** One that is left out is what the user said last, one that is empty is not sent. */
function message(call: JsonObject, place: Place): Finding[] {
  const text = call['message'];
  if (typeof text !== 'string' || !isBlank(text)) return [];
  const instructed = isSaid(readAgentCall(call)['system_prompt']);
  return instructed ? [] : [warning('message_empty', [...place, 'message'])];
}

function byProfile(call: JsonObject, place: Place): Finding[] {
  const profile = profileIn(call);
  switch (profile) {
    case 'rag':
    case 'retrieval':
      return search(call, place, profile);
    case 'coordinator':
      return [...team(call, place), ...searchIgnored(call, place, profile)];
    case 'normal':
    case 'domain_expert': {
      const names = ['mode', 'participants'].filter((name) => isSaid(call[name]));
      return [
        ...searchIgnored(call, place, profile),
        ...names.map((name) => warning('team_ignored', [...place, name], { profile })),
      ];
    }
    case undefined:
      return [];
    default:
      return [];
  }
}

function search(call: JsonObject, place: Place, profile: 'rag' | 'retrieval'): Finding[] {
  const block = call['search'];
  if (isTemplated(block)) return [];
  const said = { ...withTheTool(call), ...flat(call), ...(isObject(block) ? block : {}) };
  const where = block === undefined ? place : [...place, 'search'];
  const found: Finding[] = [];
  if (!MODES.some((name) => isSaid(said[name]))) {
    // Without a mode the route refuses a call of `rag`.
    found.push((profile === 'rag' ? error : warning)('search_mode_missing', where));
  }
  if (!INDEXES.some((name) => isSaid(said[name]))) {
    found.push(warning('search_index_missing', where));
  }
  return profile === 'retrieval' ? [...found, ...notOfRetrieval(call, place)] : found;
}

function notOfRetrieval(call: JsonObject, place: Place): Finding[] {
  const tools = listed(call['tools']).flatMap((tool, index) => {
    const name = nameOf(tool);
    return isNotGenerative(name) || isTemplated(name)
      ? []
      : [warning('not_of_retrieval', [...place, 'tools', index], { field: 'tools' })];
  });
  const fields = OF_A_MODEL.filter((name) => call[name] !== undefined);
  return [
    ...fields.map((field) => warning('not_of_retrieval', [...place, field], { field })),
    ...tools,
  ];
}

/** What a search does not say may stand with the tool. */
function withTheTool(call: JsonObject): JsonObject {
  const tool = listed(call['tools']).find((each) => isObject(each) && each['name'] === 'ai_search');
  const args = isObject(tool) ? tool['args'] : undefined;
  return isObject(args) ? args : {};
}

function flat(call: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(call).filter(([name]) => FLAT.includes(name)));
}

function listed(value: Json | undefined): Json[] {
  return isList(value) ? value : [];
}

function team(call: JsonObject, place: Place): Finding[] {
  const found: Finding[] = [];
  if (!isSaid(call['participants'])) {
    const where = Object.hasOwn(call, 'participants') ? [...place, 'participants'] : place;
    found.push(warning('participants_missing', where));
  }
  if (!isSaid(call['mode'])) found.push(warning('mode_missing', place));
  return found;
}

function searchIgnored(call: JsonObject, place: Place, profile: string): Finding[] {
  return ['search', ...FLAT]
    .filter((name) => call[name] !== undefined)
    .map((name) => warning('search_ignored', [...place, name], { profile }));
}

function model(call: JsonObject, place: Place): Finding[] {
  const block = call['model'];
  if (!isObject(block) || (block['provider'] ?? null) === null) return [];
  const named = isSaid(block['deployment']) || isSaid(block['name']);
  return named ? [] : [warning('model_name_missing', [...place, 'model'])];
}

/** Neither left out nor empty. */
function isSaid(value: Json | undefined): boolean {
  if (isList(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}
