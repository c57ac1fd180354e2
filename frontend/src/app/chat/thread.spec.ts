import { TestBed } from '@angular/core/testing';
import { RUN_ID, answered, refused, told, unanswered, until } from '../../testing/fake-server';
import { EVENTS, MESSAGES, STOPPED, STORED, ended, opened } from '../../testing/open-thread';
import { Drafts } from './drafts';

describe('the open conversation', () => {
  it('begins with its first message, and takes what the server stored of the turn', async () => {
    const { server, thread } = opened();
    server.on(MESSAGES, () => told(EVENTS));
    await thread.open(null);
    await thread.send('Buenas');
    expect(thread.turns()[0]).toMatchObject({ message: 'Buenas', status: 'running' });
    await ended(thread);
    await until(() => expect(thread.turns()[0]?.effects).toHaveLength(1));
    expect(thread.turns()[0]).toMatchObject({ text: 'Hola', status: 'done', lastEventId: 4 });
    expect(thread.id()).toBe('c1');
    expect(thread.title()).toBe('Buenas');
  });

  it('follows what is under way when it is opened, from its beginning', async () => {
    const { server, thread } = opened();
    const active = [{ runId: RUN_ID, message: 'Buenas', receivedAt: '2026-11-22T10:00:00Z' }];
    server
      .on(
        'GET /conversations/c1',
        () => answered({ turns: [], active }),
        () => answered({ turns: [STORED] }),
      )
      .on(`GET /runs/${RUN_ID}/events`, () => told(EVENTS));
    await thread.open('c1');
    await ended(thread);
    expect(thread.turns()[0]).toMatchObject({ message: 'Buenas', text: 'Hola', runId: RUN_ID });
    expect(server.linesOf(/^POST/)).toEqual([]);
  });

  it('keeps what it heard of a run that was lost, and goes on behind it', async () => {
    const { server, thread } = opened();
    server
      .on(MESSAGES, () => told(EVENTS.slice(0, 2), 0, true))
      .on(`GET /runs/${RUN_ID}/events`, ({ headers }) =>
        told(EVENTS, Number(headers['last-event-id'])),
      );
    await thread.open('c1');
    await thread.send('Otra');
    await ended(thread);
    const lost = thread.turns().at(-1);
    expect(lost).toMatchObject({ status: 'lost', text: 'Ho', error: { code: 'NETWORK' } });
    if (lost) await thread.retry(lost);
    await ended(thread);
    expect(thread.turns().at(-1)).toMatchObject({ status: 'done', text: 'Hola', error: null });
    expect(server.linesOf(/messages$/)).toHaveLength(1);
  });

  it('stops a run as soon as it is known which', async () => {
    const { server, thread } = opened();
    let answer: (response: Response) => void = () => undefined;
    server
      .on(MESSAGES, () => new Promise((resolve) => (answer = resolve)))
      .on(`POST /runs/${RUN_ID}/cancel`, () => answered({}, 202))
      .on('GET /conversations/c1', () => answered({ turns: [] }));
    await thread.open('c1');
    await thread.send('Otra');
    const running = thread.running();
    if (running) await thread.stop(running);
    expect(server.linesOf(/cancel/)).toEqual([]);
    await until(() => expect(server.linesOf(/messages$/)).toHaveLength(1));
    answer(told([...EVENTS.slice(0, 2), STOPPED]));
    await ended(thread);
    expect(server.linesOf(/cancel/)).toHaveLength(1);
    expect(thread.turns().at(-1)).toMatchObject({ status: 'stopped', text: 'Ho', error: null });
  });

  it('stops what cannot be heard as soon as the server can be told, and hears it on', async () => {
    const { server, thread } = opened(1_000);
    let isDown = true;
    const online = (answer: () => Response) => () => (isDown ? unanswered() : answer());
    server.on('GET /conversations/c1', () => answered({ turns: [] }));
    server
      .on(MESSAGES, () => told(EVENTS.slice(0, 2), 0, true))
      .on(
        `POST /runs/${RUN_ID}/cancel`,
        online(() => answered({}, 202)),
      )
      .on(
        `GET /runs/${RUN_ID}/events`,
        online(() => told([...EVENTS.slice(0, 2), STOPPED], 2)),
      );
    await thread.open('c1');
    await thread.send('Otra');
    await until(() => expect(thread.connection()).toBe('lost'));
    const running = thread.running();
    if (running) void thread.stop(running);
    await until(() => expect(server.linesOf(/cancel/).length).toBeGreaterThan(2));
    expect(thread.running()).toMatchObject({ stopping: true, text: 'Ho', error: null });
    const again = thread.running();
    if (again) void thread.stop(again);
    isDown = false;
    await ended(thread);
    expect(thread.turns().at(-1)).toMatchObject({ status: 'stopped', text: 'Ho', error: null });
  });

  it('stops what was lost for good when it is heard again', async () => {
    const { server, thread } = opened();
    const fails: ((error: unknown) => void)[] = [];
    const later = (): Promise<Response> => new Promise((_, reject) => fails.push(reject));
    server
      .on(MESSAGES, () => told(EVENTS.slice(0, 2)))
      .on('GET /conversations/c1', () => answered({ turns: [] }))
      .on(`POST /runs/${RUN_ID}/cancel`, later, () => answered({}, 202))
      .on(`GET /runs/${RUN_ID}/events`, later, () => told([...EVENTS.slice(0, 2), STOPPED], 2));
    await thread.open('c1');
    await thread.send('Otra');
    await until(() => expect(fails).toHaveLength(1));
    const running = thread.running();
    const stopping = running && thread.stop(running);
    await until(() => expect(fails).toHaveLength(2));
    for (const fail of fails) {
      fail(new TypeError('network error'));
      await ended(thread);
    }
    await stopping;
    const lost = thread.turns().at(-1);
    expect(lost).toMatchObject({ status: 'lost', stopping: true });
    expect(thread.problem()).toBeNull();
    if (lost) await thread.retry(lost);
    await ended(thread);
    expect(server.linesOf(/cancel/)).toHaveLength(2);
    expect(thread.turns().at(-1)).toMatchObject({ status: 'stopped' });
  });

  it('never sends what was stopped before it got to the server', async () => {
    const { server, thread } = opened(1_000);
    let isDown = true;
    server
      .on(MESSAGES, () => (isDown ? unanswered() : told(EVENTS)))
      .on('GET /conversations/c1', () => answered({ turns: [STORED] }));
    await thread.open('c1');
    await thread.send('Otra');
    await until(() => expect(thread.connection()).toBe('lost'));
    const running = thread.running();
    if (running) await thread.stop(running);
    const tried = server.linesOf(/messages$/).length;
    isDown = false;
    expect(thread.turns().at(-1)).toMatchObject({
      message: 'Otra',
      status: 'stopped',
      runId: null,
    });
    expect(thread.connection()).toBe('live');
    await until(() => expect(server.linesOf(/^GET .*c1$/).length).toBeGreaterThan(1));
    expect(server.linesOf(/messages$/)).toHaveLength(tried);
    expect(thread.turns().map(({ message }) => message)).toEqual(['Buenas', 'Otra']);
  });

  it('gives up what was to begin a conversation that nobody could make', async () => {
    const { server, thread } = opened();
    let fail: (error: unknown) => void = () => undefined;
    server.on('POST /conversations', () => new Promise((_, reject) => (fail = reject)));
    await thread.open(null);
    const sent = thread.send('Hola');
    const running = thread.running();
    if (running) await thread.stop(running);
    await until(() => expect(server.linesOf(/^POST/)).toHaveLength(1));
    fail(new TypeError('Failed to fetch'));
    await sent;
    expect(thread.turns()).toMatchObject([{ status: 'stopped', runId: null, error: null }]);
  });

  it('waits for a connection also where the conversation is yet to be made, and goes on by itself', async () => {
    const { server, thread } = opened(1_000);
    let isDown = true;
    const made = (): Response => answered({ conversationId: 'c1', turns: [] }, 201);
    server
      .on('POST /conversations', () => (isDown ? unanswered() : made()))
      .on(MESSAGES, () => told(EVENTS));
    await thread.open(null);
    const sent = thread.send('Buenas');
    await until(() => expect(thread.connection()).toBe('lost'));
    expect(thread.turns()).toMatchObject([{ status: 'running', error: null }]);
    isDown = false;
    await sent;
    await ended(thread);
    expect(thread.connection()).toBe('live');
    expect(thread.turns()).toMatchObject([{ status: 'done', text: 'Hola' }]);
    expect(server.linesOf(/messages$/)).toHaveLength(1);
  });

  it('gives up at once what waits for a conversation that cannot be made', async () => {
    const { server, thread } = opened(1_000);
    server.on('POST /conversations', unanswered);
    await thread.open(null);
    const sent = thread.send('Buenas');
    await until(() => expect(thread.connection()).toBe('lost'));
    const running = thread.running();
    if (running) await thread.stop(running);
    await sent;
    const tried = server.linesOf(/^POST/).length;
    server.on('POST /conversations', () => answered({ conversationId: 'c1', turns: [] }, 201));
    expect(thread.turns()).toMatchObject([{ status: 'stopped', runId: null, error: null }]);
    expect(thread.connection()).toBe('live');
    await new Promise((resolve) => setTimeout(resolve));
    expect(server.linesOf(/^POST/)).toHaveLength(tried);
  });

  it('stops what did get there although its answer was lost', async () => {
    const { server, thread } = opened(1_000);
    const active = [{ runId: RUN_ID, message: 'Otra', receivedAt: '2026-11-22T10:00:00Z' }];
    server
      .on(MESSAGES, unanswered)
      .on(`POST /runs/${RUN_ID}/cancel`, () => answered({}, 202))
      .on(`GET /runs/${RUN_ID}/events`, () => told([...EVENTS.slice(0, 2), STOPPED]))
      .on(
        'GET /conversations/c1',
        () => answered({ turns: [] }),
        unanswered,
        () => answered({ turns: [], active }),
        () => answered({ turns: [] }),
      );
    await thread.open('c1');
    await thread.send('Otra');
    await until(() => expect(thread.connection()).toBe('lost'));
    const running = thread.running();
    if (running) await thread.stop(running);
    await until(() => expect(server.linesOf(/cancel/)).toHaveLength(1));
    await ended(thread);
    expect(thread.turns()).toMatchObject([{ status: 'stopped', runId: RUN_ID, text: 'Ho' }]);
  });

  it('takes what is being written along when the conversation gets its id', async () => {
    const { server, thread } = opened();
    const drafts = TestBed.inject(Drafts);
    server.on(MESSAGES, () => told(EVENTS));
    await thread.open(null);
    drafts.keep(null, 'y además');
    await thread.send('Buenas');
    expect([drafts.of('c1'), drafts.of(null)]).toEqual(['y además', '']);
    await ended(thread);
  });

  it('shows what is under way elsewhere when a message has to wait for it, and keeps the message', async () => {
    const { server, thread } = opened();
    const active = [{ runId: RUN_ID, message: 'De otra', receivedAt: '2026-11-22T10:00:00Z' }];
    server
      .on(
        'GET /conversations/c1',
        () => answered({ turns: [] }),
        () => answered({ turns: [], active }),
        () => answered({ turns: [{ ...STORED, message: 'De otra' }] }),
      )
      .on(MESSAGES, () => refused('CONVERSATION_BUSY', 'Hay otra en curso.'))
      .on(`GET /runs/${RUN_ID}/events`, () => told(EVENTS));
    await thread.open('c1');
    await thread.send('Mía');
    const messages = (): string[] => thread.turns().map(({ message }) => message);
    await until(() => expect(messages()).toEqual(['De otra', 'Mía']));
    await ended(thread);
    expect(thread.turns()[1]).toMatchObject({ status: 'failed' });
    const [, mine] = thread.turns();
    server.on(MESSAGES, () => told(EVENTS));
    if (mine) await thread.retry(mine);
    expect(messages()).toEqual(['De otra', 'Mía']);
  });

  it('shows a conversation that is made while another is opened nowhere but in the list', async () => {
    const { server, thread } = opened();
    let make: (response: Response) => void = () => undefined;
    const other = { turns: [{ ...STORED, message: 'Otra' }] };
    server
      .on('POST /conversations', () => new Promise((resolve) => (make = resolve)))
      .on(MESSAGES, () => told(EVENTS))
      .on('GET /conversations/c2', () => answered(other));
    await thread.open(null);
    const sent = thread.send('Buenas');
    await until(() => expect(server.linesOf(/^POST/)).toHaveLength(1));
    await thread.open('c2');
    make(answered({ conversationId: 'c1', turns: [] }, 201));
    await sent;
    await until(() => expect(server.linesOf(/messages$/)).toEqual([MESSAGES]));
    expect(thread.id()).toBe('c2');
    expect(thread.turns()).toMatchObject([{ message: 'Otra' }]);
  });

  it('shows no older turns of a conversation in another that was opened meanwhile', async () => {
    const { server, thread } = opened();
    const page = { turns: [STORED], older: RUN_ID };
    let tell: (response: Response) => void = () => undefined;
    server.on(
      'GET /conversations/c1',
      () => answered(page),
      () => new Promise((resolve) => (tell = resolve)),
    );
    await thread.open('c1');
    const asked = thread.loadOlder();
    await until(() => expect(server.queries('GET /conversations/c1')).toHaveLength(2));
    await thread.open(null);
    tell(answered(page));
    await asked;
    expect(thread.turns()).toEqual([]);
    expect(thread.older()).toBeNull();
    expect(thread.loading()).toBe(false);
  });

  it('shows what somebody thinks of an answer, as far as the server was told', async () => {
    const { server, thread } = opened();
    await thread.open('c1');
    const rating = (): unknown => thread.turns()[0]?.rating;
    const rate = async (given: 'up' | 'down'): Promise<void> => {
      const [turn] = thread.turns();
      if (turn) await thread.rate(turn, given);
    };
    server.on(`POST /runs/${RUN_ID}/feedback`, () => new Response(null, { status: 204 }));
    await rate('up');
    expect(rating()).toBe('up');
    server.on(`POST /runs/${RUN_ID}/feedback`, () => refused('NOT_FOUND', 'No existe.', 404));
    await rate('down');
    expect(rating()).toBe('up');
    expect(thread.problem()).toMatchObject({ message: 'No existe.' });
  });

  it('says that a conversation is gone also to who speaks in it, and keeps what was said for another', async () => {
    const { server, thread } = opened();
    const drafts = TestBed.inject(Drafts);
    await thread.open('c1');
    const gone = (): Response => refused('NOT_FOUND', 'No existe.', 404);
    server.on('GET /conversations/c1', gone).on(MESSAGES, gone);
    await thread.send('¿Sigues ahí?');
    await until(() => expect(thread.gone()).toBe(true));
    expect(thread.turns()).toEqual([]);
    expect(drafts.of(null)).toBe('¿Sigues ahí?');
  });

  it('says which conversation could not be read', async () => {
    const { server, thread } = opened();
    server.on('GET /conversations/c1', () => refused('NOT_FOUND', 'No existe.', 404));
    await thread.open('c1');
    expect(thread.problem()).toMatchObject({ code: 'NOT_FOUND', message: 'No existe.' });
    expect(thread.gone()).toBe(true);
    await thread.open(null);
    expect(thread.gone()).toBe(false);
  });
});
