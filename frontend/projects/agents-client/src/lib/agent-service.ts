import { Injectable, inject } from '@angular/core';
import { Observable } from 'rxjs';
import { AgentEvent } from './events';
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
import { observed } from './observed';
import { patiently } from './patiently';
import { AgentProblem } from './problems';
import { RunStream } from './run-stream';
import { Transport, mayPass } from './transport';
import { wholeRun } from './whole-run';

/** Runs: starts one, hears it to its end, stops it, decides what it asks. */
@Injectable({ providedIn: 'root' })
export class AgentService {
  private readonly transport = inject(Transport);

  /**
   * Starts a run with each subscription and tells its events to the terminal one. A lost connection
   * is taken up again behind the last event; the request never makes a second run. To unsubscribe
   * is to hang up: whether the run ends with it is for its `onDisconnect`; `cancel` stops it.
   * Fails with AgentProblem.
   */
  streamChat(request: ChatRequest, options: StreamOptions = {}): Observable<AgentEvent> {
    return this.started(startOf(request), options);
  }

  /** Runs a flow durably, and tells its events as those of any run; `input` answers what it asks. */
  runFlow(request: FlowRunRequest, options: StreamOptions = {}): Observable<AgentEvent> {
    return this.started({ path: '/flows/runs', body: request }, options);
  }

  /** What the user says to a flow that waits. */
  async input(runId: string, message: string): Promise<void> {
    await this.transport.send(`${pathOf(runId)}/input`, { method: 'POST', body: { message } });
  }

  /** The events behind `lastEventId` (0: all), of a run that goes on or has ended within 7 days. */
  resume(runId: string, lastEventId = 0, options: ResumeOptions = {}): Observable<AgentEvent> {
    return observed((signal) =>
      new RunStream(this.transport, null, options, signal, runId, lastEventId).events(),
    );
  }

  /** Answers the message of a run that has ended anew, in a run of its own; no effect is repeated. */
  regenerate(runId: string, options: StreamOptions = {}): Observable<AgentEvent> {
    return this.started({ path: `${pathOf(runId)}/regenerate` }, options);
  }

  /** The answer as a whole; or what the run waits for, when somebody has to approve. */
  run(request: ChatRequest, options: RunOptions = {}): Promise<AgentResponse> {
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

  private started(start: Start, options: StreamOptions): Observable<AgentEvent> {
    return observed((signal) => new RunStream(this.transport, start, options, signal).events());
  }
}

function pathOf(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`;
}
