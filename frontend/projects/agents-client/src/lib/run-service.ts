import { Injectable, inject } from '@angular/core';
import { Observable } from 'rxjs';
import { Page } from './conversation-service';
import { ApprovalList, Me, RunList, RunState, RunView } from './models';
import { observed } from './observed';
import { Transport, mayPass } from './transport';
import { pauseMs, wait } from './waiting';

export interface RunsWanted extends Page {
  readonly state?: RunState | null;
  readonly conversationId?: string | null;
  /** Received then or later, RFC 3339. */
  readonly since?: string | null;
  /** Received before, RFC 3339. */
  readonly until?: string | null;
}

/** Runs and approvals as they are: for whoever started them, operates them or has to decide. */
@Injectable({ providedIn: 'root' })
export class RunService {
  private readonly transport = inject(Transport);

  /** For operators: the tenant's runs, the newest first. */
  list(wanted: RunsWanted = {}): Promise<RunList> {
    return this.transport.json('/runs', { query: { ...wanted } });
  }

  read(runId: string): Promise<RunView> {
    return this.transport.json(pathOf(runId));
  }

  /**
   * The run as it is, and again each time that it has changed, until it has ended. For everybody
   * who may read it: its events are for who started it. Fails with AgentProblem.
   */
  watch(runId: string): Observable<RunView> {
    return observed((signal) => this.views(runId, signal));
  }

  /** Who asks, and what they may do. */
  me(): Promise<Me> {
    return this.transport.json('/me');
  }

  /** What waits for the caller's decision. */
  approvals(): Promise<ApprovalList> {
    return this.transport.json('/approvals');
  }

  private async *views(runId: string, signal: AbortSignal): AsyncGenerator<RunView> {
    const { patience } = this.transport;
    let seen = '';
    let failures = 0;
    for (;;) {
      try {
        const run = await this.transport.json<RunView>(pathOf(runId), { signal });
        const now = JSON.stringify(run);
        if (now !== seen) yield run;
        if (run.endedAt) return;
        seen = now;
        failures = 0;
      } catch (error) {
        failures += 1;
        if (signal.aborted || !mayPass(error) || failures > patience.attempts) throw error;
      }
      await wait(failures ? pauseMs(failures, patience) : patience.pollMs, signal);
    }
  }
}

function pathOf(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`;
}
