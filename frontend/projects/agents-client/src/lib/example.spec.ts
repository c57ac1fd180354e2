import { TestBed } from '@angular/core/testing';
import { Ask, perKilometre } from '../testing/example';
import { FakeApi, RUN_ID, bytes, json, log, stream } from '../testing/fake-api';
import { AgentService } from './agent-service';
import { RunEvent } from './events';

const EVENTS: readonly RunEvent[] = [
  {
    type: 'approval',
    approvalId: 'a0',
    tool: 'createUser',
    label: 'Crear usuario',
    payloadHash: 'hash',
    expiresAt: '2026-11-23T10:00:00Z',
  },
  { type: 'text', text: 'Creado.', attempt: 1 },
  {
    type: 'done',
    usage: {},
    threadId: 'c1',
    runId: RUN_ID,
    finishReason: 'stop',
    memory: 'none',
  },
];

describe('the example of the README', () => {
  it('asks, shows what is said, and decides', async () => {
    const api = new FakeApi().willAnswer(
      json({ conversationId: 'c1' }, 201),
      stream([bytes(log(EVENTS))]),
      json({ state: 'approved' }),
    );
    const fixture = TestBed.createComponent(Ask);
    await fixture.whenStable();
    const root = fixture.nativeElement as HTMLElement;
    root.querySelector('button')?.click();
    await vi.waitFor(() => expect(root.querySelector('p')?.textContent).toBe('Creado.'), 50_000);
    root.querySelectorAll('button')[1]?.click();
    await vi.waitFor(() => expect(root.querySelectorAll('button')).toHaveLength(1), 50_000);
    expect(api.asked).toEqual([
      'POST /conversations',
      'POST /conversations/c1/messages',
      `POST /runs/${RUN_ID}/approvals/a0`,
    ]);
  });

  it('calls an agent', async () => {
    const whole = { text: '0,26 €', usage: {}, threadId: 't1', runId: RUN_ID, state: 'DONE' };
    const api = new FakeApi().willAnswer(json(whole));
    expect(await perKilometre(TestBed.inject(AgentService))).toBe('0,26 €');
    expect(api.asked).toEqual(['POST /chat']);
  });
});
