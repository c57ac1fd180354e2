import type { Move, NodeRecord, Program } from '@eira/flow-engine';
import { NodeState } from '../editor/flow-editor';
import { FlowDocument, NodeKey, places } from '../model/document';
import { linksOf } from '../model/links';

/** Which drawn node is which of a program's: the engine calls those without an id by their place. */
export class Naming {
  private readonly byId = new Map<string, NodeKey>();
  private readonly byKey = new Map<NodeKey, string>();

  constructor(program: Program, document: FlowDocument) {
    const at = new Map<string, NodeKey>();
    for (const [key, { path }] of places(document)) at.set(path.join('/'), key);
    for (const { id, place } of program.flow.nodes.values()) {
      const key = at.get(place.join('/'));
      if (key === undefined) continue;
      this.byId.set(id, key);
      this.byKey.set(key, id);
    }
  }

  keyOf(id: string): NodeKey | null {
    return this.byId.get(id) ?? null;
  }

  idOf(key: NodeKey): string | null {
    return this.byKey.get(key) ?? null;
  }
}

/** What the canvas shows of the nodes; with `over` those that were never reached are passed by. */
export function statesOf(
  records: Iterable<NodeRecord>,
  naming: Naming,
  at: string | null,
  over: FlowDocument | null,
): ReadonlyMap<NodeKey, NodeState> {
  const states = new Map<NodeKey, NodeState>();
  for (const { node, status } of records) {
    const key = naming.keyOf(node);
    // Of several rounds the one that is under way tells, and one that failed.
    if (key && states.get(key) !== 'failed') states.set(key, status);
  }
  if (over) for (const key of places(over).keys()) if (!states.has(key)) states.set(key, 'skipped');
  const next = at === null ? null : naming.keyOf(at);
  if (next) states.set(next, 'breakpoint');
  return states;
}

/** The link that was gone along; null for the end of a round or of the flow. */
export function linkOf(
  { from, port, to }: Move,
  naming: Naming,
  document: FlowDocument,
): string | null {
  if (to === null) return null;
  const [left, right] = [naming.keyOf(from), naming.keyOf(to)];
  const links = linksOf(document).filter((each) => each.from === left && each.to === right);
  return (links.find((each) => each.port === port) ?? links[0])?.key ?? null;
}
