import { framesOf } from './event-stream';
import { AgentEvent, isRunEvent, isTerminal } from './events';
import { AgentAnswer, RunView, Start, StreamOptions, placed } from './models';
import { AgentProblem, lost } from './problems';
import { Told } from './telling';
import { EVENT_STREAM, JSON_TYPE, Transport, jsonOf, mayBePostedAgain, mayPass } from './transport';
import { wait, waitAfter } from './waiting';

/** Connections that told nothing before it is taken for certain that nothing can be streamed. */
const MUTE = 2;

/**
 * One run, told to its end over as many connections as it takes.
 *
 * Its request is posted until the run has an id, each time with the same `Idempotency-Key`, so that
 * there is one run; from then on its log is read behind the last event that came.
 */
export class RunStream {
  private readonly told = new Told();
  private readonly key: string;
  private failures = 0;
  private mute = 0;

  constructor(
    private readonly transport: Transport,
    private readonly start: Start | null,
    private readonly options: StreamOptions,
    private readonly signal: AbortSignal,
    private runId = '',
    private last = 0,
  ) {
    this.key = options.idempotencyKey ?? crypto.randomUUID();
  }

  /** Ends behind the terminal event. Raises AgentProblem. */
  async *events(): AsyncGenerator<AgentEvent> {
    for (;;) {
      try {
        const ended = yield* this.connection();
        if (ended) return;
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  /** What one connection tells; true when there is nothing more to be told. */
  private async *connection(): AsyncGenerator<AgentEvent, boolean> {
    if (this.runId && !this.streams) return yield* this.looked();
    const response = this.runId ? await this.follow() : await this.post();
    if (response.status === 204) return true;
    if (!isStream(response)) return yield* this.whole(response);
    return yield* this.streamed(response);
  }

  private async *streamed(response: Response): AsyncGenerator<AgentEvent, boolean> {
    const before = this.last;
    try {
      for await (const { id, data } of framesOf(response, this.transport.patience.silenceMs)) {
        const event = this.read(Number(id), data);
        if (event === null) continue;
        yield event;
        if (isTerminal(event)) return true;
      }
    } finally {
      this.mute = this.last === before ? this.mute + 1 : 0;
    }
    // Long runs: the server ends a stream in order after some minutes, to be asked again.
    if (this.last === before) throw lost('nothing was told');
    return false;
  }

  private get streams(): boolean {
    return this.options.streaming !== false && this.mute < MUTE;
  }

  private async post(): Promise<Response> {
    if (this.start === null) throw new Error('nothing to post');
    const { path, body } = this.start;
    const accept = this.streams ? `${EVENT_STREAM}, ${JSON_TYPE};q=0.5` : JSON_TYPE;
    const headers = { ...this.options.headers, 'idempotency-key': this.key };
    const response = await this.transport.send(path, {
      method: 'POST',
      body,
      accept,
      headers,
      signal: this.signal,
    });
    const runId = response.headers.get('x-run-id');
    if (runId) this.named(runId);
    this.options.onConnection?.('live', 0);
    return response;
  }

  private async follow(): Promise<Response> {
    const headers = { 'last-event-id': String(this.last) };
    const path = `/runs/${encodeURIComponent(this.runId)}/events`;
    const asked = { accept: EVENT_STREAM, headers, signal: this.signal };
    const response = await this.transport.send(path, asked);
    this.options.onConnection?.('live', 0);
    return response;
  }

  /** An answer as JSON: that of a run which has ended, or the id of one that goes on. */
  private async *whole(response: Response): AsyncGenerator<AgentEvent, boolean> {
    const answer = await jsonOf<Partial<AgentAnswer> & { readonly runId: string }>(response);
    this.named(answer.runId);
    if (response.status === 202 || answer.usage === undefined) return yield* this.looked();
    for (const event of this.told.answered(answer as AgentAnswer)) yield this.place(event);
    return true;
  }

  /** The run as `GET /runs/{id}` has it, looked at until it has ended. */
  private async *looked(): AsyncGenerator<AgentEvent, boolean> {
    const path = `/runs/${encodeURIComponent(this.runId)}`;
    for (;;) {
      const run = await this.transport.json<RunView>(path, { signal: this.signal });
      this.failures = 0;
      this.options.onConnection?.('live', 0);
      for (const event of this.told.of(run)) {
        this.told.hear(event);
        yield this.place(event);
      }
      if (run.endedAt) return true;
      await wait(this.transport.patience.pollMs, this.signal);
    }
  }

  /** An event that was not told before; null for one that was, or that this version knows not. */
  private read(id: number, data: string): AgentEvent | null {
    const event = parsed(data);
    if (id <= this.last) return null;
    this.last = id;
    this.failures = 0;
    if (!isRunEvent(event)) return null;
    this.told.hear(event);
    if (event.type === 'done') this.named(event.runId);
    return this.place(event);
  }

  private place<E extends object>(event: E): E & { runId: string; eventId: number } {
    return placed(event, { runId: this.runId, eventId: this.last });
  }

  private named(runId: string): void {
    if (this.runId === runId) return;
    this.runId = runId;
    this.options.onRun?.(runId);
  }

  /** Waits before the next connection. Raises what cannot pass. */
  private async recover(error: unknown): Promise<void> {
    if (this.signal.aborted || !this.mayTryAgain(error)) throw error;
    this.failures += 1;
    if (this.failures > this.transport.patience.attempts) throw error;
    await waitAfter(error, this.failures, this.transport.patience, this.signal, (state, ms) =>
      this.options.onConnection?.(state, ms),
    );
  }

  private mayTryAgain(error: unknown): error is AgentProblem {
    return this.runId ? mayPass(error) : mayBePostedAgain(error);
  }
}

function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith(EVENT_STREAM) === true;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    const message = 'The server told what is no event.';
    throw new AgentProblem('UNREADABLE', message, { cause: error });
  }
}
