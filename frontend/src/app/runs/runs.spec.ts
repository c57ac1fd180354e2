import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { RunEntry, RunState, RunView } from '@eira/agents-client';
import { withDialogs } from '../../testing/dialogs';
import { FakeServer, RUN_ID, answered, refused, until } from '../../testing/fake-server';
import { Announcer } from '../core/announcer';
import { RUNS } from './routes';
import { STATES, localOf, momentOf, wantedOf } from './wanted';

const OPERATOR = ['runs:read', 'runs:operate'];

const ENTRY: RunEntry = {
  runId: RUN_ID,
  conversationId: 'c1',
  userId: 'luis',
  state: 'FAILED',
  isAgentCall: false,
  receivedAt: '2026-11-22T10:00:00Z',
  endedAt: '2026-11-22T10:00:03Z',
  finishReason: 'error',
  error: 'MODEL_UNAVAILABLE',
  correlationId: 'corr-1',
  traceId: null,
};

const APPROVAL = {
  approvalId: 'a0',
  runId: RUN_ID,
  conversationId: 'c1',
  tool: 'createUser',
  label: 'Crear usuario',
  args: { name: 'Pepa' },
  labels: { name: 'nombre' },
  payloadHash: 'hash',
  askedBy: 'luis',
  askedAt: '2026-11-22T10:00:02Z',
  expiresAt: '2026-11-23T10:00:00Z',
  state: 'open',
  mayDecide: true,
} as const;

const CALL = {
  callId: 'x',
  tool: 'createTask',
  label: 'Crear tarea',
  status: 'ok',
  args: { title: 'Revisar' },
  labels: { title: 'título' },
  effectId: 'e1',
  startedAt: '2026-11-22T10:00:01Z',
  endedAt: '2026-11-22T10:00:02.500Z',
  recordUrl: 'http://erp.test/records/t/tasks/T-1001',
} as const;

function run(state: RunState, more: Partial<RunView> = {}): RunView {
  return {
    runId: RUN_ID,
    conversationId: 'c1',
    userId: 'luis',
    state,
    states: [
      { state: 'RECEIVED', since: '2026-11-22T10:00:00Z' },
      { state: 'PLANNED', since: '2026-11-22T10:00:01Z' },
    ],
    receivedAt: '2026-11-22T10:00:00Z',
    usage: { promptTokens: 1200, completionTokens: 34, totalTokens: 1234 },
    memory: 'none',
    correlationId: 'corr-1',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    ...more,
  };
}

const ENDED = { endedAt: '2026-11-22T10:00:04Z', finishReason: 'stop' } as const;

function server(rights: readonly string[] = OPERATOR): FakeServer {
  const api = new FakeServer();
  const routes = provideRouter([{ path: 'runs', children: RUNS }], withComponentInputBinding());
  TestBed.configureTestingModule({ providers: [routes] });
  return api.on('GET /me', () => answered({ userId: 'marta', name: 'Marta', rights }));
}

async function opened(address: string): Promise<{ go: RouterTestingHarness; root: HTMLElement }> {
  const go = await RouterTestingHarness.create(address);
  return { go, root: go.routeNativeElement?.parentElement ?? document.body };
}

function click(root: HTMLElement, words: string): void {
  const buttons = [...root.querySelectorAll('button')];
  const found = buttons.find((button) => button.textContent.trim() === words);
  if (found === undefined) throw new Error(`there is no button ${words}`);
  found.click();
}

describe('the list of runs', () => {
  it('is not for who has no right to it, and asks for none', async () => {
    const api = server(['tasks:read']);
    const { root } = await opened('/runs');
    await until(() => expect(root.textContent).toContain('no es para tu cuenta'));
    expect(api.linesOf(/runs/)).toEqual([]);
  });

  it('says so when it cannot be known who it is, and asks again', async () => {
    const api = server().on(
      'GET /me',
      () => refused('STORE_UNAVAILABLE', 'Ahora no se puede.', 503),
      () => answered({ userId: 'marta', rights: OPERATOR }),
    );
    api.on('GET /runs', () => answered({ items: [ENTRY] }));
    const { root } = await opened('/runs');
    await until(() => expect(root.textContent).toContain('Ahora no se puede.'));
    click(root, 'Reintentar');
    await until(() => expect(root.querySelectorAll('.runs li')).toHaveLength(1));
  });

  it('tells of each run how it went, and goes on with the next page', async () => {
    const second = { ...ENTRY, runId: 'r2', state: 'PLANNED', error: null, endedAt: null };
    const api = server().on(
      'GET /runs',
      () => answered({ items: [ENTRY], next: 'p2' }),
      () => answered({ items: [second] }),
    );
    const { root } = await opened('/runs');
    await until(() => expect(root.querySelectorAll('.runs li')).toHaveLength(1));
    for (const words of ['Fallido', '3 s', 'MODEL_UNAVAILABLE', 'luis', 'Mensaje'])
      expect(root.querySelector('.runs li')?.textContent).toContain(words);
    expect(root.querySelector('.runs a')?.getAttribute('href')).toBe(`/runs/${RUN_ID}`);
    click(root, 'Mostrar más');
    await until(() => expect(root.querySelectorAll('.runs li')).toHaveLength(2));
    expect(root.querySelectorAll('.runs li')[1]?.textContent).toContain('en curso');
    expect(root.querySelector('.more')).toBeNull();
    expect(api.queries('GET /runs')).toEqual(['', '?after=p2']);
  });

  it('takes no stop for an error, and does not spell out ids of people', async () => {
    const stopped = { ...ENTRY, state: 'CANCELLED', error: 'CANCELLED', finishReason: 'cancelled' };
    const userId = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736';
    server().on('GET /runs', () => answered({ items: [{ ...stopped, userId }] }));
    const { root } = await opened('/runs');
    await until(() => expect(root.querySelectorAll('.runs li')).toHaveLength(1));
    const row = root.querySelector('.runs li');
    expect(row?.textContent).toContain('Se paró');
    expect(row?.querySelector('.wrong')).toBeNull();
    expect(row?.textContent).not.toContain(userId);
    expect(row?.querySelector('.person code')?.getAttribute('title')).toBe(userId);
    expect(root.querySelector('.heads')?.children).toHaveLength(row?.children.length ?? 0);
  });

  it('says what is a flow, and what one has called', async () => {
    const flow = { ...ENTRY, isFlow: true };
    const part = { ...ENTRY, runId: 'r2', isAgentCall: true, partOf: RUN_ID };
    server().on('GET /runs', () => answered({ items: [flow, part] }));
    const { root } = await opened('/runs');
    await until(() => expect(root.querySelectorAll('.runs li')).toHaveLength(2));
    const rows = [...root.querySelectorAll('.runs li')].map((each) => each.children[3]);
    expect(rows.map((each) => each?.textContent)).toEqual(['Flujo', 'Llamada de un flujo']);
  });

  it('calls people by their names, where they are known', async () => {
    const named = { ...ENTRY, userName: 'Luis Ortega' };
    server().on('GET /runs', () => answered({ items: [named] }));
    const { root } = await opened('/runs');
    await until(() => expect(root.querySelector('.person')?.textContent).toContain('Luis Ortega'));
    expect(root.querySelector('.person span')?.getAttribute('title')).toBe('luis');
  });

  it('follows the runs while it is seen, as many pages as are shown, and quietly', async () => {
    let state: RunState = 'PLANNED';
    let down = false;
    const first = (): RunEntry => ({ ...ENTRY, state, endedAt: null, error: null });
    const api = server().on('GET /runs', ({ query }) => {
      if (down) return refused('STORE_UNAVAILABLE', 'Ahora no se puede.', 503);
      return query.includes('after')
        ? answered({ items: [{ ...ENTRY, runId: 'r2' }] })
        : answered({ items: [first()], next: 'p2' });
    });
    const { root } = await opened('/runs');
    const rows = (): NodeListOf<Element> => root.querySelectorAll('.runs li');
    await until(() => expect(rows()).toHaveLength(1));
    expect(document.title).toBe('Ejecuciones · EIRA');
    click(root, 'Mostrar más');
    await until(() => expect(rows()).toHaveLength(2));
    state = 'DONE';
    dispatchEvent(new Event('focus'));
    await until(() => expect(rows()[0]?.textContent).toContain('Terminado'));
    expect(rows()).toHaveLength(2);
    down = true;
    const asked = api.count('GET /runs');
    dispatchEvent(new Event('focus'));
    await until(() => expect(api.count('GET /runs')).toBe(asked + 1));
    expect(rows()).toHaveLength(2);
    expect(root.querySelector('eira-error-card')).toBeNull();
  });

  it('is filtered by what the address says, which the filters change', async () => {
    const api = server().on('GET /runs', () => answered({ items: [] }));
    const { root } = await opened('/runs?state=FAILED&conversationId=c1');
    await until(() => expect(root.textContent).toContain('Ninguna ejecución cumple'));
    const select = root.querySelector<HTMLSelectElement>('select');
    expect(select?.value).toBe('FAILED');
    if (select) select.value = 'DONE';
    select?.dispatchEvent(new Event('change', { bubbles: true }));
    await until(() =>
      expect(api.queries('GET /runs')).toEqual([
        '?state=FAILED&conversationId=c1',
        '?state=DONE&conversationId=c1',
      ]),
    );
    click(root, 'Quitar los filtros');
    await until(() => expect(api.queries('GET /runs').at(-1)).toBe(''));
  });

  it('has an error card that asks again', async () => {
    server().on(
      'GET /runs',
      () => refused('STORE_UNAVAILABLE', 'Ahora no se puede.', 503),
      () => answered({ items: [ENTRY] }),
    );
    const { root } = await opened('/runs');
    await until(() => click(root, 'Reintentar'));
    await until(() => expect(root.querySelectorAll('.runs li')).toHaveLength(1));
  });
});

describe('the filters', () => {
  it('know every state, and pass on no other', () => {
    const nothing = { conversationId: undefined, since: undefined, until: undefined };
    expect(STATES).toHaveLength(12);
    expect(wantedOf({ ...nothing, state: 'DONE' }).state).toBe('DONE');
    expect(wantedOf({ ...nothing, state: 'ASLEEP' }).state).toBeNull();
  });

  it('are times of this machine in the fields, and exact ones in the address', () => {
    const moment = momentOf('2026-11-22T10:30');
    expect(moment).toMatch(/Z$/);
    expect(localOf(moment)).toBe('2026-11-22T10:30');
    expect(momentOf('')).toBeNull();
    expect(localOf('never')).toBe('');
    expect(localOf(null)).toBe('');
  });
});

describe('the page of a run', () => {
  const READ = `GET /runs/${RUN_ID}`;

  it('tells how it went: states, tools and their times, usage, ids, the record', async () => {
    const error = { code: 'TIMEOUT', message: 'Tardó demasiado.', retryable: true } as const;
    server().on(READ, () =>
      answered(
        run('FAILED', {
          ...ENDED,
          userName: 'Luis Ortega',
          effects: [CALL],
          error,
          warnings: ['Sin índice.'],
        }),
      ),
    );
    const { root } = await opened(`/runs/${RUN_ID}`);
    await until(() => expect(root.querySelectorAll('.steps > li')).toHaveLength(3));
    const words = root.textContent;
    for (const said of [
      'Tardó demasiado.',
      'TIMEOUT',
      'Sin índice.',
      'Luis Ortega',
      'luis',
      '1234 tokens',
      'corr-1',
      '4bf92f3577b3',
    ])
      expect(words).toContain(said);
    const call = root.querySelector('.steps [data-kind=tool]');
    expect(call?.textContent).toContain('1,5 s');
    expect(call?.textContent).toContain('título');
    const record = root.querySelector('.effects a');
    expect(record?.getAttribute('href')).toBe(CALL.recordUrl);
    expect(record?.textContent).toContain('T-1001');
    expect(root.querySelector('eira-stop-run')).toBeNull();
  });

  it('says which flow it runs, and of what it is part', async () => {
    const flow = { sessionId: '', name: 'Altas', flowId: 'f1', version: 3 };
    const partOf = { runId: 'r0', number: 1, quiet: false, node: 'alta[2]' };
    const { states } = run('DONE');
    const acts = { state: 'EXECUTING_TOOLS', since: ENDED.endedAt } as const;
    server().on(READ, () =>
      answered(run('DONE', { ...ENDED, states: [...states, acts], flow, partOf })),
    );
    const { root } = await opened(`/runs/${RUN_ID}`);
    await until(() => expect(root.querySelector('.facts')?.textContent).toContain('Altas'));
    const facts = root.querySelector('.facts')?.textContent ?? '';
    for (const said of ['versión 3', 'f1', 'r0', 'alta[2]']) expect(facts).toContain(said);
    expect(root.querySelector('.facts a')?.getAttribute('href')).toBe('/runs/r0');
    expect(root.querySelector('.steps')?.textContent).not.toContain('ERP');
  });

  it('follows a run to its end, which screen readers are told', async () => {
    server().on(
      READ,
      () => answered(run('PLANNED')),
      () => answered(run('DONE', ENDED)),
    );
    const { root } = await opened(`/runs/${RUN_ID}`);
    await until(() => expect(root.querySelector('h1')?.textContent).toContain('Terminado'));
    expect(TestBed.inject(Announcer).said()).toBe('runs.announce.DONE');
    expect(root.querySelector('.under-way')).toBeNull();
  });

  it('stops a run when that is said twice', async () => {
    withDialogs();
    const stopped = signal(false);
    const api = server()
      .on(READ, () => answered(stopped() ? run('CANCELLED', ENDED) : run('PLANNED')))
      .on(`POST /runs/${RUN_ID}/cancel`, () => {
        stopped.set(true);
        return answered({ runId: RUN_ID, state: 'CANCELLING' }, 202);
      });
    const { root } = await opened(`/runs/${RUN_ID}`);
    await until(() => click(root, 'Parar la ejecución'));
    const dialog = root.querySelector('dialog');
    expect(dialog?.open).toBe(true);
    expect(api.linesOf(/cancel/)).toEqual([]);
    if (dialog) click(dialog, 'Parar la ejecución');
    await until(() => expect(root.querySelector('h1')?.textContent).toContain('Parado'));
    expect(api.linesOf(/cancel/)).toHaveLength(1);
  });

  it('has no such button for who may only look', async () => {
    server(['runs:read']).on(READ, () => answered(run('PLANNED')));
    const { root } = await opened(`/runs/${RUN_ID}`);
    await until(() => expect(root.querySelector('.under-way')).not.toBeNull());
    expect(root.querySelector('eira-stop-run')).toBeNull();
  });

  it('shows the exact payload that waits, and decides on it', async () => {
    const decided = signal(false);
    const used = {
      ...APPROVAL,
      state: 'used',
      decidedBy: 'marta',
      decidedAt: ENDED.endedAt,
    } as const;
    const api = server()
      .on(READ, () =>
        answered(
          decided()
            ? run('DONE', { ...ENDED, approvals: [used] })
            : run('WAITING_APPROVAL', { approvals: [APPROVAL] }),
        ),
      )
      .on(`POST /runs/${RUN_ID}/approvals/a0`, () => {
        decided.set(true);
        return answered({ state: 'approved' });
      });
    const { root } = await opened(`/runs/${RUN_ID}`);
    await until(() => click(root, 'Aprobar'));
    expect(root.querySelector('.approval')?.textContent).toContain('Pepa');
    await until(() => expect(root.textContent).toContain('Aprobada y ejecutada'));
    expect(root.textContent).toContain('La decidió marta');
    expect(api.asked.find(({ line }) => line.startsWith('POST'))?.body).toEqual({
      decision: 'approve',
      payloadHash: 'hash',
    });
  });

  it('says when there is no such run', async () => {
    server().on(READ, () => refused('NOT_FOUND', 'No hay tal ejecución.', 404));
    const { root } = await opened(`/runs/${RUN_ID}`);
    await until(() => expect(root.textContent).toContain('No hay tal ejecución.'));
  });
});
