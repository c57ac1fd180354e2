import { FlowDocument, FlowEdge, FlowNode, NodeKey } from './document';
import { textOf } from './json';
import { blocksOf, idOf, kindOf, Port, portsOf } from './kinds';

/** A line from a port of a node to another node: an edge, or what order and blocks say. */
export interface Link {
  readonly key: string;
  readonly from: NodeKey;
  readonly to: NodeKey;
  readonly port: Port;
  /** The key of its edge; null of what order and blocks say. */
  readonly edge: string | null;
}

const known = new WeakMap<FlowDocument, readonly Link[]>();

/** Where the flow goes on, of every port that leads to a node. */
export function linksOf(document: FlowDocument): readonly Link[] {
  const before = known.get(document);
  if (before) return before;
  const links = [...edgeLinks(document), ...orderLinks(document)];
  known.set(document, links);
  return links;
}

/** The node of each id; of ids that are there twice the first. */
export function byId(nodes: readonly FlowNode[]): ReadonlyMap<string, FlowNode> {
  const found = new Map<string, FlowNode>();
  for (const node of nodes) {
    const id = idOf(node.fields);
    if (id && !found.has(id)) found.set(id, node);
  }
  return found;
}

export function portOf(edge: FlowEdge): string {
  return textOf(edge.fields['port']) || 'next';
}

function edgeLinks(document: FlowDocument): readonly Link[] {
  const nodes = byId(document.nodes);
  return (document.edges ?? []).flatMap((edge) => {
    const from = nodes.get(textOf(edge.fields['from']));
    const to = nodes.get(textOf(edge.fields['to']));
    const port = portOf(edge);
    const drawn = from && portsOf(kindOf(from.fields)).find((each) => each === port);
    if (!from || !to || !drawn) return [];
    return [{ key: edge.key, from: from.key, to: to.key, port: drawn, edge: edge.key }];
  });
}

function orderLinks(document: FlowDocument): readonly Link[] {
  const links: Link[] = [];
  if (document.edges === null) {
    inOrder(document.nodes, null, links);
    return links;
  }
  const next = new Map(
    edgeLinks(document).flatMap(({ from, port, to }) => (port === 'next' ? [[from, to]] : [])),
  );
  for (const node of document.nodes) inBlocks(node, next.get(node.key) ?? null, links);
  return links;
}

/** `after` is what comes behind the last one. */
function inOrder(nodes: readonly FlowNode[], after: NodeKey | null, links: Link[]): void {
  for (const [index, node] of nodes.entries()) {
    const next = nodes[index + 1]?.key ?? after;
    if (next) links.push(ordered(node.key, 'next', next));
    inBlocks(node, next, links);
  }
}

/** Behind a condition's block comes what is behind the condition, behind a loop's its round. */
function inBlocks(node: FlowNode, after: NodeKey | null, links: Link[]): void {
  const kind = kindOf(node.fields);
  for (const [block, port] of blocksOf(kind)) {
    const inner = node.blocks[block] ?? [];
    if (inner[0]) links.push(ordered(node.key, port, inner[0].key));
    inOrder(inner, kind === 'condition' ? after : null, links);
  }
}

function ordered(from: NodeKey, port: Port, to: NodeKey): Link {
  return { key: `${from}:${port}:${to}`, from, to, port, edge: null };
}

/** Where the flow begins; null for one without nodes. */
export function startOf(document: FlowDocument): NodeKey | null {
  const led = new Set((document.edges ?? []).map(({ fields }) => textOf(fields['to'])));
  const first = document.nodes.find((node) => !led.has(idOf(node.fields)));
  return (document.edges && first ? first : document.nodes[0])?.key ?? null;
}
