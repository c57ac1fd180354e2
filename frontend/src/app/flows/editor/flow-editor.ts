import { Injectable, computed, linkedSignal, signal } from '@angular/core';
import { FlowDocument, NodeKey, emptyFlow, places, write } from '../model/document';
import { Made, Point, addNode, moveNodes, openBlocks, positionOf } from '../model/edits';
import { begun, redone, settled, stepped, undone } from '../model/history';
import { BlockName, Kind } from '../model/kinds';
import { EDGE, isPlaced, laidOut } from '../model/layout';

/** What a simulator says of a node while it runs. */
export type NodeState = 'running' | 'done' | 'failed' | 'stopped' | 'skipped' | 'breakpoint';

const NOTHING: ReadonlySet<string> = new Set();
const BELOW = 148;
const WIDE = 230;

/** The flow that is open: its document with all that was done to it, and what is chosen in it. */
@Injectable()
export class FlowEditor {
  private readonly history = signal(begun(emptyFlow('')));
  private readonly saved = signal<FlowDocument>(this.history().present);
  private readonly unsaid = signal<ReadonlyMap<NodeKey, Point>>(new Map());
  private readonly given = signal(0);

  readonly document = computed(() => this.history().present);
  /** As it was opened or saved last. */
  readonly stored = this.saved.asReadonly();
  readonly canUndo = computed(() => this.history().past.length > 0);
  readonly canRedo = computed(() => this.history().future.length > 0);
  private readonly text = computed(() => JSON.stringify(write(this.document())));
  private readonly savedText = computed(() => JSON.stringify(write(this.saved())));
  readonly dirty = computed(
    () => this.document() !== this.saved() && this.text() !== this.savedText(),
  );

  /** Keys of nodes and links. */
  readonly selection = signal<ReadonlySet<string>>(NOTHING);
  readonly chosen = computed((): readonly NodeKey[] => {
    const known = places(this.document());
    return [...this.selection()].filter((key) => known.has(key));
  });
  /** The one node that is chosen; null for none and for several. */
  readonly current = computed((): NodeKey | null => {
    const [first, second] = this.chosen();
    return first !== undefined && second === undefined ? first : null;
  });

  /** The blocks of that node which another one may be put into. */
  readonly blocks = computed((): readonly BlockName[] => {
    const key = this.current();
    return key === null ? [] : openBlocks(this.document(), key);
  });
  /** Where the next node goes: into this block; null: behind what is chosen. */
  readonly into = linkedSignal<NodeKey | null, BlockName | null>({
    source: this.current,
    computation: () => null,
  });

  /** How many keys were given so far: none is given again, also when what had it is undone. */
  readonly keys = this.given.asReadonly();
  /** How often another flow has taken the place of the one before. */
  readonly replaced = signal(0);

  /** Whether the simulator is beside the canvas. */
  readonly simulating = signal(false);
  /** A simulator's to set: what the canvas paints on nodes, and which links it lights up. */
  readonly states = signal<ReadonlyMap<NodeKey, NodeState>>(new Map());
  readonly lit = signal<ReadonlySet<string>>(NOTHING);
  /** Where a simulation stops. */
  readonly breakpoints = signal<ReadonlySet<NodeKey>>(NOTHING);

  /** Where each node is drawn. */
  readonly positions = computed((): ReadonlyMap<NodeKey, Point> => {
    const found = new Map<NodeKey, Point>();
    let last: Point = { x: 0, y: 0 };
    for (const [key, { node }] of places(this.document())) {
      last = positionOf(node) ?? this.unsaid().get(key) ?? { x: last.x, y: last.y + BELOW };
      found.set(key, last);
    }
    return found;
  });

  /** Opens a flow; what nobody has placed is laid out, which is no change of it. */
  async open(document: FlowDocument): Promise<void> {
    this.unsaid.set(isPlaced(document) ? new Map() : await laidOut(document));
    this.history.set(begun(document));
    this.given.set(document.keys);
    this.saved.set(document);
    this.choose([]);
    this.clear();
  }

  /** Another flow takes its place, as one step; its keys are others. */
  async replace(document: FlowDocument): Promise<void> {
    if (!isPlaced(document)) {
      const laid = await laidOut(document);
      // What is there now has its places, too, when that is undone.
      this.unsaid.update((known) => new Map([...known, ...laid]));
    }
    this.edit(() => document);
    this.choose([]);
    this.clear();
  }

  /** That is what is stored now; it may have been changed since. */
  markSaved(document: FlowDocument): void {
    this.saved.set(document);
    this.settle();
  }

  /** Changes with the same `about`, right behind each other, are undone as one. */
  edit(change: (document: FlowDocument) => FlowDocument, about: string | null = null): void {
    const keys = this.given();
    this.history.update((history) => {
      const { present } = history;
      const from = present.keys === keys ? present : { ...present, keys };
      const to = change(from);
      return stepped(history, to === from ? present : to, about);
    });
    this.given.set(Math.max(keys, this.document().keys));
    this.forget();
  }

  /** As `edit`, for changes that say where something is: all the rest stays where it is, too. */
  place(change: (document: FlowDocument) => FlowDocument): void {
    this.edit((document) => change(moveNodes(document, this.positions())));
  }

  /** As `place`, for what makes nodes, which are chosen then. */
  make(change: (document: FlowDocument) => Made): readonly NodeKey[] {
    let nodes: readonly NodeKey[] = [];
    this.place((document) => {
      const made = change(document);
      nodes = made.nodes;
      return made.document;
    });
    this.choose(nodes);
    return nodes;
  }

  /** Another node behind what is chosen last, or into the block that is wanted; it is chosen then. */
  add(kind: Kind): NodeKey | undefined {
    const after = this.chosen().at(-1) ?? null;
    const [at, block, node] = [this.spot(after), this.into(), this.current()];
    const into = node !== null && block !== null && this.blocks().includes(block);
    const where = into ? { at, into: { node, block } } : { at, after };
    return this.make((document) => addNode(document, kind, where))[0];
  }

  settle(): void {
    this.history.update(settled);
  }

  undo(): void {
    this.history.update(undone);
    this.forget();
  }

  redo(): void {
    this.history.update(redone);
    this.forget();
  }

  choose(keys: Iterable<string>): void {
    const wanted = new Set(keys);
    const now = this.selection();
    if (wanted.size === now.size && [...wanted].every((key) => now.has(key))) return;
    this.selection.set(wanted);
    this.settle();
  }

  async layOut(): Promise<void> {
    const document = this.document();
    const positions = await laidOut(document);
    if (this.document() === document) this.edit((now) => moveNodes(now, positions));
  }

  /** Where another node goes: below that one, or below everything. */
  spot(beside: NodeKey | null): Point {
    const positions = this.positions();
    const all = [...positions.values()];
    const at = (beside ? positions.get(beside) : undefined) ?? lowest(all);
    if (!at) return { x: EDGE, y: EDGE };
    const spot = { x: at.x, y: at.y + BELOW };
    while (
      all.some(({ x, y }) => Math.abs(x - spot.x) < WIDE && Math.abs(y - spot.y) < BELOW / 2)
    ) {
      spot.x += WIDE + 20;
    }
    return spot;
  }

  /** What a simulator has found of another flow is none of this one. */
  private clear(): void {
    this.states.set(new Map());
    this.lit.set(NOTHING);
    this.breakpoints.set(NOTHING);
    this.replaced.update((times) => times + 1);
  }

  /** Nothing is chosen that is not there. */
  private forget(): void {
    const known = places(this.document());
    const isThere = (key: string): boolean =>
      !key.startsWith('n') || known.has(key.split(':')[0] ?? '');
    this.choose([...this.selection()].filter(isThere));
  }
}

function lowest(points: readonly Point[]): Point | undefined {
  return points.reduce<Point | undefined>(
    (best, each) => (best === undefined || each.y > best.y ? each : best),
    undefined,
  );
}
