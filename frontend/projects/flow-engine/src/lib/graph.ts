/** Where a flow goes on: one graph, whether it is written as a list, in blocks or with edges.
 *
 * Every node has ports: `next`, and `true` and `false` of a condition, `body` of a loop. A port leads
 * to a node or, with null, to where the block ends: the end of a round of its loop, or of the flow.
 * The port of a condition without a block and without an edge is its `next`. */
import { error, Finding, warning } from './findings';
import { Edge, Flow, Node, nodeOf } from './flow';
import { compareTexts } from './json-values';
import { LANGUAGE, Port } from './language';

export type Ports = ReadonlyMap<Port | 'round', string | null>;
type AllPorts = ReadonlyMap<string, Ports>;

/** `start` is null for a flow without nodes. `ports` by node; `bodies` of each loop, the nodes of
 * inner loops among them; `loops` of each node those that it is in, the outermost first. A loop's
 * own id as the target of a port ends its round. */
export interface Graph {
  readonly start: string | null;
  readonly ports: AllPorts;
  readonly bodies: ReadonlyMap<string, ReadonlySet<string>>;
  readonly loops: ReadonlyMap<string, readonly string[]>;
}

/** A flow without errors, and its graph: what can be run. `simulating`: nodes that are for the
 * simulator only are run, too. */
export interface Program {
  readonly flow: Flow;
  readonly graph: Graph;
  readonly simulating: boolean;
}

export function after(program: Program, name: string, port: Port = 'next'): string | null {
  return program.graph.ports.get(name)?.get(port) ?? null;
}

class Building {
  readonly findings: Finding[] = [];
  readonly ports = new Map<string, Map<Port, string | null>>();

  constructor(readonly flow: Flow) {
    for (const id of flow.nodes.keys()) this.ports.set(id, new Map());
  }

  of(name: string): Map<Port, string | null> {
    const ports = this.ports.get(name);
    if (ports === undefined) throw new Error(`there is no node ${name}`);
    return ports;
  }

  inOrder(order: readonly string[], following: string | null): void {
    order.forEach((name, index) => this.of(name).set('next', order[index + 1] ?? following));
  }

  /** Behind a condition's block comes what is behind the condition, behind a loop's its round. */
  blocks(node: Node): void {
    const own = this.of(node.id);
    const following = node.type === 'condition' ? (own.get('next') ?? null) : null;
    for (const [port, order] of node.blocks) {
      if (own.has(port)) {
        const written = Object.entries(LANGUAGE.blocks[node.type] ?? {}).find(
          ([, each]) => each === port,
        );
        const place = [...node.place, written?.[0] ?? port];
        this.findings.push(error('edge_and_block', place, { port }));
      }
      own.set(port, order[0] ?? following);
      this.inOrder(order, following);
      for (const name of order) this.blocks(nodeOf(this.flow, name));
    }
  }

  byEdges(edges: readonly Edge[]): string | null {
    const outside = new Set(this.flow.order);
    edges.forEach((edge, index) => this.edge(edge, index, outside));
    const ledTo = new Set(edges.map((edge) => edge.target));
    return this.flow.order.find((name) => !ledTo.has(name)) ?? this.flow.order[0] ?? null;
  }

  private edge(edge: Edge, index: number, outside: ReadonlySet<string>): void {
    const place = ['edges', index];
    const ends = [['from', edge.source] as const, ['to', edge.target] as const];
    const wrong = ends.filter(([, id]) => !outside.has(id));
    for (const [side, id] of wrong) {
      const code = this.flow.nodes.has(id) ? 'edge_into_block' : 'edge_unknown_node';
      this.findings.push(error(code, [...place, side], { id }));
    }
    if (wrong.length > 0) return;
    const { port } = edge;
    const own = this.of(edge.source);
    if (!portsOf(nodeOf(this.flow, edge.source)).includes(port)) {
      this.findings.push(error('edge_unknown_port', [...place, 'port'], { port }));
    } else if (own.has(port)) {
      this.findings.push(error('edge_twice', place, { port, id: edge.source }));
    } else {
      own.set(port, edge.target);
    }
  }
}

/** The ports that edges may leave a node by. */
export function portsOf(node: Pick<Node, 'type'>): readonly Port[] {
  return LANGUAGE.ports[node.type] ?? ['next'];
}

/** With what is wrong with its edges; with errors among that, the graph is not to be run. */
export function build(flow: Flow): { graph: Graph; findings: readonly Finding[] } {
  const building = new Building(flow);
  let start = flow.order[0] ?? null;
  if (flow.edges !== undefined) start = building.byEdges(flow.edges);
  else building.inOrder(flow.order, null);
  for (const name of flow.order) building.blocks(nodeOf(flow, name));
  for (const node of flow.nodes.values()) {
    const own = building.of(node.id);
    const following = own.get('next') ?? null;
    own.set('next', following);
    for (const port of portsOf(node).slice(1)) {
      if (!own.has(port)) own.set(port, node.type === 'condition' ? following : null);
    }
  }
  const ports: AllPorts = building.ports;
  const loops = [...flow.nodes.values()].filter((node) => node.type === 'loop');
  const bodies = new Map(
    loops.map(({ id }) => [id, reached([ports.get(id)?.get('body') ?? null], ports, id)]),
  );
  const graph: Graph = { start, ports, bodies, loops: loopsAround(flow, bodies) };
  const findings = [
    ...building.findings,
    ...regionFaults(flow, graph),
    ...unreachable(flow, graph),
  ];
  return { graph, findings };
}

/** All nodes that lie on ways from there, not behind `stop`. */
function reached(first: Iterable<string | null>, ports: AllPorts, stop: string): Set<string> {
  const found = new Set<string>();
  const open = [...first];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === null || name === stop || found.has(name)) continue;
    found.add(name);
    open.push(...(ports.get(name)?.values() ?? []));
  }
  return found;
}

/** A body is entered by its loop alone and left by its end alone; only loops repeat anything. */
function regionFaults(flow: Flow, graph: Graph): Finding[] {
  const found: Finding[] = [];
  for (const [loop, body] of graph.bodies) {
    const outside = reached([graph.start], withoutBody(graph.ports, loop), '');
    for (const id of [...body].filter((name) => outside.has(name)).sort(compareTexts)) {
      found.push(error('edge_out_of_body', nodeOf(flow, id).place, { id, loop }));
    }
  }
  const ends = new Map([...graph.bodies].map(([loop, body]) => [loop, closing(loop, body, graph)]));
  for (const id of onACycle(graph.ports, ends)) {
    found.push(error('cycle', nodeOf(flow, id).place, { id }));
  }
  return found;
}

function withoutBody(ports: AllPorts, loop: string): AllPorts {
  const own = new Map(ports.get(loop));
  own.delete('body');
  return new Map([...ports, [loop, own]]);
}

function closing(loop: string, body: ReadonlySet<string>, graph: Graph): Set<string> {
  const ends = [...body].filter((name) =>
    [...(graph.ports.get(name) ?? [])].some(([, to]) => to === loop),
  );
  return new Set(ends);
}

/** The first node of each cycle that is no round of a loop. */
function onACycle(ports: AllPorts, ends: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const followers = (name: string): string[] =>
    [...(ports.get(name)?.values() ?? [])].filter(
      (target): target is string => target !== null && !ends.get(target)?.has(name),
    );
  for (const root of ports.keys()) {
    const way: [string, string[]][] = done.has(root) ? [] : [[root, followers(root)]];
    const onWay = new Set(way.map(([name]) => name));
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const [name, following] = top;
      const step = following.shift();
      if (step === undefined) {
        way.pop();
        onWay.delete(name);
        done.add(name);
      } else if (onWay.has(step)) {
        found.push(step);
      } else if (!done.has(step)) {
        way.push([step, followers(step)]);
        onWay.add(step);
      }
    }
  }
  return found;
}

function loopsAround(flow: Flow, bodies: Graph['bodies']): Map<string, string[]> {
  const size = (loop: string): number => bodies.get(loop)?.size ?? 0;
  return new Map(
    [...flow.nodes.keys()].map((name) => [
      name,
      [...bodies.keys()]
        .filter((loop) => bodies.get(loop)?.has(name))
        .sort((left, right) => size(right) - size(left)),
    ]),
  );
}

function unreachable(flow: Flow, graph: Graph): Finding[] {
  const found = reached([graph.start], graph.ports, '');
  // Of a block that is not reached its node alone is told.
  return [...flow.nodes.values()]
    .filter(({ id, parent }) => !found.has(id) && (parent === undefined || found.has(parent)))
    .map(({ id, place }) => warning('unreachable', place, { id }));
}

/** By node those that may be run after it; itself among them if a loop repeats it. */
export function behind(graph: Graph, name: string): Set<string> {
  const all = withRounds(graph);
  return reached(all.get(name)?.values() ?? [], all, '');
}

const rounds = new WeakMap<Graph, AllPorts>();

/** With the way from the end of a round back to its loop. */
function withRounds(graph: Graph): AllPorts {
  const known = rounds.get(graph);
  if (known !== undefined) return known;
  const found = new Map(
    [...graph.ports].map(([name, ports]): [string, Ports] => {
      const loop = graph.loops.get(name)?.at(-1);
      const ends = loop !== undefined && [...ports.values()].includes(null);
      return [name, ends ? new Map([...ports, ['round', loop]]) : ports];
    }),
  );
  rounds.set(graph, found);
  return found;
}
