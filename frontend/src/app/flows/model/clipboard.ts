import { FlowDocument, FlowNode, NodeKey, places, writeNode } from './document';
import {
  freshId,
  ids,
  insertBehind,
  Made,
  mapNodes,
  Point,
  positionOf,
  spreadOut,
  withEdges,
  withNodes,
} from './edits';
import { JsonObject, isObject, textOf, written } from './json';
import { idOf, kindOf } from './kinds';
import { withoutSecrets } from './secrets';
import { imported, isRefused } from './unreadable';

const ASIDE = 40;

/** These nodes as a flow of their own, with the edges between them; null for none. */
export function copied(document: FlowDocument, keys: ReadonlySet<NodeKey>): string | null {
  const within = (key: NodeKey | null): boolean => {
    if (key === null) return false;
    return keys.has(key) || within(places(document).get(key)?.parent ?? null);
  };
  const chosen = [...places(document).values()]
    .filter(({ node, parent }) => keys.has(node.key) && !within(parent))
    .map(({ node }) => node);
  if (chosen.length === 0) return null;
  const nodes = withoutSecrets(chosen.map(writeNode));
  if (document.edges === null) return written({ nodes });
  const names = new Set(chosen.map(({ fields }) => idOf(fields)));
  const edges = document.edges
    .map(({ fields }) => fields)
    .filter(({ from, to }) => names.has(textOf(from)) && names.has(textOf(to)));
  return written({ nodes, edges });
}

/** What was copied, or a flow from anywhere, as a document to be pasted; null for what is none. */
export function pasteable(text: string, keys: number): FlowDocument | null {
  const made = imported(text, keys, (json) => (isObject(json) && 'type' in json ? [json] : json));
  return !isRefused(made) && made.nodes.length > 0 ? made : null;
}

/** The nodes of another document beside or behind those that are there, under names of their own. */
export function pasted(document: FlowDocument, from: FlowDocument, after: NodeKey | null): Made {
  const simple = from.edges === null && document.edges === null;
  const spread = simple ? from : spreadOut(from);
  const { nodes, names } = renamed(document, spread);
  const keys = nodes.map(({ key }) => key);
  const keyed = { ...document, keys: Math.max(document.keys, spread.keys) };
  if (simple) {
    const last = after ?? document.nodes.at(-1)?.key;
    const made = last ? insertBehind(keyed, last, nodes) : withNodes(keyed, nodes);
    return { document: made, nodes: keys };
  }
  const base = keyed.edges === null ? spreadOut(keyed) : keyed;
  const edges = (spread.edges ?? []).map(({ key, fields }) => ({
    key,
    fields: ends(fields, names),
  }));
  const joined = withNodes(base, [...base.nodes, ...nodes]);
  return { document: withEdges(joined, [...(base.edges ?? []), ...edges]), nodes: keys };
}

function ends(fields: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  const members = Object.entries(fields).map(([name, value]) => {
    const renames = name === 'from' || name === 'to';
    return [name, renames ? (names.get(textOf(value)) ?? value) : value];
  });
  return Object.fromEntries(members) as JsonObject;
}

/** Ids that are taken get others, and places that are taken are left a little to the side. */
function renamed(
  document: FlowDocument,
  from: FlowDocument,
): { readonly nodes: readonly FlowNode[]; readonly names: ReadonlyMap<string, string> } {
  const taken = ids(document);
  const spots = new Set([...places(document).values()].map(({ node }) => spotOf(positionOf(node))));
  const names = new Map<string, string>();
  const change = (node: FlowNode): FlowNode => {
    let fields = node.fields;
    const id = idOf(fields);
    if (id && taken.has(id)) {
      const other = freshId(taken, isNumbered(id) ? id : kindOf(fields));
      names.set(id, other);
      fields = { ...fields, id: other };
    }
    if (id) taken.add(idOf(fields));
    const at = positionOf(node);
    if (!at || !spots.has(spotOf(at))) return fields === node.fields ? node : { ...node, fields };
    const ui: JsonObject = { ...(fields['ui'] as JsonObject), x: at.x + ASIDE, y: at.y + ASIDE };
    return { ...node, fields: { ...fields, ui } };
  };
  return { nodes: mapNodes(from.nodes, change), names };
}

function isNumbered(id: string): boolean {
  return /_\d+$/.test(id);
}

function spotOf(at: Point | undefined): string {
  return at ? `${at.x},${at.y}` : '';
}
