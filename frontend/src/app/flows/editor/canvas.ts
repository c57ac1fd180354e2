import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  ViewEncapsulation,
  computed,
  effect,
  inject,
  input,
  output,
  untracked,
  viewChild,
} from '@angular/core';
import {
  FCanvasComponent,
  FCreateConnectionEvent,
  FCreateNodeEvent,
  FDeleteSelectedEvent,
  FFlowComponent,
  FFlowModule,
  FMoveNodesEvent,
  FReassignConnectionEvent,
  FSelectionChangeEvent,
  FZoomDirective,
  F_A11Y_CONFIG,
  provideFFlow,
  withA11y,
} from '@foblex/flow';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { LanguageChoice } from '../../core/language';
import { NodeKey, places } from '../model/document';
import { Point, addNode, connect, disconnect, moveNodes, removeNodes } from '../model/edits';
import { Port, isKind, kindOf, nameOf } from '../model/kinds';
import { Link, linksOf, startOf } from '../model/links';
import { canvasWords } from './canvas-words';
import { Drawing, Drawn } from './drawing';
import { FlowEditor } from './flow-editor';
import { marginOf } from './fitting';
import { NodeView } from './node-view';

const MARGIN: Point = { x: 48, y: 48 };

/** The flow drawn: nodes that are moved, chosen and joined, by mouse, touch and keys. */
@Component({
  selector: 'eira-flow-canvas',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FFlowModule, NodeView, TranslocoDirective],
  templateUrl: './canvas.html',
  styleUrl: './canvas.css',
  encapsulation: ViewEncapsulation.None,
  providers: [
    provideFFlow(withA11y()),
    {
      provide: F_A11Y_CONFIG,
      useFactory: () => canvasWords(inject(TranslocoService)),
    },
  ],
})
export class FlowCanvas {
  private readonly editor = inject(FlowEditor);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly flow = viewChild(FFlowComponent);
  private readonly view = viewChild(FCanvasComponent);
  private readonly zoom = viewChild(FZoomDirective);
  private readonly language = inject(LanguageChoice).language;
  /** The worst problem of each node that has one. */
  readonly problems = input<ReadonlyMap<NodeKey, 'error' | 'warning'>>(new Map());
  readonly drawn = output();

  /** Drawn anew in another language: what the canvas says of itself does not change. */
  protected readonly languages = computed(() => [this.language()]);
  private readonly drawing = new Drawing();
  protected readonly nodes = computed((): readonly Drawn[] => {
    const document = this.editor.document();
    const [positions, states] = [this.editor.positions(), this.editor.states()];
    const [start, problems] = [startOf(document), this.problems()];
    const breakpoints = this.editor.breakpoints();
    const nodes = [...places(document).values()].map(({ node }) => node);
    return this.drawing.of(nodes, (key) => ({
      at: positions.get(key) ?? MARGIN,
      state: states.get(key) ?? null,
      breakpoint: breakpoints.has(key),
      start: key === start,
      problem: problems.get(key) ?? null,
    }));
  });
  protected readonly links = computed(() => linksOf(this.editor.document()));
  /** Each with what it joins, by name. */
  protected readonly lines = computed(() => {
    const known = places(this.editor.document());
    return this.links().flatMap((link) => {
      const [from, to] = [known.get(link.from), known.get(link.to)].map((at) => at?.node.fields);
      if (!from || !to) return [];
      return [{ ...link, kind: kindOf(from), source: nameOf(from), target: nameOf(to) }];
    });
  });
  protected readonly lit = this.editor.lit;

  constructor() {
    effect(() => {
      const wanted = this.editor.selection();
      const links = this.links();
      const flow = this.flow();
      if (flow) untracked(() => this.show(flow, wanted, links));
    });
  }

  fit(): void {
    const map = this.element.querySelector('.f-minimap')?.getBoundingClientRect();
    const margin = marginOf(this.element.getBoundingClientRect(), this.editor.positions(), map);
    this.view()?.fitToScreen(margin, false);
  }

  /** As soon as what is to be seen has been drawn. */
  fitSoon(): void {
    requestAnimationFrame(() => requestAnimationFrame(() => this.fit()));
  }

  zoomIn(): void {
    this.zoom()?.zoomIn();
  }

  zoomOut(): void {
    this.zoom()?.zoomOut();
  }

  /** Brings the node into view where it is not wholly; the focus stays where it is. */
  reveal(key: NodeKey): void {
    requestAnimationFrame(() => {
      const node = this.element.querySelector(`[data-f-node-id="${key}"]`);
      if (node && !isWithin(node, this.element)) this.view()?.centerGroupOrNode(key, false);
    });
  }

  focus(): void {
    this.element.querySelector<HTMLElement>('f-flow')?.focus();
  }

  protected ready(): void {
    this.fit();
    this.drawn.emit();
  }

  protected select({ nodeIds, connectionIds }: FSelectionChangeEvent): void {
    this.editor.choose([...nodeIds, ...connectionIds]);
  }

  protected move({ nodes }: FMoveNodesEvent): void {
    const positions = new Map(nodes.map(({ id, position }) => [id, position]));
    this.editor.place((document) => moveNodes(document, positions));
  }

  protected join({ sourceId, targetId }: FCreateConnectionEvent): void {
    const [from, port] = partsOf(sourceId);
    if (targetId === undefined) return;
    const [to] = partsOf(targetId);
    this.editor.place((document) => connect(document, from, port, to));
  }

  /** The end of a line was dragged to another node, or to nowhere. */
  protected rejoin(event: FReassignConnectionEvent): void {
    const link = this.links().find(({ key }) => key === event.connectionId);
    if (!link) return;
    if (event.nextTargetId === undefined) {
      this.editor.place((document) => disconnect(document, [link]));
      return;
    }
    const [to] = partsOf(event.nextTargetId);
    this.editor.place((document) => connect(document, link.from, link.port, to));
  }

  protected create({ data, externalItemRect: { x, y } }: FCreateNodeEvent<unknown>): void {
    if (isKind(data)) this.editor.make((document) => addNode(document, data, { at: { x, y } }));
  }

  protected remove({ nodeIds, connectionIds }: FDeleteSelectedEvent): void {
    const links = this.links().filter(({ key }) => connectionIds.includes(key));
    this.editor.edit((document) => removeNodes(disconnect(document, links), new Set(nodeIds)));
  }

  private show(flow: FFlowComponent, wanted: ReadonlySet<string>, links: readonly Link[]): void {
    const { fNodeIds, fConnectionIds } = flow.getSelection();
    const shown = new Set([...fNodeIds, ...fConnectionIds]);
    if (shown.size === wanted.size && [...wanted].every((key) => shown.has(key))) return;
    const known = new Set(links.map(({ key }) => key));
    const nodes = [...wanted].filter((key) => !known.has(key));
    flow.select(
      nodes,
      [...wanted].filter((key) => known.has(key)),
      false,
    );
  }
}

function isWithin(inner: Element, outer: Element): boolean {
  const [one, other] = [inner.getBoundingClientRect(), outer.getBoundingClientRect()];
  const beside = one.left >= other.left && one.right <= other.right;
  return beside && one.top >= other.top && one.bottom <= other.bottom;
}

function partsOf(connector: string): [NodeKey, Port] {
  const [key = '', port] = connector.split(':');
  return [key, (port ?? 'next') as Port];
}
