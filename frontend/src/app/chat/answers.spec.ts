import { TestBed } from '@angular/core/testing';
import { RunEvent } from '@eira/agents-client';
import { bytes, log, stream } from '../../../projects/agents-client/src/testing/fake-api';
import {
  FakeServer,
  RUN_ID,
  answered,
  refused,
  unanswered,
  until,
} from '../../testing/fake-server';
import { ACTIVE, EVENTS, MESSAGES, opened } from '../../testing/open-thread';
import { Drafts } from './drafts';
import { Thread } from './thread';
import { ShownTurn } from './turn';

const INPUT = `POST /runs/${RUN_ID}/input`;
const TAKEN = { runId: RUN_ID, key: 'q1' };

function asks(node: string, text: string): readonly RunEvent[] {
  return [
    { type: 'text', text, attempt: 1, node },
    { type: 'question', text, node },
    { type: 'state', state: 'WAITING_INPUT' },
  ];
}

/** A run that is heard as the test goes on. */
class Heard {
  private readonly body = new TransformStream<Uint8Array, Uint8Array>();
  private readonly writer = this.body.writable.getWriter();
  private told: readonly RunEvent[] = [];

  answer(): Response {
    const headers = { 'content-type': 'text/event-stream', 'x-run-id': RUN_ID };
    return new Response(this.body.readable, { headers });
  }

  tell(...events: readonly RunEvent[]): void {
    const after = this.told.length;
    this.told = [...this.told, ...events];
    void this.writer.write(bytes(log(this.told, after)));
  }
}

interface Opened {
  readonly server: FakeServer;
  readonly thread: Thread;
  readonly run: Heard;
}

/** A conversation in which a flow asks, opened while it waits. */
async function asking(question?: object): Promise<Opened & { readonly turn: ShownTurn }> {
  const { server, thread } = opened();
  const run = new Heard();
  const active = [{ ...ACTIVE, message: 'Empieza', state: 'WAITING_INPUT', question }];
  server
    .on('GET /conversations/c1', () => answered({ turns: [], active }))
    .on(`GET /runs/${RUN_ID}/events`, () => run.answer())
    .on(INPUT, () => answered(TAKEN, 202));
  await thread.open('c1');
  if (!question) {
    run.tell(...asks('q1', '¿Cómo te llamas?'));
    await until(() => expect(thread.asked()).toBeDefined());
  }
  const turn = thread.asked();
  if (!turn) throw new Error('nothing is asked');
  return { server, thread, run, turn };
}

describe('a flow that asks', () => {
  it('is answered with the key of its question, one after the other', async () => {
    const { server, thread, run, turn } = await asking();
    await thread.answer(turn, 'Ana');
    expect(thread.turns()[0]).toMatchObject({ answering: 'Ana' });
    expect(thread.asked()).toBeUndefined();
    run.tell({ type: 'input', text: 'Ana', node: 'q1' }, ...asks('q2', 'Ana, ¿edad?'));
    await until(() => expect(thread.asked()?.asking).toMatchObject([{ key: 'q2' }]));
    const next = thread.asked();
    if (next) await thread.answer(next, '33');
    const last = { ...EVENTS.at(-1) } as RunEvent;
    run.tell({ type: 'input', text: '33', node: 'q2' }, last);
    await until(() => expect(thread.running()).toBeUndefined());
    const sent = server.asked.filter(({ line }) => line === INPUT);
    expect(sent.map(({ body }) => body)).toEqual([
      { message: 'Ana', key: 'q1' },
      { message: '33', key: 'q2' },
    ]);
    expect(server.linesOf(/messages$/)).toEqual([]);
    expect(thread.turns()[0]?.exchanges).toEqual([
      { message: 'Empieza', text: '¿Cómo te llamas?' },
      { message: 'Ana', text: 'Ana, ¿edad?' },
      { message: '33', text: '' },
    ]);
  });

  it('can be answered where the page was loaded while it waits, before its events come', async () => {
    const { server, thread, run, turn } = await asking({ text: '¿Edad?', key: 'q2' });
    await thread.answer(turn, '33');
    const [sent] = server.asked.filter(({ line }) => line === INPUT);
    expect(sent?.body).toEqual({ message: '33', key: 'q2' });
    run.tell(...asks('q1', '¿Quién?'), { type: 'input', text: 'Ana', node: 'q1' });
    run.tell(...asks('q2', '¿Edad?'), { type: 'input', text: '33', node: 'q2' });
    await until(() => expect(thread.turns()[0]?.exchanges).toHaveLength(3));
    expect(thread.turns()[0]).toMatchObject({ asking: [], answering: null });
  });

  it('says why an answer was not taken, which is a draft again', async () => {
    const { server, thread, turn } = await asking();
    server.on(INPUT, () => refused('INPUT_CONFLICT', 'Ya se ha respondido otra cosa.'));
    await thread.answer(turn, 'Ana');
    expect(thread.problem()?.message).toBe('Ya se ha respondido otra cosa.');
    expect(TestBed.inject(Drafts).of('c1')).toBe('Ana');
    expect(thread.asked()?.key).toBe(turn.key);
    expect(server.linesOf(/messages$/)).toEqual([]);
  });

  it('loses no answer that nobody heard', async () => {
    const { server, thread, turn } = await asking();
    server.on(INPUT, unanswered);
    await thread.answer(turn, 'Ana');
    expect(thread.problem()?.code).toBe('NETWORK');
    expect(thread.turns()[0]).toMatchObject({ answering: null });
    expect(TestBed.inject(Drafts).of('c1')).toBe('Ana');
  });

  it('takes an answer that was given elsewhere', async () => {
    const { thread, run } = await asking();
    run.tell({ type: 'input', text: 'Eva', node: 'q1' });
    await until(() => expect(thread.asked()).toBeUndefined());
    expect(thread.turns()[0]?.exchanges.at(-1)).toEqual({ message: 'Eva', text: '' });
  });
});

describe('what runs and does not ask', () => {
  it('waits for no answer', async () => {
    const { server, thread } = opened();
    server.on(MESSAGES, () => stream([bytes(log(EVENTS.slice(0, 2), 0))], true));
    await thread.open('c1');
    void thread.send('Hola');
    await until(() => expect(thread.turns().at(-1)?.text).toBe('Ho'));
    expect(thread.asked()).toBeUndefined();
  });
});
