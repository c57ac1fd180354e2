import { TestBed } from '@angular/core/testing';
import { json } from '../../../../projects/agents-client/src/testing/fake-api';
import { FakeServer, answered, until } from '../../../testing/fake-server';
import { isDocument, read } from '../model/document';
import { setField } from '../model/edits';
import { Json } from '../model/json';
import { FlowChecks } from './checks';
import { FlowEditor } from './flow-editor';
import { Refusals } from './refusals';
import { StoredFlow } from './stored';

const FLOW: Json = {
  big: 1,
  nodes: [
    { type: 'response', id: 'a', text: 'a' },
    { type: 'condition', id: 'b', expression: 'true', then: [{ type: 'response', text: 'c' }] },
  ],
};
const TOO_BIG = { pointer: '/flow/nodes/1/then/0/text', message: 'El número es demasiado grande.' };
const OUTSIDE = { pointer: '/flow/big', message: 'No.' };

/** As the API refuses a request for its fields. */
function notValid(...errors: readonly { pointer: string; message: string }[]): Response {
  const detail = 'La petición tiene campos que no son válidos.';
  const problem = { code: 'VALIDATION', status: 400, detail, retryable: false };
  return json({ ...problem, correlationId: 'c-1', errors }, 400);
}

/** Before the server that there is. */
async function desk(): Promise<{
  readonly editor: FlowEditor;
  readonly stored: StoredFlow;
  readonly checks: FlowChecks;
}> {
  const providers = [FlowEditor, Refusals, StoredFlow, FlowChecks];
  TestBed.configureTestingModule({ providers });
  const editor = TestBed.inject(FlowEditor);
  const made = read(FLOW);
  if (!isDocument(made)) throw new Error('no flow');
  await editor.open(made);
  const [stored, checks] = [TestBed.inject(StoredFlow), TestBed.inject(FlowChecks)];
  TestBed.tick();
  return { editor, stored, checks };
}

const fine = (): Response => answered({ valid: true, problems: [] });

describe('fields that the server does not take', () => {
  it('are problems of their nodes when it is asked', async () => {
    new FakeServer().on('POST /flows/validate', () => notValid(TOO_BIG, OUTSIDE));
    const { checks } = await desk();
    await checks.ask();
    const [node, whole] = checks.problems();
    expect(node).toMatchObject({
      severity: 'error',
      message: TOO_BIG.message,
      target: { node: 'n3', field: ['text'] },
    });
    expect(whole).toMatchObject({ pointer: '/big', target: { node: null, field: ['big'] } });
    expect([checks.errors(), checks.failure()]).toEqual([2, null]);
  });

  it('are told once though saving says them too, and go when the flow is changed', async () => {
    new FakeServer()
      .on('POST /flows/validate', () => notValid(TOO_BIG), fine)
      .on('POST /flows', () => notValid(TOO_BIG, OUTSIDE));
    const { editor, stored, checks } = await desk();
    await checks.ask();
    expect(await stored.save()).toBeNull();
    expect([stored.view(), stored.problem()?.errors.length]).toEqual([null, 2]);
    expect(checks.problems().map(({ message }) => message)).toEqual([
      TOO_BIG.message,
      OUTSIDE.message,
    ]);
    editor.edit((document) => setField(document, 'n1', ['text'], 'b'));
    expect(checks.problems()).toHaveLength(1);
    await checks.ask();
    await until(() => expect(checks.problems()).toEqual([]));
  });

  it('are none of what was refused as a whole, which is told as it is', async () => {
    new FakeServer().on('POST /flows/validate', () => notValid());
    const { checks } = await desk();
    await checks.ask();
    expect([checks.problems(), checks.failure()?.status]).toEqual([[], 400]);
  });
});
