import { programOf } from '../checking';
import type { Program } from '../graph';
import type { Json } from '../json-values';
import type { CallAgent, CallRest, FlowOutcome } from '../running';
import type { Backend, BackendCall, SimulationEvent, SimulatorOptions } from './contracts';
import { CREDENTIALS_HEADER } from './keys';
import { defaultMocks } from './mocks';
import { Simulator } from './simulator';
import { readTape } from './taping';
import { failureMessage } from './wording';

const CANARY = 'canary-key-0123456789';

function loaded(flow: unknown): Program {
  const { program, ...rest } = programOf(flow, 'es', true);
  if (program === undefined) throw new Error(JSON.stringify(rest));
  return program;
}

function simulated(
  flow: unknown,
  options: SimulatorOptions = {},
): { simulator: Simulator; events: SimulationEvent[] } {
  const simulator = new Simulator(loaded(flow), { now: () => 0, ...options });
  const events: SimulationEvent[] = [];
  simulator.observe((event) => events.push(event));
  return { simulator, events };
}

function codes(events: readonly SimulationEvent[]): string[] {
  return events.flatMap((each) => (each.kind === 'notice' ? [each.code] : []));
}

/** Answers at once with what it was asked, and keeps what it was called with. */
class FakeBackend implements Backend {
  readonly calls: BackendCall<CallAgent | CallRest>[] = [];

  constructor(readonly takesCredentials = true) {}

  callAgent(call: BackendCall<CallAgent>): Promise<FlowOutcome> {
    call.tell('de ');
    call.tell('veras');
    return this.answered(call, { text: 'de veras', usage: { totalTokens: 7 } });
  }

  callRest(call: BackendCall<CallRest>): Promise<FlowOutcome> {
    return this.answered(call, { status: 200, json: { ok: true } });
  }

  private answered(call: BackendCall<CallAgent | CallRest>, value: Json): Promise<FlowOutcome> {
    this.calls.push(call);
    return Promise.resolve({ kind: 'ok', value });
  }
}

const CALL = { type: 'agent_call', id: 'ask', message: 'Hola ${name}', save_as: 'r' };
const SAY = { type: 'response', id: 'tell', text: '${r.text}' };
const KEYS = {
  type: 'credential_profile',
  id: 'keys',
  profile: 'p',
  credentials: { openai: CANARY, other: `${CANARY}-of-another` },
  __sim_only: true,
};

function keysSent(headers: Readonly<Record<string, string>>): unknown {
  return JSON.parse(headers[CREDENTIALS_HEADER] ?? '{}');
}

describe('Simulator', () => {
  it('runs a flow with answers that are made up, and tells what happens', async () => {
    const { simulator, events } = simulated([CALL, SAY], { inputs: { name: 'Ana' } });
    expect(await simulator.run()).toBe('done');
    const [called, said] = simulator.records;
    expect(called).toMatchObject({ key: 'ask', status: 'done', source: 'mock', durationMs: 0 });
    expect(called?.input).toMatchObject({ message: 'Hola Ana' });
    expect(called?.tokens).toBeGreaterThan(0);
    expect(said?.output).toBe('Respuesta simulada a: Hola Ana');
    const deltas = events.flatMap((each) => (each.kind === 'delta' ? [each.text] : []));
    expect(deltas.join('')).toBe(said?.output);
    const moves = events.flatMap((each) => (each.kind === 'move' ? [each.move] : []));
    expect(moves).toEqual([
      { from: 'ask', port: 'next', to: 'tell' },
      { from: 'tell', port: 'next', to: null },
    ]);
    expect(codes(events)).toEqual(['default_profile']);
  });

  it('goes node by node, and to where it is told to stop', async () => {
    const flow = [1, 2, 3].map((value) => ({
      type: 'assign_var',
      id: `n${value}`,
      name: 'v',
      value,
    }));
    const { simulator } = simulated(flow, { breakpoints: ['n3'] });
    expect(await simulator.step()).toBe('paused');
    expect([simulator.at, simulator.variables['v']]).toEqual(['n2', 1]);
    expect(await simulator.run()).toBe('paused');
    expect([simulator.at, simulator.variables['v']]).toEqual(['n3', 2]);
    expect(await simulator.run()).toBe('done');
    expect(simulator.variables['v']).toBe(3);
  });

  it('ends a step when the answer of its call is there, and the last one ends the run', async () => {
    const { simulator } = simulated([CALL, SAY], { inputs: { name: 'Ana' } });
    expect(await simulator.step()).toBe('paused');
    expect(simulator.variables).toHaveProperty('r');
    expect(await simulator.step()).toBe('done');
  });

  it('pauses, stops, and is not to be had going again', async () => {
    const endless = {
      type: 'loop',
      while: 'true',
      max_iterations: 1000,
      body: [{ type: 'assign_var', id: 'more', name: 'n', value: 1, mode: 'add' }],
    };
    const { simulator } = simulated([endless]);
    simulator.observe((event) => {
      if (event.kind === 'node' && event.record.key === 'more[3]') simulator.pause();
    });
    expect(await simulator.run()).toBe('paused');
    simulator.stop();
    expect(await simulator.run()).toBe('stopped');
  });

  it('waits for what the user says', async () => {
    const asks = { type: 'response', id: 'q', text: '¿Nombre?', wait: true, save_as: 'a' };
    const { simulator, events } = simulated([asks, { type: 'response', text: '${a.text}' }]);
    expect(await simulator.run()).toBe('waiting');
    expect(simulator.questions.map((each) => each.text)).toEqual(['¿Nombre?']);
    expect(await simulator.input('Ana')).toBe('done');
    const said = events.flatMap((each) => (each.kind === 'say' ? [each.text] : []));
    expect(said).toEqual(['Ana']);
    expect(simulator.records[0]?.source).toBe('user');
  });

  it('takes the mocks of a node, of a tool, and failures', async () => {
    const failing = { ...CALL, on_error: 'continue' };
    const failed = { failed: { code: 'TIMEOUT', retryable: true } };
    const one = simulated([failing], { inputs: { name: '' }, mocks: { nodes: { ask: failed } } });
    await one.simulator.run();
    expect(one.simulator.variables['r']).toMatchObject({ error: { code: 'TIMEOUT' } });
    const rag = {
      ...CALL,
      agent_profile: 'rag',
      search: { mode: 'hybrid', indexes: ['i'], topK: 1 },
    };
    const tools = { openai: 'dicho', ai_search: [{ source: 's1' }, { source: 's2' }] };
    const two = simulated([rag], { inputs: { name: '' }, mocks: { tools } });
    await two.simulator.run();
    expect(two.simulator.variables['r']).toMatchObject({
      text: 'dicho',
      citations: [{ source: 's1' }],
    });
  });

  it('makes up what a flow reads of an answer, and citations of a search', async () => {
    const json = { ...CALL, model: { response_format: 'json' } };
    const reads = { type: 'response', text: '${r.json.persona.nombre} ${r.json.lista[1].x}' };
    const decides = { type: 'condition', expression: 'r.json.total == 1', then: [], else: [] };
    const flow = [json, reads, decides];
    const { simulator } = simulated(flow, { inputs: { name: '' } });
    expect(await simulator.run()).toBe('done');
    expect(simulator.variables['r']).toMatchObject({
      json: { persona: { nombre: '…' }, lista: ['…', { x: '…' }], total: '…' },
    });
    expect(Object.keys(defaultMocks(loaded(flow), 'en'))).toEqual(['ask']);
  });

  it('calls the backend with the keys of a node, in the one header', async () => {
    const backend = new FakeBackend();
    const { simulator, events } = simulated([KEYS, CALL, SAY], { backend, inputs: { name: '' } });
    expect(await simulator.run()).toBe('done');
    const [call] = backend.calls;
    expect(keysSent(call?.headers ?? {})).toEqual({ openai: CANARY });
    expect(JSON.stringify(call?.action)).not.toContain(CANARY);
    expect(simulator.records[1]).toMatchObject({ source: 'backend', tokens: 7, profile: 'p' });
    expect(JSON.stringify(events)).not.toContain(CANARY);
  });

  it('makes up calls where keys are missing, refused, or typed in for nobody', async () => {
    const inputs = { name: '' };
    const refusing = new FakeBackend(false);
    const refused = simulated([KEYS, CALL], { backend: refusing, inputs });
    await refused.simulator.run();
    expect([refusing.calls.length, codes(refused.events)]).toEqual([0, ['keys_refused']]);
    const backend = new FakeBackend();
    const searching = { ...CALL, tooling: ['ai_search'] };
    const missing = simulated([KEYS, searching], { backend, inputs });
    await missing.simulator.run();
    expect([backend.calls.length, codes(missing.events)]).toEqual([0, ['keys_missing']]);
    const nobodys = simulated([CALL], { backend, inputs });
    await nobodys.simulator.run();
    expect(backend.calls).toEqual([]);
  });

  it('says why keys that were typed in are of no use', async () => {
    const notices = async (meta: object, credentials: object): Promise<string[]> => {
      const backend = new FakeBackend();
      const nodes = [
        { ...KEYS, credentials },
        { ...CALL, message: 'Hola' },
      ];
      const { simulator, events } = simulated({ meta, nodes }, { backend });
      await simulator.run();
      expect(backend.calls).toEqual([]);
      expect(JSON.stringify(events)).not.toContain(CANARY);
      return events.flatMap((each) => (each.kind === 'notice' ? [each.message] : []));
    };
    const elsewhere = await notices({ default_credential_profile: 'other' }, { openai: CANARY });
    expect(elsewhere).toEqual([
      'Su perfil es «other», que no tiene claves: se simula la respuesta. Hay claves escritas para: p.',
    ]);
    const [unknown] = await notices({}, { name: CANARY });
    expect(unknown).toMatch(
      /^Al perfil «p» le faltan claves .* Ninguna herramienta se llama así: name\.$/,
    );
    expect(await notices({}, { openai: '' })).toEqual([]);
  });

  it('leaves nothing under way when it is stopped or has failed', async () => {
    const asks = { type: 'response', id: 'q', text: '¿Nombre?', wait: true, save_as: 'a' };
    const { simulator, events } = simulated([asks]);
    expect(await simulator.run()).toBe('waiting');
    simulator.stop();
    expect(simulator.records.map(({ status }) => status)).toEqual(['stopped']);
    expect(events.findLast((each) => each.kind === 'node')).toMatchObject({
      record: { key: 'q', status: 'stopped', durationMs: 0 },
    });
    const body = [{ ...CALL, message: '${item.name}' }];
    const over = [{ name: 'Ana' }, {}];
    const beside = simulated([{ type: 'loop', id: 'l', over, parallel: true, body }]);
    expect(await beside.simulator.run()).toBe('failed');
    const states = beside.simulator.records.map(({ key, status }) => [key, status]);
    expect(states).toContainEqual(['ask[1]', 'failed']);
    expect(states.map(([, status]) => status)).not.toContain('running');
  });

  it('calls the backend under the name of the profile alone where that is asked for', async () => {
    const backend = new FakeBackend(false);
    const uses = { type: 'use_profile', profile: 'prod' };
    const rest = { type: 'rest_call', id: 'get', url: 'https://a.example/', save_as: 'x' };
    const options = { backend, calls: 'backend' as const, inputs: { name: '' } };
    const { simulator } = simulated([uses, CALL, rest], options);
    await simulator.run();
    expect(backend.calls.map(({ headers }) => headers)).toEqual([{}, {}]);
    expect(backend.calls[0]?.action.profile).toBe('prod');
    expect(simulator.variables['x']).toEqual({ status: 200, json: { ok: true } });
  });

  it('takes keys and values that the page has', async () => {
    vi.stubGlobal('SIM_CREDENTIAL_PROFILES', { default: { openai: CANARY } });
    vi.stubGlobal('SIM_SECURE_MOCKS', { alias: 'page-value' });
    const backend = new FakeBackend();
    const value = {
      type: 'secure_value',
      source: 'app_settings',
      alias: 'alias',
      mode: 'plaintext',
      save_as: 'v',
    };
    const { simulator } = simulated([value, CALL], { backend, inputs: { name: '' } });
    await simulator.run();
    vi.unstubAllGlobals();
    expect(backend.calls.length).toBe(1);
    expect(simulator.variables['v']).toMatchObject({ value: 'page-value' });
  });

  it('lets nothing of the simulator leave: the call is made up, and it says so', async () => {
    const value = { type: 'secure_value', source: 'key_vault', alias: 'a', save_as: 'k' };
    const marked = { ...CALL, message: 'x ${k}' };
    const typed = { ...CALL, id: 'again', message: `x ${CANARY}` };
    for (const leaking of [[value, marked], [typed]]) {
      const backend = new FakeBackend();
      const { simulator, events } = simulated([KEYS, ...leaking], { backend });
      expect(await simulator.run()).toBe('done');
      expect([backend.calls.length, codes(events)]).toEqual([0, ['leak']]);
    }
  });

  it('records a run and replays it without anybody, what the user said too', async () => {
    const asks = { type: 'response', id: 'q', text: '¿Nombre?', wait: true, save_as: 'a' };
    const flow = [KEYS, CALL, asks, { type: 'response', text: '${r.text} ${a.text}' }];
    const first = simulated(flow, { backend: new FakeBackend(), inputs: { name: '' } });
    await first.simulator.run();
    await first.simulator.input(`soy ${CANARY}`);
    const written = JSON.stringify(first.simulator.tape());
    expect(written).not.toContain(CANARY);
    const tape = readTape(JSON.parse(written));
    if (tape === undefined) throw new Error(written);
    const again = simulated(flow, { tape });
    expect(await again.simulator.run()).toBe('done');
    expect(again.simulator.variables['r']).toEqual(first.simulator.variables['r']);
    expect(again.simulator.records.map((each) => each.source)).toEqual([
      'rules',
      'tape',
      'tape',
      'rules',
    ]);
    expect(readTape({ tape: 2, calls: {} })).toBeUndefined();
  });

  it('tells in both languages why an expression failed', async () => {
    const flow = [{ type: 'condition', expression: '1 / 0 > 1', then: [] }];
    const { simulator } = simulated(flow);
    await simulator.run();
    const { failure } = simulator;
    if (failure === null) throw new Error('it did not fail');
    expect(failureMessage(failure, 'es')).toContain('(división entre cero)');
    expect(failureMessage(failure, 'en')).toContain('(division by zero)');
  });

  it('tells why it failed, and of rounds side by side', async () => {
    const wrong = simulated([{ type: 'response', text: '${nobody}' }]);
    expect(await wrong.simulator.run()).toBe('failed');
    expect(wrong.simulator.failure).toMatchObject({ code: 'missing_variable', detail: 'nobody' });
    const call = { ...CALL, message: '${item}' };
    const loop = { type: 'loop', over: [1, 2, 3], parallel: true, max_parallel: 2, body: [call] };
    const beside = simulated([{ ...loop, id: 'l', collect: '${r.text}', save_as: 'rs' }]);
    expect(await beside.simulator.run()).toBe('done');
    expect(beside.simulator.records.map((each) => each.key)).toEqual([
      'l',
      'ask[0]',
      'ask[1]',
      'ask[2]',
    ]);
  });
});
