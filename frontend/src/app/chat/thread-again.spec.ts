import { TestBed } from '@angular/core/testing';
import { RunEvent } from '@eira/agents-client';
import { RUN_ID, answered, refused, told, unanswered, until } from '../../testing/fake-server';
import {
  ACTIVE,
  EVENTS,
  MESSAGES,
  STOPPED,
  STORED,
  ended,
  opened,
} from '../../testing/open-thread';

const FAILING: RunEvent = {
  type: 'error',
  code: 'MODEL_UNAVAILABLE',
  message: 'No responde.',
  retryable: true,
  correlationId: 'c',
};

describe('an answer that is given anew', () => {
  it('shows the new answer in the place of the old one', async () => {
    const { server, thread } = opened();
    server.on(`POST /runs/${RUN_ID}/regenerate`, () => told(EVENTS));
    await thread.open('c1');
    const [turn] = thread.turns();
    if (turn) thread.regenerate(turn);
    expect(thread.turns()).toHaveLength(1);
    await ended(thread);
    expect(thread.turns()[0]).toMatchObject({ message: 'Buenas', text: 'Hola', status: 'done' });
    expect(server.linesOf(/messages$/)).toEqual([]);
  });

  it('keeps the old answer, and says why, when there can be no other', async () => {
    const { server, thread } = opened();
    const busy = refused('CONVERSATION_BUSY', 'Hay otra en curso.');
    server.on(`POST /runs/${RUN_ID}/regenerate`, () => busy);
    await thread.open('c1');
    const [turn] = thread.turns();
    if (turn) thread.regenerate(turn);
    await ended(thread);
    expect(thread.turns()).toHaveLength(1);
    expect(thread.turns()[0]).toMatchObject({
      runId: RUN_ID,
      text: 'Hola',
      error: { code: 'CONVERSATION_BUSY', message: 'Hay otra en curso.', correlationId: 'c-1' },
    });
  });

  it('says a message again only where its run never came to do anything', async () => {
    const error = { code: 'INTERNAL', message: 'No se ha podido.', retryable: true };
    const failed = { ...STORED, text: '', finishReason: 'error', error };
    for (const [stored, said] of [
      [STORED, []],
      [failed, []],
      [{ ...failed, effects: [] }, [{ message: 'Buenas' }]],
    ] as const) {
      TestBed.resetTestingModule();
      const { server, thread } = opened();
      server
        .on('GET /conversations/c1', () => answered({ turns: [stored] }))
        .on(`POST /runs/${RUN_ID}/regenerate`, () => refused('NOT_REGENERABLE', 'No se puede.'))
        .on(MESSAGES, () => told(EVENTS));
      await thread.open('c1');
      const [turn] = thread.turns();
      if (turn) await thread.retry(turn);
      if (said.length) await until(() => expect(server.linesOf(/messages$/)).toHaveLength(1));
      await ended(thread);
      const messages = server.asked.filter(({ line }) => line === MESSAGES);
      expect(messages.map(({ body }) => body)).toEqual(said);
      if (!said.length) expect(thread.turns()[0]?.error?.message).toBe('No se puede.');
    }
  });

  it('says what was stopped again only to who asks for just that', async () => {
    const stopped = { ...STORED, text: '', finishReason: 'cancelled', effects: [] };
    const { server, thread } = opened();
    server
      .on('GET /conversations/c1', () => answered({ turns: [stopped] }))
      .on(`POST /runs/${RUN_ID}/regenerate`, () => refused('NOT_REGENERABLE', 'Envíalo otra vez.'))
      .on(MESSAGES, () => told(EVENTS));
    await thread.open('c1');
    const [turn] = thread.turns();
    if (turn) thread.regenerate(turn);
    await ended(thread);
    const [refusing] = thread.turns();
    expect(refusing).toMatchObject({ status: 'stopped', error: { message: 'Envíalo otra vez.' } });
    expect(server.linesOf(/messages$/)).toEqual([]);
    if (refusing) await thread.retry(refusing);
    await ended(thread);
    expect(server.linesOf(/messages$/)).toHaveLength(1);
    expect(thread.turns().map(({ message }) => message)).toEqual(['Buenas', 'Buenas']);
  });

  it('has the old answer again when the new one fails or is stopped, and never says the message again', async () => {
    for (const [end, error] of [
      [FAILING, { code: 'MODEL_UNAVAILABLE', message: 'No responde.' }],
      [STOPPED, null],
    ] as const) {
      TestBed.resetTestingModule();
      const { server, thread } = opened();
      server.on(`POST /runs/${RUN_ID}/regenerate`, () => told([end]));
      await thread.open('c1');
      for (const times of [1, 2]) {
        const [turn] = thread.turns();
        if (turn) await thread.retry(turn);
        await ended(thread);
        const shown = { runId: RUN_ID, text: 'Hola', status: 'done', error };
        expect(thread.turns()).toMatchObject([shown]);
        expect(server.linesOf(/regenerate$/)).toHaveLength(times);
      }
      expect(server.linesOf(/messages$/)).toEqual([]);
    }
  });

  it('has the old answer again also where the page was loaded while a new one failed', async () => {
    const { server, thread } = opened();
    const again = 'run-again';
    const active = [{ ...ACTIVE, runId: again, replaces: RUN_ID }];
    server
      .on('GET /conversations/c1', () => answered({ turns: [STORED], active }))
      .on(`GET /runs/${again}/events`, () => told([FAILING]));
    await thread.open('c1');
    expect(thread.turns()).toMatchObject([{ runId: again, status: 'running' }]);
    await ended(thread);
    expect(thread.turns()).toMatchObject([{ runId: RUN_ID, text: 'Hola', status: 'done' }]);
  });

  it('asks for a new answer again, not for what was done, where nobody heard that it was asked', async () => {
    const { server, thread } = opened();
    server.on(`POST /runs/${RUN_ID}/regenerate`, unanswered, () => told(EVENTS));
    await thread.open('c1');
    const [turn] = thread.turns();
    if (turn) thread.regenerate(turn);
    await ended(thread);
    const [lost] = thread.turns();
    expect(lost).toMatchObject({ status: 'lost', runId: null });
    if (lost) await thread.retry(lost);
    await ended(thread);
    expect(server.linesOf(/messages$/)).toEqual([]);
    expect(new Set(server.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
    expect(thread.turns()).toMatchObject([{ status: 'done', text: 'Hola' }]);
  });
});
