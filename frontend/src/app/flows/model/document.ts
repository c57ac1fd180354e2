import { isList, isObject, Json, JsonObject, Path } from './json';
import { BlockName, blocksOf, isKind, Kind, kindOf } from './kinds';

/** Names a node of an open document, however it is moved or renamed; it is in no file. */
export type NodeKey = string;

/** `fields` has its blocks too, though empty: they keep their place among the others. */
export interface FlowNode {
  readonly key: NodeKey;
  readonly fields: JsonObject;
  readonly blocks: Readonly<Partial<Record<BlockName, readonly FlowNode[]>>>;
}

export interface FlowEdge {
  readonly key: string;
  readonly fields: JsonObject;
}

/**
 * A flow that is being edited. Nothing in it is ever changed: each command makes another one, which
 * shares with it what stays. What the language does not know is kept, and so is all order.
 */
export interface FlowDocument {
  /** The members of the flow, in order; null for a list of nodes alone. */
  readonly members: JsonObject | null;
  readonly nodes: readonly FlowNode[];
  /** Null where the order of the nodes is that of the flow. */
  readonly edges: readonly FlowEdge[] | null;
  /** How many keys were given so far. */
  readonly keys: number;
}

/** Why something is no flow that can be drawn, and where. */
export interface Unreadable {
  readonly path: Path;
  readonly reason: 'not_a_flow' | 'not_a_list' | 'not_a_node' | 'unknown_type' | 'not_an_edge';
  /** The type that nobody knows. */
  readonly type?: string;
}

class Reading {
  readonly problems: Unreadable[] = [];
  keys: number;

  constructor(keys: number) {
    this.keys = keys;
  }

  nodes(value: Json, path: Path): readonly FlowNode[] {
    if (!isList(value)) {
      this.problems.push({ path, reason: 'not_a_list' });
      return [];
    }
    return value.flatMap((each, index) => this.node(each, [...path, index]));
  }

  edges(value: Json | undefined, path: Path): readonly FlowEdge[] | null {
    if (value === undefined || value === null) return null;
    if (!isList(value)) {
      this.problems.push({ path, reason: 'not_a_list' });
      return null;
    }
    return value.flatMap((each, index) => {
      if (isObject(each)) return [{ key: this.key('e'), fields: each }];
      this.problems.push({ path: [...path, index], reason: 'not_an_edge' });
      return [];
    });
  }

  private node(value: Json, path: Path): readonly FlowNode[] {
    if (!isObject(value)) {
      this.problems.push({ path, reason: 'not_a_node' });
      return [];
    }
    const { type } = value;
    if (!isKind(type)) {
      const told = type === undefined ? '' : JSON.stringify(type);
      this.problems.push({ path: [...path, 'type'], reason: 'unknown_type', type: told });
      return [];
    }
    const key = this.key('n');
    return [{ key, ...this.parts(value, type, path) }];
  }

  private parts(value: JsonObject, kind: Kind, path: Path): Omit<FlowNode, 'key'> {
    let fields = value;
    const blocks: Partial<Record<BlockName, readonly FlowNode[]>> = {};
    for (const [name] of blocksOf(kind)) {
      const inner = value[name];
      if (inner === undefined || inner === null) continue;
      blocks[name] = this.nodes(inner, [...path, name]);
      fields = { ...fields, [name]: [] };
    }
    return { fields, blocks };
  }

  private key(letter: string): string {
    this.keys += 1;
    return `${letter}${this.keys}`;
  }
}

/** The document of a flow, or everything that keeps it from being drawn. */
export function read(flow: Json, keys = 0): FlowDocument | readonly Unreadable[] {
  const reading = new Reading(keys);
  if (isList(flow)) {
    const nodes = reading.nodes(flow, []);
    return reading.problems.length
      ? reading.problems
      : { members: null, nodes, edges: null, keys: reading.keys };
  }
  if (!isObject(flow) || flow['nodes'] === undefined) return [{ path: [], reason: 'not_a_flow' }];
  const nodes = reading.nodes(flow['nodes'], ['nodes']);
  const edges = reading.edges(flow['edges'], ['edges']);
  if (reading.problems.length) return reading.problems;
  return { members: flow, nodes, edges, keys: reading.keys };
}

export function isDocument(made: FlowDocument | readonly Unreadable[]): made is FlowDocument {
  return !Array.isArray(made);
}

/** A flow without anything in it, whose order is that of its edges. */
export function emptyFlow(name: string): FlowDocument {
  const members = { meta: { name }, nodes: [], edges: [] };
  return { members, nodes: [], edges: [], keys: 0 };
}

/** The flow as JSON, as it was read save what was changed. */
export function write(document: FlowDocument): Json {
  const nodes = document.nodes.map(writeNode);
  if (document.members === null) return nodes;
  const edges = document.edges?.map(({ fields }) => fields) ?? null;
  const written = Object.entries(document.members).map(([name, value]) => {
    if (name === 'nodes') return [name, nodes];
    return [name, name === 'edges' && edges ? edges : value];
  });
  return Object.fromEntries(written) as JsonObject;
}

export function writeNode(node: FlowNode): JsonObject {
  const written = Object.entries(node.fields).map(([name, value]) => {
    const block = Object.hasOwn(node.blocks, name) ? node.blocks[name as BlockName] : undefined;
    return [name, block ? block.map(writeNode) : value];
  });
  return Object.fromEntries(written) as JsonObject;
}

/** Where a node is: the list it is in, and its place there. */
export interface Place {
  readonly node: FlowNode;
  readonly path: Path;
  readonly parent: NodeKey | null;
  readonly block: BlockName | null;
  readonly index: number;
  readonly depth: number;
}

const placed = new WeakMap<FlowDocument, ReadonlyMap<NodeKey, Place>>();

/** All nodes with those in blocks, each before what is in it. */
export function places(document: FlowDocument): ReadonlyMap<NodeKey, Place> {
  const known = placed.get(document);
  if (known) return known;
  const found = new Map<NodeKey, Place>();
  const begin: Path = document.members === null ? [] : ['nodes'];
  for (const [index, node] of document.nodes.entries()) {
    collect(found, { node, path: [...begin, index], parent: null, block: null, index, depth: 0 });
  }
  placed.set(document, found);
  return found;
}

function collect(found: Map<NodeKey, Place>, place: Place): void {
  const { node, path, depth } = place;
  found.set(node.key, place);
  for (const [block] of blocksOf(kindOf(node.fields))) {
    for (const [index, inner] of (node.blocks[block] ?? []).entries()) {
      collect(found, {
        node: inner,
        path: [...path, block, index],
        parent: node.key,
        block,
        index,
        depth: depth + 1,
      });
    }
  }
}

/** Raises for a key of no node. */
export function placeOf(document: FlowDocument, key: NodeKey): Place {
  const place = places(document).get(key);
  if (!place) throw new Error(`There is no node ${key}.`);
  return place;
}

/** The node that a pointer leads into, or the edge, and what of it. */
export interface Target {
  readonly node: NodeKey | null;
  readonly edge: string | null;
  readonly field: readonly string[];
}

export function targetOf(document: FlowDocument, path: readonly string[]): Target {
  let best: Place | null = null;
  for (const place of places(document).values()) {
    if (!place.path.every((each, at) => String(each) === path[at])) continue;
    // Those in blocks come behind what they are in.
    best = place;
  }
  if (best) return { node: best.node.key, edge: null, field: path.slice(best.path.length) };
  const edge = edgeAt(document, path);
  return { node: null, edge: edge?.key ?? null, field: path.slice(edge ? 2 : 0) };
}

function edgeAt(document: FlowDocument, [list, index]: readonly string[]): FlowEdge | undefined {
  return list === 'edges' ? document.edges?.[Number(index)] : undefined;
}
