import { TestBed } from '@angular/core/testing';
import { FakeServer } from '../../../testing/fake-server';
import { until } from '../../../testing/until';
import { SETTINGS } from '../../core/settings';
import { FlowEditor } from '../editor/flow-editor';
import { Vocabulary } from '../inspector/vocabulary';
import { isDocument, places, read, type NodeKey } from '../model/document';
import type { Json } from '../model/json';
import { SimulatorBackend } from './backend';
import { Connection } from './connection';
import { MockDrafts } from './mock-drafts';
import { SimulationSession } from './session';
import { Typed } from './typed';
import { json, log, stream, bytes } from '../../../../projects/agents-client/src/testing/fake-api';

const FLOW = {
  meta: { default_credential_profile: 'testing-real' },
  nodes: [
    { type: 'agent_call', agent_profile: 'normal', message: 'Hola', save_as: 'r1' },
    {
      type: 'condition',
      id: 'fork',
      expression: 'r1.text == "Buenas"',
      then: [{ type: 'response', text: 'Bien: ${r1.text}' }],
      else: [{ type: 'response', text: 'Mal' }],
    },
  ],
};

interface Desk {
  readonly server: FakeServer;
  readonly editor: FlowEditor;
  readonly session: SimulationSession;
  readonly typed: Typed;
  readonly keyAt: (place: string) => NodeKey;
}

async function desk(simulatorKeys: boolean, apiBase = 'https://api.test'): Promise<Desk> {
  const server = new FakeServer();
  server.on('GET /catalog', () => json({ profiles: ['default'], simulatorKeys }));
  server.on('GET /flows/schema', () => json({}));
  TestBed.configureTestingModule({
    providers: [
      FlowEditor,
      Vocabulary,

      MockDrafts,
      SimulatorBackend,
      SimulationSession,
      { provide: SETTINGS, useValue: { apiBase } },
    ],
  });
  const editor = TestBed.inject(FlowEditor);
  const document = read(FLOW as unknown as Json);
  if (!isDocument(document)) throw new Error('no flow');
  await editor.open(document);
  const vocabulary = TestBed.inject(Vocabulary);
  await until(() => expect(vocabulary.catalog()).not.toBeNull());
  const session = TestBed.inject(SimulationSession);
  const typed = TestBed.inject(Typed);
  const keyAt = (place: string): NodeKey => {
    const found = [...places(document)].find(([, { path }]) => path.join('/') === place);
    if (!found) throw new Error(place);
    return found[0];
  };
  return { server, editor, session, typed, keyAt };
}

const ANSWERED = [
  { type: 'text', text: 'Buenas', attempt: 1 },
  {
    type: 'done',
    usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
    threadId: 't',
    runId: 'r',
    finishReason: 'stop',
    memory: 'none',
  },
] as const;

describe('a simulation', () => {
  it('is made up without keys, and paints the way that it went', async () => {
    const { server, editor, session, keyAt } = await desk(true);
    TestBed.inject(MockDrafts).setNode('@0', '{"text": "Buenas"}');
    await session.run();
    expect(session.status()).toBe('done');
    expect(session.said().at(-1)?.text).toBe('Bien: Buenas');
    expect(server.linesOf(/chat/)).toEqual([]);
    expect(session.isMocked()).toBe(true);
    const states = editor.states();
    expect(states.get(keyAt('nodes/1/then/0'))).toBe('done');
    expect(states.get(keyAt('nodes/1/else/0'))).toBe('skipped');
    expect(editor.lit().size).toBe(2);
    session.reset();
    expect(editor.states().size).toBe(0);
    expect(session.records()).toEqual([]);
  });

  it('stops before a node that is marked, and goes on from there', async () => {
    const { editor, session, keyAt } = await desk(true);
    const fork = keyAt('nodes/1');
    session.toggleBreakpoint(fork);
    editor.simulating.set(true);
    TestBed.tick();
    expect([...editor.breakpoints()]).toEqual([fork]);
    await session.run();
    expect(session.status()).toBe('paused');
    expect(editor.states().get(fork)).toBe('breakpoint');
    await session.step();
    expect(session.records().map(({ node }) => node)).toEqual(['@0', 'fork']);
    await session.run();
    expect(session.status()).toBe('done');
    editor.simulating.set(false);
    TestBed.tick();
    expect([...editor.breakpoints()]).toEqual([]);
    session.toggleBreakpoint(fork);
    expect(session.breakpoints().size).toBe(0);
  });

  it('is forgotten with its marks when another flow takes the place of its own', async () => {
    const { editor, session, keyAt } = await desk(true);
    editor.simulating.set(true);
    TestBed.tick();
    await session.run();
    session.toggleBreakpoint(keyAt('nodes/1'));
    TestBed.tick();
    expect([session.status(), editor.breakpoints().size]).toEqual(['done', 1]);
    const other = read([{ type: 'response', text: 'a' }], editor.keys());
    if (!isDocument(other)) throw new Error('no flow');
    await editor.replace(other);
    TestBed.tick();
    expect([session.status(), session.records(), session.said()]).toEqual(['ready', [], []]);
    expect([editor.states().size, editor.lit().size, editor.breakpoints().size]).toEqual([0, 0, 0]);
    await session.run();
    expect(session.records().map(({ node }) => node)).toEqual(['@0']);
  });

  it('sends keys in one header of one request, and names no profile that only it knows', async () => {
    const { server, session, typed } = await desk(true);
    server.on('POST /chat', () => stream([bytes(log([...ANSWERED] as never))]));
    typed.add('testing-real');
    typed.setKey('testing-real', 'openai', 'made-up-canary');
    typed.change('testing-real', { endpoint: 'https://model.example' });
    await session.run('Buenos días');
    expect(session.status()).toBe('done');
    const [call] = server.asked.filter(({ line }) => line === 'POST /chat');
    expect(JSON.parse(call?.headers['x-sim-credentials'] ?? '')).toEqual({
      openai: 'made-up-canary',
    });
    expect(call?.body).toMatchObject({
      message: 'Hola',
      model: { endpoint: 'https://model.example' },
      onDisconnect: 'cancel',
    });
    expect(call?.body).not.toHaveProperty('profile');
    const [record] = session.records();
    expect(record).toMatchObject({ source: 'backend', tokens: 3 });
    const others = server.asked.map(({ line, query, body }) => [line, query, body]);
    const seen = JSON.stringify([others, session.tape(), session.records(), session.said()]);
    expect(seen).not.toContain('canary');
  });

  it.each([
    ['the backend takes none', false, 'https://api.test'],
    ['there is no TLS', true, 'http://api.test'],
  ])('sends no keys where %s', async (_, allowed, base) => {
    const { server, session, typed } = await desk(allowed, base);
    typed.add('testing-real');
    typed.setKey('testing-real', 'openai', 'made-up-canary');
    await session.run();
    expect(server.linesOf(/chat/)).toEqual([]);
    expect(session.notices().map(({ code }) => code)).toContain('keys_refused');
  });

  it('tries a node alone', async () => {
    const { editor, session, keyAt } = await desk(true);
    const key = keyAt('nodes/1/then/0');
    // The first one of what is run, which this one takes the place of.
    session.toggleBreakpoint(keyAt('nodes/0'));
    await session.try(
      key,
      { type: 'response', text: 'Bien: ${r1.text}' },
      { r1: { text: 'eso' } },
      '',
    );
    expect(session.said().at(-1)?.text).toBe('Bien: eso');
    expect([...editor.states()]).toEqual([[key, 'done']]);
  });

  it('is replayed from its tape without the backend', async () => {
    const { server, session } = await desk(true);
    server.on('POST /chat', () => stream([bytes(log([...ANSWERED] as never))]));
    session.calls.set('backend');
    await session.run('Buenos días');
    const said = session.said().map(({ who, text }) => [who, text]);
    expect(said[0]).toEqual(['user', 'Buenos días']);
    session.opened.set(session.tape());
    await session.run();
    expect(session.said().map(({ who, text }) => [who, text])).toEqual(said);
    expect(session.records()[0]?.source).toBe('tape');
    expect(server.linesOf(/chat/)).toHaveLength(1);
  });

  it('says of a call that failed what the backend has said, in the line and in the step', async () => {
    const { server, session } = await desk(true);
    const message = 'El modelo rechaza la clave.';
    const error = { type: 'error', code: 'MODEL_UNAVAILABLE', message, retryable: false };
    server.on('POST /chat', () => stream([bytes(log([error] as never))]));
    session.calls.set('backend');
    await session.run();
    expect(session.status()).toBe('failed');
    expect(session.failure()).toBe(`${message} (MODEL_UNAVAILABLE)`);
    const [record] = session.records();
    expect(record && session.whyOf(record)).toBe(message);
  });

  it('says of a node that failed why, and leaves none under way', async () => {
    const { editor, session } = await desk(true);
    const flow = read([{ type: 'response', id: 'a', text: '${nobody}' }]);
    if (isDocument(flow)) await editor.open(flow);
    await session.run();
    const [record] = session.records();
    expect(record && session.whyOf(record)).toBe(session.failure());
    expect(session.failure()).toContain('nobody');
    const asks = read([{ type: 'response', id: 'q', text: '¿Sí?', wait: true, label: 'Pregunta' }]);
    if (isDocument(asks)) await editor.open(asks);
    await session.run();
    expect(session.waits()).toBe(true);
    session.stop();
    expect(session.records().map(({ status }) => status)).toEqual(['stopped']);
    expect([...editor.states().values()]).toEqual(['stopped']);
    expect(session.labelOf('q')).toBe('Pregunta');
  });

  it('is hindered by what somebody has written that cannot be used', async () => {
    const { session } = await desk(true);
    const drafts = TestBed.inject(MockDrafts);
    expect(session.hindrance()).toBeNull();
    session.inputsText.set('{"a": ');
    expect(session.hindrance()).toBe('inputs');
    session.inputsText.set('{"a": 1}');
    drafts.setNode('@0', '{"text": ');
    expect(session.hindrance()).toBe('mocks');
    drafts.setNode('@0', null);
    expect(session.hindrance()).toBeNull();
    await session.run();
    expect(session.records().at(-1)?.variables).toMatchObject({ a: 1 });
  });

  it('says that a message begins it before it fails without one, and goes on where that is wanted', async () => {
    const { editor, session } = await desk(true);
    const echo = read([{ type: 'response', id: 'a', text: '${message}' }]);
    if (isDocument(echo)) await editor.open(echo);
    await session.run();
    expect([session.lacksMessage(), session.begun()]).toEqual([true, false]);
    await session.run('Hola');
    expect([session.lacksMessage(), session.said().at(-1)?.text]).toEqual([false, 'Hola']);
    session.inputsText.set('{"message": "Buenas"}');
    await session.run();
    expect(session.said().at(-1)?.text).toBe('Buenas');
    session.inputsText.set('{}');
    await session.step();
    expect([session.lacksMessage(), session.begun()]).toEqual([true, false]);
    await session.step();
    expect([session.lacksMessage(), session.status()]).toEqual([false, 'failed']);
  });

  it('says the same of the same node once, and how often', async () => {
    const { editor, session } = await desk(true);
    const body = [{ type: 'agent_call', id: 'ask', message: 'Hola' }];
    const loop = read([{ type: 'loop', id: 'l', over: [1, 2, 3], body }]);
    if (isDocument(loop)) await editor.open(loop);
    await session.run();
    expect(session.status()).toBe('done');
    const told = session.notices().map(({ node, code, count }) => ({ node, code, count }));
    expect(told).toEqual([{ node: 'ask', code: 'default_profile', count: 3 }]);
  });

  it('says why a flow cannot be run', async () => {
    const { editor, session } = await desk(true);
    const wrong = read({ nodes: [{ type: 'response' }] });
    if (isDocument(wrong)) await editor.open(wrong);
    await session.run();
    expect(session.problems().map(({ pointer }) => pointer)).toEqual(['/nodes/0/text']);
    expect(session.begun()).toBe(false);
  });
});

describe('the connection', () => {
  it('is looked at as it is, again and again', async () => {
    const server = new FakeServer();
    server.on(
      'GET /health',
      () => json({ status: 'ok', packVersion: '1', indexes: [] }),
      () => {
        throw new TypeError('no network');
      },
    );
    TestBed.configureTestingModule({ providers: [Connection] });
    const connection = TestBed.inject(Connection);
    await until(() => expect(connection.state()).toBe('reached'));
    expect(connection.latencyMs()).not.toBeNull();
    await connection.check();
    expect(connection.state()).toBe('lost');
    expect(connection.latencyMs()).toBeNull();
    expect(connection.checkedAt()).not.toBeNull();
  });
});
