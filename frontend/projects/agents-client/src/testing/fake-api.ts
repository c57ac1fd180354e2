import { TestBed } from '@angular/core/testing';
import { RunEvent } from '../lib/events';
import { AgentsClientSettings, provideAgentsClient } from '../lib/settings';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal | null;
}

type Answer = (request: Request) => Response | Promise<Response>;

/** A server whose answers are given in advance, one for each request. */
export class FakeApi {
  readonly requests: Request[] = [];
  private readonly answers: Answer[] = [];

  constructor(settings: Partial<AgentsClientSettings> = {}) {
    const patience = { firstMs: 0, longestMs: 0, pollMs: 0, attempts: 3, silenceMs: 2_000 };
    TestBed.configureTestingModule({
      providers: [
        provideAgentsClient(() => ({
          baseUrl: 'https://api.test/api',
          token: (fresh) => Promise.resolve(fresh ? 'fresh' : 'token'),
          fetch: this.fetch,
          patience,
          ...settings,
        })),
      ],
    });
  }

  willAnswer(...answers: readonly (Answer | Response)[]): this {
    this.answers.push(...answers.map((each) => (each instanceof Response ? () => each : each)));
    return this;
  }

  get asked(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  private readonly fetch = (
    address: RequestInfo | URL,
    init: RequestInit = {},
  ): Promise<Response> => {
    const { pathname, search } = new URL(address as string);
    const request: Request = {
      method: init.method ?? 'GET',
      path: pathname.replace('/api', '') + search,
      headers: init.headers as Record<string, string>,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : null,
      signal: init.signal ?? null,
    };
    this.requests.push(request);
    const answer = this.answers.shift();
    if (answer === undefined) throw new Error(`nobody expected ${request.method} ${request.path}`);
    return Promise.resolve(answer(request));
  };
}

export const RUN_ID = '01KATZ5D9M0Z5R5J0GQ1W3F7CX';

/** A run's log as it is sent: events from the one behind `after`, each with its number. */
export function log(events: readonly RunEvent[], after = 0): string {
  return events
    .map((event, at) => `id: ${at + 1}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .slice(after)
    .join('');
}

/** An event stream that ends behind its last chunk; `cut`: breaks off there. */
export function stream(chunks: readonly Uint8Array[], cut = false): Response {
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next) controller.enqueue(next);
      else if (cut) controller.error(new TypeError('network error'));
      else controller.close();
    },
  });
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-run-id': RUN_ID };
  return new Response(body, { headers });
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': type, ...headers },
  });
}

/** What fetch does when nobody answers. */
export function noAnswer(): never {
  throw new TypeError('Failed to fetch');
}
