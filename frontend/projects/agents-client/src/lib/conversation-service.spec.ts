import { TestBed } from '@angular/core/testing';
import { firstValueFrom, take, toArray } from 'rxjs';
import { FakeApi, bytes, json, noAnswer, stream } from '../testing/fake-api';
import { ConversationService } from './conversation-service';
import { RunService } from './run-service';

describe('ConversationService', () => {
  it('searches and pages, and leaves out what is not asked for', async () => {
    const api = new FakeApi().willAnswer(json({ items: [] }), json({ items: [] }));
    const conversations = TestBed.inject(ConversationService);
    await conversations.list('año nuevo', { after: 'x', limit: 5 });
    await conversations.list();
    expect(api.asked).toEqual([
      'GET /conversations?q=a%C3%B1o+nuevo&after=x&limit=5',
      'GET /conversations',
    ]);
  });

  it('is asked for its last turn until somebody answers', async () => {
    const api = new FakeApi().willAnswer(noAnswer, json({ active: [] }));
    expect(await TestBed.inject(ConversationService).latest('c1')).toEqual({ active: [] });
    expect(api.asked).toEqual(['GET /conversations/c1?limit=1', 'GET /conversations/c1?limit=1']);
  });

  it('creates, reads, renames and erases', async () => {
    const api = new FakeApi().willAnswer(
      json({ conversationId: 'c1' }, 201),
      json({}),
      json({}),
      new Response(null, { status: 204 }),
    );
    const conversations = TestBed.inject(ConversationService);
    await conversations.create({ language: 'es' });
    await conversations.read('c1', 'r9', 20);
    await conversations.rename('c1', 'Otra');
    await conversations.erase('c1');
    expect(api.asked).toEqual([
      'POST /conversations',
      'GET /conversations/c1?before=r9&limit=20',
      'PATCH /conversations/c1',
      'DELETE /conversations/c1',
    ]);
  });

  it('hears the timeline over connections that end', async () => {
    const event = (id: string): string =>
      `id: ${id}\nevent: audit\ndata: {"type":"audit","event":{"eventId":"${id}"}}\n\n`;
    const api = new FakeApi().willAnswer(
      stream([bytes(event('a') + event('b'))]),
      stream([bytes(event('c'))], true),
    );
    const heard = TestBed.inject(ConversationService).liveTimeline('c1').pipe(take(3), toArray());
    expect(await firstValueFrom(heard)).toHaveLength(3);
    expect(api.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'b']);
  });
});

describe('RunService', () => {
  it('lists runs by state and conversation, and what waits to be approved', async () => {
    const api = new FakeApi().willAnswer(json({ items: [] }), json({ items: [] }), json({}));
    const runs = TestBed.inject(RunService);
    await runs.list({ state: 'FAILED', conversationId: 'c1' });
    await runs.approvals();
    await runs.read('r1');
    expect(api.asked).toEqual([
      'GET /runs?state=FAILED&conversationId=c1',
      'GET /approvals',
      'GET /runs/r1',
    ]);
  });

  it('watches a run to its end: told when it has changed, over failures that pass', async () => {
    const under = { runId: 'r1', state: 'PLANNED' };
    const ended = { ...under, state: 'DONE', endedAt: '2026-11-22T10:00:00Z' };
    const views = [json(under), json(under), noAnswer, json(ended)];
    const api = new FakeApi().willAnswer(...views);
    const seen = TestBed.inject(RunService).watch('r1').pipe(toArray());
    expect(await firstValueFrom(seen)).toEqual([under, ended]);
    expect(api.asked).toHaveLength(4);
  });

  it('watches no run that may not be read', async () => {
    const refused = { code: 'NOT_FOUND', detail: 'No such run.', status: 404, retryable: false };
    new FakeApi().willAnswer(json(refused, 404));
    const seen = TestBed.inject(RunService).watch('r1');
    await expect(firstValueFrom(seen)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
