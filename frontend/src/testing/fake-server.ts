import { EnvironmentProviders, importProvidersFrom, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { RunEvent, provideAgentsClient } from '@eira/agents-client';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { bytes, json, log, stream } from '../../projects/agents-client/src/testing/fake-api';
import en from '../../public/i18n/en.json';
import es from '../../public/i18n/es.json';
import { LanguageChoice } from '../app/core/language';

export { until } from './until';
export { RUN_ID } from '../../projects/agents-client/src/testing/fake-api';

interface Asked {
  readonly line: string;
  /** With its question mark; empty without one. */
  readonly query: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

type Answer = (asked: Asked) => Response | Promise<Response>;

/** A server that answers by `METHOD /path`; of several answers each once, the last for ever. */
export class FakeServer {
  readonly asked: Asked[] = [];
  private readonly answers = new Map<string, Answer[]>();

  /** How often the client tries again what was lost. */
  constructor(private readonly attempts = 0) {
    this.on('GET /conversations', () => json({ items: [] }));
    TestBed.configureTestingModule({ providers: [this.client(), spanish()] });
  }

  on(line: string, ...answers: readonly Answer[]): this {
    this.answers.set(line, [...answers]);
    return this;
  }

  linesOf(path: RegExp): string[] {
    return this.asked.map(({ line }) => line).filter((line) => path.test(line));
  }

  queries(line: string): string[] {
    return this.asked.filter((each) => each.line === line).map(({ query }) => query);
  }

  /** How often each was asked for. */
  count(line: string): number {
    return this.queries(line).length;
  }

  private language(): () => string {
    const choice = inject(LanguageChoice);
    return () => choice.language();
  }

  private client(): EnvironmentProviders {
    return provideAgentsClient(() => ({
      language: this.language(),
      baseUrl: 'https://api.test/api',
      token: () => Promise.resolve('token'),
      patience: { firstMs: 0, longestMs: 0, attempts: this.attempts, pollMs: 0 },
      fetch: (address, init) => {
        const { pathname, search } = new URL(address as string);
        const line = `${init?.method ?? 'GET'} ${pathname.replace('/api', '')}`;
        const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
        const headers = init?.headers as Record<string, string>;
        const asked = { line, query: search, body, headers };
        this.asked.push(asked);
        const answers = this.answers.get(line);
        const answer = answers && answers.length > 1 ? answers.shift() : answers?.[0];
        if (answer === undefined) throw new Error(`nobody expected ${line}`);
        return Promise.resolve(answer(asked)).then((response) => {
          init?.signal?.throwIfAborted();
          return response;
        });
      },
    }));
  }
}

/** All sentences in Spanish, whatever the machine speaks. */
export function spanish(): EnvironmentProviders {
  localStorage.setItem('language', 'es');
  const words = TranslocoTestingModule.forRoot({
    langs: { es, en },
    translocoConfig: {
      availableLangs: ['es', 'en'],
      defaultLang: 'es',
      reRenderOnLangChange: true,
    },
    preloadLangs: true,
  });
  return importProvidersFrom(words);
}

/** An event stream of these events behind `after`; `cut`: it breaks off there. */
export function told(events: readonly RunEvent[], after = 0, cut = false): Response {
  return stream([bytes(log(events, after))], cut);
}

export function answered(body: unknown, status = 200): Response {
  return json(body, status);
}

/** What fetch does when nobody answers. */
export function unanswered(): never {
  throw new TypeError('Failed to fetch');
}

export function refused(code: string, detail: string, status = 409): Response {
  return json({ code, detail, status, retryable: false, correlationId: 'c-1' }, status);
}
