import { DestroyRef, Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import {
  Simulator,
  beginsWithMessage,
  defaultMocks,
  failureMessage,
  programOf,
  type Calls,
  type FlowFailure,
  type FlowProblem,
  type Json as EngineJson,
  type NodeRecord,
  type Program,
  type SimulationEvent,
  type SimulationStatus,
  type Tape,
  type Variables,
} from '@eira/flow-engine';
import { EachFrame } from '../../chat/frames';
import { LanguageChoice } from '../../core/language';
import { FlowEditor } from '../editor/flow-editor';
import { FlowDocument, NodeKey, places, write } from '../model/document';
import { JsonObject, textOf } from '../model/json';
import { SimulatorBackend } from './backend';
import { isObject } from './engine-json';
import { Wrong, readVariables } from './json-text';
import { MockDrafts } from './mock-drafts';
import { CountedNotice, counted } from './notices';
import { Naming, linkOf, statesOf } from './painting';
import { Said, heard, spoken } from './said';
import { Typed } from './typed';

const OVER: readonly SimulationStatus[] = ['done', 'failed', 'stopped'];
const NOTHING: ReadonlySet<NodeKey> = new Set();

/** What is simulated, and what it looks like: all of it in memory. */
interface Open {
  readonly simulator: Simulator;
  readonly naming: Naming;
  readonly document: FlowDocument;
}

/** One simulation after the other of the flow that is open. */
@Injectable()
export class SimulationSession {
  private readonly editor = inject(FlowEditor);
  private readonly backend = inject(SimulatorBackend);
  private readonly drafts = inject(MockDrafts);
  private readonly typed = inject(Typed);
  private readonly language = inject(LanguageChoice).language;
  private readonly open = signal<Open | null>(null);
  private readonly recorded = new Map<string, NodeRecord>();
  private readonly lit = new Set<string>();
  private chat: readonly Said[] = [];
  private readonly frames = new EachFrame(() => this.show());
  private hush: () => void = () => undefined;

  readonly status = signal<SimulationStatus>('ready');
  readonly at = signal<string | null>(null);
  private readonly ending = signal<FlowFailure | null>(null);
  readonly failure = computed(() => {
    const failure = this.ending();
    return failure && this.wordsOf(failure);
  });
  readonly records = signal<readonly NodeRecord[]>([]);
  readonly said = signal<readonly Said[]>([]);
  readonly notices = signal<readonly CountedNotice[]>([]);
  /** It begins with what the user says, who has said nothing; whoever goes on does so without. */
  readonly lacksMessage = signal(false);
  /** Why the flow cannot be run. */
  readonly problems = signal<readonly FlowProblem[]>([]);
  readonly calls = signal<Calls>('auto');
  /** As somebody writes them. */
  readonly inputsText = signal('{}');
  private readonly inputsRead = computed(() => readVariables(this.inputsText()));
  readonly inputsWrong = computed((): Wrong | null => {
    const read = this.inputsRead();
    return 'wrong' in read ? read.wrong : null;
  });
  readonly breakpoints = signal<ReadonlySet<NodeKey>>(NOTHING);
  /** What is replayed instead of calls. */
  readonly opened = signal<Tape | null>(null);
  /** The node that is tried alone; null of the whole flow. */
  readonly tried = signal<NodeKey | null>(null);

  readonly isOver = computed(() => OVER.includes(this.status()));
  readonly isBusy = computed(() => this.status() === 'running');
  readonly begun = computed(() => this.open() !== null);
  /** Whether it begins anew when it is told to go. */
  private readonly isReady = computed(() => !this.begun() || this.isOver());
  readonly waits = computed(() => this.status() === 'waiting');
  /** What somebody has written that cannot be used, so that nothing is run with something else. */
  readonly hindrance = computed((): 'mocks' | 'inputs' | null => {
    if (this.drafts.wrong() > 0) return 'mocks';
    return this.inputsWrong() && this.isReady() ? 'inputs' : null;
  });
  readonly isMocked = computed(() => this.records().some(({ source }) => source === 'mock'));
  /** Made up unless somebody says otherwise, by node. */
  readonly suggested = computed((): Readonly<Record<string, EngineJson>> => {
    const program = this.programOf(this.editor.document()).program;
    return program ? defaultMocks(program, this.language()) : {};
  });

  constructor() {
    effect(() => {
      const marked = this.breakpoints();
      this.editor.breakpoints.set(this.editor.simulating() ? marked : NOTHING);
    });
    effect(() => {
      const { mocks } = this.drafts;
      this.open()?.simulator.setMocks(mocks());
    });
    effect(() => {
      const marked = this.breakpoints();
      const open = untracked(() => this.open());
      open?.simulator.setBreakpoints(idsOf(marked, open.naming));
    });
    let seen = this.editor.replaced();
    effect(() => {
      const now = this.editor.replaced();
      if (now !== seen) untracked(() => this.forget());
      seen = now;
    });
    inject(DestroyRef).onDestroy(() => {
      this.reset();
      this.editor.breakpoints.set(NOTHING);
    });
  }

  /** With a message it is what the user begins with. */
  async run(message?: string): Promise<void> {
    await this.ready(message)?.run();
  }

  async step(): Promise<void> {
    await this.ready()?.step();
  }

  pause(): void {
    this.open()?.simulator.pause();
  }

  stop(): void {
    this.open()?.simulator.stop();
  }

  async answer(text: string): Promise<void> {
    await this.open()?.simulator.input(text);
  }

  /** That node alone, with these variables and the keys of the flow. */
  async try(key: NodeKey, node: JsonObject, variables: Variables, profile: string): Promise<void> {
    this.reset();
    const { members, nodes } = this.editor.document();
    const keyed = nodes.filter(({ fields }) => fields['type'] === 'credential_profile');
    const meta = { ...(members?.['meta'] as JsonObject | undefined) };
    if (profile) Object.assign(meta, { default_credential_profile: profile });
    const flow = { meta, nodes: [...keyed.map(({ fields }) => fields), node] };
    const made = programOf(flow, this.language(), true);
    this.tried.set(key);
    if (!made.program) {
      this.problems.set(made.problems);
      return;
    }
    const naming = new Trial(made.program, this.editor.document(), key, keyed.length);
    await this.begin(made.program, naming, variables).run();
  }

  toggleBreakpoint(key: NodeKey): void {
    this.breakpoints.update((marked) => {
      const others = new Set(marked);
      if (!others.delete(key)) others.add(key);
      return others;
    });
  }

  /** As nothing had ever been simulated. */
  reset(): void {
    this.hush();
    this.open()?.simulator.stop();
    this.open.set(null);
    this.tried.set(null);
    this.recorded.clear();
    this.lit.clear();
    this.chat = [];
    this.notices.set([]);
    this.lacksMessage.set(false);
    this.problems.set([]);
    this.ending.set(null);
    this.at.set(null);
    this.status.set('ready');
    this.show();
  }

  /** Of another flow nothing was simulated, and nothing marked. */
  private forget(): void {
    this.reset();
    this.breakpoints.set(NOTHING);
  }

  /** Of the run that is shown; nothing in it was typed in for the simulator. */
  tape(): Tape | null {
    return this.open()?.simulator.tape() ?? null;
  }

  /** Of a node's execution the drawn node. */
  keyOf(id: string): NodeKey | null {
    return this.open()?.naming.keyOf(id) ?? null;
  }

  /** What people call the node of an execution, where that is not its id. */
  labelOf(id: string): string {
    const open = this.open();
    const key = open?.naming.keyOf(id);
    const fields = open && key ? places(open.document).get(key)?.node.fields : undefined;
    return textOf(fields?.['label']);
  }

  /** Why an execution of a node failed. */
  whyOf({ key, status, output }: NodeRecord): string | null {
    if (status !== 'failed') return null;
    const told = this.ending();
    return saidIn(output) ?? (told?.node === key ? this.wordsOf(told) : null);
  }

  private ready(message?: string): Simulator | null {
    const open = this.open();
    if (open && !this.isOver()) return open.simulator;
    const isTold = this.lacksMessage();
    this.reset();
    const document = this.editor.document();
    const made = this.programOf(document);
    if (!made.program) {
      this.problems.set(made.problems);
      return null;
    }
    const inputs = this.inputsWith(message);
    const said = { ...this.opened()?.inputs, ...inputs }['message'];
    if (said === undefined && !isTold && beginsWithMessage(made.program)) {
      this.lacksMessage.set(true);
      return null;
    }
    const simulator = this.begin(made.program, new Naming(made.program, document), inputs);
    if (said && typeof said === 'string') this.chat = [spoken('', said)];
    return simulator;
  }

  private inputsWith(message?: string): Variables {
    const read = this.inputsRead();
    const first = 'value' in read ? read.value : {};
    return message === undefined ? first : { ...first, message };
  }

  private begin(program: Program, naming: Naming, inputs: Variables): Simulator {
    this.backend.begin();
    const tape = this.opened();
    const simulator = new Simulator(program, {
      language: this.language(),
      inputs,
      calls: this.calls(),
      backend: this.backend,
      mocks: this.drafts.mocks(),
      profiles: this.typed.keys(),
      secureMocks: this.typed.secureMocks(),
      breakpoints: idsOf(this.breakpoints(), naming),
      ...(tape && { tape }),
    });
    this.hush = simulator.observe((event) => this.hear(event));
    this.open.set({ simulator, naming, document: this.editor.document() });
    return simulator;
  }

  private programOf(document: FlowDocument): ReturnType<typeof programOf> {
    return programOf(write(document), this.language(), true);
  }

  private hear(event: SimulationEvent): void {
    switch (event.kind) {
      case 'status':
        this.become(event);
        return;
      case 'notice':
        this.notices.update((all) => counted(all, event));
        return;
      case 'move':
        this.light(event.move);
        break;
      case 'node':
        this.recorded.set(event.record.key, event.record);
        this.chat = heard(this.chat, event);
        break;
      case 'delta':
      case 'say':
      case 'ask':
      case 'input':
        this.chat = heard(this.chat, event);
    }
    this.frames.ask();
  }

  private become({ status, at, failure }: Extract<SimulationEvent, { kind: 'status' }>): void {
    this.status.set(status);
    this.at.set(status === 'paused' ? at : null);
    this.ending.set(failure);
    this.frames.now();
  }

  /** What the flow says of it; of a call that failed, what the backend has said. */
  private wordsOf(failure: FlowFailure): string {
    const told = failureMessage(failure, this.language());
    const said = saidIn(this.recorded.get(failure.node)?.output);
    return said ? `${said} (${told})` : told;
  }

  private light(move: Extract<SimulationEvent, { kind: 'move' }>['move']): void {
    const open = this.open();
    const link = open && linkOf(move, open.naming, open.document);
    if (link) this.lit.add(link);
  }

  private show(): void {
    this.records.set([...this.recorded.values()]);
    this.said.set(this.chat);
    const open = this.open();
    const over = this.status() === 'done' && this.tried() === null ? open?.document : null;
    this.paint(
      open ? statesOf(this.recorded.values(), open.naming, this.at(), over ?? null) : new Map(),
    );
  }

  /** The canvas is drawn anew only where something looks different. */
  private paint(states: ReturnType<typeof statesOf>): void {
    const { editor, lit } = this;
    const before = editor.states();
    const same =
      states.size === before.size && [...states].every(([key, each]) => before.get(key) === each);
    if (!same) editor.states.set(states);
    // Links are only added, until all of them are gone.
    if (editor.lit().size !== lit.size) editor.lit.set(new Set(lit));
  }
}

/** Of a node that is tried alone: what is in it is that node, too. */
class Trial extends Naming {
  constructor(
    private readonly program: Program,
    document: FlowDocument,
    private readonly key: NodeKey,
    /** Its place among the nodes that are run. */
    private readonly at: number,
  ) {
    super(program, document);
  }

  override keyOf(id: string): NodeKey | null {
    const place = this.program.flow.nodes.get(id)?.place ?? [];
    return String(place[1]) === String(this.at) ? this.key : null;
  }

  /** It stops nowhere: breakpoints are those of the whole flow. */
  override idOf(): null {
    return null;
  }
}

/** What the backend, or a mock, says of a call that failed. */
function saidIn(output: EngineJson | undefined): string | null {
  const failed = isObject(output) ? output['failed'] : undefined;
  const said = isObject(failed) ? failed['message'] : undefined;
  return typeof said === 'string' && said ? said : null;
}

function idsOf(marked: ReadonlySet<NodeKey>, naming: Naming): readonly string[] {
  return [...marked].flatMap((key) => naming.idOf(key) ?? []);
}
