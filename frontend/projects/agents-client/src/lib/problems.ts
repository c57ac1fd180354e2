import type { components } from './api';

type Schemas = components['schemas'];

/** The API's codes, and two of a client: no answer at all, and one that is none of the API's. */
export type AgentErrorCode = Schemas['ErrorCode'] | 'NETWORK' | 'UNREADABLE';
export type FieldProblem = Schemas['FieldProblem'];

interface Details {
  readonly status?: number;
  readonly retryable?: boolean;
  readonly retryAfter?: number | null;
  readonly correlationId?: string | null;
  readonly errors?: readonly FieldProblem[] | null;
  readonly newest?: Schemas['FlowVersion'] | null;
  readonly cause?: unknown;
}

/** Why a call failed: RFC 9457's problem of the API, or what kept its answer from arriving. */
export class AgentProblem extends Error {
  override readonly name = 'AgentProblem';
  /** The HTTP status; 0 without an answer. */
  readonly status: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds to wait before that, where they are known. */
  readonly retryAfter: number | null;
  readonly correlationId: string | null;
  /** The fields at fault, by JSON pointer. */
  readonly errors: readonly FieldProblem[];
  /** Of a flow that somebody else has saved since: what they did. */
  readonly newest: Schemas['FlowVersion'] | null;

  constructor(
    readonly code: AgentErrorCode,
    message: string,
    details: Details = {},
  ) {
    super(message, { cause: details.cause });
    this.status = details.status ?? 0;
    this.retryable = details.retryable ?? false;
    this.retryAfter = details.retryAfter ?? null;
    this.correlationId = details.correlationId ?? null;
    this.errors = details.errors ?? [];
    this.newest = details.newest ?? null;
  }
}

/** No answer arrived, or it broke off. */
export function lost(cause: unknown): AgentProblem {
  return new AgentProblem('NETWORK', 'The connection was lost.', { retryable: true, cause });
}

/** What a refusing answer says; a gateway's, which is no problem of the API, by its status. */
export async function problemOf(response: Response): Promise<AgentProblem> {
  const correlationId = response.headers.get('x-correlation-id');
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : null;
  const told = await bodyOf(response);
  if (told === null) {
    const retryable = response.status >= 500 || response.status === 429;
    const message = `HTTP ${response.status}`;
    const { status } = response;
    return new AgentProblem('UNREADABLE', message, {
      status,
      retryable,
      retryAfter,
      correlationId,
    });
  }
  return new AgentProblem(told.code, told.detail, {
    ...told,
    retryAfter: told.retryAfter ?? retryAfter,
  });
}

async function bodyOf(response: Response): Promise<Schemas['Problem'] | null> {
  try {
    const body: unknown = await response.json();
    return isProblem(body) ? body : null;
  } catch {
    return null;
  }
}

function isProblem(body: unknown): body is Schemas['Problem'] {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
