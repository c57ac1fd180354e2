import {
  ChangeDetectionStrategy,
  Component,
  HostListener,
  ViewEncapsulation,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ErrorCard } from '../../chat/error-card';
import { Icon } from '../../core/icon';
import { titled } from '../../core/page-title';
import { Who } from '../../core/who';
import { ExportDialog } from '../dialogs/export-dialog';
import { ImportDialog } from '../dialogs/import-dialog';
import { LeaveDialog } from '../dialogs/leave-dialog';
import { ConflictDialog } from '../dialogs/conflict-dialog';
import { RunDialog } from '../dialogs/run-dialog';
import { VersionsDialog } from '../dialogs/versions-dialog';
import { FlowIcon } from '../flow-icon';
import { Inspector } from '../inspector/inspector';
import { Vocabulary } from '../inspector/vocabulary';
import { FlowDocument, NodeKey } from '../model/document';
import { disconnect, removeNodes, reorder, setMeta } from '../model/edits';
import { isObject, textOf } from '../model/json';
import { Kind } from '../model/kinds';
import { linksOf } from '../model/links';
import { FlowCanvas } from './canvas';
import { FlowChecks, Problem } from './checks';
import { Clip } from './clip';
import { FlowEditor } from './flow-editor';
import { FlowOutline } from './outline';
import { FlowPalette } from './palette';
import { ProblemList } from './problem-list';
import { Simulation } from './simulation';
import { SIMULATOR } from './simulator-slot';
import { RealRun } from './real-run';
import { Refusals } from './refusals';
import { Shortcuts } from './shortcuts';
import { NEW, StoredFlow } from './stored';

const PANELS = ['palette', 'outline', 'problems'] as const;
type Panel = (typeof PANELS)[number];

/** The editor of one flow. */
@Component({
  selector: 'eira-flow-editor',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ConflictDialog,
    ErrorCard,
    ExportDialog,
    FlowCanvas,
    FlowIcon,
    FlowOutline,
    FlowPalette,
    Icon,
    ImportDialog,
    Inspector,
    LeaveDialog,
    ProblemList,
    RouterLink,
    RunDialog,
    Simulation,
    TranslocoDirective,
    VersionsDialog,
  ],
  templateUrl: './editor-page.html',
  styleUrl: './editor-page.css',
  encapsulation: ViewEncapsulation.None,
  providers: [FlowEditor, Refusals, FlowChecks, StoredFlow, RealRun, Clip, Vocabulary],
  host: { class: 'flow-editor', '(keydown)': 'press($event)' },
})
export class EditorPage {
  protected readonly editor = inject(FlowEditor);
  protected readonly stored = inject(StoredFlow);
  private readonly refusals = inject(Refusals);
  protected readonly checks = inject(FlowChecks);
  protected readonly clip = inject(Clip);
  protected readonly who = inject(Who);
  private readonly router = inject(Router);
  private readonly shortcuts = new Shortcuts({
    undo: () => this.editor.undo(),
    redo: () => this.editor.redo(),
    save: () => void this.save(),
    duplicate: () => this.clip.duplicate(),
  });

  protected readonly canvas = viewChild(FlowCanvas);
  private readonly inspector = viewChild(Inspector);
  private readonly palette = viewChild(FlowPalette);
  protected readonly importing = viewChild.required(ImportDialog);
  protected readonly versions = viewChild.required(VersionsDialog);
  private readonly leaving = viewChild.required(LeaveDialog);

  readonly flowId = input.required<string>();
  /** `?show=`: a dialog that is wanted at once. */
  readonly show = input<string>();

  protected readonly panels = PANELS;
  protected readonly panel = signal<Panel>('palette');
  protected readonly simulable = inject(SIMULATOR) !== null;
  /** Once the simulator has been opened: what was typed into it is kept while it is closed. */
  protected readonly simulated = signal(false);
  protected readonly opened = signal(false);
  protected readonly name = computed(() => {
    const meta = this.editor.document().members?.['meta'];
    return isObject(meta) ? textOf(meta['name']) : '';
  });

  constructor() {
    titled(
      () => 'app.flows',
      () => this.name() || null,
    );
    effect(() => {
      const id = this.flowId();
      untracked(() => void this.open(id));
    });
    effect(() => {
      const simulating = this.editor.simulating();
      if (simulating) this.simulated.set(true);
      untracked(() => this.canvas()?.fitSoon());
    });
  }

  /** Whether the page may be left; asks where something would be lost. */
  mayLeave(): boolean | Promise<boolean> {
    return !this.editor.dirty() || this.leaving().ask();
  }

  @HostListener('window:beforeunload', ['$event'])
  protected warn(event: BeforeUnloadEvent): void {
    if (this.editor.dirty()) event.preventDefault();
  }

  @HostListener('document:copy', ['$event'])
  protected copy(event: ClipboardEvent): void {
    if (this.isOurs(event)) this.give(event, this.clip.copy());
  }

  @HostListener('document:cut', ['$event'])
  protected cut(event: ClipboardEvent): void {
    if (this.isOurs(event)) this.give(event, this.clip.cut());
  }

  @HostListener('document:paste', ['$event'])
  protected paste(event: ClipboardEvent): void {
    if (!this.isOurs(event)) return;
    event.preventDefault();
    this.clip.paste(event.clipboardData?.getData('text/plain') ?? '');
  }

  protected press(event: KeyboardEvent): void {
    this.shortcuts.press(event);
  }

  protected add(kind: Kind): void {
    const key = this.editor.add(kind);
    if (key) this.canvas()?.reveal(key);
  }

  protected async layOut(): Promise<void> {
    await this.editor.layOut();
    this.canvas()?.fitSoon();
  }

  /** To the palette, where one chooses what goes into the block. */
  protected fill(): void {
    this.panel.set('palette');
    setTimeout(() => this.palette()?.focus());
  }

  protected remove(): void {
    const chosen = this.editor.selection();
    this.editor.edit((document) => {
      const links = linksOf(document).filter(({ key }) => chosen.has(key));
      return removeNodes(disconnect(document, links), chosen);
    });
  }

  protected reorder(by: 1 | -1): void {
    const key = this.editor.current();
    if (key) this.editor.edit((document) => reorder(document, key, by));
  }

  protected goToNode(key: NodeKey): void {
    this.editor.choose([key]);
    this.canvas()?.reveal(key);
    setTimeout(() => this.inspector()?.focus([]));
  }

  protected goTo({ target }: Problem): void {
    if (target.node) {
      this.editor.choose([target.node]);
      this.canvas()?.reveal(target.node);
    } else if (target.edge) {
      this.editor.choose([target.edge]);
    } else {
      this.editor.choose([]);
    }
    setTimeout(() => this.inspector()?.focus(target.field));
  }

  protected rename(name: string): void {
    this.editor.edit((document) => setMeta(document, ['name'], name || undefined), 'meta:name');
  }

  protected async save(): Promise<void> {
    if (this.stored.busy()) return;
    const id = await this.stored.save();
    if (id) await this.stay(id);
    else if (this.refusals.fields().length) this.panel.set('problems');
  }

  /** What was brought takes the place of what is there, as one step that can be undone. */
  protected readonly bring = async (document: FlowDocument): Promise<void> => {
    await this.editor.replace(document);
    this.canvas()?.fitSoon();
  };

  /** The page of a flow that has been stored for the first time is that of its id. */
  protected async stay(id: string): Promise<void> {
    if (id !== this.flowId()) await this.router.navigate(['/flows', id], { replaceUrl: true });
  }

  private async open(id: string): Promise<void> {
    if (id !== NEW && id === this.stored.view()?.flowId) return;
    this.opened.set(false);
    this.opened.set(await this.stored.open(id));
    if (this.opened()) setTimeout(() => this.showWanted());
  }

  private showWanted(): void {
    if (this.show() === 'import') this.importing().open();
    if (this.show() === 'versions') this.versions().open();
  }

  protected retry(): void {
    void this.open(this.flowId());
  }

  /** Texts of fields are copied and pasted as everywhere. */
  private isOurs({ target }: Event): boolean {
    const from = target instanceof Element ? target : null;
    const selected = getSelection()?.toString() ?? '';
    return !from?.closest('input, textarea, select, dialog') && selected === '';
  }

  private give(event: ClipboardEvent, text: string | null): void {
    if (text === null) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', text);
  }
}
