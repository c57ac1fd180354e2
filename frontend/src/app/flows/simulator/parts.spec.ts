import { TestBed } from '@angular/core/testing';
import en from '../../../../public/i18n/simulator/en.json';
import es from '../../../../public/i18n/simulator/es.json';
import { MockDrafts } from './mock-drafts';
import { readVariables } from './json-text';
import { flowOf, readBack } from './rest-flow';
import { Said, heard } from './said';
import { Typed } from './typed';
import { Simulator, programOf, type CallRest, type NodeRecord } from '@eira/flow-engine';

const VALUES = /\{\{\s*(\w+)\s*\}\}/g;

describe('the sentences of the simulator', () => {
  it('are there in both languages, with the same values in them', () => {
    const english: Record<string, string> = en;
    expect(Object.keys(en)).toEqual(Object.keys(es));
    for (const [key, sentence] of Object.entries(es)) {
      const values = (text: string): string[] => [...text.matchAll(VALUES)].map(([all]) => all);
      expect(values(english[key] ?? '').sort(), key).toEqual(values(sentence).sort());
      expect(sentence.trim(), key).not.toBe('');
    }
  });
});

describe('what is typed in', () => {
  const typed = (): Typed => TestBed.inject(Typed);

  it('is by profile, and a key that is emptied is none', () => {
    const keys = typed();
    expect(keys.add('prod')).toBe(true);
    expect(keys.add('prod')).toBe(false);
    expect(keys.add('')).toBe(false);
    keys.setKey('prod', 'openai', 'made-up');
    keys.setKey('prod', 'ai_search', 'other');
    keys.setKey('prod', 'ai_search', '');
    keys.change('prod', { indexes: ['cerebro'] });
    expect(keys.keys()).toEqual({ prod: { openai: 'made-up' } });
    expect(keys.of('prod')?.indexes).toEqual(['cerebro']);
    keys.remove('prod');
    expect(keys.isEmpty()).toBe(true);
  });

  it('is shown where it is made up, and not taken for a real value', () => {
    const values = typed();
    values.setValue('search-prod', 'made-up');
    values.setReal('search-prod', true);
    expect([...values.real()]).toEqual(['search-prod']);
    expect(values.secureMocks()).toEqual({});
    values.setReal('search-prod', false);
    expect(values.real().size).toBe(0);
  });

  it('is forgotten with the page that it was typed into, and stored nowhere', () => {
    const keys = typed();
    keys.add('prod');
    keys.setKey('prod', 'openai', 'made-up-canary');
    keys.setValue('search-prod', 'made-up-canary');
    const names = [...Array(localStorage.length).keys()].map((at) => localStorage.key(at) ?? '');
    const kept = names.map((name) => localStorage.getItem(name));
    expect(JSON.stringify(kept)).not.toContain('canary');
    expect(sessionStorage.length).toBe(0);
    TestBed.resetTestingModule();
    expect(keys.keys()).toEqual({});
    expect(keys.secureMocks()).toEqual({});
  });
});

describe('answers that somebody writes', () => {
  const drafts = (): MockDrafts =>
    TestBed.configureTestingModule({ providers: [MockDrafts] }).inject(MockDrafts);

  it('are used as soon as they are JSON, and say where they are none', () => {
    const mocks = drafts();
    mocks.setNode('ask', '{"text": ');
    expect(mocks.nodes().get('ask')?.wrong).toEqual({
      key: 'simulator.json.wrong',
      line: 1,
      column: 10,
    });
    expect(mocks.wrong()).toBe(1);
    expect(mocks.mocks()).toEqual({ nodes: {}, tools: {} });
    mocks.setNode('ask', '{"text": "Hola"}');
    mocks.setNode('ask[1]', '{"failed": {"code": "CALL_FAILED"}}');
    expect(mocks.mocks().nodes).toEqual({
      ask: { text: 'Hola' },
      'ask[1]': { failed: { code: 'CALL_FAILED' } },
    });
    mocks.setNode('ask', null);
    expect(mocks.nodes().has('ask')).toBe(false);
  });

  it.each([
    ['openai', '["no"]', '"sí"'],
    ['ai_search', '["no"]', '[{"source": "s"}]'],
    ['http', '{"status": "no"}', '{"status": 200}'],
  ] as const)('of %s have its form', (tool, bad, good) => {
    const mocks = drafts();
    mocks.setTool(tool, bad);
    expect(mocks.tools().get(tool)?.wrong?.key).toBe(`simulator.json.${tool}`);
    mocks.setTool(tool, good);
    expect(mocks.mocks().tools).toEqual({ [tool]: JSON.parse(good) as unknown });
  });

  it('of a failure say its code', () => {
    const mocks = drafts();
    mocks.setNode('ask', '{"failed": {}}');
    expect(mocks.nodes().get('ask')?.wrong?.key).toBe('simulator.json.mock');
  });

  it('read no variables but an object', () => {
    expect(readVariables(' ')).toEqual({ value: {} });
    expect(readVariables('[]')).toEqual({ wrong: { key: 'simulator.json.variables' } });
  });
});

describe('the chat', () => {
  const record = (fields: Partial<NodeRecord>): NodeRecord => ({
    key: 'ask',
    node: 'ask',
    type: 'agent_call',
    status: 'done',
    source: 'mock',
    input: {},
    ...fields,
  });

  it('grows as an answer comes, and is what came of it in the end', () => {
    let said: readonly Said[] = [];
    for (const text of ['Ho', 'la']) {
      said = heard(said, { kind: 'delta', key: 'ask', node: 'ask', text });
    }
    expect(said).toMatchObject([{ who: 'node', text: 'Hola', writing: true }]);
    said = heard(said, { kind: 'node', record: record({ status: 'running' }) });
    expect(said[0]?.writing).toBe(true);
    said = heard(said, { kind: 'node', record: record({ output: { text: 'Hola.' } }) });
    expect(said).toMatchObject([{ text: 'Hola.', writing: false, source: 'mock' }]);
  });

  it('has what the flow says and what the user answers', () => {
    let said = heard([], { kind: 'ask', key: 'q', node: 'q', text: '¿Sí?', citations: [] });
    said = heard(said, { kind: 'input', key: 'q', text: 'no' });
    expect(said.map(({ who, text }) => [who, text])).toEqual([
      ['flow', '¿Sí?'],
      ['user', 'no'],
    ]);
  });
});

describe('a REST call that the backend makes', () => {
  const call: CallRest = {
    kind: 'rest_call',
    branch: '',
    node: 'get',
    key: 'get',
    profile: 'prod',
    fellBack: false,
    leaks: [],
    method: 'POST',
    url: 'https://api.example.org/${not}',
    headers: { accept: '{{plain}}' },
    body: { list: ['${a}', 1, null] },
    stream: false,
    timeoutMs: 5_000,
    credentials: {},
  };

  it('is a flow in which nothing is a template any more', async () => {
    const made = programOf(flowOf(call), 'es');
    if (!made.program) throw new Error(JSON.stringify(made.problems));
    const simulator = new Simulator(made.program, {
      calls: 'mocks',
      mocks: { tools: { http: { status: 201, json: { id: 1 } } } },
    });
    expect(await simulator.run()).toBe('done');
    const [sent, answered] = simulator.records;
    expect(sent?.input).toMatchObject({
      method: 'POST',
      url: 'https://api.example.org/${not}',
      headers: { accept: '{{plain}}' },
      body: { list: ['${a}', 1, null] },
    });
    expect(sent?.profile).toBe('prod');
    const said = answered?.input as { readonly text: string };
    expect(readBack({ kind: 'ok', value: said })).toMatchObject({
      kind: 'ok',
      value: { status: 201, json: { id: 1 } },
    });
  });

  it('that failed is a failure again', () => {
    const text = '={"error": {"code": "CALL_FAILED", "message": "no", "retryable": true}}';
    expect(readBack({ kind: 'ok', value: { text } })).toEqual({
      kind: 'failed',
      code: 'CALL_FAILED',
      message: 'no',
      retryable: true,
    });
    expect(readBack({ kind: 'failed', code: 'CANCELLED' }).kind).toBe('failed');
  });
});
