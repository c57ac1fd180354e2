import { TestBed } from '@angular/core/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { FakeApi, RUN_ID, bytes, json, log, noAnswer, stream } from '../testing/fake-api';
import { AgentService } from './agent-service';
import { AgentEvent, RunEvent } from './events';
import { Connection, StreamOptions } from './models';
import { AgentProblem } from './problems';

const EVENTS: readonly RunEvent[] = [
  { type: 'state', state: 'RECEIVED', correlationId: 'c-1' },
  { type: 'text', text: '¿Qué año? «ñandú» ', attempt: 1 },
  { type: 'text', text: '日本', attempt: 1 },
  {
    type: 'done',
    usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
    threadId: 't',
    runId: RUN_ID,
    finishReason: 'stop',
    memory: 'stored',
  },
];
/** What the documents had to do with an answer. */
const LOOK_UP = { used: true, reason: 'found', why: 'Se apoya en 1 de 2.', found: 2, cited: 1 };
const MESSAGE = { conversationId: 'c 1', message: 'Hola' };
const TYPES = EVENTS.map(({ type }) => type);

function streamed(options: StreamOptions = {}): Promise<AgentEvent[]> {
  return firstValueFrom(TestBed.inject(AgentService).streamChat(MESSAGE, options).pipe(toArray()));
}

/** Without what is added to an event of the log. */
function withoutPlaces(events: readonly AgentEvent[]): object[] {
  return events.map((event) => {
    const added = event.type === 'done' ? ['eventId'] : ['eventId', 'runId'];
    return Object.fromEntries(Object.entries(event).filter(([name]) => !added.includes(name)));
  });
}

describe('AgentService.streamChat', () => {
  it('posts the message once and tells every event with its place', async () => {
    const api = new FakeApi({ language: () => 'en' }).willAnswer(stream([bytes(log(EVENTS))]));
    const events = await streamed({ idempotencyKey: 'k-1' });
    expect(withoutPlaces(events)).toEqual(EVENTS);
    expect(events.map(({ eventId }) => eventId)).toEqual([1, 2, 3, 4]);
    expect(api.asked).toEqual(['POST /conversations/c%201/messages']);
    expect(api.requests[0]?.body).toEqual({ message: 'Hola' });
    expect(api.requests[0]?.headers).toEqual({
      accept: 'text/event-stream, application/json;q=0.5',
      'accept-language': 'en',
      authorization: 'Bearer token',
      'content-type': 'application/json',
      'idempotency-key': 'k-1',
    });
  });

  it('reads the same from chunks of any size', async () => {
    const all = bytes(log(EVENTS));
    for (const size of [1, 2, 3, 7, 64]) {
      TestBed.resetTestingModule();
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
        all.slice(at * size, (at + 1) * size),
      );
      new FakeApi().willAnswer(stream(chunks));
      expect(withoutPlaces(await streamed())).toEqual(EVENTS);
    }
  });

  it('tells every event once, wherever the stream is cut', async () => {
    const all = bytes(log(EVENTS));
    for (let cut = 0; cut < all.length; cut += 1) {
      TestBed.resetTestingModule();
      const api = new FakeApi().willAnswer(stream([all.slice(0, cut)], true), (request) =>
        stream([bytes(log(EVENTS, Number(request.headers['last-event-id'])))]),
      );
      expect(withoutPlaces(await streamed()), `cut at byte ${cut}`).toEqual(EVENTS);
      const follow = `GET /runs/${RUN_ID}/events`;
      const posted = 'POST /conversations/c%201/messages';
      expect([[posted], [posted, follow]]).toContainEqual(api.asked);
    }
  });

  it('goes on at once behind a stream that ended in order before the run did', async () => {
    const api = new FakeApi().willAnswer(
      stream([bytes(log(EVENTS.slice(0, 2)))]),
      stream([bytes(log(EVENTS, 2))]),
    );
    expect((await streamed()).map(({ type }) => type)).toEqual(TYPES);
    expect(api.requests[1]?.headers['last-event-id']).toBe('2');
  });

  it('sends the same key again when no answer came, and never after one did', async () => {
    const api = new FakeApi().willAnswer(noAnswer, stream([], true), stream([bytes(log(EVENTS))]));
    await streamed();
    expect(api.asked.map((each) => each.split(' ')[0])).toEqual(['POST', 'POST', 'GET']);
    const keys = api.requests.slice(0, 2).map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toBeTruthy();
    expect(keys[0]).toBe(keys[1]);
  });

  it('skips what was told before, and events that it does not know', async () => {
    const news = 'id: 3\nevent: dance\ndata: {"type":"dance"}\n\n';
    new FakeApi().willAnswer(
      stream([bytes(log(EVENTS.slice(0, 2)) + news)], true),
      stream([bytes(log(EVENTS))]),
    );
    expect((await streamed()).map(({ type }) => type)).toEqual(['state', 'text', 'done']);
  });

  it('says when the connection is lost and when it is back, and the run', async () => {
    const said: string[] = [];
    new FakeApi().willAnswer(
      stream([bytes(log(EVENTS.slice(0, 1)))], true),
      noAnswer,
      stream([bytes(log(EVENTS, 1))]),
    );
    await streamed({ onConnection: (state) => said.push(state), onRun: (id) => said.push(id) });
    expect(said).toEqual([RUN_ID, 'live', 'lost', 'lost', 'live']);
  });

  it('says that somebody answers who asks to come later, and comes no sooner', async () => {
    const said: string[] = [];
    vi.useFakeTimers();
    try {
      const api = new FakeApi().willAnswer(
        stream([bytes(log(EVENTS.slice(0, 1)))], true),
        json({ code: 'RATE_LIMITED', detail: 'Espera.', status: 429, retryable: true }, 429, {
          'retry-after': '7',
        }),
        stream([bytes(log(EVENTS, 1))]),
      );
      const heard = streamed({ onConnection: (state, ms) => said.push(`${state} ${ms}`) });
      await vi.advanceTimersByTimeAsync(6_900);
      expect(said).toEqual(['live 0', 'lost 0', 'busy 7000']);
      expect(api.asked).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(200);
      await heard;
      expect(said.at(-1)).toBe('live 0');
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives up after some failures in a row', async () => {
    const api = new FakeApi().willAnswer(noAnswer, noAnswer, noAnswer, noAnswer);
    await expect(streamed()).rejects.toMatchObject({ code: 'NETWORK', retryable: true });
    expect(api.asked).toHaveLength(4);
  });

  it('takes silence for a lost connection', async () => {
    const silent = new Response(new ReadableStream(), {
      headers: { 'content-type': 'text/event-stream', 'x-run-id': RUN_ID },
    });
    new FakeApi({ patience: { firstMs: 0, silenceMs: 1 } }).willAnswer(
      silent,
      stream([bytes(log(EVENTS))]),
    );
    expect((await streamed()).map(({ type }) => type)).toEqual(TYPES);
  });

  it('ends where nothing is left to be told', async () => {
    new FakeApi().willAnswer(new Response(null, { status: 204 }));
    const resumed = TestBed.inject(AgentService).resume(RUN_ID, 4);
    expect(await firstValueFrom(resumed.pipe(toArray()))).toEqual([]);
  });

  it('raises a refusal as it is told, and does not ask again', async () => {
    const problem = {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'Otra respuesta está en curso.',
      code: 'CONVERSATION_BUSY',
      retryable: true,
      correlationId: 'c-9',
    };
    const api = new FakeApi().willAnswer(json(problem, 409, { 'retry-after': '7' }));
    const error = await streamed().catch((failed: unknown) => failed);
    expect(error).toBeInstanceOf(AgentProblem);
    expect(error).toMatchObject({
      code: 'CONVERSATION_BUSY',
      message: 'Otra respuesta está en curso.',
      status: 409,
      retryAfter: 7,
      correlationId: 'c-9',
    });
    expect(api.asked).toHaveLength(1);
  });

  it('asks once more with a fresh token when one was refused', async () => {
    const api = new FakeApi().willAnswer(
      new Response(null, { status: 401 }),
      stream([bytes(log(EVENTS))]),
    );
    await streamed();
    expect(api.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer token',
      'Bearer fresh',
    ]);
  });

  it('goes on when the connection is there again by which a token is got', async () => {
    const tokens = ['token'];
    const api = new FakeApi({
      token: () => {
        const token = tokens.pop();
        return token ? Promise.resolve(token) : Promise.reject(new TypeError('Failed to fetch'));
      },
    }).willAnswer(stream([bytes(log(EVENTS.slice(0, 2)))], true), stream([bytes(log(EVENTS, 2))]));
    const back = (state: Connection): void => {
      if (state === 'lost') tokens.push('token');
    };
    expect((await streamed({ onConnection: back })).map(({ type }) => type)).toEqual(TYPES);
    expect(api.asked).toEqual(['POST /conversations/c%201/messages', `GET /runs/${RUN_ID}/events`]);
    const refused = TestBed.inject(AgentService).cancel(RUN_ID);
    await expect(refused).rejects.toMatchObject({ code: 'NETWORK', retryable: true });
  });

  it('aborts the request when nobody listens any more', async () => {
    const api = new FakeApi();
    const asked = new Promise<void>((resolve) => {
      api.willAnswer(() => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    const subscription = TestBed.inject(AgentService).streamChat(MESSAGE).subscribe();
    await asked;
    expect(api.requests[0]?.signal?.aborted).toBe(false);
    subscription.unsubscribe();
    expect(api.requests[0]?.signal?.aborted).toBe(true);
  });

  it('tells the answer of a server that does not stream', async () => {
    new FakeApi().willAnswer(
      json({
        text: 'Hola.',
        citations: [],
        usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
        threadId: 't',
        runId: RUN_ID,
        state: 'DONE',
        finishReason: 'question',
        question: { text: 'Hola.', missing: [] },
        warnings: ['Con lo que hay.'],
        retrieval: LOOK_UP,
      }),
    );
    const events = await streamed();
    expect(events.map(({ type }) => type)).toEqual(['text', 'question', 'done']);
    expect(events[0]).toMatchObject({ text: 'Hola.', runId: RUN_ID });
    expect(events[2]).toMatchObject({ warnings: ['Con lo que hay.'], retrieval: LOOK_UP });
  });

  it('answers a message anew, without saying it again', async () => {
    const api = new FakeApi().willAnswer(stream([bytes(log(EVENTS))]));
    const anew = TestBed.inject(AgentService).regenerate('r0').pipe(toArray());
    expect((await firstValueFrom(anew)).map(({ type }) => type)).toEqual(TYPES);
    expect(api.asked).toEqual(['POST /runs/r0/regenerate']);
    expect(api.requests[0]?.body).toBeNull();
  });

  it('looks at a run whose stream stays mute, and tells what is missing', async () => {
    const named = { label: 'Crear tarea', labels: { title: 'título' } };
    const record = { result: { id: 'T-1' }, recordUrl: 'https://erp.test/T-1' };
    const effect = { ...named, ...record, endedAt: '2026-11-22T10:00:00.500Z' };
    const run = {
      runId: RUN_ID,
      conversationId: 't',
      states: [{ state: 'RECEIVED', since: '2026-11-22T10:00:00Z' }],
      usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
      correlationId: 'c',
    };
    const ended = {
      ...run,
      endedAt: '2026-11-22T10:00:01Z',
      finishReason: 'stop',
      text: 'Hecho.',
      effects: [{ callId: 'c0', tool: 'createTask', status: 'ok', ...effect }],
      approvals: [{ approvalId: 'a-0', tool: 'createTask', state: 'open', ...named }],
      warnings: ['Con lo que hay.'],
      retrieval: LOOK_UP,
    };
    const api = new FakeApi().willAnswer(
      stream([], true),
      stream([], true),
      json(run),
      json(ended),
    );
    const events = await streamed();
    expect(events.map(({ type }) => type)).toEqual(['state', 'tool', 'approval', 'text', 'done']);
    expect(events).toMatchObject([
      { at: '2026-11-22T10:00:00Z' },
      { ...named, ...record, at: '2026-11-22T10:00:00.500Z' },
      named,
      { text: 'Hecho.' },
      { warnings: ['Con lo que hay.'], retrieval: LOOK_UP },
    ]);
    expect(api.asked.slice(2)).toEqual([`GET /runs/${RUN_ID}`, `GET /runs/${RUN_ID}`]);
  });
});

describe('AgentService.run', () => {
  const answer = { text: 'Hola.', usage: {}, threadId: 't', runId: RUN_ID, state: 'DONE' };

  it('gives the answer as it is', async () => {
    const api = new FakeApi().willAnswer(noAnswer, json({ ...answer, steps: [] }));
    const given = await TestBed.inject(AgentService).run({ sessionId: 's', message: 'Hola' });
    expect(given).toEqual({ ...answer, steps: [] });
    expect(api.asked).toEqual(['POST /chat', 'POST /chat']);
    expect(new Set(api.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('says what a run waits for', async () => {
    const waiting = { runId: RUN_ID, threadId: 't', approval: { approvalId: 'a0' } };
    new FakeApi().willAnswer(json(waiting, 202));
    expect(await TestBed.inject(AgentService).run(MESSAGE)).toEqual(waiting);
  });

  it('waits for a run that takes longer than an answer may', async () => {
    const view = { runId: RUN_ID, conversationId: 't', usage: {}, state: 'PLANNED', states: [] };
    const api = new FakeApi().willAnswer(
      json({ runId: RUN_ID }, 202),
      json(view),
      json({ ...view, endedAt: 'then', state: 'DONE', text: 'Hola.' }),
    );
    expect(await TestBed.inject(AgentService).run(MESSAGE)).toMatchObject({ text: 'Hola.' });
    expect(api.asked).toHaveLength(3);
  });

  it('raises why a run failed', async () => {
    const error = { code: 'MODEL_UNAVAILABLE', message: 'No responde.', retryable: true };
    new FakeApi().willAnswer(
      json({ runId: RUN_ID }, 202),
      json({ runId: RUN_ID, states: [], correlationId: 'c-3', error }),
    );
    await expect(TestBed.inject(AgentService).run(MESSAGE)).rejects.toMatchObject({
      ...error,
      correlationId: 'c-3',
    });
  });
});

describe('what is done to a run', () => {
  it('is a decision on the payload that was shown', async () => {
    const api = new FakeApi().willAnswer(json({ approvalId: 'a0', state: 'approved' }));
    const decision = { decision: 'approve', payloadHash: 'h' } as const;
    await TestBed.inject(AgentService).approve(RUN_ID, 'a0', decision);
    expect(api.asked).toEqual([`POST /runs/${RUN_ID}/approvals/a0`]);
    expect(api.requests[0]?.body).toEqual(decision);
  });

  it('is to stop it; one that has ended is stopped already', async () => {
    const ended = { code: 'RUN_ENDED', detail: 'Terminó.', correlationId: 'c', status: 409 };
    new FakeApi().willAnswer(json({ runId: RUN_ID }, 202), json(ended, 409));
    const agents = TestBed.inject(AgentService);
    expect(await agents.cancel(RUN_ID)).toBe(true);
    expect(await agents.cancel(RUN_ID)).toBe(false);
  });

  it('is to stop, said again until somebody hears it, or for as long as patience lasts', async () => {
    const heard = new FakeApi().willAnswer(noAnswer, noAnswer, json({ runId: RUN_ID }, 202));
    expect(await TestBed.inject(AgentService).cancel(RUN_ID)).toBe(true);
    expect(heard.asked).toHaveLength(3);
    TestBed.resetTestingModule();
    const unheard = new FakeApi().willAnswer(noAnswer, noAnswer, noAnswer, noAnswer);
    await expect(TestBed.inject(AgentService).cancel(RUN_ID)).rejects.toMatchObject({
      code: 'NETWORK',
    });
    expect(unheard.asked).toHaveLength(4);
  });

  it('is what somebody thinks of it', async () => {
    const api = new FakeApi().willAnswer(new Response(null, { status: 204 }));
    await TestBed.inject(AgentService).feedback(RUN_ID, { rating: 'up' });
    expect(api.requests[0]?.body).toEqual({ rating: 'up' });
  });
});
