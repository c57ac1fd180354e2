/** From JSON to a flow, or to what is wrong with it. */
import { error, Finding, Place, warning } from './findings';
import type { Edge, Flow, FlowMeta, Form, Node } from './flow';
import { at, has, isList, isObject, Json, JsonObject } from './json-values';
import { isTemplated, LANGUAGE, LIMITS, NODE_TYPES, NodeType, Port, Schema } from './language';
import { faultsOf } from './validating';

/** What else is at fault with a field is `field_invalid`. */
const CODES: Readonly<Record<string, string>> = {
  missing: 'field_missing',
  extra_forbidden: 'field_unknown',
};

/** `flow` is null for what is no flow at all and for one of too many nodes, and holds faulty nodes
 * where there are errors. */
export interface Read {
  readonly flow: Flow | null;
  readonly findings: readonly Finding[];
}

/** `sent` is JSON: an object with `nodes`, or a list of them. */
export function read(sent: unknown): Read {
  const [nodes, place] = nodesOf(sent);
  if (nodes === undefined) return { flow: null, findings: [error('not_a_flow', [])] };
  const reader = new Reader();
  if (nodes.length === 0) reader.findings.push(warning('empty_flow', []));
  const order = reader.block(nodes, place, undefined, '@', 0);
  const around = reader.envelope(sent);
  // What edges and variables say of nodes that were not read is not known.
  const whole = around !== undefined && reader.count <= LIMITS.nodes;
  const flow = whole ? { ...around, nodes: reader.nodes, order } : null;
  return { flow, findings: reader.findings };
}

function nodesOf(sent: unknown): [Json[] | undefined, Place] {
  if (isList(sent)) return [sent, []];
  const nodes = isObject(sent) ? sent['nodes'] : undefined;
  return isList(nodes) ? [nodes, ['nodes']] : [undefined, []];
}

class Reader {
  readonly nodes = new Map<string, Node>();
  readonly findings: Finding[] = [];
  private readonly written = new Set<string>();
  count = 0;

  envelope(sent: unknown): Omit<Flow, 'nodes' | 'order'> | undefined {
    const around: JsonObject = isObject(sent) ? { ...sent, nodes: [] } : { nodes: [] };
    const form = this.model(LANGUAGE.flow, 'FlowForm', around, []);
    if (form === undefined) return undefined;
    const definitions = LANGUAGE.flow.$defs ?? {};
    const meta = documented(
      isObject(form['meta']) ? form['meta'] : {},
      definitions['FlowMeta'] ?? {},
      'FlowMeta',
    );
    const edges = isList(form['edges']) ? form['edges'] : undefined;
    return {
      meta: { ...meta, variables: meta['variables'] ?? {} } as unknown as FlowMeta,
      ...(edges && { edges: edges.map(edgeOf) }),
    };
  }

  /** Under the names that are documented; undefined where something is at fault, or depends on
   * variables: `said` are the names of fields in which templates may stand. */
  model(
    schema: Schema,
    spelt: string,
    sent: JsonObject,
    place: Place,
    said: readonly string[] = [],
  ): JsonObject | undefined {
    const faults = faultsOf(sent, schema, spelt);
    for (const { fault, place: within } of faults) {
      const inTemplate = said.includes(String(within[0])) && isTemplated(at(sent, within));
      if (inTemplate) continue;
      const code = CODES[fault.type] ?? 'field_invalid';
      this.findings.push({ severity: 'error', code, place: [...place, ...within], fault });
    }
    return faults.length > 0 ? undefined : documented(sent, schema, spelt);
  }

  /** The ids of its nodes, in order. */
  block(
    nodes: Json[],
    place: Place,
    parent: string | undefined,
    prefix: string,
    depth: number,
  ): string[] {
    if (depth > LIMITS.blockDepth) {
      this.findings.push(error('too_deep', place, { limit: LIMITS.blockDepth }));
      return [];
    }
    const order: string[] = [];
    for (const [index, sent] of nodes.entries()) {
      if (this.count > LIMITS.nodes) break;
      this.count += 1;
      if (this.count > LIMITS.nodes) {
        this.findings.push(error('too_many_nodes', place, { limit: LIMITS.nodes }));
        break;
      }
      const name = this.node(sent, [...place, index], parent, `${prefix}${index}`, depth);
      if (name !== undefined) order.push(name);
    }
    return order;
  }

  private node(
    sent: Json,
    place: Place,
    parent: string | undefined,
    byPlace: string,
    depth: number,
  ): string | undefined {
    const type = isObject(sent) ? sent['type'] : undefined;
    if (!isObject(sent) || !isNodeType(type)) {
      const where = isObject(sent) && has(sent, 'type') ? [...place, 'type'] : place;
      const types = NODE_TYPES.join(', ');
      this.findings.push(error('unknown_node_type', where, { types }));
      return undefined;
    }
    const form = this.form(type, sent, place) ?? faulty(type, sent);
    const id = this.name(sent, place, byPlace);
    // Its place among the nodes is before that of its blocks.
    const node: Node = { id, type, place, form, blocks: new Map(), simOnly: false };
    this.nodes.set(id, node);
    const blocks = this.blocks(type, sent, place, id, depth);
    const simOnly = type === 'credential_profile' || sent[LANGUAGE.simOnly.key] === true;
    this.nodes.set(id, { ...node, blocks, simOnly, ...(parent !== undefined && { parent }) });
    return id;
  }

  private name(sent: JsonObject, place: Place, byPlace: string): string {
    const written = sent['id'];
    if (typeof written !== 'string' || written === '') return byPlace;
    if (this.written.has(written)) {
      this.findings.push(error('duplicate_id', [...place, 'id'], { id: written.slice(0, 64) }));
      return byPlace;
    }
    this.written.add(written);
    return written;
  }

  private blocks(
    type: NodeType,
    sent: JsonObject,
    place: Place,
    id: string,
    depth: number,
  ): Map<Port, string[]> {
    const found = new Map<Port, string[]>();
    for (const [called, port] of Object.entries(LANGUAGE.blocks[type] ?? {})) {
      const nodes = sent[called];
      if (!isList(nodes)) continue;
      const prefix = `${id}.${called === 'else' ? 'e' : ''}`;
      found.set(port, this.block(nodes, [...place, called], id, prefix, depth + 1));
    }
    return found;
  }

  private form(type: NodeType, sent: JsonObject, place: Place): Form | undefined {
    if (type === 'agent_call') return this.agentCall(sent, place);
    // Nodes within it are looked at by themselves.
    const around = { ...sent };
    for (const called of Object.keys(LANGUAGE.blocks[type] ?? {})) {
      const block = around[called];
      Reflect.deleteProperty(around, called);
      if (block !== undefined && block !== null && !isList(block)) {
        this.findings.push(error('block_no_list', [...place, called]));
      }
    }
    const form = this.model(LANGUAGE.nodes[type], type, around, place);
    return form && (withDefaults(form, LANGUAGE.nodes[type]) as unknown as Form);
  }

  private agentCall(sent: JsonObject, place: Place): Form | undefined {
    const before = this.findings.length;
    const fields = this.ownFields(sent, place);
    const schema = LANGUAGE.nodes.agent_call;
    this.model(schema, 'agent_call', fields, place, saidToTheAgent());
    if (this.findings.slice(before).some((each) => each.severity === 'error')) return undefined;
    const said = documented(fields, schema, 'agent_call');
    const call = Object.entries(said).filter(([name]) => !LANGUAGE.ofTheNode.includes(name));
    const { save_as, on_error } = said;
    return {
      type: 'agent_call',
      call: Object.fromEntries(call),
      on_error: on_error === 'continue' ? 'continue' : 'fail',
      ...(typeof save_as === 'string' && { save_as }),
    };
  }

  /** Without what is not for a node to say, which is found here. */
  private ownFields(sent: JsonObject, place: Place): JsonObject {
    const fields = { ...sent };
    for (const name of Object.keys(sent)) {
      const found = notForANode(name, [...place, name]);
      if (found === undefined) continue;
      this.findings.push(found);
      Reflect.deleteProperty(fields, name);
    }
    return fields;
  }
}

/** Each spelling of a field that a call says to the agent. */
function saidToTheAgent(): string[] {
  const spellings = LANGUAGE.spellings['agent_call'];
  return Object.keys(LANGUAGE.nodes.agent_call.properties ?? {})
    .filter((name) => !LANGUAGE.ofTheNode.includes(name))
    .flatMap((name) => [name, ...(spellings?.[name] ?? [])]);
}

function notForANode(name: string, place: Place): Finding | undefined {
  switch (name) {
    case 'profile':
    case 'credential_profile':
    case 'credentialProfile':
      return error('profile_on_node', place);
    case 'sessionId':
    case 'session_id':
    case 'onDisconnect':
    case 'on_disconnect':
      return error('field_of_session', place, { field: name });
    case 'agentId':
    case 'agent_id':
      return warning('agent_id_ignored', place);
    default:
      return undefined;
  }
}

function isNodeType(type: unknown): type is NodeType {
  return (NODE_TYPES as readonly unknown[]).includes(type);
}

function faulty(type: NodeType, sent: JsonObject): Form {
  const names = type === 'assign_var' ? ['name'] : ['save_as', 'saveAs'];
  const save_as = names.map((name) => sent[name]).find((each) => typeof each === 'string');
  return { type: 'faulty', ...(save_as !== undefined && { save_as }) };
}

/** Each field under the name that is documented, without null. */
function documented(sent: JsonObject, schema: Schema, spelt: string): JsonObject {
  const called = new Map<string, string>();
  for (const name of Object.keys(schema.properties ?? {})) {
    for (const other of LANGUAGE.spellings[spelt]?.[name] ?? []) called.set(other, name);
  }
  const told = Object.entries(sent).filter(([, value]) => value !== null);
  return Object.fromEntries(told.map(([name, value]) => [called.get(name) ?? name, value]));
}

function withDefaults(form: JsonObject, schema: Schema): JsonObject {
  const defaults = Object.entries(schema.properties ?? {}).filter(
    ([, each]) => each.default !== undefined && each.default !== null,
  );
  const found = Object.fromEntries(defaults.map(([name, each]) => [name, each.default as Json]));
  return { ...found, ...form };
}

function edgeOf(sent: Json): Edge {
  const edge = documented(sent as JsonObject, LANGUAGE.flow.$defs?.['Edge'] ?? {}, 'Edge');
  const { id, from, to, port } = edge as Record<string, string | undefined>;
  return {
    source: from ?? '',
    target: to ?? '',
    port: (port ?? 'next') as Port,
    ...(id !== undefined && { id }),
  };
}
