import { FlowDocument, isDocument, places, read, targetOf, write } from './document';
import { Json, pathOf, pointerOf, withValue, written } from './json';
import { imported, isRefused } from './unreadable';
import { withoutSecrets } from './secrets';

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
