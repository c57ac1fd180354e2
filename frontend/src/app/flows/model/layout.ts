import { FlowDocument, NodeKey, places } from './document';
import { Point, positionOf } from './edits';
import { MOST_NODES } from './limits';
import { linksOf } from './links';

export const NODE_WIDTH = 216;
export const NODE_HEIGHT = 92;
const BETWEEN_RANKS = 56;
const BETWEEN_NODES = 40;
/** What is left free at the edges of a drawing. */
export const EDGE = 48;

/** Of what is too much for a layout, in one column. */
const OF_A_COLUMN = 50;

/**
 * Where all nodes go if nobody says it, from top to bottom; what does that is loaded now. It calls
 * itself for each node behind another: more than a flow may have stand in columns, in their order.
 */
export async function laidOut(document: FlowDocument): Promise<ReadonlyMap<NodeKey, Point>> {
  if (places(document).size > MOST_NODES) return inColumns(places(document).keys());
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: 'TB',
    ranksep: BETWEEN_RANKS,
    nodesep: BETWEEN_NODES,
    marginx: EDGE,
    marginy: EDGE,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const keys = [...places(document).keys()];
  for (const key of keys) graph.setNode(key, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { from, to, key } of linksOf(document)) graph.setEdge(from, to, {}, key);
  layout(graph);
  return new Map(
    keys.map((key) => {
      const { x, y } = graph.node(key) as Point;
      return [key, { x: Math.round(x - NODE_WIDTH / 2), y: Math.round(y - NODE_HEIGHT / 2) }];
    }),
  );
}

function inColumns(keys: Iterable<NodeKey>): ReadonlyMap<NodeKey, Point> {
  const [across, down] = [NODE_WIDTH + BETWEEN_NODES, NODE_HEIGHT + BETWEEN_RANKS];
  const points = [...keys].map((key, index): [NodeKey, Point] => {
    const x = EDGE + Math.floor(index / OF_A_COLUMN) * across;
    return [key, { x, y: EDGE + (index % OF_A_COLUMN) * down }];
  });
  return new Map(points);
}

/** Whether somebody has said of every node where it is. */
export function isPlaced(document: FlowDocument): boolean {
  return [...places(document).values()].every(({ node }) => positionOf(node) !== undefined);
}
