import * as fc from 'fast-check';
import { copied, pasteable, pasted } from './clipboard';
import { FlowDocument, NodeKey, isDocument, places, read, write } from './document';
import {
  addNode,
  connect,
  disconnect,
  moveNodes,
  openBlocks,
  removeNodes,
  reorder,
  setField,
  spreadOut,
} from './edits';
import { History, begun, redone, stepped, undone } from './history';
import {
  Json,
  JsonObject,
  isList,
  isObject,
  pathOf,
  pointerOf,
  valueAt,
  withValue,
  written,
} from './json';
import { faultOf } from './json-fault';
import { readStrictly } from './json-reader';
import { KINDS, kindOf, portsOf } from './kinds';
import { linksOf } from './links';

const anything = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);
const name = fc.stringMatching(/^[a-z]{1,6}$/);
const rest = fc.dictionary(
  name.filter((each) => !['type', 'id', 'then', 'else', 'body', 'ui'].includes(each)),
  anything,
  { maxKeys: 3, noNullPrototype: true },
);

const DEEPEST = 3;

function blockAt(depth: number): fc.Arbitrary<readonly JsonObject[]> {
  if (depth > DEEPEST) return fc.constant([]);
  const inner = blockAt(depth + 1);
  const node = fc
    .record(
      {
        type: fc.constantFrom(...KINDS),
        id: fc.stringMatching(/^[a-z]{2,3}$/),
        then: fc.option(inner, { nil: null }),
        else: inner,
        body: inner,
        rest,
        after: fc.boolean(),
      },
      { requiredKeys: ['type', 'rest', 'after'], noNullPrototype: true },
    )
    .map((made) => nodeOf(made as unknown as JsonObject));
  return fc.array(node, { maxLength: depth === 0 ? 4 : 2 });
}

const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  condition: ['then', 'else'],
  loop: ['body'],
};

/** Blocks stand in the nodes that have them, and before or behind all else. */
function nodeOf({ rest: others, after, ...made }: JsonObject): JsonObject {
  const kind = kindOf({ type: made['type'] ?? null });
  const some = (names: readonly string[]): JsonObject =>
    Object.fromEntries(Object.entries(made).filter(([each]) => names.includes(each)));
  const fields = { ...some(['type', 'id']), ...(isObject(others) ? others : {}) };
  const blocks = some(BLOCKS[kind] ?? []);
  return after === true ? { ...fields, ...blocks } : { ...blocks, ...fields };
}

const block = blockAt(0);
const flow = fc.oneof(
  block.map((nodes): Json => nodes),
  fc
    .record({ nodes: block, rest, edged: fc.boolean() }, { noNullPrototype: true })
    .map(({ nodes, rest: others, edged }): Json => {
      const ids = nodes.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
      const edges = ids.slice(1).map((to, index) => ({ from: ids[index] ?? '', to }));
      return { ...others, nodes, ...(edged ? { edges } : {}) };
    }),
);

function opened(json: Json): FlowDocument {
  const made = read(json);
  if (!isDocument(made)) throw new Error(JSON.stringify(made));
  return made;
}

type Edit = (document: FlowDocument, pick: (count: number) => number) => FlowDocument;

function someKey(document: FlowDocument, pick: (count: number) => number): NodeKey | undefined {
  const keys = [...places(document).keys()];
  return keys[pick(keys.length)];
}

function ofNode(
  edit: (document: FlowDocument, key: NodeKey, pick: (n: number) => number) => FlowDocument,
): Edit {
  return (document, pick) => {
    const key = someKey(document, pick);
    return key === undefined ? document : edit(document, key, pick);
  };
}

const EDITS: readonly Edit[] = [
  (document, pick) => {
    const kind = KINDS[pick(KINDS.length)] ?? 'response';
    const after = someKey(document, pick) ?? null;
    return addNode(document, kind, { at: { x: pick(9), y: 1 }, after }).document;
  },
  ofNode((document, key, pick) => {
    const blocks = openBlocks(document, key);
    const block = blocks[pick(blocks.length)];
    const at = { x: 1, y: pick(9) };
    return block
      ? addNode(document, 'loop', { at, into: { node: key, block } }).document
      : document;
  }),
  ofNode((document, key) => removeNodes(document, new Set([key]))),
  ofNode((document, key) => setField(document, key, ['label'], 'another')),
  ofNode((document, key, pick) => moveNodes(document, new Map([[key, { x: pick(99), y: 2.5 }]]))),
  ofNode((document, key, pick) => reorder(document, key, pick(2) === 0 ? 1 : -1)),
  ofNode((document, key, pick) => {
    const to = someKey(document, pick) ?? key;
    const ports = portsOf(kindOf(places(document).get(key)?.node.fields ?? {}));
    return connect(document, key, ports[pick(ports.length)] ?? 'next', to);
  }),
  (document, pick) => {
    const link = linksOf(document)[pick(linksOf(document).length)];
    return disconnect(document, link ? [link] : []);
  },
  ofNode((document, key) => {
    const from = pasteable(copied(document, new Set([key])) ?? '', document.keys);
    return from ? pasted(document, from, key).document : document;
  }),
];

function checkSound(document: FlowDocument): void {
  const keys = [...places(document).keys()];
  const edges = (document.edges ?? []).map(({ key }) => key);
  expect(new Set([...keys, ...edges]).size).toBe(keys.length + edges.length);
  for (const { from, to } of linksOf(document)) {
    expect(keys).toContain(from);
    expect(keys).toContain(to);
  }
  expect(isDocument(read(write(document)))).toBe(true);
}

describe('whatever flow it is', () => {
  it('is written as it was read', () => {
    fc.assert(
      fc.property(flow, (json) => {
        expect(written(write(opened(json)))).toBe(written(json));
      }),
    );
  });

  it('has the same lines when all of them are edges', () => {
    fc.assert(
      fc.property(flow, (json) => {
        const before = opened(json);
        const unique = new Set([...places(before).values()].map(({ node }) => node.fields['id']));
        fc.pre(unique.size === places(before).size);
        const lines = (document: FlowDocument): string[] =>
          linksOf(document)
            .map(({ from, port, to }) => `${from} ${port} ${to}`)
            .sort();
        expect(lines(spreadOut(before))).toEqual(lines(before));
      }),
    );
  });

  it('stays sound through all edits, and is again what it was when they are undone', () => {
    const steps = fc.array(
      fc.tuple(fc.nat(EDITS.length - 1), fc.array(fc.nat(), { minLength: 4 })),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(flow, steps, (json, chosen) => {
        let history: History<FlowDocument> = begun(opened(json));
        for (const [index, numbers] of chosen) {
          let at = 0;
          const pick = (count: number): number =>
            count === 0 ? 0 : (numbers[at++ % numbers.length] ?? 0) % count;
          const edit = EDITS[index];
          if (edit) history = stepped(history, edit(history.present, pick));
          checkSound(history.present);
        }
        const last = written(write(history.present));
        const depth = history.past.length;
        for (let step = 0; step < depth; step += 1) history = undone(history);
        expect(written(write(history.present))).toBe(written(json));
        for (let step = 0; step < depth; step += 1) history = redone(history);
        expect(written(write(history.present))).toBe(last);
      }),
    );
  });
});

describe('whatever JSON it is', () => {
  it('is set and read again at any path that leads through no list', () => {
    const path = fc.array(name, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(rest, anything, path, (value, to, names) => {
        const through = names.map((_, at) => valueAt(value, names.slice(0, at)));
        fc.pre(!through.some(isList));
        expect(valueAt(withValue(value, names, to), names)).toEqual(to);
        expect(pathOf(pointerOf(names))).toEqual(names);
      }),
    );
  });

  it('is read as JSON.parse reads it, from a text without anything that would be lost', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const read = readStrictly(text);
        if ('flaws' in read) {
          expect(read.flaws.map(({ reason }) => reason)).not.toContain('not_json');
          return;
        }
        expect(read.json).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is no JSON exactly where JSON.parse says so', () => {
    const parses = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '0',
      'e2',
      '.5',
      'null',
      ' ',
      '\u00a0',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('');
        const read = readStrictly(text);
        const isNone = 'flaws' in read && read.flaws.some(({ reason }) => reason === 'not_json');
        expect([text, isNone]).toEqual([text, !parses(text)]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has a number again as it was, or it is refused', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,22})(\.\d{1,22})?(e[+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        const read = readStrictly(text);
        if ('flaws' in read) {
          expect(read.flaws).toMatchObject([{ reason: 'number' }]);
          return;
        }
        const again = JSON.stringify(read.json);
        expect(readStrictly(again)).toEqual({ json: JSON.parse(again) as Json });
        // Exact: no more digits than a double has, and the same ones.
        expect(significant(again)).toBe(significant(text));
      }),
    );
  });

  it('has its fault where a text ceases to be JSON, and not before', () => {
    fc.assert(
      fc.property(anything, fc.nat(), (value, cut) => {
        const text = JSON.stringify(value, null, 1);
        const whole = faultOf(text);
        expect(offsetOf(text, whole)).toBe(text.length);
        const end = cut % (text.length + 1);
        const broken = `${text.slice(0, end)}\u0001${text.slice(end)}`;
        expect(offsetOf(broken, faultOf(broken))).toBeLessThanOrEqual(end);
      }),
    );
  });
});

/** All digits that say something. */
function significant(text: string): string {
  return text
    .replace(/e.*/, '')
    .replaceAll(/[-.]/g, '')
    .replaceAll(/^0+|0+$/g, '');
}

function offsetOf(text: string, { line, column }: { line: number; column: number }): number {
  const lines = text.split('\n').slice(0, line - 1);
  return lines.reduce((sum, each) => sum + each.length + 1, column - 1);
}
