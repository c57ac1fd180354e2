import { Injectable, inject } from '@angular/core';
import { Page } from './conversation-service';
import { ApprovalList, Me, RunList, RunState, RunView } from './models';
import { Transport } from './transport';

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
    return this.transport.json(`/runs/${encodeURIComponent(runId)}`);
  }

  /** Who asks, and what they may do. */
  me(): Promise<Me> {
    return this.transport.json('/me');
  }

  /** What waits for the caller's decision. */
  approvals(): Promise<ApprovalList> {
    return this.transport.json('/approvals');
  }
}
