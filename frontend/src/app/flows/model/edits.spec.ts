import { FlowDocument, isDocument, places, read, write } from './document';
import { copied, pasteable, pasted } from './clipboard';
import {
  addNode,
  connect,
  disconnect,
  moveNodes,
  removeNodes,
  reorder,
  setField,
  setMeta,
  spreadOut,
} from './edits';
import { begun, redone, settled, stepped, undone } from './history';
import { Json, textOf, written } from './json';
import { linksOf, startOf } from './links';
import { variablesAt } from './scope';

function opened(flow: Json): FlowDocument {
  const made = read(flow);
  if (!isDocument(made)) throw new Error(JSON.stringify(made));
  return made;
}

function keyOf(document: FlowDocument, id: string): string {
  const place = [...places(document).values()].find(({ node }) => node.fields['id'] === id);
  if (!place) throw new Error(`no node ${id}`);
  return place.node.key;
}

/** `a -true-> b`, by ids. */
function drawn(document: FlowDocument): string[] {
  const name = (key: string): string =>
    textOf(places(document).get(key)?.node.fields['id']) || 'nobody';
  return linksOf(document)
    .map(({ from, port, to }) => `${name(from)} -${port}-> ${name(to)}`)
    .sort();
}

const say = (id: string): Json => ({ type: 'response', id, text: id });
const ORDERED: Json = {
  nodes: [
    say('first'),
    {
      type: 'condition',
      id: 'fork',
      expression: 'true',
      then: [say('yes'), say('sure')],
      else: [{ type: 'loop', id: 'round', over: [1], body: [say('inner'), say('last')] }],
    },
    say('end'),
  ],
};
const JOINED: Json = {
  nodes: [say('a'), say('b'), say('c')],
  edges: [{ from: 'a', to: 'b' }],
};

describe('the lines of a flow', () => {
  it('are what order and blocks say', () => {
    expect(drawn(opened(ORDERED))).toEqual(
      [
        'first -next-> fork',
        'fork -true-> yes',
        'yes -next-> sure',
        'sure -next-> end',
        'fork -false-> round',
        'round -body-> inner',
        'inner -next-> last',
        'round -next-> end',
        'fork -next-> end',
      ].sort(),
    );
  });

  it('are the edges where there are some, and the flow begins where none leads', () => {
    const document = opened({ ...(JOINED as object), edges: [{ from: 'c', to: 'a' }] });
    expect(drawn(document)).toEqual(['c -next-> a']);
    expect(startOf(document)).toBe(keyOf(document, 'b'));
  });

  it('are the same when all of them are edges', () => {
    for (const flow of [ORDERED, JOINED]) {
      const before = opened(flow);
      const spread = spreadOut(before);
      expect(drawn(spread)).toEqual(drawn(before));
      expect(linksOf(spread).every(({ edge }) => edge !== null)).toBe(true);
      expect([...places(spread).values()].every(({ parent }) => parent === null)).toBe(true);
      expect(startOf(spread)).toBe(startOf(before));
    }
  });

  it('of nodes without ids give them ids', () => {
    const spread = spreadOut(opened([{ type: 'use_profile', profile: 'a' }, say('use_profile_1')]));
    expect(write(spread)).toMatchObject({
      nodes: [{ type: 'use_profile', id: 'use_profile_2' }, { id: 'use_profile_1' }],
      edges: [{ from: 'use_profile_2', to: 'use_profile_1' }],
    });
  });
});

describe('connecting', () => {
  it('takes the place of the line that left the port', () => {
    const document = opened(JOINED);
    const made = connect(document, keyOf(document, 'a'), 'next', keyOf(document, 'c'));
    expect(drawn(made)).toEqual(['a -next-> c']);
    expect(connect(made, keyOf(made, 'a'), 'next', keyOf(made, 'c'))).toBe(made);
  });

  it('of what order says turns order into edges, and leaves all other lines', () => {
    const document = opened(ORDERED);
    const made = connect(document, keyOf(document, 'sure'), 'next', keyOf(document, 'first'));
    const others = drawn(document).filter((line) => line !== 'sure -next-> end');
    expect(drawn(made)).toEqual([...others, 'sure -next-> first'].sort());
  });

  it('is undone line by line', () => {
    const document = opened(ORDERED);
    const line = linksOf(document).find(({ port }) => port === 'true');
    const made = disconnect(document, line ? [line] : []);
    expect(drawn(made)).toEqual(drawn(document).filter((each) => each !== 'fork -true-> yes'));
  });
});

describe('nodes', () => {
  it('are added behind the one that is chosen, in its list or by an edge', () => {
    const at = { x: 1.4, y: 2 };
    const listed = opened(ORDERED);
    const inBlock = addNode(listed, 'response', { at, after: keyOf(listed, 'yes') });
    expect(drawn(inBlock.document)).toContain('yes -next-> response_1');
    const joined = opened(JOINED);
    const behind = addNode(joined, 'agent_call', { at, after: keyOf(joined, 'b') });
    expect(drawn(behind.document)).toContain('b -next-> agent_call_1');
    const beside = addNode(joined, 'agent_call', { at, after: keyOf(joined, 'a') });
    expect(drawn(beside.document)).toEqual(['a -next-> b']);
    expect(places(behind.document).get(behind.nodes[0] ?? '')?.node.fields['ui']).toEqual({
      x: 1,
      y: 2,
    });
  });

  it('are added into a block that was not there yet', () => {
    const document = opened([{ type: 'loop', id: 'l', over: [] }]);
    const into = { node: keyOf(document, 'l'), block: 'body' } as const;
    const { document: made } = addNode(document, 'response', { at: { x: 0, y: 0 }, into });
    expect(write(made)).toMatchObject([{ body: [{ type: 'response' }] }]);
  });

  it('go with their blocks and edges', () => {
    const document = opened(ORDERED);
    const made = removeNodes(document, new Set([keyOf(document, 'fork')]));
    expect(drawn(made)).toEqual(['first -next-> end']);
    const joined = opened(JOINED);
    expect(write(removeNodes(joined, new Set([keyOf(joined, 'b')])))).toMatchObject({ edges: [] });
    expect(removeNodes(joined, new Set())).toBe(joined);
  });

  it('keep what leads to them under another id', () => {
    const document = opened(JOINED);
    const made = setField(document, keyOf(document, 'b'), ['id'], 'renamed');
    expect(drawn(made)).toEqual(['a -next-> renamed']);
  });

  it('go up and down within their list', () => {
    const document = opened(ORDERED);
    const made = reorder(document, keyOf(document, 'sure'), -1);
    expect(drawn(made)).toContain('fork -true-> sure');
    expect(write(reorder(made, keyOf(made, 'sure'), -1))).toEqual(write(made));
  });

  it('are moved beside everything else that `ui` says, and share all that stays', () => {
    const document = opened([{ type: 'response', id: 'a', text: '', ui: { c: 1 } }, say('b')]);
    const made = moveNodes(document, new Map([[keyOf(document, 'a'), { x: 9.6, y: 0 }]]));
    expect(write(made)).toMatchObject([{ ui: { c: 1, x: 10, y: 0 } }, { id: 'b' }]);
    expect(made.nodes[1]).toBe(document.nodes[1]);
    expect(moveNodes(made, new Map([[keyOf(made, 'a'), { x: 10, y: 0 }]]))).toBe(made);
  });

  it('of a list alone become an object with what is said of the flow', () => {
    const made = setMeta(opened([say('a')]), ['name'], 'Nombre');
    expect(written(write(made))).toBe(written({ meta: { name: 'Nombre' }, nodes: [say('a')] }));
  });
});

describe('copying', () => {
  it('has the edges between what is copied, and gives other names where it is pasted', () => {
    const document = opened(JOINED);
    const text = copied(document, new Set([keyOf(document, 'a'), keyOf(document, 'b')])) ?? '';
    const from = pasteable(text, document.keys);
    if (!from) throw new Error('it can be pasted');
    const made = pasted(document, from, null);
    expect(drawn(made.document)).toEqual(['a -next-> b', 'response_1 -next-> response_2']);
    expect(made.nodes).toHaveLength(2);
  });

  it('of ordered nodes goes behind the chosen one, blocks and all', () => {
    const document = opened(ORDERED);
    const keys = new Set([keyOf(document, 'fork'), keyOf(document, 'yes')]);
    const from = pasteable(copied(document, keys) ?? '', document.keys);
    if (!from) throw new Error('it can be pasted');
    const { document: made } = pasted(document, from, keyOf(document, 'first'));
    expect(drawn(made)).toContain('first -next-> condition_1');
    expect(places(made).size).toBe(places(document).size + 6);
    expect(new Set([...places(made).keys()]).size).toBe(places(made).size);
  });

  it('takes a node alone, and refuses what is none', () => {
    expect(pasteable('{"type": "response", "text": "a"}', 0)?.nodes).toHaveLength(1);
    for (const text of ['', '{', '[]', '{"type": "x"}', '5']) expect(pasteable(text, 0)).toBeNull();
  });

  it('never has what was typed in for the simulator', () => {
    const flow = [{ type: 'credential_profile', profile: 'p', credentials: { openai: 'canary' } }];
    const document = opened(flow);
    expect(copied(document, new Set(places(document).keys()))).not.toContain('canary');
  });
});

describe('history', () => {
  it('goes back and forth, and forgets what was undone when something else is done', () => {
    let history = stepped(stepped(begun('a'), 'b'), 'c');
    history = undone(history);
    expect(history.present).toBe('b');
    expect(redone(history).present).toBe('c');
    expect(redone(stepped(history, 'd')).present).toBe('d');
    expect(undone(undone(undone(history))).present).toBe('a');
  });

  it('has steps about the same as one, unless something came between', () => {
    const typed = stepped(stepped(begun(''), 'h', 'text'), 'ho', 'text');
    expect(undone(typed).present).toBe('');
    expect(undone(stepped(settled(typed), 'hol', 'text')).present).toBe('ho');
    expect(stepped(typed, 'ho')).toBe(typed);
  });
});

describe('variables', () => {
  it('are those that nodes before set, and the flow begins with', () => {
    const document = opened({
      meta: { variables: { idioma: { code: 'es' } } },
      nodes: [
        { type: 'agent_call', id: 'a', save_as: 'r1' },
        { type: 'loop', id: 'l', over: [], item_as: 'it', body: [say('in')] },
        { type: 'assign_var', id: 'v', name: 'later', value: 1 },
      ],
    });
    const names = (id: string): string[] =>
      variablesAt(document, keyOf(document, id)).map(({ name }) => name);
    expect(names('in')).toEqual(['message', 'idioma', 'it', 'index', 'r1']);
    expect(names('a')).toEqual(['message', 'idioma']);
    expect(names('v')).not.toContain('later');
    expect(
      variablesAt(document, keyOf(document, 'in')).find(({ name }) => name === 'idioma'),
    ).toEqual({ name: 'idioma', members: ['code'] });
  });
});
