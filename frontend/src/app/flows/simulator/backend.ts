import { Injectable, inject, signal } from '@angular/core';
import { AgentEvent, AgentProblem, AgentService } from '@eira/agents-client';
import type { AgentRequest, FlowRunRequest } from '@eira/agents-client';
import type {
  Backend,
  BackendCall,
  CallAgent,
  CallRest,
  FlowOutcome,
  Json,
  JsonObject,
} from '@eira/flow-engine';
import { Observable, Subscription } from 'rxjs';
import { SETTINGS } from '../../core/settings';
import { Vocabulary } from '../inspector/vocabulary';
import { Answer, Waiting } from './answer';
import { isObject } from './engine-json';
import { flowOf, readBack } from './rest-flow';
import { Typed } from './typed';

const CANCELLED: FlowOutcome = { kind: 'failed', code: 'CANCELLED' };
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
    const { headers } = call;
    return this.heard(
      this.agents.streamChat(this.requestOf(call), { headers }),
      call,
      (whole) => whole,
    );
  }

  /** The backend calls addresses for flows alone: so it runs one that has this call. */
  callRest(call: BackendCall<CallRest>): Promise<FlowOutcome> {
    const request = { flow: flowOf(call.action), sessionId: this.session, onDisconnect: 'cancel' };
    const events = this.agents.runFlow(request as FlowRunRequest);
    return this.heard(events, { ...call, tell: () => undefined }, readBack);
  }

  private heard(
    events: Observable<AgentEvent>,
    { signal, tell }: Pick<BackendCall<unknown>, 'signal' | 'tell'>,
    read: (whole: FlowOutcome) => FlowOutcome,
  ): Promise<FlowOutcome> {
    return new Promise((resolve) => {
      const answer = new Answer(tell, (approval) =>
        this.waiting.update((open) => [...open, approval]),
      );
      const hearing = new Subscription();
      const over = (outcome: FlowOutcome): void => {
        hearing.unsubscribe();
        signal.removeEventListener('abort', given);
        this.waiting.update((open) => open.filter((each) => !answer.approvals.includes(each)));
        resolve(outcome);
      };
      const given = (): void => over(CANCELLED);
      signal.addEventListener('abort', given);
      const told = events.subscribe({
        next: (event) => {
          const outcome = answer.take(event);
          if (outcome) over(read(outcome));
        },
        error: (problem: unknown) => over(failureOf(problem)),
        complete: () => over(read(answer.whole())),
      });
      hearing.add(told);
      if (signal.aborted) given();
    });
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
      profile: named ? profile : undefined,
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

function failureOf(problem: unknown): FlowOutcome {
  if (!(problem instanceof AgentProblem)) throw problem;
  const { code, retryable, errors } = problem;
  const fields = errors.map(({ pointer, message }) => `${pointer}: ${message}`);
  return { kind: 'failed', code, message: fields.join(' ') || problem.message, retryable };
}

function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address, location.origin);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
