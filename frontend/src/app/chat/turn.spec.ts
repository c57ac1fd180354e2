import { RunEvent, Turn } from '@eira/agents-client';
import { timed } from './durations';
import { ShownTurn, heard, newTurn, storedTurn, withStored } from './turn';

const RUN_ID = 'r1';

function told(...events: readonly RunEvent[]): ShownTurn {
  return events.reduce(
    (turn, event, at) =>
      heard(turn, { ...event, runId: RUN_ID, eventId: at + 1 }, 1_000 * (at + 1)),
    newTurn('Hola', 0),
  );
}

const text = (said: string, attempt = 1): RunEvent => ({ type: 'text', text: said, attempt });
const DONE: RunEvent = {
  type: 'done',
  usage: {},
  threadId: 't',
  runId: RUN_ID,
  finishReason: 'stop',
  memory: 'stored',
};

describe('a turn', () => {
  it('gathers its text and knows how far its run was heard', () => {
    const turn = told(text('Ho'), text('la'), DONE);
    expect(turn).toMatchObject({ text: 'Hola', status: 'done', runId: RUN_ID, lastEventId: 3 });
  });

  it('shows a void text until there is another', () => {
    const restart: RunEvent = { type: 'restart', reason: 'interrupted', attempt: 2 };
    expect(told(text('Uno'), restart)).toMatchObject({ text: 'Uno', stale: true });
    expect(told(text('Uno'), restart, text('Dos', 2))).toMatchObject({ text: 'Dos', stale: false });
    expect(told(text('Uno'), restart, DONE)).toMatchObject({ text: '', stale: false });
  });

  it('takes a blocked text away at once', () => {
    const restart: RunEvent = { type: 'restart', reason: 'moderation', attempt: 2 };
    expect(told(text('Uno'), restart)).toMatchObject({ text: '', stale: false });
  });

  it('keeps what was said when it is stopped', () => {
    const stopped: RunEvent = {
      type: 'error',
      code: 'CANCELLED',
      message: 'Parado.',
      retryable: false,
      correlationId: 'c',
    };
    expect(told(text('Uno'), stopped)).toMatchObject({
      text: 'Uno',
      status: 'stopped',
      error: null,
    });
  });

  it('is cut where the model had to end, heard or stored', () => {
    expect(told(text('Uno'), DONE).cut).toBe(false);
    expect(told(text('Uno'), { ...DONE, finishReason: 'length' }).cut).toBe(true);
    expect(storedTurn({ runId: RUN_ID, text: 'Uno', finishReason: 'length' } as Turn).cut).toBe(
      true,
    );
  });

  it('says what failed, and by which id it is found', () => {
    const failed: RunEvent = {
      type: 'error',
      code: 'TIMEOUT',
      message: 'Tarda.',
      retryable: true,
      correlationId: 'c-7',
    };
    expect(told(failed).error).toEqual({
      code: 'TIMEOUT',
      message: 'Tarda.',
      retryable: true,
      correlationId: 'c-7',
    });
  });

  it('is asked in words when there are none yet', () => {
    const missing = [{ tool: 'createTask', field: 'dueDate', reason: 'missing' }];
    const turn = told({ type: 'question', text: '¿Para cuándo?', missing });
    expect(turn).toMatchObject({ text: '¿Para cuándo?', missing });
  });

  it('tells what a flow asked and what was answered in its order', () => {
    const turn = told(text('¿Qué color?'), { type: 'input', text: 'azul' }, text('Será azul'));
    const exchanges = [
      { message: turn.message, text: '¿Qué color?' },
      { message: 'azul', text: 'Será azul' },
    ];
    expect(turn.exchanges).toEqual(exchanges);
    expect(storedTurn({ runId: RUN_ID, text: '', exchanges } as Turn).exchanges).toEqual(exchanges);
  });

  it('joins what the nodes of a flow say as the server does, and voids that of one alone', () => {
    const says = (node: string, said: string, attempt = 1): RunEvent => ({
      type: 'text',
      text: said,
      attempt,
      node,
    });
    const restart: RunEvent = { type: 'restart', reason: 'corrected', attempt: 2, node: 'b' };
    const before = [says('a', 'Ho'), says('b', 'Mal'), says('a', 'la'), says('c', ' ')];
    expect(told(...before).text).toBe('Hola\n\nMal');
    expect(told(...before, restart).text).toBe('Hola');
    expect(told(...before, restart, says('b', 'Bien', 2)).text).toBe('Hola\n\nBien');
    const more = told(...before, { type: 'input', text: 'sí', node: 'q' }, says('a', 'Ya'));
    expect(more.exchanges.map((each) => each.text)).toEqual(['Hola\n\nMal', 'Ya']);
    expect(more.text).toBe('Hola\n\nMal\n\nYa');
  });

  it('waits with the questions of a flow until each is answered', () => {
    const asks = (node: string): RunEvent => ({ type: 'question', text: `¿${node}?`, node });
    const two = [asks('q1'), asks('q2'), asks('q1')];
    expect(told(...two).asking.map(({ key }) => key)).toEqual(['q1', 'q2']);
    const one = told(...two, { type: 'input', text: 'sí', node: 'q1' });
    expect(one.asking).toEqual([{ text: '¿q2?', key: 'q2' }]);
    expect(one.missing).toEqual([]);
  });

  it('shows a state once that a stop repeats', () => {
    const waits: RunEvent = { type: 'state', state: 'WAITING_INPUT' };
    expect(told(waits, waits).steps).toHaveLength(1);
  });

  it('keeps apart what several agents of a flow ask for', () => {
    const asked = {
      type: 'approval',
      approvalId: 'a0',
      tool: 't',
      payloadHash: 'h',
      expiresAt: '',
    } as const;
    const events = ['a1', 'a2', 'a1'].map((agentRunId) => ({ ...asked, agentRunId }));
    expect(told(...events).approvals.map((each) => each.agentRunId)).toEqual(['a2', 'a1']);
  });

  it('shows a call once, from its beginning to its end', () => {
    const call = { type: 'tool', name: 'createTask', callId: 'c0', args: { title: 'A' } } as const;
    const [step, ...others] = told(
      { ...call, status: 'started' },
      { ...call, status: 'ok', result: { id: 'T-1' } },
    ).steps;
    expect(others).toEqual([]);
    expect(step).toMatchObject({ status: 'ok', at: 1_000, endedAt: 2_000, result: { id: 'T-1' } });
  });

  it('times what was done by what came before, and what is being done by what comes next', () => {
    const state = (name: string): RunEvent => ({ type: 'state', state: name }) as RunEvent;
    const { steps } = told(state('RECEIVED'), state('PLANNED'), state('EXECUTING_TOOLS'));
    expect(timed(steps, null).map(({ ms }) => ms)).toEqual([null, 1_000, null]);
    expect(timed(steps, 5_000).map(({ ms }) => ms)).toEqual([null, 1_000, 2_000]);
  });

  it('counts no time twice', () => {
    const states = [
      'RECEIVED',
      'PLANNED',
      'STREAMING_RESPONSE',
      'PERSISTED_EVENT',
      'DONE',
    ] as const;
    const steps = states.map((state, at) => ({ kind: 'state' as const, at: at * 1_000, state }));
    expect(timed(steps, 4_000).map(({ ms }) => ms)).toEqual([null, 1_000, 1_000, null, 1_000]);
  });

  it('is stopped, and has not failed, when somebody stopped it', () => {
    const error = { code: 'CANCELLED', message: 'Parado.', retryable: false };
    const turn = { runId: RUN_ID, text: 'Ho', finishReason: 'cancelled', error } as Turn;
    expect(storedTurn(turn)).toMatchObject({ status: 'stopped', text: 'Ho', error: null });
  });

  it('is shown again with what was decided for it, which takes the place of what was asked', () => {
    const asked = {
      type: 'approval',
      approvalId: 'a0',
      tool: 'createUser',
      payloadHash: 'h',
      expiresAt: '2026-11-23T10:00:00Z',
    } as const;
    const live = told(asked, { ...asked, approvalId: 'a1' }, DONE);
    const view = { ...asked, label: 'Crear usuario', state: 'rejected', args: {} };
    const turn = { runId: RUN_ID, text: '', finishReason: 'stop', approvals: [view] } as object;
    const ids = ({ approvals }: ShownTurn): string[] =>
      approvals.map(({ approvalId }) => approvalId);
    expect(ids(withStored(live, turn as Turn))).toEqual(['a0', 'a1']);
    const stored = storedTurn(turn as Turn);
    expect(ids(stored)).toEqual(['a0']);
    expect(stored.decisions['a0']).toMatchObject({ state: 'rejected', label: 'Crear usuario' });
  });

  it('keeps a rating that reached the server behind what is read', () => {
    const live = { ...told(DONE), rating: 'up' } as const;
    const turn = { runId: RUN_ID, text: 'Hola', finishReason: 'stop' } as Turn;
    expect(withStored(live, turn).rating).toBe('up');
    expect(withStored(live, { ...turn, rating: 'down' }).rating).toBe('down');
  });

  it('is shown again as it was stored', () => {
    const turn = {
      runId: RUN_ID,
      askedAt: '2026-11-22T10:00:00Z',
      message: 'Crea una tarea',
      text: '¿Para cuándo?',
      finishReason: 'question',
      question: { text: '¿Para cuándo?', missing: [{ tool: 't', field: 'f', reason: 'r' }] },
      rating: 'up',
    } as Turn;
    expect(storedTurn(turn)).toMatchObject({
      key: RUN_ID,
      status: 'done',
      rating: 'up',
      missing: [{ field: 'f' }],
    });
  });
});
