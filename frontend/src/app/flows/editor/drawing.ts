import { FlowNode, NodeKey } from '../model/document';
import { Point } from '../model/edits';
import { JsonObject, textOf } from '../model/json';
import { Badge, Kind, Port, badgesOf, gistOf, idOf, kindOf, portsOf } from '../model/kinds';
import { NodeState } from './flow-editor';

/** What is beside a node's own fields. */
export interface Around {
  readonly at: Point;
  readonly state: NodeState | null;
  readonly breakpoint: boolean;
  readonly start: boolean;
  readonly problem: 'error' | 'warning' | null;
}

/** A node as it is drawn. */
export interface Drawn extends Around {
  readonly key: NodeKey;
  readonly kind: Kind;
  readonly name: string;
  /** With the id, where that is not the name. */
  readonly gist: string;
  readonly badges: readonly Badge[];
  readonly ports: readonly Port[];
}

interface Known {
  readonly fields: JsonObject;
  readonly drawn: Drawn;
}

/** Draws nodes, each anew only when something of it has changed. */
export class Drawing {
  private known = new Map<NodeKey, Known>();

  of(nodes: Iterable<FlowNode>, around: (key: NodeKey) => Around): readonly Drawn[] {
    const now = new Map<NodeKey, Known>();
    for (const node of nodes) {
      const place = around(node.key);
      const before = this.known.get(node.key);
      const same = before?.fields === node.fields && isSame(before.drawn, place);
      const drawn = same ? before.drawn : drawnOf(node, place);
      now.set(node.key, { fields: node.fields, drawn });
    }
    this.known = now;
    return [...now.values()].map(({ drawn }) => drawn);
  }
}

function drawnOf({ key, fields }: FlowNode, around: Around): Drawn {
  const kind = kindOf(fields);
  const label = textOf(fields['label']);
  const id = idOf(fields);
  return {
    ...around,
    key,
    kind,
    name: label || id,
    gist: [label && id, gistOf(fields)].filter(Boolean).join(' · '),
    badges: badgesOf(fields),
    ports: portsOf(kind),
  };
}

function isSame(one: Around, other: Around): boolean {
  const told = (each: Around): unknown[] => [
    each.at.x,
    each.at.y,
    each.state,
    each.breakpoint,
    each.start,
    each.problem,
  ];
  const others = told(other);
  return told(one).every((value, index) => value === others[index]);
}
