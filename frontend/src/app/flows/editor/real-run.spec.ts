import { TestBed } from '@angular/core/testing';
import { json } from '../../../../projects/agents-client/src/testing/fake-api';
import { FakeServer, answered, refused, unanswered } from '../../../testing/fake-server';
import { setField } from '../model/edits';
import { Json } from '../model/json';
import { FlowEditor } from './flow-editor';
import { RealRun } from './real-run';
import { Refusals } from './refusals';
import { StoredFlow } from './stored';

const ECHO = [{ type: 'response', id: 'a', text: '${message}' }];

interface Desk {
  readonly server: FakeServer;
  readonly editor: FlowEditor;
  readonly real: RealRun;
  readonly refusals: Refusals;
}

/** Version 3 of a flow is open, and conversations are made. */
async function desk(flow: Json = ECHO): Promise<Desk> {
  const server = new FakeServer()
    .on('GET /flows/f1', () => answered({ flowId: 'f1', version: 3, flow }))
    .on('POST /conversations', () => answered({ conversationId: 'c1' }, 201))
    .on('POST /flows/runs', () => answered({ runId: 'r1' }, 202));
  TestBed.configureTestingModule({ providers: [FlowEditor, Refusals, StoredFlow, RealRun] });
  expect(await TestBed.inject(StoredFlow).open('f1')).toBe(true);
  const editor = TestBed.inject(FlowEditor);
  return { server, editor, real: TestBed.inject(RealRun), refusals: TestBed.inject(Refusals) };
}

function runs({ asked }: FakeServer): { body: unknown; headers: Record<string, string> }[] {
  const found = asked.filter(({ line }) => line === 'POST /flows/runs');
  return found.map(({ body, headers }) => ({ body, headers: { ...headers } }));
}

describe('a flow that is run for real', () => {
  it('is that which is stored, in a conversation of its own, and nobody waits for its end', async () => {
    const { server, editor, real } = await desk();
    editor.edit((document) => setField(document, 'n1', ['text'], 'other'));
    expect(await real.begin('Hola')).toBe('c1');
    const [run] = runs(server);
    expect(run?.body).toEqual({
      flowId: 'f1',
      version: 3,
      message: 'Hola',
      conversationId: 'c1',
      onDisconnect: 'continue',
    });
    expect(run?.headers).toMatchObject({ prefer: 'respond-async' });
    expect(run?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect([real.problem(), real.busy(), editor.dirty()]).toEqual([null, false, true]);
  });

  it('is one run in one conversation, however often it is tried', async () => {
    const { server, real } = await desk();
    server.on('POST /flows/runs', unanswered, () => answered({ runId: 'r1' }, 202));
    expect(await real.begin('')).toBeNull();
    expect(real.problem()?.code).toBe('NETWORK');
    expect(await real.begin('')).toBe('c1');
    const [first, second] = runs(server);
    expect(second).toEqual(first);
    expect(server.count('POST /conversations')).toBe(1);
    expect(await real.begin('')).toBe('c1');
    expect(runs(server)[2]?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
  });

  it('stays one run where the server is busy behind an answer that was lost', async () => {
    const { server, real } = await desk();
    server.on(
      'POST /flows/runs',
      unanswered,
      () => refused('RATE_LIMITED', 'Demasiadas', 429),
      () => answered({ runId: 'r1' }, 202),
    );
    expect([await real.begin(''), await real.begin(''), await real.begin('')]).toEqual([
      null,
      null,
      'c1',
    ]);
    const [first, ...others] = runs(server);
    expect(others).toEqual([first, first]);
    expect(server.count('DELETE /conversations/c1')).toBe(0);
  });

  it('that is refused leads to its fields, and leaves no conversation', async () => {
    const { server, real, refusals } = await desk();
    const errors = [{ pointer: '/flow/0/text', message: 'No.' }];
    const told = { code: 'VALIDATION', detail: 'No es válida.', status: 400, retryable: false };
    server
      .on('POST /flows/runs', () => json({ ...told, correlationId: 'c-1', errors }, 400))
      .on('DELETE /conversations/c1', () => new Response(null, { status: 204 }));
    expect(await real.begin('Hola')).toBeNull();
    expect(refusals.fields()).toMatchObject([
      { message: 'No.', target: { node: 'n1', field: ['text'] } },
    ]);
    expect(server.count('DELETE /conversations/c1')).toBe(1);
  });

  it('says why, though its conversation cannot be erased either', async () => {
    const { server, real } = await desk();
    server
      .on('POST /flows/runs', () => refused('FORBIDDEN', 'No puedes', 403))
      .on('DELETE /conversations/c1', unanswered);
    expect(await real.begin('Hola')).toBeNull();
    expect([real.problem()?.message, real.busy()]).toEqual(['No puedes', false]);
  });

  it('is asked for a first message where what is stored begins with one', async () => {
    const { editor, real } = await desk();
    editor.edit((document) => setField(document, 'n1', ['text'], 'Hola'));
    expect(await real.needsMessage()).toBe(true);
    const { stored } = TestBed.inject(FlowEditor);
    TestBed.inject(FlowEditor).markSaved(editor.document());
    expect([stored() === editor.document(), await real.needsMessage()]).toEqual([true, false]);
  });
});
