/** What a flow names and its caller may not. */
import { addressFindings, AllowedHost, hostFindings, LONGEST_NAME } from './address-checks';
import { profileIn, readAgentCall } from './calling-forms';
import { error, Finding, Part, Place } from './findings';
import type { Flow, Node } from './flow';
import type { Graph } from './graph';
import { at, cut, isList, isObject, Json, JsonObject } from './json-values';
import { isTemplated } from './language';
import { withoutProfile } from './profiles';

/** An MCP server: by its id and by its URL. */
export interface AllowedServer {
  readonly names: readonly string[];
  readonly methods: readonly string[];
}

/** What one agent profile is limited to. */
interface ListsOfProfile {
  readonly name: string;
  readonly indexes: readonly string[];
  readonly participants: readonly string[];
}

/** What the caller may name; participants also by their aliases, in lower case. Where there are
 * `agentProfiles`, no other may be named; `hosts` and `servers` are left out where nobody knows. */
export interface FlowLists {
  readonly indexes: readonly string[];
  readonly semanticConfigurations: readonly string[];
  readonly participants: readonly string[];
  readonly modes: readonly string[];
  readonly providers: readonly string[];
  readonly tools: readonly string[];
  readonly aliases: readonly string[];
  readonly profiles: readonly string[];
  readonly hosts?: readonly AllowedHost[];
  readonly servers?: readonly AllowedServer[];
  readonly agentProfiles?: readonly ListsOfProfile[];
}

type Listed = Exclude<keyof FlowLists, 'participants' | 'hosts' | 'servers' | 'agentProfiles'>;

/** The tool that makes the calls of `rest_call`. */
const HTTP = 'http';
/** Profiles in which one participant speaks, whom nobody names. */
const ALONE: readonly string[] = ['normal', 'rag', 'retrieval', 'domain_expert'];
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

/** Of calls only what their profile sends: what is ignored is not refused. Nor is anything of nodes
 * that are for the simulator only. */
export function listFindings(flow: Flow, graph: Graph, lists: FlowLists): Finding[] {
  const told = flow.meta.default_credential_profile;
  const unset = told === undefined && withoutProfile(flow, graph).length > 0;
  return [
    ...named(told, lists.profiles, ['meta', 'default_credential_profile']),
    ...(unset ? simulated(flow, lists) : []),
    ...[...flow.nodes.values()]
      .filter((node) => !isPassedBy(flow, node))
      .flatMap((node) => ofNode(node, lists)),
  ];
}

/** The profile of keys that are typed in holds where nobody names one. */
function simulated(flow: Flow, lists: FlowLists): Finding[] {
  for (const { form, place } of flow.nodes.values()) {
    if (form.type === 'credential_profile') {
      return named(form.profile, lists.profiles, [...place, 'profile']);
    }
  }
  return [];
}

function isPassedBy(flow: Flow, node: Node): boolean {
  let around: Node | undefined = node;
  while (around && !around.simOnly) {
    around = around.parent === undefined ? undefined : flow.nodes.get(around.parent);
  }
  return around !== undefined;
}

function ofNode({ form, place }: Node, lists: FlowLists): Finding[] {
  if (form.type === 'use_profile') {
    return named(form.profile, lists.profiles, [...place, 'profile']);
  }
  if (form.type === 'secure_value') return named(form.alias, lists.aliases, [...place, 'alias']);
  if (form.type === 'agent_call') return ofCall(form.call, lists, place);
  if (form.type !== 'rest_call') return [];
  if (!lists.tools.includes(HTTP)) return [refused(HTTP, [...place, 'type'])];
  return lists.hosts ? addressFindings(form, lists.hosts, place) : [];
}

function ofCall(call: JsonObject, every: FlowLists, place: Place): Finding[] {
  const profile = profileIn(call);
  const sent = readAgentCall(call);
  const lists = limited(every, profile);
  return [
    ...profileFindings(call, every, place),
    ...NAMED.flatMap(([within, list]) =>
      named(at(sent, within), lists[list], [...place, ...within]),
    ),
    ...people(sent, lists, place),
    ...['tooling', 'tools'].flatMap((field) => boundFindings(sent, field, lists, place)),
  ];
}

function profileFindings(call: JsonObject, lists: FlowLists, place: Place): Finding[] {
  const profile = profileIn(call);
  const { agentProfiles = [] } = lists;
  if (profile === undefined || !ALONE.includes(profile) || agentProfiles.length === 0) return [];
  const field = call['agent_profile'] ? 'agent_profile' : 'agent';
  const known = agentProfiles.map(({ name }) => name);
  return named(profile, known, [...place, field]);
}

/** To what this agent profile may name of it. */
function limited(lists: FlowLists, profile: string | undefined): FlowLists {
  const own = lists.agentProfiles?.find(({ name }) => name === profile);
  return own ? { ...lists, indexes: own.indexes, participants: own.participants } : lists;
}

function people(sent: JsonObject, lists: FlowLists, place: Place): Finding[] {
  const known = new Set(lists.participants.map((name) => name.toLowerCase()));
  return listed(sent['participants']).flatMap((name, index) => {
    if (typeof name !== 'string' || known.has(name.toLowerCase()) || isTemplated(name)) return [];
    return [refused(name, [...place, 'participants', index])];
  });
}

/** What a call binds of the arguments of its tools. */
function boundFindings(sent: JsonObject, field: string, lists: FlowLists, place: Place): Finding[] {
  return listed(sent[field]).flatMap((tool, index) => {
    const args = isObject(tool) ? tool['args'] : undefined;
    if (!isObject(tool) || !isObject(args)) return [];
    return bound(tool['name'], args, lists, [...place, field, index, 'args']);
  });
}

function bound(
  tool: Json | undefined,
  args: JsonObject,
  lists: FlowLists,
  place: Place,
): Finding[] {
  const { servers, hosts } = lists;
  if (tool === 'mcp') return servers ? method(args, servers, place) : [];
  if (tool === HTTP) return hosts ? hostFindings(args['url'], hosts, [...place, 'url']) : [];
  if (tool !== 'ai_search') return [];
  return ['index', 'indexes'].flatMap((name) => named(args[name], lists.indexes, [...place, name]));
}

/** Without a server no method is allowed. */
function method(args: JsonObject, servers: readonly AllowedServer[], place: Place): Finding[] {
  const server = args['server'] ?? null;
  const known = servers.find(({ names }) => typeof server === 'string' && names.includes(server));
  const every = servers.flatMap(({ names }) => names);
  return [
    ...named(server, every, [...place, 'server']),
    ...(server === null || known
      ? named(args['method'], known?.methods ?? [], [...place, 'method'])
      : []),
  ];
}

function listed(value: Json | undefined): Json[] {
  return isList(value) ? value : [];
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
  return [refused(value, place)];
}

function refused(name: string, place: readonly Part[]): Finding {
  return error('not_allowed', place, { name: cut(name, LONGEST_NAME) });
}
