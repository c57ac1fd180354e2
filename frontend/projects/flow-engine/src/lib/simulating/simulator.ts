/** Runs a flow step by step in memory, for who draws it. */
import { secretsIn } from '../exporting';
import { nodeOf } from '../flow';
import type { Program } from '../graph';
import { Run, Told } from '../interpreting';
import type { Json, Variables } from '../json-values';
import type { Language } from '../language';
import { Ask, FlowAction, FlowFailure, FlowOutcome, MAIN } from '../running';
import type {
  Mocks,
  NodeRecord,
  Observer,
  SimulationEvent,
  SimulationStatus,
  SimulatorOptions,
  Tape,
  TapedCall,
} from './contracts';
import { Keys } from './keys';
import { perform, Performed, Result, World } from './performing';
import { Records } from './recording';
import { cleanTape } from './taping';
import { SimulatorCode, told } from './wording';

interface Arrival extends Result {
  readonly action: Performed | Ask;
}

const AT_ONCE = 100;
const OVER: readonly SimulationStatus[] = ['done', 'failed', 'stopped'];

/** A flow whose program was made with `simulating`; nothing that it holds is kept anywhere else. */
export class Simulator {
  private readonly machine: Run;
  private readonly observers = new Set<Observer>();
  private readonly kept: Records;
  private readonly keys: Keys;
  private readonly aborting = new AbortController();
  private readonly arrived: Arrival[] = [];
  private readonly underWay = new Set<string>();
  private readonly asked: Ask[] = [];
  private readonly calls: Record<string, TapedCall> = {};
  private readonly pieces = new Map<string, string[]>();
  private readonly language: Language;
  private mocks: Mocks;
  private breakpoints: ReadonlySet<string>;
  private seen = { events: 0, actions: 0, moves: 0 };
  private now: SimulationStatus = 'ready';
  private stepping = false;
  private pausing = false;
  private going = false;
  /** It rests before the node that is next, and has been told to go on. */
  private held = false;
  private wake: () => void = () => undefined;

  constructor(
    readonly program: Program,
    private readonly options: SimulatorOptions = {},
  ) {
    this.machine = Run.begun(program, { ...options.tape?.inputs, ...options.inputs });
    this.kept = new Records(program, options.now ?? (() => performance.now()));
    const values = [...program.flow.nodes.values()].map(({ form }) => ({ ...form }));
    const typedIn = secretsIn([values, program.flow.meta.variables] as Json);
    this.keys = new Keys(options.profiles, options.secureMocks, typedIn);
    this.language = options.language ?? 'es';
    this.mocks = options.mocks ?? {};
    this.breakpoints = new Set(options.breakpoints);
  }

  get status(): SimulationStatus {
    return this.now;
  }

  get records(): readonly NodeRecord[] {
    return this.kept.all;
  }

  /** Those of the branch that the flow began with. */
  get variables(): Variables {
    return this.machine.variablesOf(MAIN);
  }

  get failure(): FlowFailure | null {
    return this.machine.failure;
  }

  /** The node that is next; null where a round or the flow ends, or something is waited for. */
  get at(): string | null {
    return this.machine.next ?? null;
  }

  /** What the user is asked: the first is answered first. */
  get questions(): readonly Ask[] {
    return this.asked;
  }

  /** Answers how it is told no more. */
  observe(observer: Observer): () => void {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  }

  /** From now on. */
  setMocks(mocks: Mocks): void {
    this.mocks = mocks;
  }

  setBreakpoints(nodes: Iterable<string>): void {
    this.breakpoints = new Set(nodes);
  }

  /** Until it is done, failed, paused, stopped, or waits for the user. */
  run(): Promise<SimulationStatus> {
    return this.go(false);
  }

  /** One node, with its call. */
  step(): Promise<SimulationStatus> {
    return this.go(true);
  }

  /** Before the next node; calls under way go on, and are looked at when it goes on. */
  pause(): void {
    if (this.going) this.pausing = true;
    this.wake();
  }

  /** For good; calls under way are given up. */
  stop(): void {
    if (OVER.includes(this.now)) return;
    this.giveUp();
    this.become('stopped');
    this.wake();
  }

  /** What the user says to the question that waits; goes on as it was going. */
  input(text: string): Promise<SimulationStatus> {
    const action = this.asked[0];
    if (action === undefined || OVER.includes(this.now)) return Promise.resolve(this.now);
    this.answer(action, text, 'user');
    return this.going ? Promise.resolve(this.now) : this.go(this.stepping);
  }

  /** What came of the calls so far: JSON, without anything that was typed in for the simulator. */
  tape(): Tape {
    const { inputs = {} } = this.options;
    return cleanTape({ tape: 1, inputs, calls: this.calls }, this.keys.secrets());
  }

  private async go(stepping: boolean): Promise<SimulationStatus> {
    if (this.going || OVER.includes(this.now)) return this.now;
    this.going = true;
    this.stepping = stepping;
    this.pausing = false;
    this.become('running');
    try {
      await this.loop();
    } finally {
      this.going = false;
    }
    return this.now;
  }

  private async loop(): Promise<void> {
    for (let count = 0; this.now === 'running'; count += 1) {
      if (this.settleArrived() && this.stepping) this.pausing = true;
      const next = this.machine.next;
      if (this.machine.failure !== null) this.rest('failed');
      else if (this.pausing && next !== null) this.rest('paused');
      else if (next !== undefined) await this.take(next, count);
      else if (this.underWay.size > 0) await this.arrival();
      else this.rest(this.asked.length > 0 ? 'waiting' : 'done');
    }
  }

  private rest(status: SimulationStatus): void {
    if (status === 'failed') this.giveUp();
    const { next } = this.machine;
    const over = next === undefined && this.machine.state.status === 'done';
    this.held = next !== undefined;
    this.become(status === 'paused' && over ? 'done' : status);
  }

  private giveUp(): void {
    this.aborting.abort();
    for (const record of this.kept.giveUp()) this.tell({ kind: 'node', record });
  }

  private async take(next: string | null, count: number): Promise<void> {
    const stops = next !== null && this.breakpoints.has(next) && !this.stepping;
    if (stops && !this.held) {
      this.rest('paused');
      return;
    }
    this.held = false;
    const before = this.underWay.size + this.asked.length;
    this.machine.one();
    this.tellNews();
    // A step is a node: one that calls somebody is over when the answer is there.
    const waits = this.underWay.size + this.asked.length > before;
    if (this.stepping && next !== null && !waits) this.pausing = true;
    if (count % AT_ONCE === AT_ONCE - 1) await new Promise((done) => setTimeout(done));
  }

  private arrival(): Promise<void> {
    if (this.arrived.length > 0) return Promise.resolve();
    return new Promise((wake) => (this.wake = wake));
  }

  private settleArrived(): boolean {
    let settled = false;
    for (let next = this.arrived.shift(); next !== undefined; next = this.arrived.shift()) {
      const { action, outcome, source } = next;
      this.underWay.delete(action.key);
      if (this.machine.failure !== null) continue;
      const value: Json =
        outcome.kind === 'ok' ? outcome.value : { failed: { ...outcome } as unknown as Json };
      this.kept.answer(action.key, source, value);
      this.tapeCall(action, outcome);
      this.machine.settle(action.branch, outcome);
      this.tellNews();
      settled = true;
    }
    return settled;
  }

  private tapeCall(action: Performed | Ask, outcome: FlowOutcome): void {
    if (action.kind === 'secure_value') return;
    const deltas = this.pieces.get(action.key) ?? [];
    this.calls[action.key] = { kind: action.kind, outcome, deltas };
  }

  private tellNews(): void {
    const { events, actions, moves } = this.machine;
    for (const each of events.slice(this.seen.events)) this.tellEvent(each);
    for (const each of moves.slice(this.seen.moves)) this.tell({ kind: 'move', move: each });
    const news = actions.slice(this.seen.actions);
    this.seen = { events: events.length, actions: actions.length, moves: moves.length };
    for (const each of news) this.act(each);
  }

  private tellEvent(event: Told): void {
    if (event.status === 'started') {
      const { form } = nodeOf(this.program.flow, event.node);
      if (form.type === 'credential_profile') this.keys.learn(form.profile, form.credentials);
      this.tell({ kind: 'node', record: this.kept.begin(event) });
      return;
    }
    const record = this.kept.end(event, this.machine.variablesOf(event.branch));
    if (record !== undefined) this.tell({ kind: 'node', record });
  }

  private act(action: FlowAction): void {
    const record = this.kept.act(action);
    if (record !== undefined) this.tell({ kind: 'node', record });
    if (action.kind === 'say' || action.kind === 'ask') {
      const { kind, key, node, text, citations } = action;
      this.tell({ kind, key, node, text, citations });
    }
    if (action.kind === 'say') return;
    if (action.kind === 'ask') {
      this.ask(action);
      return;
    }
    if ('fellBack' in action && action.fellBack) this.notice(action, 'default_profile');
    void this.perform(action);
  }

  private async perform(action: Performed): Promise<void> {
    this.underWay.add(action.key);
    const result = await perform(this.world, action);
    this.arrived.push({ action, ...result });
    this.wake();
  }

  private ask(action: Ask): void {
    this.asked.push(action);
    const taped = this.options.tape?.calls[action.key]?.outcome;
    const said =
      taped?.kind === 'ok' ? (taped.value as { text?: unknown } | null)?.text : undefined;
    if (typeof said === 'string') this.answer(action, said, 'tape');
  }

  private answer(action: Ask, text: string, source: 'user' | 'tape'): void {
    this.asked.splice(this.asked.indexOf(action), 1);
    this.underWay.add(action.key);
    this.arrived.push({ action, source, outcome: { kind: 'ok', value: { text } } });
    this.tell({ kind: 'input', key: action.key, text });
    this.wake();
  }

  private get world(): World {
    const { backend, tape, calls = 'auto' } = this.options;
    return {
      program: this.program,
      language: this.language,
      keys: this.keys,
      calls,
      mocks: this.mocks,
      signal: this.aborting.signal,
      tell: (action, text) => this.tellPiece(action, text),
      notice: (action, code, ...details) => this.notice(action, code, ...details),
      ...(backend && { backend }),
      ...(tape && { tape }),
    };
  }

  private tellPiece({ key, node }: Performed, text: string): void {
    if (this.aborting.signal.aborted) return;
    this.pieces.set(key, [...(this.pieces.get(key) ?? []), text]);
    this.tell({ kind: 'delta', key, node, text });
  }

  private notice({ key }: Performed, code: SimulatorCode, detail = '', more = ''): void {
    const message = `${told(code, this.language, detail)} ${more}`.trimEnd();
    this.tell({ kind: 'notice', severity: 'warning', code, key, message });
  }

  private become(status: SimulationStatus): void {
    this.now = status;
    this.tell({ kind: 'status', status, at: this.at, failure: this.failure });
  }

  private tell(event: SimulationEvent): void {
    for (const observer of [...this.observers]) observer(event);
  }
}
