import { TestBed } from '@angular/core/testing';
import { FakeServer, RUN_ID, answered, until } from '../../testing/fake-server';
import { ApprovalsPage } from './approvals-page';
import { Pending } from './pending';

const ONE = {
  approvalId: 'a0',
  runId: RUN_ID,
  conversationId: 'c1',
  tool: 'createUser',
  args: { name: 'Pepa' },
  payloadHash: 'hash',
  askedBy: '0815-guid',
  askedByName: 'Marta Soler',
  askedAt: '2026-11-22T09:00:00Z',
  expiresAt: '2026-11-23T09:00:00Z',
  state: 'open',
  mayDecide: true,
};

describe('what waits for a decision', () => {
  it('is looked at again and again, and quietly, until that is ended', async () => {
    vi.useFakeTimers();
    try {
      const server = new FakeServer().on('GET /approvals', () => answered({ items: [ONE] }));
      const pending = TestBed.inject(Pending);
      const end = pending.watch();
      await vi.advanceTimersByTimeAsync(0);
      const items = pending.items();
      expect(items).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(server.linesOf(/approvals$/)).toHaveLength(5);
      expect(pending.items()).toBe(items);
      end();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(server.linesOf(/approvals$/)).toHaveLength(5);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says who asks for it, and what became of it here', async () => {
    const other = { ...ONE, approvalId: 'a1', askedByName: '', askedAt: '2026-11-22T10:00:00Z' };
    const server = new FakeServer()
      .on(
        'GET /approvals',
        () => answered({ items: [ONE, other] }),
        () => answered({ items: [other] }),
      )
      .on(`GET /runs/${RUN_ID}`, () => answered({ approvals: [ONE, other] }))
      .on(`POST /runs/${RUN_ID}/approvals/a0`, () => answered({ state: 'rejected' }));
    const fixture = TestBed.createComponent(ApprovalsPage);
    const root = fixture.nativeElement as HTMLElement;
    const headings = (): (string | undefined)[] =>
      [...root.querySelectorAll('h2')].map(({ textContent }) => textContent.trim());
    await until(() => expect(headings()).toHaveLength(2));
    expect(headings()[0]).toMatch(/^Marta Soler la pidió el .*22/);
    expect(headings()[1]).toMatch(/^0815-guid la pidió el /);
    await until(() => expect(root.querySelectorAll('.buttons')).toHaveLength(2));
    root.querySelector<HTMLElement>('.buttons button:not(.primary)')?.click();
    await until(() => expect(server.linesOf(/^GET .approvals$/)).toHaveLength(2));
    await fixture.whenStable();
    await until(() => expect(root.querySelector('h3')?.textContent).toContain('Rechazada'));
    expect(headings()).toHaveLength(2);
  });
});
