import { TestBed } from '@angular/core/testing';
import { RunEvent } from '@eira/agents-client';
import { Thread } from '../app/chat/thread';
import { FakeServer, RUN_ID, answered } from './fake-server';
import { until } from './until';

export const MESSAGES = 'POST /conversations/c1/messages';
export const EVENTS: readonly RunEvent[] = [
  { type: 'state', state: 'RECEIVED', correlationId: 'c' },
  { type: 'text', text: 'Ho', attempt: 1 },
  { type: 'text', text: 'la', attempt: 1 },
  {
    type: 'done',
    usage: {},
    threadId: 'c1',
    runId: RUN_ID,
    finishReason: 'stop',
    memory: 'none',
  },
];
export const STORED = {
  runId: RUN_ID,
  askedAt: '2026-11-22T10:00:00Z',
  message: 'Buenas',
  text: 'Hola',
  finishReason: 'stop',
  effects: [{ callId: 'c0', tool: 'createTask', status: 'ok', recordUrl: 'https://erp/T-1' }],
};

export const ACTIVE = { runId: RUN_ID, message: 'Buenas', receivedAt: '2026-11-22T10:00:00Z' };
/** Somebody stopped it. */
export const STOPPED: RunEvent = {
  type: 'error',
  code: 'CANCELLED',
  message: 'Parado.',
  retryable: false,
  correlationId: 'c',
};

/** An open conversation, and the server that it is at. */
export function opened(attempts = 0): { server: FakeServer; thread: Thread } {
  const server = new FakeServer(attempts)
    .on('POST /conversations', () => answered({ conversationId: 'c1', turns: [] }, 201))
    .on('GET /conversations/c1', () => answered({ title: 'Buenas', turns: [STORED] }));
  TestBed.configureTestingModule({ providers: [Thread] });
  return { server, thread: TestBed.inject(Thread) };
}

/** Nothing is under way any more. */
export async function ended(thread: Thread): Promise<void> {
  await until(() => expect(thread.running()).toBeUndefined());
}
