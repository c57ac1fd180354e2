import { FlowDocument, FlowEdge, FlowNode, NodeKey, placeOf, places } from './document';
import { isObject, Json, JsonObject, Path, textOf, withValue } from './json';
import { BlockName, blocksOf, freshFields, idOf, Kind, kindOf, Port, portsOf } from './kinds';
import { Link, linksOf, portOf } from './links';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What an edit came to: the document, and which nodes it is about. */
export interface Made {
  readonly document: FlowDocument;
  readonly nodes: readonly NodeKey[];
}

type Change = (node: FlowNode) => FlowNode | null;

/** The nodes with each changed (null takes it out), blocks first; what stays is the same object. */
export function mapNodes(nodes: readonly FlowNode[], change: Change): readonly FlowNode[] {
  let same = true;
  const made: FlowNode[] = [];
  for (const node of nodes) {
    const to = change(mapBlocks(node, change));
    if (to !== null) made.push(to);
    if (to !== node) same = false;
  }
  return same ? nodes : made;
}

function mapBlocks(node: FlowNode, change: Change): FlowNode {
  let blocks = node.blocks;
  for (const name of Object.keys(node.blocks) as BlockName[]) {
    const before = node.blocks[name] ?? [];
    const after = mapNodes(before, change);
    if (after !== before) blocks = { ...blocks, [name]: after };
  }
  return blocks === node.blocks ? node : { ...node, blocks };
}

export function withNodes(document: FlowDocument, nodes: readonly FlowNode[]): FlowDocument {
  return nodes === document.nodes ? document : { ...document, nodes };
}

/** Where edges begin, the list of edges has its place among the flow's members. */
export function withEdges(document: FlowDocument, edges: readonly FlowEdge[]): FlowDocument {
  const members: JsonObject = document.members ?? { nodes: [] };
  return { ...document, edges, members: 'edges' in members ? members : { ...members, edges: [] } };
}

export function ids(document: FlowDocument): Set<string> {
  return new Set([...places(document).values()].map(({ node }) => idOf(node.fields)));
}

/** A name that nobody has yet: `agent_call_2`. */
export function freshId(taken: ReadonlySet<string>, stem: string): string {
  const base = stem.replace(/_\d+$/, '');
  for (let number = 1; ; number += 1) {
    const id = `${base}_${number}`;
    if (!taken.has(id)) return id;
  }
}

export interface Adding {
  readonly at: Point;
  /** Behind this node, where nothing is behind it yet. */
  readonly after?: NodeKey | null;
  /** As the first one of this block. */
  readonly into?: { readonly node: NodeKey; readonly block: BlockName };
}

export function addNode(document: FlowDocument, kind: Kind, { at, after, into }: Adding): Made {
  const key = `n${document.keys + 1}`;
  const id = freshId(ids(document), kind);
  const node: FlowNode = {
    key,
    fields: { ...freshFields(kind, id), ui: rounded(at) },
    blocks: {},
  };
  const keyed = { ...document, keys: document.keys + 1 };
  if (into) return { document: insertInto(keyed, into, [node]), nodes: [key] };
  const behind = after ? placeOf(document, after) : null;
  if (behind && (document.edges === null || behind.parent !== null)) {
    return { document: insertBehind(keyed, behind.node.key, [node]), nodes: [key] };
  }
  const added = withNodes(keyed, [...document.nodes, node]);
  const port = behind ? openPort(document, behind.node) : undefined;
  if (!behind || !port) return { document: added, nodes: [key] };
  return { document: connect(added, behind.node.key, port, key), nodes: [key] };
}

/** The first of its ports that leads nowhere yet. */
function openPort(document: FlowDocument, { key, fields }: FlowNode): Port | undefined {
  const taken = linksOf(document).filter(({ from }) => from === key);
  return portsOf(kindOf(fields)).find((port) => !taken.some((each) => each.port === port));
}

/** The blocks of a node that another one can be put into: where no edge leads instead. */
export function openBlocks(document: FlowDocument, key: NodeKey): readonly BlockName[] {
  const byEdge = linksOf(document).filter(({ from, edge }) => from === key && edge !== null);
  return blocksOf(kindOf(placeOf(document, key).node.fields))
    .filter(([, port]) => !byEdge.some((each) => each.port === port))
    .map(([block]) => block);
}

function insertInto(
  document: FlowDocument,
  { node: key, block }: { readonly node: NodeKey; readonly block: BlockName },
  nodes: readonly FlowNode[],
): FlowDocument {
  const change: Change = (node) => {
    if (node.key !== key) return node;
    const fields = node.blocks[block] ? node.fields : withValue(node.fields, [block], []);
    const inner = [...nodes, ...(node.blocks[block] ?? [])];
    return { ...node, fields: fields as JsonObject, blocks: { ...node.blocks, [block]: inner } };
  };
  return withNodes(document, mapNodes(document.nodes, change));
}

/** Into the list that this node is in, right behind it. */
export function insertBehind(
  document: FlowDocument,
  key: NodeKey,
  nodes: readonly FlowNode[],
): FlowDocument {
  const { parent, block, index } = placeOf(document, key);
  const spliced = (list: readonly FlowNode[]): readonly FlowNode[] =>
    list.toSpliced(index + 1, 0, ...nodes);
  if (parent === null || block === null) return withNodes(document, spliced(document.nodes));
  const change: Change = (node) =>
    node.key === parent
      ? { ...node, blocks: { ...node.blocks, [block]: spliced(node.blocks[block] ?? []) } }
      : node;
  return withNodes(document, mapNodes(document.nodes, change));
}

/** With what is in their blocks, and the edges from and to them. */
export function removeNodes(document: FlowDocument, keys: ReadonlySet<NodeKey>): FlowDocument {
  const nodes = mapNodes(document.nodes, (node) => (keys.has(node.key) ? null : node));
  const made = withNodes(document, nodes);
  if (document.edges === null || made === document) return made;
  const left = ids(made);
  const gone = new Set([...ids(document)].filter((id) => !left.has(id)));
  const edges = document.edges.filter(
    ({ fields }) => !gone.has(textOf(fields['from'])) && !gone.has(textOf(fields['to'])),
  );
  return edges.length === document.edges.length ? made : { ...made, edges };
}

/** Undefined takes the field out. The edges follow a node that gets another id. */
export function setField(
  document: FlowDocument,
  key: NodeKey,
  path: Path,
  value: Json | undefined,
): FlowDocument {
  const before = placeOf(document, key).node;
  const change: Change = (node) =>
    node.key === key
      ? { ...node, fields: withValue(node.fields, path, value) as JsonObject }
      : node;
  const made = withNodes(document, mapNodes(document.nodes, change));
  if (path.length !== 1 || path[0] !== 'id') return made;
  return renamedInEdges(made, idOf(before.fields), textOf(value));
}

function renamedInEdges(document: FlowDocument, from: string, to: string): FlowDocument {
  if (document.edges === null || !from || !to || ids(document).has(from)) return document;
  const edges = document.edges.map((edge) => {
    const ends = Object.entries(edge.fields).map(([name, value]) => [
      name,
      (name === 'from' || name === 'to') && value === from ? to : value,
    ]);
    return { ...edge, fields: Object.fromEntries(ends) as JsonObject };
  });
  return { ...document, edges };
}

/** Of the flow itself: `meta` and what is in it. A list alone becomes an object. */
export function setMeta(document: FlowDocument, path: Path, value: Json | undefined): FlowDocument {
  const members = document.members ?? { meta: {}, nodes: [] };
  const meta = withValue(members['meta'], path, value);
  if ('meta' in members) return { ...document, members: { ...members, meta } };
  return { ...document, members: { meta, ...members } };
}

function rounded({ x, y }: Point): JsonObject {
  return { x: Math.round(x), y: Math.round(y) };
}

/** Where the editor draws a node; undefined where nobody has said that yet. */
export function positionOf({ fields }: FlowNode): Point | undefined {
  const ui = fields['ui'];
  if (!isObject(ui)) return undefined;
  const { x, y } = ui;
  return typeof x === 'number' && typeof y === 'number' ? { x, y } : undefined;
}

export function moveNodes(
  document: FlowDocument,
  positions: ReadonlyMap<NodeKey, Point>,
): FlowDocument {
  const change: Change = (node) => {
    const to = positions.get(node.key);
    if (!to) return node;
    const at = rounded(to);
    const { ui } = node.fields;
    if (isObject(ui) && ui['x'] === at['x'] && ui['y'] === at['y']) return node;
    const placed: JsonObject = { ...(isObject(ui) ? ui : {}), ...at };
    return { ...node, fields: { ...node.fields, ui: placed } };
  };
  return withNodes(document, mapNodes(document.nodes, change));
}

/** One place up or down in its list; at its end nothing happens. */
export function reorder(document: FlowDocument, key: NodeKey, by: 1 | -1): FlowDocument {
  const { parent, block, index } = placeOf(document, key);
  const moved = (list: readonly FlowNode[]): readonly FlowNode[] => {
    const [node, other] = [list[index], list[index + by]];
    return node && other ? list.with(index, other).with(index + by, node) : list;
  };
  if (parent === null || block === null) return withNodes(document, moved(document.nodes));
  const change: Change = (node) => {
    if (node.key !== parent) return node;
    const list = node.blocks[block] ?? [];
    const after = moved(list);
    return after === list ? node : { ...node, blocks: { ...node.blocks, [block]: after } };
  };
  return withNodes(document, mapNodes(document.nodes, change));
}

/**
 * The same flow with all nodes side by side and an edge for each line: what order and blocks said
 * is said by edges from then on. Nodes get ids where they have none.
 */
export function spreadOut(document: FlowDocument): FlowDocument {
  const links = linksOf(document).filter(({ edge }) => edge === null);
  const taken = ids(document);
  const named = (node: FlowNode): FlowNode => {
    if (idOf(node.fields)) return node;
    const id = freshId(taken, kindOf(node.fields));
    taken.add(id);
    const { type, ...rest } = node.fields;
    return { ...node, fields: { ...(type === undefined ? {} : { type }), id, ...rest } };
  };
  const nodes = [...places(document).values()].map(({ node }) => alone(named(node)));
  const idOfKey = new Map(nodes.map((node) => [node.key, idOf(node.fields)]));
  let keys = document.keys;
  const added = links.map(({ from, to, port }): FlowEdge => {
    keys += 1;
    return {
      key: `e${keys}`,
      fields: edgeFields(idOfKey.get(from) ?? '', port, idOfKey.get(to) ?? ''),
    };
  });
  const edges = [...(document.edges ?? []), ...added];
  return { ...withEdges(withNodes(document, nodes), edges), keys };
}

function alone(node: FlowNode): FlowNode {
  const names = Object.keys(node.blocks);
  if (names.length === 0) return node;
  const kept = Object.entries(node.fields).filter(([name]) => !names.includes(name));
  return { ...node, fields: Object.fromEntries(kept), blocks: {} };
}

function edgeFields(from: string, port: Port, to: string): JsonObject {
  return port === 'next' ? { from, to } : { from, to, port };
}

/** The port leads there from now on, and nowhere else. */
export function connect(
  document: FlowDocument,
  from: NodeKey,
  port: Port,
  to: NodeKey,
): FlowDocument {
  const current = linksOf(document).find((each) => each.from === from && each.port === port);
  if (current?.to === to || from === to) return document;
  const spread = edgesCanSay(document, from, port, to) ? document : spreadOut(document);
  const source = idOf(placeOf(spread, from).node.fields);
  const target = idOf(placeOf(spread, to).node.fields);
  const others = (spread.edges ?? []).filter(
    (edge) => edge.fields['from'] !== source || portOf(edge) !== port,
  );
  const edge = { key: `e${spread.keys + 1}`, fields: edgeFields(source, port, target) };
  return { ...withEdges(spread, [...others, edge]), keys: spread.keys + 1 };
}

/** Edges join nodes outside of blocks that have ids, from ports that have no block. */
function edgesCanSay(document: FlowDocument, from: NodeKey, port: Port, to: NodeKey): boolean {
  const [source, target] = [placeOf(document, from), placeOf(document, to)];
  const ordered = linksOf(document).some(
    (each) => each.edge === null && each.from === from && each.port === port,
  );
  const outside = source.parent === null && target.parent === null;
  const named = idOf(source.node.fields) !== '' && idOf(target.node.fields) !== '';
  return document.edges !== null && outside && named && !ordered;
}

/** What order and blocks say is said by edges first, since only an edge can be taken away. */
export function disconnect(document: FlowDocument, links: readonly Link[]): FlowDocument {
  if (links.length === 0) return document;
  const spread = links.every(({ edge }) => edge !== null) ? document : spreadOut(document);
  const gone = new Set(
    linksOf(spread)
      .filter((each) =>
        links.some(({ from, port, to, edge }) =>
          edge === null
            ? each.from === from && each.port === port && each.to === to
            : each.edge === edge,
        ),
      )
      .map(({ edge }) => edge),
  );
  return { ...spread, edges: (spread.edges ?? []).filter(({ key }) => !gone.has(key)) };
}
