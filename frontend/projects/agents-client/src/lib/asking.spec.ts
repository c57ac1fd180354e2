import { TestBed } from '@angular/core/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { FakeApi, RUN_ID, json, noAnswer, stream } from '../testing/fake-api';
import { AgentService } from './agent-service';

const INPUT = `POST /runs/${RUN_ID}/input`;

describe('a flow that asks', () => {
  it('is answered with the key of its question, again while nobody answers', async () => {
    const api = new FakeApi().willAnswer(noAnswer, json({ runId: RUN_ID, key: 'q1' }, 202));
    await TestBed.inject(AgentService).input(RUN_ID, 'Ana', 'q1');
    expect(api.asked).toEqual([INPUT, INPUT]);
    const said = { message: 'Ana', key: 'q1' };
    expect(api.requests.map(({ body }) => body)).toEqual([said, said]);
  });

  it('is told once what it is not known to have asked', async () => {
    const api = new FakeApi().willAnswer(noAnswer);
    await expect(TestBed.inject(AgentService).input(RUN_ID, 'Ana')).rejects.toMatchObject({
      code: 'NETWORK',
    });
    expect(api.asked).toEqual([INPUT]);
  });

  it('says in words why an answer is not taken', async () => {
    const refusal = { code: 'INPUT_CONFLICT', detail: 'Ya se ha respondido.', retryable: false };
    new FakeApi().willAnswer(json(refusal, 409));
    const answer = TestBed.inject(AgentService).input(RUN_ID, 'Ana', 'q1');
    await expect(answer).rejects.toMatchObject({ message: 'Ya se ha respondido.' });
  });

  it('is heard where nothing can be streamed', async () => {
    const run = {
      runId: RUN_ID,
      conversationId: 't',
      states: [{ state: 'WAITING_INPUT', since: '2026-11-22T10:00:00Z' }],
      usage: {},
      correlationId: 'c',
    };
    const asks = (key: string): object => ({ ...run, question: { text: `¿${key}?`, key } });
    const ended = { ...run, endedAt: '2026-11-22T10:00:01Z', finishReason: 'stop' };
    new FakeApi().willAnswer(
      stream([], true),
      stream([], true),
      json(asks('q1')),
      json(asks('q1')),
      json(asks('q2')),
      json(ended),
    );
    const heard = TestBed.inject(AgentService).resume(RUN_ID).pipe(toArray());
    expect(await firstValueFrom(heard)).toMatchObject([
      { type: 'state' },
      { type: 'text', text: '¿q1?', node: 'q1' },
      { type: 'question', node: 'q1' },
      { type: 'input', node: 'q1' },
      { type: 'text', text: '¿q2?', node: 'q2' },
      { type: 'question', node: 'q2' },
      { type: 'input', node: 'q2' },
      { type: 'done' },
    ]);
  });
});
