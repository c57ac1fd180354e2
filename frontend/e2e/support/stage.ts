import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { components } from '../../projects/agents-client/src/lib/api.ts';
import { eventually } from './eventually.ts';
import type { Wire } from './wire.ts';

type Schemas = components['schemas'];
export type Said = Schemas['RunEvent'];

const STREAMS = /\/api\/(conversations\/[^/]+\/messages|runs\/[^/]+\/regenerate)$/;

/**
 * Answers that a test says word by word, at its own pace, in place of the model's: for what a page
 * does on the way. Everything but the stream itself is the running platform's.
 */
export class Stage {
  private readonly waiting: Part[] = [];

  constructor(wire: Wire) {
    wire.play('POST', STREAMS, (asked, answer) => this.waiting.push(new Part(asked, answer)));
  }

  /** The answer to the next message that is sent. */
  async next(): Promise<Part> {
    return eventually('a message is sent', () => this.waiting.shift());
  }
}

/** One answer. */
export class Part {
  readonly runId = randomUUID();
  private readonly answer: ServerResponse;
  private events = 0;

  constructor(asked: IncomingMessage, answer: ServerResponse) {
    this.answer = answer;
    answer.writeHead(200, {
      ...sharedWith(asked),
      'content-type': 'text/event-stream',
      'x-run-id': this.runId,
    });
  }

  say(...events: readonly Said[]): void {
    for (const event of events) {
      this.events += 1;
      const data = JSON.stringify(event);
      this.answer.write(`id: ${this.events}\nevent: ${event.type}\ndata: ${data}\n\n`);
    }
  }

  text(text: string, attempt = 1): void {
    this.say({ type: 'text', text, attempt });
  }

  /** The connection breaks off here. */
  cut(): void {
    this.answer.socket?.destroy();
  }

  /** Ends as an answer does that went well, or for another reason. */
  done(finishReason: Schemas['FinishReason'] = 'stop'): void {
    this.say({
      type: 'done',
      usage: {},
      threadId: randomUUID(),
      runId: this.runId,
      finishReason,
      memory: 'none',
    });
    this.answer.end();
  }

  /** Ends as one does that failed. */
  fail(error: Omit<Schemas['ErrorEvent'], 'type'>): void {
    this.say({ type: 'error', ...error });
    this.answer.end();
  }
}

/** What lets the page's origin read an answer. */
export function sharedWith(asked: IncomingMessage): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': asked.headers.origin ?? '',
    'access-control-expose-headers': 'x-run-id, x-correlation-id',
  };
}
