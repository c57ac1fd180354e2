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
import { SETTINGS } from '../../core/settings';
import { Vocabulary } from '../inspector/vocabulary';
import { isObject } from '../model/json';
import { Typed } from './typed';

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
        subscription?.unsubscribe();
        signal.removeEventListener('abort', given);
        this.waiting.update((open) => open.filter((each) => !answer.approvals.includes(each)));
        resolve(outcome);
      };
      const given = (): void => over(CANCELLED);
      signal.addEventListener('abort', given);
      const subscription = this.agents.streamChat(request, { headers }).subscribe({
        next: (event) => {
          const outcome = answer.take(event);
          if (outcome) over(outcome);
        },
        error: (problem: unknown) => over(failureOf(problem)),
        complete: () => over(answer.whole()),
      });
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

/** What the panel says of a profile beside its keys, where the node does not say it itself. */
function withPlaces(
  request: JsonObject,
  typed: { readonly endpoint: string; readonly indexes: readonly string[] } | undefined,
): JsonObject {
  const found: Record<string, Json> = { ...request };
  if (!typed) return found;
  const { model, search } = request;
  if (typed.endpoint && !(isObject(model) && model['endpoint'])) {
    found['model'] = { ...(isObject(model) ? model : {}), endpoint: typed.endpoint } as Json;
  }
  const named = isObject(search) && (search['index'] ?? search['indexes']) !== undefined;
  if (typed.indexes.length && isObject(search) && !named) {
    found['search'] = { ...search, indexes: [...typed.indexes] } as Json;
  }
  return found;
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
