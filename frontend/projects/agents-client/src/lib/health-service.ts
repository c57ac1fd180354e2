import { Injectable, inject } from '@angular/core';
import type { components } from './api';
import { Transport } from './transport';

export type Health = components['schemas']['Health'];

/** Whether the API can be reached. */
@Injectable({ providedIn: 'root' })
export class HealthService {
  private readonly transport = inject(Transport);

  /** Fails with AgentProblem. */
  check(signal: AbortSignal | null = null): Promise<Health> {
    return this.transport.json('/health', { signal });
  }
}
