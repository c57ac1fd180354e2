import {
  EnvironmentProviders,
  InjectionToken,
  inject,
  makeEnvironmentProviders,
} from '@angular/core';

/** How patient a client is with a connection. Times are in milliseconds. */
export interface Patience {
  /** The first pause before it connects again; each further one is twice as long. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Failures in a row, without one event between them, after which it gives up. */
  readonly attempts: number;
  /** The server says something every 15 s. Silence as long as this is a lost connection. */
  readonly silenceMs: number;
  /** Between two looks at a run where streaming is not possible. */
  readonly pollMs: number;
}

export const PATIENCE: Patience = {
  firstMs: 500,
  longestMs: 15_000,
  attempts: 8,
  silenceMs: 45_000,
  pollMs: 1_500,
};

export interface AgentsClientSettings {
  /** Where the API is, with its `/api` and without a slash at the end. */
  readonly baseUrl: string;
  /** An access token for the API; `fresh` when the last one was refused. */
  readonly token: (fresh: boolean) => Promise<string>;
  /** The language errors and answers are told in, as `Accept-Language`. */
  readonly language?: () => string;
  readonly patience?: Partial<Patience>;
  /** Instead of the browser's own, for tests. */
  readonly fetch?: typeof fetch;
}

export const AGENTS_CLIENT = new InjectionToken<AgentsClientSettings>('AGENTS_CLIENT');

/** What the services of this library are made with; `make` runs in an injection context. */
export function provideAgentsClient(make: () => AgentsClientSettings): EnvironmentProviders {
  return makeEnvironmentProviders([{ provide: AGENTS_CLIENT, useFactory: make }]);
}

export function agentsClientSettings(): AgentsClientSettings {
  return inject(AGENTS_CLIENT);
}
