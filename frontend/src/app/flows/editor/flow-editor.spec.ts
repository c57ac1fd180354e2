import { TestBed } from '@angular/core/testing';
import { FlowView } from '@eira/agents-client';
import { FakeServer, answered, refused } from '../../../testing/fake-server';
import { FlowDocument, isDocument, places, read, write } from '../model/document';
import { addNode, moveNodes, positionOf, setField, setMeta } from '../model/edits';
import { Json } from '../model/json';
import { laidOut } from '../model/layout';
import { imported, isRefused } from '../model/unreadable';
import { FlowChecks } from './checks';
import { Clip } from './clip';
import { FlowEditor } from './flow-editor';
import { Refusals } from './refusals';
import { StoredFlow } from './stored';

const FLOW: Json = [
  { type: 'response', id: 'a', text: 'a' },
  { type: 'response', id: 'b', text: 'b' },
];

function opened(flow: Json): FlowDocument {
  const made = read(flow);
  if (!isDocument(made)) throw new Error(JSON.stringify(made));
  return made;
}

function view(version: number, flow: Json, flowId = 'f1'): FlowView {
  const by = { userId: 'u1', name: 'Ana' };
  const at = '2026-11-22T10:00:00Z';
  const about = { version, name: null, savedAt: at, savedBy: by, restored: null };
  const rest = { valid: true, problems: [], warnings: [], newest: version, flow };
  return { ...about, ...rest, flowId, createdAt: at, createdBy: by } as unknown as FlowView;
}

/** The editor before a server, of which there may be one already. */
function place(server = new FakeServer()): {
  readonly server: FakeServer;
  readonly editor: FlowEditor;
  readonly stored: StoredFlow;
  readonly clip: Clip;
} {
  TestBed.configureTestingModule({
    providers: [FlowEditor, FlowChecks, Refusals, StoredFlow, Clip],
  });
  return {
    server,
    editor: TestBed.inject(FlowEditor),
    stored: TestBed.inject(StoredFlow),
    clip: TestBed.inject(Clip),
  };
}

describe('the open flow', () => {
  it('is laid out without having been changed, and keeps that layout once something is moved', async () => {
    const { editor } = place();
    await editor.open(opened(FLOW));
    const before = editor.positions();
    expect(before.get('n2')?.y).toBeGreaterThan(before.get('n1')?.y ?? 0);
    expect(editor.dirty()).toBe(false);
    expect(write(editor.document())).toEqual(FLOW);
    editor.place((document) => moveNodes(document, new Map([['n1', { x: 500, y: 7 }]])));
    const [first, second] = [...places(editor.document()).values()].map(({ node }) =>
      positionOf(node),
    );
    expect(first).toEqual({ x: 500, y: 7 });
    expect(second).toEqual(before.get('n2'));
  });

  it('is unsaved as long as it is not as it was saved', async () => {
    const { editor } = place();
    await editor.open(opened(FLOW));
    editor.edit((document) => setField(document, 'n1', ['text'], 'c'));
    expect(editor.dirty()).toBe(true);
    editor.edit((document) => setField(document, 'n1', ['text'], 'a'));
    expect(editor.dirty()).toBe(false);
    editor.undo();
    expect([editor.dirty(), editor.canRedo()]).toEqual([true, true]);
    editor.undo();
    expect([editor.dirty(), editor.canUndo()]).toEqual([false, false]);
  });

  it('has typing in one field as one step, which choosing something else ends', async () => {
    const { editor } = place();
    await editor.open(opened(FLOW));
    const type = (text: string): void =>
      editor.edit((document) => setField(document, 'n1', ['text'], text), 'n1:text');
    type('h');
    type('ho');
    editor.choose(['n2']);
    type('hol');
    editor.undo();
    expect(places(editor.document()).get('n1')?.node.fields['text']).toBe('ho');
    editor.undo();
    expect(write(editor.document())).toEqual(FLOW);
  });

  it('has nothing chosen that is not there', async () => {
    const { editor } = place();
    await editor.open(opened(FLOW));
    let made: readonly string[] = [];
    editor.edit((document) => {
      const added = addNode(document, 'loop', { at: { x: 0, y: 0 } });
      made = added.nodes;
      return added.document;
    });
    editor.choose(made);
    editor.undo();
    expect(editor.current()).toBeNull();
  });

  it('gets a first node into a block where that is wanted, and the next one behind it', async () => {
    const { editor } = place();
    await editor.open(opened({ nodes: [], edges: [] }));
    const fork = editor.add('condition');
    expect([editor.blocks(), editor.into()]).toEqual([['then', 'else'], null]);
    editor.into.set('else');
    const first = editor.add('loop');
    expect([editor.current(), editor.into()]).toEqual([first, null]);
    editor.add('response');
    editor.choose([fork ?? '']);
    editor.into.set('else');
    editor.choose([first ?? '']);
    editor.into.set('body');
    editor.add('use_profile');
    expect(write(editor.document())).toMatchObject({
      nodes: [
        {
          type: 'condition',
          else: [{ type: 'loop', body: [{ type: 'use_profile' }] }, { type: 'response' }],
        },
      ],
      edges: [],
    });
  });

  it('has no block where an edge leads instead, and goes on behind a condition then', async () => {
    const { editor } = place();
    const edges = [{ from: 'fork', to: 'yes', port: 'true' }];
    const fork = { type: 'condition', id: 'fork', expression: 'true' };
    const yes = { type: 'response', id: 'yes', text: 'a' };
    await editor.open(opened({ nodes: [fork, yes], edges }));
    editor.choose(['n1']);
    expect(editor.blocks()).toEqual(['else']);
    editor.into.set('then');
    editor.add('response');
    expect(write(editor.document())).toMatchObject({
      edges: [...edges, { from: 'fork', to: 'response_1', port: 'false' }],
    });
    editor.choose(['n2']);
    expect(editor.blocks()).toEqual([]);
  });

  it('is pasted into beside what is there, and told so', async () => {
    const { editor, clip } = place();
    await editor.open(opened(FLOW));
    editor.choose(['n1']);
    const text = clip.copy() ?? '';
    expect(clip.said()).toEqual({ key: 'flows.clip.copied', count: 1 });
    expect(clip.paste(text)).toBe(true);
    expect(editor.chosen()).toHaveLength(1);
    expect(places(editor.document()).size).toBe(3);
    expect(clip.paste('Hola')).toBe(false);
    expect(clip.said()?.key).toBe('flows.clip.unpasteable');
  });
});

describe('another flow', () => {
  const OTHER: Json = [
    { type: 'condition', id: 'x', expression: 'true', then: [{ type: 'response', text: 'c' }] },
    { type: 'response', id: 'y', text: 'd' },
  ];

  it('takes the place of the one before with nothing of it, and leaves it as it was', async () => {
    const { editor } = place();
    await editor.open(opened(FLOW));
    const [before, times] = [editor.positions(), editor.replaced()];
    editor.states.set(new Map([['n1', 'done']]));
    editor.lit.set(new Set(['n1:next:n2']));
    editor.breakpoints.set(new Set(['n2']));
    const made = imported(JSON.stringify(OTHER), editor.keys());
    if (isRefused(made)) throw new Error(JSON.stringify(made));
    await editor.replace(made);
    const laid = await laidOut(made);
    expect([...places(editor.document()).keys()].some((key) => before.has(key))).toBe(false);
    expect(editor.positions()).toEqual(laid);
    expect([editor.states().size, editor.lit().size, editor.breakpoints().size]).toEqual([0, 0, 0]);
    expect(editor.replaced()).toBe(times + 1);
    editor.undo();
    expect(write(editor.document())).toEqual(FLOW);
    expect(editor.positions()).toEqual(before);
    editor.redo();
    expect(editor.positions()).toEqual(laid);
  });

  it('gets keys that nothing has had, also what was undone since', async () => {
    const { editor, clip } = place();
    await editor.open(opened(FLOW));
    const seen = new Set(places(editor.document()).keys());
    for (let round = 0; round < 4; round += 1) {
      const added = editor.add('response');
      clip.paste(JSON.stringify({ type: 'response', text: 'e' }));
      const made = imported(JSON.stringify(OTHER), editor.keys());
      if (isRefused(made)) throw new Error(JSON.stringify(made));
      await editor.replace(made);
      const now = [...places(made).keys()];
      expect([added, ...now].filter((key) => key === undefined || seen.has(key))).toEqual([]);
      [added ?? '', ...now].forEach((key) => seen.add(key));
      editor.undo();
      editor.undo();
      editor.undo();
      expect(write(editor.document())).toEqual(FLOW);
    }
  });

  it('that is too large for a layout is drawn, each node at a place of its own', async () => {
    const { editor } = place();
    const nodes: Json = Array.from({ length: 3_000 }, () => ({ type: 'response', text: 'a' }));
    await editor.open(opened({ nodes }));
    const spots = new Set([...editor.positions().values()].map(({ x, y }) => `${x},${y}`));
    expect(spots.size).toBe(3_000);
    expect([editor.dirty(), editor.canUndo()]).toEqual([false, false]);
  });
});

describe('what the server cannot read', () => {
  it('is a problem of the flow, and is not sent', async () => {
    const { server, editor } = place();
    const value = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) as Json;
    await editor.open(opened([{ type: 'assign_var', id: 'v', name: 'x', value }]));
    const checks = TestBed.inject(FlowChecks);
    await checks.ask();
    expect(server.count('POST /flows/validate')).toBe(0);
    expect(checks.failure()).toBeNull();
    const pointer = `/0/value${'/0'.repeat(29)}`;
    expect(checks.of('n1')).toMatchObject([{ severity: 'error', pointer }]);
  });
});

describe('a stored flow', () => {
  it('is created, then saved as further versions of what was read', async () => {
    const server = new FakeServer()
      .on('POST /flows', () => answered(view(1, FLOW), 201))
      .on('PUT /flows/f1', () => answered(view(2, FLOW)));
    const { editor, stored } = place(server);
    await stored.open('new');
    editor.edit((document) => setMeta(document, ['name'], 'Uno'));
    expect(await stored.save()).toBe('f1');
    expect([editor.dirty(), stored.view()?.version]).toEqual([false, 1]);
    await stored.save();
    const [created, saved] = server.asked;
    expect(created?.body).toEqual({ flow: { meta: { name: 'Uno' }, nodes: [], edges: [] } });
    expect(saved?.headers['if-match']).toBe('"1"');
    expect(stored.view()?.version).toBe(2);
  });

  it('that somebody else has saved since is kept in the editor until it is decided', async () => {
    const server = new FakeServer()
      .on(
        'GET /flows/f1',
        () => answered(view(1, FLOW)),
        () => answered(view(2, FLOW)),
      )
      .on(
        'PUT /flows/f1',
        () => refused('CONFLICT', 'changed', 412),
        () => answered(view(3, FLOW)),
      );
    const { editor, stored } = place(server);
    await stored.open('f1');
    editor.edit((document) => setField(document, 'n1', ['text'], 'mine'));
    expect(await stored.save()).toBeNull();
    expect([stored.conflict()?.status, stored.problem(), editor.dirty()]).toEqual([
      412,
      null,
      true,
    ]);
    expect(await stored.saveOver()).toBe(true);
    expect(server.asked.at(-1)?.headers['if-match']).toBe('"2"');
    expect([stored.conflict(), editor.dirty(), stored.view()?.version]).toEqual([null, false, 3]);
  });

  it('that somebody else has deleted since can be kept as another one', async () => {
    const server = new FakeServer()
      .on('GET /flows/f1', () => answered(view(1, FLOW)))
      .on('PUT /flows/f1', () => refused('NOT_FOUND', 'El flujo no existe.', 404))
      .on('POST /flows', () => answered(view(1, FLOW, 'f2'), 201));
    const { editor, stored } = place(server);
    await stored.open('f1');
    editor.edit((document) => setField(document, 'n1', ['text'], 'mine'));
    expect(await stored.save()).toBeNull();
    expect([stored.isGone(), stored.problem(), editor.dirty()]).toEqual([true, null, true]);
    expect(await stored.saveCopy()).toBe('f2');
    expect([stored.conflict(), editor.dirty(), stored.view()?.flowId]).toEqual([null, false, 'f2']);
  });

  it('that is not there when it is opened is no conflict', async () => {
    const server = new FakeServer().on('GET /flows/f1', () => refused('NOT_FOUND', 'No', 404));
    const { stored } = place(server);
    expect(await stored.open('f1')).toBe(false);
    expect([stored.conflict(), stored.problem()?.status]).toEqual([null, 404]);
  });

  it('has an older version taken up as a change, to be saved as the newest', async () => {
    const server = new FakeServer().on(
      'GET /flows/f1',
      () => answered(view(2, FLOW)),
      () => answered(view(1, [{ type: 'response', id: 'old', text: 'old' }])),
    );
    const { editor, stored } = place(server);
    await stored.open('f1');
    await stored.take(1);
    expect(server.queries('GET /flows/f1')).toEqual(['', '?version=1']);
    expect([editor.dirty(), places(editor.document()).size]).toEqual([true, 1]);
    expect([...editor.positions()]).toEqual([...(await laidOut(editor.document()))]);
    editor.undo();
    expect(write(editor.document())).toEqual(FLOW);
    expect([...editor.positions()]).toEqual([...(await laidOut(editor.document()))]);
  });

  it('that cannot be saved says why, and stays open', async () => {
    const server = new FakeServer().on('POST /flows', () => refused('FORBIDDEN', 'No puedes', 403));
    const { stored } = place(server);
    await stored.open('new');
    expect(await stored.save()).toBeNull();
    expect([stored.problem()?.message, stored.conflict(), stored.busy()]).toEqual([
      'No puedes',
      null,
      false,
    ]);
  });
});
