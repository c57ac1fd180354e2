import { createParser, EventSourceMessage } from 'eventsource-parser';
import { lost } from './problems';

/** One event as it came: its data is not read yet. */
export interface Frame {
  readonly id: string;
  readonly data: string;
}

/**
 * The events of a response's body, as they come. What breaks off within an event is none, and ends
 * in an AgentProblem `NETWORK`, like a silence of `silenceMs`; a body that ends in order just ends.
 */
export async function* framesOf(response: Response, silenceMs: number): AsyncGenerator<Frame> {
  const found: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => found.push(event) });
  for await (const text of textsOf(response, silenceMs)) {
    parser.feed(text);
    for (const { id, data } of found.splice(0)) yield { id: id ?? '', data };
  }
}

async function* textsOf(response: Response, silenceMs: number): AsyncGenerator<string> {
  // Where there is no stream to read from, the events are read when all of them are there.
  const { body } = response as { body: ReadableStream<Uint8Array> | null };
  if (body === null) {
    yield await response.text();
    return;
  }
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await within(silenceMs, reader.read());
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } catch (error) {
    throw lost(error);
  } finally {
    // Without an answer: a connection that is lost cannot be told that nobody reads it any more.
    void reader.cancel().catch(() => undefined);
  }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('silence')), ms);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
