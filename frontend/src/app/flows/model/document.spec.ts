import { FlowDocument, isDocument, places, read, targetOf, write } from './document';
import { Json, pathOf, pointerOf, withValue, written } from './json';
import { DEEPEST_BLOCK, DEEPEST_VALUE, MOST_BYTES, MOST_NODES, MOST_VALUES } from './limits';
import { Refusal, imported, isRefused } from './unreadable';
import { withoutSecrets } from './secrets';
import language from '../../../../projects/flow-engine/src/lib/language.json';

const NESTED: Json = {
  later: 1,
  meta: { name: 'Licencias', unknown: { z: 1, a: [2] } },
  nodes: [
    { id: 'ask', type: 'agent_call', message: 'Hola', 'x-own': true, topK: 3 },
    {
      type: 'condition',
      else: [{ type: 'response', text: 'no' }],
      expression: 'a > 1',
      then: [
        { type: 'loop', over: [1], body: [{ type: 'assign_var', name: 'x', value: null }] },
        { type: 'response', text: 'sí' },
      ],
      ui: { y: 2, x: 1, colour: 'red' },
    },
  ],
  edges: [{ note: 'kept', to: 'ask', from: 'ask' }],
};

function opened(flow: Json): FlowDocument {
  const made = read(flow);
  if (!isDocument(made)) throw new Error(JSON.stringify(made));
  return made;
}

describe('a document', () => {
  it('is written as it was read, with everything that nobody knows, in its order', () => {
    for (const flow of [NESTED, { nodes: [] }, [], [{ type: 'use_profile', profile: 'prod' }]]) {
      expect(written(write(opened(flow)))).toBe(written(flow));
    }
  });

  it('has a null block and null edges as they were', () => {
    const flow = { nodes: [{ type: 'condition', expression: 'a', then: null }], edges: null };
    expect(written(write(opened(flow)))).toBe(written(flow));
  });

  it('has its nodes by pointer, those in blocks too', () => {
    const document = opened(NESTED);
    const pointers = [...places(document).values()].map(({ path }) => pointerOf(path));
    expect(pointers).toEqual([
      '/nodes/0',
      '/nodes/1',
      '/nodes/1/then/0',
      '/nodes/1/then/0/body/0',
      '/nodes/1/then/1',
      '/nodes/1/else/0',
    ]);
    for (const [key, { path }] of places(document)) {
      const target = targetOf(document, pathOf(`${pointerOf(path)}/ui/x`));
      expect(target).toEqual({ node: key, edge: null, field: ['ui', 'x'] });
    }
  });

  it('says of a pointer which edge it is of, or that it is of the flow itself', () => {
    const document = opened(NESTED);
    const edge = document.edges?.[0]?.key;
    expect(targetOf(document, pathOf('/edges/0/to'))).toEqual({ node: null, edge, field: ['to'] });
    expect(targetOf(document, pathOf('/meta/name'))).toEqual({
      node: null,
      edge: null,
      field: ['meta', 'name'],
    });
  });
});

describe('what somebody brings', () => {
  it('is refused where it is no flow, with each place and its reason', () => {
    const text = JSON.stringify({
      nodes: [
        { type: 'agent' },
        5,
        { type: 'loop', body: {} },
        { type: 'condition', then: [{ type: 'response' }, { id: 'a' }] },
      ],
      edges: ['a'],
    });
    const made = imported(text);
    expect(isRefused(made) && made.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      '/nodes/0/type unknown_type',
      '/nodes/1 not_a_node',
      '/nodes/2/body not_a_list',
      '/nodes/3/then/1/type unknown_type',
      '/edges/0 not_an_edge',
    ]);
  });

  it('is refused with line and column where it is no JSON', () => {
    for (const [text, path] of [
      ['{\n  "nodes": [}\n}', '2:13'],
      ['{"nodes": [', '1:12'],
      ['{"nodes": []} {}', '1:15'],
      ['{"nodes": [1 2]}', '1:14'],
      ['{"a": tru}', '1:7'],
      ["{'a': 1}", '1:2'],
      ['{"a": "b\nc"}', '1:7'],
      ['[1,]', '1:4'],
      ['{"a": 01}', '1:7'],
      ['', '1:1'],
    ] as const) {
      const made = imported(text);
      expect(isRefused(made) && made[0]).toMatchObject({ path, reason: 'not_json' });
    }
    for (const text of ['5', '"a"', '{"meta": {}}', 'null']) {
      const made = imported(text);
      expect(isRefused(made) && made[0]).toMatchObject({ path: '/', reason: 'not_a_flow' });
    }
  });
});

describe('what would be lost', () => {
  const refusals = (text: string): readonly string[] => {
    const made = imported(text);
    return isRefused(made) ? made.map(({ path, reason }) => `${path} ${reason}`) : [];
  };

  it('is refused by its place: names that are there twice, and numbers that would be others', () => {
    const text = String.raw`{
      "nodes": [
        {"type": "response", "text": "a", "text": "b", "\u0074ext": "c"},
        {"type": "assign_var", "name": "x", "value": [1, 12345678901234567890, {"a/b": 1e400}]},
        {"type": "assign_var", "name": "x", "value": {"a": {"v": 1}, "b": {"v": 1}, "v": 1e-400}}
      ],
      "later": [9007199254740993, 1e16, 0.1000000000000000055, -12345678901234567000]
    }`;
    expect(refusals(text)).toEqual([
      '/nodes/0/text twice',
      '/nodes/0/text twice',
      '/nodes/1/value/1 number',
      '/nodes/1/value/2/a~1b number',
      '/nodes/2/value/v number',
      '/later/0 number',
      '/later/1 number',
      '/later/2 number',
      '/later/3 number',
    ]);
  });

  it('is no number that is written in another way', () => {
    const numbers = '1.0, 1e2, 10e-1, -0, 0.0e99, 1.50, 1E+2, 1e300, 0.30000000000000004, 5e-324';
    const made = imported(`{"nodes": [], "later": [${numbers}, 9007199254740991]}`);
    expect(isRefused(made) ? made : JSON.stringify(write(made))).toBe(
      '{"nodes":[],"later":[1,100,1,0,0,1.5,100,1e+300,0.30000000000000004,5e-324,9007199254740991]}',
    );
  });
});

describe('what is too much', () => {
  const response = { type: 'response', text: 'x' };
  const refused = (flow: Json | string): readonly Refusal[] => {
    const made = imported(typeof flow === 'string' ? flow : JSON.stringify(flow));
    return isRefused(made) ? made : [];
  };
  const nested = (blocks: number): Json =>
    Array.from({ length: blocks }).reduce<Json>(
      (inner) => [{ type: 'loop', over: [1], body: inner }],
      [response],
    );

  it('are more nodes than a flow may have, by the first of them', () => {
    const nodes = (count: number): Json => Array<Json>(count).fill(response);
    expect(refused({ nodes: nodes(MOST_NODES) })).toEqual([]);
    const reason = { reason: 'too_many_nodes', values: { most: MOST_NODES } };
    expect(refused({ nodes: nodes(2_000) })).toEqual([{ path: '/nodes/500', ...reason }]);
    const inBlock = [{ type: 'loop', body: nodes(499) }, response, response];
    expect(refused(inBlock)).toEqual([{ path: '/1', ...reason }]);
  });

  it('are blocks that are deeper than a flow may have, and values that nobody can read', () => {
    expect(refused(nested(DEEPEST_BLOCK))).toEqual([]);
    const path = '/0/body'.repeat(DEEPEST_BLOCK + 1);
    expect(refused(nested(DEEPEST_BLOCK + 1))).toEqual([
      { path, reason: 'too_deep', values: { most: DEEPEST_BLOCK } },
    ]);
    const [deep, ...others] = refused(
      `${'[{"type":"loop","body":'.repeat(3_000)}[]${'}]'.repeat(3_000)}`,
    );
    expect(deep).toMatchObject({ reason: 'too_nested', values: { most: DEEPEST_VALUE } });
    expect(others).toEqual([]);
    const value = (depth: number): string =>
      `{"nodes":[{"type":"assign_var","name":"x","value":${'['.repeat(depth)}${']'.repeat(depth)}}]}`;
    expect(refused(value(DEEPEST_VALUE - 3))).toEqual([]);
    expect(refused(value(20_000))[0]).toEqual({
      path: `/nodes/0/value${'/0'.repeat(DEEPEST_VALUE - 3)}`,
      reason: 'too_nested',
      values: { most: DEEPEST_VALUE },
    });
  });

  it('are more values, or longer texts, than can be sent', () => {
    const many = (count: number): Json => ({ nodes: [], later: Array<Json>(count).fill(0) });
    expect(refused(many(MOST_VALUES - 2))).toEqual([]);
    expect(refused(many(MOST_VALUES - 1))).toMatchObject([
      { path: '/', reason: 'too_many_values' },
    ]);
    const long = (length: number): Json => ({ nodes: [], later: 'ñ'.repeat(length / 2) });
    expect(refused(long(MOST_BYTES - 100))).toEqual([]);
    expect(refused(`${' '.repeat(MOST_BYTES)}${JSON.stringify(long(100))}`)).toEqual([]);
    for (const text of [long(MOST_BYTES + 100), 'x'.repeat(20 * MOST_BYTES)]) {
      expect(refused(text)).toMatchObject([{ path: '/', reason: 'too_large' }]);
    }
  });

  it('is so by the limits of the language', () => {
    expect(language.limits).toMatchObject({ nodes: MOST_NODES, blockDepth: DEEPEST_BLOCK });
  });
});

describe('a text', () => {
  it('may begin with a byte order mark, and has lines of any system', () => {
    const made = imported('\uFEFF{"nodes":\r\n[]}');
    expect(isRefused(made)).toBe(false);
    for (const [text, path] of [
      ['\uFEFF{"nodes": [1,]}', '1:14'],
      ['{\r\n  "nodes": [\r\n    {},\r\n  ]\r\n}', '4:3'],
      ['{"nodes":\u00a0[]}', '1:10'],
      ['{"nodes": []}\uFEFF', '1:14'],
    ] as const) {
      const wrong = imported(text);
      expect(isRefused(wrong) && wrong[0]).toMatchObject({ path, reason: 'not_json' });
    }
  });
});

describe('a value', () => {
  it('is set and taken out at its path, and what is empty then goes, too', () => {
    const before = { a: { b: { c: 1 } }, l: [1, 2], ui: {} };
    expect(withValue(before, ['a', 'b', 'c'], 2)).toEqual({ ...before, a: { b: { c: 2 } } });
    expect(withValue(before, ['a', 'b', 'c'], undefined)).toEqual({ l: [1, 2], ui: {} });
    expect(withValue(before, ['l', 0], undefined)).toMatchObject({ l: [2] });
    expect(Object.keys(withValue(before, ['new'], 1) as object)).toEqual(['a', 'l', 'new', 'ui']);
  });

  it('is found behind a name with slashes and tildes', () => {
    expect(pathOf(pointerOf(['a/b', '~c', 0]))).toEqual(['a/b', '~c', '0']);
  });
});

describe('what is sent', () => {
  it('has nothing that was typed in for the simulator, wherever in the flow', () => {
    const secret = 'canary-1';
    const node = { type: 'secure_value', alias: 'a', value: secret, __meta: { v: secret } };
    const profile = { type: 'credential_profile', profile: 'p', credentials: { openai: secret } };
    const flow = {
      nodes: [
        node,
        { type: 'loop', body: [{ type: 'condition', then: [profile], else: [node] }] },
        { type: 'rest_call', body: { type: 'secure_value', value: 'of the call' } },
      ],
    };
    const sent = JSON.stringify(withoutSecrets(flow));
    expect(sent).not.toContain(secret);
    expect(sent).toContain('of the call');
    expect(sent).toContain('"credentials":{"openai":""}');
  });
});
