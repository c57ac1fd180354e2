import { Injectable, inject } from '@angular/core';
import { Observable } from 'rxjs';
import type { AgentEvent } from './events';
import {
  AgentResponse,
  ApprovalDecided,
  ChatRequest,
  DecideApproval,
  FlowRunRequest,
  PostFeedback,
  ResumeOptions,
  Start,
  startOf,
  RunOptions,
  StreamOptions,
} from './models';
import { loading } from './loading';
import { observed } from './observed';
import { patiently } from './patiently';
import { AgentProblem } from './problems';
import { Transport, mayPass } from './transport';

/** Runs: starts one, hears it to its end, stops it, decides what it asks. */
@Injectable({ providedIn: 'root' })
export class AgentService {
  private readonly transport = inject(Transport);

  /** Loads what hears runs already, so that the first of them need not wait for it. */
  prepare(): void {
    // What fails is tried again by a run, which tells it.
    hearing().catch(() => undefined);
  }

  /**
   * Starts a run with each subscription and tells its events to the terminal one. A lost connection
   * is taken up again behind the last event; the request never makes a second run. To unsubscribe
   * is to hang up: whether the run ends with it is for its `onDisconnect`; `cancel` stops it.
   * Fails with AgentProblem.
   */
  streamChat(request: ChatRequest, options: StreamOptions = {}): Observable<AgentEvent> {
    return this.heard(startOf(request), options);
  }

  /** Runs a flow durably, and tells its events as those of any run; `input` answers what it asks. */
  runFlow(request: FlowRunRequest, options: StreamOptions = {}): Observable<AgentEvent> {
    return this.heard({ path: '/flows/runs', body: request }, options);
  }

  /**
   * What the user says to a flow that waits; with the `key` of the question it answers no other, so
   * that it is said again while nobody answers. Fails with AgentProblem (INPUT_CONFLICT).
   */
  async input(runId: string, message: string, key?: string): Promise<void> {
    const { transport } = this;
    const path = `${pathOf(runId)}/input`;
    const said = (): Promise<Response> =>
      transport.send(path, { method: 'POST', body: { message, key } });
    if (key === undefined) await said();
    else await patiently(said, mayPass, transport, new AbortController().signal);
  }

  /** The events behind `lastEventId` (0: all), of a run that goes on or has ended within 7 days. */
  resume(runId: string, lastEventId = 0, options: ResumeOptions = {}): Observable<AgentEvent> {
    return this.heard(null, options, runId, lastEventId);
  }

  /** Answers the message of a run that has ended anew, in a run of its own; no effect is repeated. */
  regenerate(runId: string, options: StreamOptions = {}): Observable<AgentEvent> {
    return this.heard({ path: `${pathOf(runId)}/regenerate` }, options);
  }

  /** The answer as a whole; or what the run waits for, when somebody has to approve. */
  async run(request: ChatRequest, options: RunOptions = {}): Promise<AgentResponse> {
    const { wholeRun } = await loading(import('./whole-run'));
    return wholeRun(this.transport, request, options);
  }

  /**
   * Stops a run; false when it had ended already. What its tools have done stays. While nobody
   * answers it is asked again, as long as the client's patience lasts. Fails with AgentProblem.
   */
  async cancel(runId: string): Promise<boolean> {
    const { transport } = this;
    const told = (): Promise<Response> =>
      transport.send(`${pathOf(runId)}/cancel`, { method: 'POST' });
    try {
      await patiently(told, mayPass, transport, new AbortController().signal);
      return true;
    } catch (error) {
      if (error instanceof AgentProblem && error.code === 'RUN_ENDED') return false;
      throw error;
    }
  }

  /** Decides on exactly the payload that was shown: `payloadHash` is its. */
  approve(runId: string, approvalId: string, decision: DecideApproval): Promise<ApprovalDecided> {
    const path = `${pathOf(runId)}/approvals/${encodeURIComponent(approvalId)}`;
    return this.transport.json(path, { method: 'POST', body: decision });
  }

  async feedback(runId: string, feedback: PostFeedback): Promise<void> {
    await this.transport.send(`${pathOf(runId)}/feedback`, { method: 'POST', body: feedback });
  }

  private heard(
    start: Start | null,
    options: StreamOptions,
    runId?: string,
    last?: number,
  ): Observable<AgentEvent> {
    const { transport } = this;
    const tell: StreamOptions['onConnection'] = (state, againInMs) => {
      if (state !== 'live') options.onConnection?.(state, againInMs);
    };
    return observed(async function* (signal) {
      const { RunStream } = await patiently(hearing, mayPass, transport, signal, tell);
      yield* new RunStream(transport, start, options, signal, runId, last).events();
    });
  }
}

const hearing = (): Promise<typeof import('./run-stream')> => loading(import('./run-stream'));

function pathOf(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`;
}
