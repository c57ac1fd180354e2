import { DestroyRef, Injectable, computed, inject, signal } from '@angular/core';
import {
  AgentEvent,
  AgentProblem,
  AgentService,
  Connection,
  ConversationService,
  ConversationView,
  StreamOptions,
} from '@eira/agents-client';
import { Observable, Subscription } from 'rxjs';
import { Announcer } from '../core/announcer';
import { LanguageChoice } from '../core/language';
import { Answers } from './answers';
import { Conversations } from './conversations';
import { Drafts } from './drafts';
import { FirstMessages } from './first-messages';
import { HeardEvents } from './heard-events';
import { NOT_REGENERABLE, didNothing, isToBeSent, shownOf, soughtIn, waits } from './shown-turns';
import { Ratings } from './ratings';
import { PAGE, StoredTurns } from './stored-turns';
import { telling } from './telling';
import { ShownTurn, TurnError, errorOf, newTurn, storedTurn, withStored } from './turn';

/** The conversation that is open: its turns, and the runs that are heard. */
@Injectable()
export class Thread {
  private readonly agents = inject(AgentService);
  private readonly service = inject(ConversationService);
  private readonly stored = inject(StoredTurns);
  private readonly language = inject(LanguageChoice);
  private readonly conversations = inject(Conversations);
  private readonly announcer = inject(Announcer);
  private readonly first = inject(FirstMessages);
  private readonly drafts = inject(Drafts);
  private readonly ratings = inject(Ratings);
  private readonly answers = inject(Answers);
  private readonly heardRuns = new Map<string, Subscription>();
  /** Answers that are being given anew: the old one stays if that fails. */
  private readonly replaced = new Map<string, ShownTurn>();
  /** Other tabs in which the same conversation may be open. */
  private readonly tabs = new BroadcastChannel('conversations');
  /** How often something was opened: what took a while sees that something else is open. */
  private opened = 0;
  /** Pages of turns that are shown. */
  private pages = 1;

  readonly id = signal<string | null>(null);
  readonly title = signal<string | null>(null);
  readonly turns = signal<readonly ShownTurn[]>([]);
  private readonly events = new HeardEvents(this.turns);
  readonly loading = signal(false);
  readonly problem = signal<AgentProblem | null>(null);
  /** There is no such conversation, or none any longer. */
  readonly gone = signal(false);
  readonly older = signal<string | null>(null);
  readonly connection = signal<Connection>('live');
  /** In how many seconds it is tried again. */
  readonly againIn = signal(0);
  readonly running = computed(() => this.turns().find(({ status }) => status === 'running'));
  /** The turn of a flow that waits for an answer, until there is one on its way. */
  readonly asked = computed(() => this.turns().find(waits));
  private readonly change = (key: string, changed: (turn: ShownTurn) => ShownTurn): void =>
    this.turns.update((turns) => turns.map((turn) => (turn.key === key ? changed(turn) : turn)));

  constructor() {
    this.agents.prepare();
    this.tabs.onmessage = ({ data }): void => {
      if (data === this.id()) void this.refresh();
    };
    this.language.whenChanged(() => void this.reword());
    inject(DestroyRef).onDestroy(() => {
      this.tabs.close();
      this.hangUp();
    });
  }

  /** Shows this conversation, or with null one that there is only with its first message. */
  async open(id: string | null): Promise<void> {
    if (id !== null && id === this.id()) return;
    this.hangUp();
    this.opened += 1;
    this.loading.set(false);
    this.id.set(id);
    this.title.set(null);
    this.turns.set([]);
    this.pages = 1;
    this.older.set(null);
    this.problem.set(null);
    this.gone.set(false);
    if (id !== null) await this.load(id);
  }

  /** What happened elsewhere, in another tab say, while nothing went on here. */
  async refresh(): Promise<void> {
    const id = this.id();
    if (id !== null && !this.running()) await this.load(id);
  }

  /** Has the server say again what it says in words; what is being heard goes on. */
  private async reword(): Promise<void> {
    const id = this.id();
    if (id !== null) await this.load(id);
    await this.stored.reword(this.turns(), this.change);
  }

  async loadOlder(): Promise<void> {
    const [id, before] = [this.id(), this.older()];
    if (id === null || before === null) return;
    await telling(this, async () => {
      const view = await this.service.read(id, before, PAGE);
      if (this.id() !== id) return;
      this.pages += 1;
      this.older.set(view.older ?? null);
      this.turns.update((turns) => [...(view.turns ?? []).map(storedTurn), ...turns]);
    });
  }

  async send(message: string): Promise<void> {
    const turn = newTurn(message, Date.now());
    this.turns.update((turns) => [...turns, turn]);
    try {
      const conversationId = this.id() ?? (await this.create(turn.key));
      const options = { idempotencyKey: turn.key };
      const request = { conversationId, message };
      if (this.isUnsent(turn.key)) this.giveUp(turn.key);
      else this.hear(turn.key, (told) => this.agents.streamChat(request, { ...options, ...told }));
    } catch (error) {
      // What was given up is not waited for any more.
      if (this.turnOf(turn.key)?.status !== 'stopped') this.fail(turn.key, error);
    }
  }

  /** Answers what a flow asks; the run tells the rest. */
  async answer(turn: ShownTurn, message: string): Promise<void> {
    await telling(this, () => this.answers.give(turn, message, this.id(), this.change));
  }

  /** Hears on where a run was lost; has one that failed answer again, without its tools. */
  async retry(turn: ShownTurn): Promise<void> {
    if (turn.status !== 'lost') {
      if (turn.runId === null) return this.sendAgain(turn);
      if (isToBeSent(turn)) return this.send(turn.message);
      this.regenerate(turn);
      return;
    }
    const { key, runId, lastEventId, message } = turn;
    const conversationId = this.id();
    if (runId === null && conversationId === null) return this.sendAgain(turn);
    this.change(key, (lost) => ({ ...lost, status: 'running', error: null }));
    const anew = this.replaced.get(key)?.runId ?? null;
    this.hear(key, (told) => {
      if (runId !== null) return this.agents.resume(runId, lastEventId, told);
      const options = { idempotencyKey: key, ...told };
      // What was to be answered anew is not said again, which could do the same thing twice.
      if (anew !== null) return this.agents.regenerate(anew, options);
      return this.agents.streamChat({ conversationId: conversationId ?? '', message }, options);
    });
    if (turn.stopping && runId !== null) void this.cancel(key, runId);
  }

  /** What never became a run begins from the beginning. */
  private sendAgain({ key, message }: ShownTurn): Promise<void> {
    this.turns.update((turns) => turns.filter((each) => each.key !== key));
    return this.send(message);
  }

  /** Answers the last message anew; what was done stays done and is not done again. */
  regenerate(turn: ShownTurn): void {
    const { runId, message } = turn;
    if (runId === null) return;
    const anew = newTurn(message, Date.now());
    this.turns.update((turns) => turns.map((each) => (each.key === turn.key ? anew : each)));
    this.replaced.set(anew.key, turn);
    this.hear(anew.key, (told) =>
      this.agents.regenerate(runId, { idempotencyKey: anew.key, ...told }),
    );
  }

  /** Stops the run on the server; what was said until then stays. */
  async stop({ key, runId, stopping }: ShownTurn): Promise<void> {
    if (stopping) return;
    this.change(key, (turn) => ({ ...turn, stopping: true }));
    if (runId !== null) await this.cancel(key, runId);
    // Otherwise it is as soon as the run has its id; a message that does not get there never goes.
    else if (this.connection() !== 'live') this.giveUp(key);
  }

  async rate(turn: ShownTurn, rating: 'up' | 'down', comment?: string): Promise<void> {
    const problem = await this.ratings.give(turn, rating, comment, this.change);
    if (problem) this.problem.set(problem);
  }

  /** Of who has gone elsewhere meanwhile it is not shown: what was said first is told to it. */
  private async create(key: string): Promise<string> {
    const { opened } = this;
    const id = await this.first.conversation(key, (state, ms) => {
      if (this.opened === opened) this.connected(key, state, ms);
    });
    if (this.opened === opened) {
      this.drafts.named(id);
      this.id.set(id);
    }
    return id;
  }

  private async load(id: string): Promise<void> {
    await telling(this, async () => {
      const view = await this.stored.read(id, this.pages);
      if (this.id() === id) this.show(view);
    });
    if (this.id() === id && this.problem()?.code === 'NOT_FOUND') this.leaveGone();
  }

  /** What was to be said in it can be said in a new one. */
  private leaveGone(): void {
    this.drafts.unsaid(this.turns());
    this.hangUp();
    this.turns.set([]);
    this.gone.set(true);
  }

  private show(view: ConversationView): void {
    const shown = shownOf(view, this.turns(), this.heardRuns, this.replaced);
    this.title.set(view.title ?? null);
    this.older.set(view.older ?? null);
    this.turns.set(shown.turns);
    for (const [key, before] of shown.replaced) this.replaced.set(key, before);
    for (const { runId } of shown.followed) {
      this.hear(runId, (told) => this.agents.resume(runId, 0, told));
    }
  }

  private hear(key: string, start: (told: StreamOptions) => Observable<AgentEvent>): void {
    this.announcer.say('chat.announce.start');
    const told: StreamOptions = {
      onRun: (runId) => this.began(key, runId),
      onConnection: (state, ms) => this.connected(key, state, ms),
    };
    const subscription = start(told).subscribe({
      next: (event) => this.events.add(key, event),
      error: (error: unknown) => {
        this.events.take();
        this.fail(key, error);
      },
      complete: () => {
        this.events.take();
        this.ended(key);
      },
    });
    this.heardRuns.set(key, subscription);
  }

  private connected(key: string, state: Connection, againInMs: number): void {
    this.connection.set(state);
    this.againIn.set(Math.ceil(againInMs / 1_000));
    if (state !== 'live' && this.isUnsent(key)) this.giveUp(key);
  }

  private turnOf(key: string): ShownTurn | undefined {
    return this.turns().findLast((turn) => turn.key === key);
  }

  private began(key: string, runId: string): void {
    this.change(key, (turn) => ({ ...turn, runId }));
    void this.conversations.changed();
    this.tabs.postMessage(this.id());
    if (this.turnOf(key)?.stopping) void this.cancel(key, runId);
  }

  /** The run is heard on: that it has stopped is told by its events. */
  private async cancel(key: string, runId: string): Promise<void> {
    try {
      await this.agents.cancel(runId);
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      // What was lost meanwhile is stopped when it is heard again.
      if (this.turnOf(key)?.status !== 'running') return;
      this.change(key, (turn) => ({ ...turn, stopping: false }));
      this.problem.set(error);
    }
  }

  /** Stopped before the server is known to have it: it is not sent any more. */
  private giveUp(key: string): void {
    this.heardRuns.get(key)?.unsubscribe();
    this.heardRuns.delete(key);
    this.first.giveUp(key);
    this.connection.set('live');
    this.announcer.say('chat.announce.stopped');
    const before = this.replaced.get(key) ?? null;
    this.replaced.delete(key);
    const given = this.turnOf(key);
    this.change(key, (turn) =>
      before ? { ...before, key } : { ...turn, status: 'stopped', stopping: false },
    );
    if (given) void this.stopUnheard(given, before);
  }

  /** What was given up may have got there, with only its answer lost: then it is stopped there. */
  private async stopUnheard(given: ShownTurn, before: ShownTurn | null): Promise<void> {
    const id = this.id();
    if (id === null) return;
    const { key } = given;
    try {
      const { ended, run } = soughtIn(await this.service.latest(id), given, before, this.turns());
      if (ended) this.change(key, () => ({ ...storedTurn(ended), key }));
      if (run === undefined || this.id() !== id) return;
      const { runId } = run;
      if (before) this.replaced.set(key, before);
      this.change(key, () => ({ ...given, runId, status: 'running', stopping: true }));
      this.hear(key, (told) => this.agents.resume(runId, 0, told));
      await this.cancel(key, runId);
    } catch (error) {
      // Nobody answers: what is under way is shown when the conversation is looked at again.
      if (!(error instanceof AgentProblem)) throw error;
    }
  }

  private ended(key: string): void {
    const before = this.replaced.get(key);
    const status = this.turnOf(key)?.status;
    this.replaced.delete(key);
    this.heardRuns.delete(key);
    this.connection.set('live');
    this.announcer.say(
      `chat.announce.${status === 'stopped' || status === 'failed' ? status : 'end'}`,
    );
    // As on the server: the old answer stays where there is no other.
    if (before && status !== 'done') this.change(key, ({ error }) => ({ ...before, key, error }));
    else void this.takeStored(key);
    void this.conversations.changed();
  }

  /** What the server stored of a turn says more than its events: records, links, its title. */
  private async takeStored(key: string): Promise<void> {
    const id = this.id();
    if (id === null) return;
    await telling(this, async () => {
      const view = await this.service.read(id, null, 1);
      if (this.id() === id) this.title.set(view.title ?? null);
      const [stored] = view.turns ?? [];
      this.change(key, (turn) => (stored?.runId === turn.runId ? withStored(turn, stored) : turn));
      // Its events came in the language of the conversation.
      const turns = view.language === this.language.language() ? [] : this.turns();
      await this.stored.reword(turns, this.change, key);
    });
  }

  private fail(key: string, error: unknown): void {
    this.heardRuns.delete(key);
    this.connection.set('live');
    if (!(error instanceof AgentProblem)) throw error;
    const told = errorOf(error, error.correlationId);
    const lost = error.code === 'NETWORK' || error.code === 'UNREADABLE';
    this.announcer.say('chat.announce.failed');
    if (lost && this.isUnsent(key)) this.giveUp(key);
    else if (lost) this.change(key, (turn) => ({ ...turn, status: 'lost', error: told }));
    else this.refuse(key, told);
  }

  private refuse(key: string, error: TurnError): void {
    const before = this.replaced.get(key);
    if (before?.status === 'failed' && error.code === NOT_REGENERABLE && didNothing(before)) {
      // It is to be tried again, and there is nothing to answer from, or to be repeated.
      this.change(key, () => ({ ...before, key }));
      void this.send(before.message);
      return;
    }
    // What keeps it from being answered is to be seen.
    const id = this.id();
    const seen = error.code === 'CONVERSATION_BUSY' && !before;
    if (id !== null && (seen || error.code === 'NOT_FOUND')) void this.load(id);
    this.change(key, (turn) =>
      before ? { ...before, key, error } : { ...turn, status: 'failed', error },
    );
  }

  /** Somebody stopped it before the server is known to have it. */
  private isUnsent(key: string): boolean {
    const turn = this.turnOf(key);
    return turn?.stopping === true && turn.runId === null;
  }

  private hangUp(): void {
    for (const subscription of this.heardRuns.values()) subscription.unsubscribe();
    this.heardRuns.clear();
    this.events.forget();
  }
}
