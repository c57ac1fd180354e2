import { TestBed } from '@angular/core/testing';
import { bytes, stream } from '../../../projects/agents-client/src/testing/fake-api';
import { FakeServer, until } from '../../testing/fake-server';
import { LanguageChoice } from '../core/language';
import { Timeline } from './timeline';

const EVENT = { tenantId: 't', conversationId: 'c1', actor: { userId: 'ana' } };
const CALLED = {
  ...EVENT,
  eventId: 'e1',
  at: '2026-11-22T10:00:00Z',
  kind: 'flow.executed',
  results: [{ callId: 'x', tool: 'createUser', status: 'ok' }],
  correlationId: 'corr-1',
};
const CHANGED = { ...EVENT, eventId: 'e2', at: '2026-11-22T10:01:00Z', kind: 'erp.event' };
const NOTICE = {
  type: 'notification',
  kind: 'task.updated',
  entity: { type: 'task', id: 'T-1' },
  text: 'Ha cambiado la tarea «Revisar».',
};

function frames(): Response {
  const entry = (event: object): string => `data: ${JSON.stringify(event)}\n\n`;
  const audit = (event: object): string => entry({ type: 'audit', event });
  return stream([
    bytes(audit(CALLED) + entry(NOTICE) + audit({ ...CHANGED, correlationId: 'corr-2' })),
  ]);
}

describe('the timeline of a conversation', () => {
  it('calls tools as people do, and tells a change with its time and in one line', async () => {
    const server = new FakeServer().on(
      'GET /conversations/c1/events',
      frames,
      () => new Promise<Response>(() => undefined),
    );
    const fixture = TestBed.createComponent(Timeline);
    fixture.componentRef.setInput('conversationId', 'c1');
    fixture.componentRef.setInput('names', { createUser: 'Crear usuario' });
    const root = fixture.nativeElement as HTMLElement;
    await until(() => expect(root.querySelectorAll('li')).toHaveLength(2));
    const [called, changed] = root.querySelectorAll('li');
    expect(called?.textContent).toContain('Crear usuario: hecho');
    expect(called?.textContent).toContain('Identificador para soporte: corr-1');
    expect(changed?.textContent).toContain('Ha cambiado la tarea');
    expect(changed?.querySelector('time')?.dateTime).toBe(CHANGED.at);
    document.body.append(root);
    fixture.componentRef.setInput('covers', true);
    await fixture.whenStable();
    expect(document.activeElement).toBe(root.querySelector('button'));
    const asked = server.linesOf(/events/).length;
    TestBed.inject(LanguageChoice).language.set('en');
    await until(() => expect(server.linesOf(/events/).length).toBeGreaterThan(asked));
    fixture.destroy();
    root.remove();
  });
});
