import { Injectable, inject, signal } from '@angular/core';
import { AgentEvent, AgentProblem, AgentService, EventOf, matchEvent } from '@eira/agents-client';
import type { AgentRequest } from '@eira/agents-client';
import type {
  Backend,
  BackendCall,
  CallAgent,
  CallRest,
  FlowOutcome,
  Json,
  JsonObject,
} from '@eira/flow-engine';
import { Subscription } from 'rxjs';
import { SETTINGS } from '../../core/settings';
import { Vocabulary } from '../inspector/vocabulary';
import { Typed } from './typed';

/** As the engine has JSON. */
function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const CANCELLED: FlowOutcome = { kind: 'failed', code: 'CANCELLED' };
/** What somebody has to decide before a call goes on. */
export type Waiting = EventOf<'approval'>;

/** Calls of a simulation that are made for real, over the API that the page talks to. */
@Injectable()
export class SimulatorBackend implements Backend {
  private readonly agents = inject(AgentService);
  private readonly vocabulary = inject(Vocabulary);
  private readonly typed = inject(Typed);
  private readonly settings = inject(SETTINGS);
  /** One session for each simulation: handles and threads are bound to it. */
  private session = crypto.randomUUID();
  readonly waiting = signal<readonly Waiting[]>([]);

  /** Only over TLS, or to this very machine. */
  get takesCredentials(): boolean {
    const allowed = this.vocabulary.catalog()?.simulatorKeys === true;
    return allowed && isSafe(this.settings.apiBase);
  }

  begin(): void {
    this.session = crypto.randomUUID();
    this.waiting.set([]);
  }

  callAgent(call: BackendCall<CallAgent>): Promise<FlowOutcome> {
    const { headers, signal, tell } = call;
    const request = this.requestOf(call);
    return new Promise((resolve) => {
      const answer = new Answer(tell, (approval) =>
        this.waiting.update((open) => [...open, approval]),
      );
      const over = (outcome: FlowOutcome): void => {
        hearing.unsubscribe();
        signal.removeEventListener('abort', given);
        this.waiting.update((open) => open.filter((each) => !answer.approvals.includes(each)));
        resolve(outcome);
      };
      const hearing = new Subscription();
      const given = (): void => over(CANCELLED);
      signal.addEventListener('abort', given);
      const told = this.agents.streamChat(request, { headers }).subscribe({
        next: (event) => {
          const outcome = answer.take(event);
          if (outcome) over(outcome);
        },
        error: (problem: unknown) => over(failureOf(problem)),
        complete: () => over(answer.whole()),
      });
      hearing.add(told);
      if (signal.aborted) given();
    });
  }

  /** The backend calls addresses for flows that it runs itself, and for nobody else. */
  callRest(call: BackendCall<CallRest>): Promise<FlowOutcome> {
    const { host } = new URL(call.action.url, 'https://invalid.example');
    return Promise.resolve({ kind: 'failed', code: 'NOT_SUPPORTED', message: host });
  }

  /** A profile that only the simulator knows is not named: its keys stand for it. */
  private requestOf({ action, headers }: BackendCall<CallAgent>): AgentRequest {
    const { profile, fellBack } = action;
    const known = this.vocabulary.catalog()?.profiles ?? [];
    const named = !fellBack && (known.includes(profile) || Object.keys(headers).length === 0);
    const request = {
      ...withPlaces(action.request, this.typed.of(profile)),
      sessionId: this.session,
      onDisconnect: 'cancel',
      ...(named ? { profile } : {}),
    };
    return request as unknown as AgentRequest;
  }
}

interface Places {
  readonly endpoint: string;
  readonly indexes: readonly string[];
}

/** What the panel says of a profile beside its keys, where the node does not say it itself. */
function withPlaces(request: JsonObject, typed: Places | undefined): JsonObject {
  if (!typed) return request;
  const { endpoint, indexes } = typed;
  return { ...request, ...modelAt(request['model'], endpoint), ...lookUpIn(request, indexes) };
}

function modelAt(model: Json | undefined, endpoint: string): JsonObject {
  const said = isObject(model) ? model : {};
  return endpoint && !said['endpoint'] ? { model: { ...said, endpoint } } : {};
}

function lookUpIn({ search }: JsonObject, indexes: readonly string[]): JsonObject {
  if (!isObject(search) || indexes.length === 0) return {};
  const named = (search['index'] ?? search['indexes']) !== undefined;
  return named ? {} : { search: { ...search, indexes: [...indexes] } };
}

/** One answer as its events come. */
class Answer {
  readonly approvals: Waiting[] = [];
  private text = '';
  private citations: readonly unknown[] = [];
  private readonly steps: object[] = [];
  private readonly handoffs: object[] = [];
  private ended: object = {};

  constructor(
    private readonly tell: (text: string) => void,
    private readonly waits: (approval: Waiting) => void,
  ) {}

  /** What it came to, once it has ended. */
  take(event: AgentEvent): FlowOutcome | null {
    return matchEvent<FlowOutcome | null>(event, {
      text: ({ text }) => this.hear(text),
      restart: () => this.again(),
      question: ({ text }) => (this.text ? null : this.hear(text)),
      citations: ({ citations }) => this.keep(() => (this.citations = citations)),
      agent_turn: ({ speaker, text }) => this.keep(() => this.steps.push({ speaker, text })),
      handoff: ({ from, to }) => this.keep(() => this.handoffs.push({ from, to })),
      approval: (approval) => this.wait(approval),
      error: ({ code, message, retryable }) => ({ kind: 'failed', code, message, retryable }),
      done: ({ usage, threadId, runId }) => {
        this.ended = { usage, threadId, runId };
        return this.whole();
      },
      state: () => null,
      tool: () => null,
      notification: () => null,
      node: () => null,
    });
  }

  whole(): FlowOutcome {
    const { text, citations } = this;
    const traced = this.steps.length + this.handoffs.length > 0;
    const trace = traced ? { steps: this.steps, handoffTrace: this.handoffs } : {};
    const value = { text, citations, ...this.ended, ...trace };
    return { kind: 'ok', value: value as unknown as Json };
  }

  private hear(text: string): null {
    this.text += text;
    this.tell(text);
    return null;
  }

  private again(): null {
    this.text = '';
    return null;
  }

  private wait(approval: Waiting): null {
    this.approvals.push(approval);
    this.waits(approval);
    return null;
  }

  private keep(work: () => unknown): null {
    work();
    return null;
  }
}

function failureOf(problem: unknown): FlowOutcome {
  if (!(problem instanceof AgentProblem)) throw problem;
  const { code, message, retryable } = problem;
  return { kind: 'failed', code, message, retryable };
}

function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address, location.origin);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
