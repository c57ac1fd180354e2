import { Injectable } from '@angular/core';
import { AgentProblem, lost, problemOf } from './problems';
import { PATIENCE, Patience, agentsClientSettings } from './settings';

export const JSON_TYPE = 'application/json';
export const EVENT_STREAM = 'text/event-stream';

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | null | undefined>>;
  readonly body?: unknown;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | null;
}

/** One request to the API: its address, the token, and refusals as `AgentProblem`. */
@Injectable({ providedIn: 'root' })
export class Transport {
  private readonly settings = agentsClientSettings();
  readonly patience: Patience = { ...PATIENCE, ...this.settings.patience };

  /** Raises AgentProblem: `NETWORK` without an answer, the API's code with a refusing one. */
  async send(path: string, asked: Asked = {}): Promise<Response> {
    let response = await this.ask(path, asked, false);
    if (response.status === 401) {
      // The token may have run out since it was looked at.
      response = await this.ask(path, asked, true);
    }
    if (!response.ok) {
      throw await problemOf(response);
    }
    return response;
  }

  async json<T>(path: string, asked: Asked = {}): Promise<T> {
    return jsonOf<T>(await this.send(path, asked));
  }

  private async ask(path: string, asked: Asked, fresh: boolean): Promise<Response> {
    try {
      const request: RequestInit = {
        method: asked.method ?? 'GET',
        headers: await this.headersOf(asked, fresh),
        body: asked.body === undefined ? null : JSON.stringify(asked.body),
        signal: asked.signal ?? null,
        cache: 'no-store',
        credentials: 'omit',
      };
      return await (this.settings.fetch ?? fetch)(this.addressOf(path, asked.query), request);
    } catch (error) {
      // Also where it is the token that nobody could be asked for: it passes with the connection.
      if (asked.signal?.aborted) throw error;
      throw lost(error);
    }
  }

  private async headersOf(asked: Asked, fresh: boolean): Promise<Record<string, string>> {
    const language = this.settings.language?.();
    return {
      accept: asked.accept ?? JSON_TYPE,
      authorization: `Bearer ${await this.settings.token(fresh)}`,
      ...(language ? { 'accept-language': language } : {}),
      ...(asked.body === undefined ? {} : { 'content-type': JSON_TYPE }),
      ...asked.headers,
    };
  }

  private addressOf(path: string, query: Asked['query']): string {
    const given = Object.entries(query ?? {}).flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
    );
    const tail = given.length ? `?${new URLSearchParams(given).toString()}` : '';
    return `${this.settings.baseUrl}${path}${tail}`;
  }
}

/** Raises AgentProblem `NETWORK` for a body that broke off. */
export async function jsonOf<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw lost(error);
    throw error;
  }
}

/** Whether the same request may be answered when it is made again. */
export function mayPass(error: unknown): error is AgentProblem {
  return error instanceof AgentProblem && (error.code === 'NETWORK' || error.retryable);
}

/** The same of what starts a run: a refusal of the API is its answer. */
export function mayBePostedAgain(error: unknown): error is AgentProblem {
  return mayPass(error) && (error.code === 'NETWORK' || error.code === 'UNREADABLE');
}
