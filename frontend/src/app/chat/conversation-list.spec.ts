import { ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { FakeServer, answered, refused, until } from '../../testing/fake-server';
import { ConversationList } from './conversation-list';
import { Conversations } from './conversations';

const LIST = 'GET /conversations';

function entry(id: string, title = id): Record<string, string> {
  const at = '2026-11-22T10:00:00Z';
  return { conversationId: id, title, language: 'es', createdAt: at, updatedAt: at };
}

function shown(): { fixture: ComponentFixture<ConversationList>; root: HTMLElement } {
  TestBed.configureTestingModule({ providers: [provideRouter([{ path: '**', children: [] }])] });
  const fixture = TestBed.createComponent(ConversationList);
  return { fixture, root: fixture.nativeElement as HTMLElement };
}

const titles = (root: HTMLElement): (string | undefined)[] =>
  [...root.querySelectorAll('li > a')].map(({ textContent }) => textContent.trim());

describe('the list of conversations', () => {
  it('shows a new one whatever was looked for', async () => {
    const server = new FakeServer().on(LIST, () => answered({ items: [] }));
    const { root } = shown();
    await TestBed.inject(Conversations).find('dietas');
    const field = (): string | undefined => root.querySelector('input')?.value;
    await until(() => expect(field()).toBe('dietas'));
    root.querySelector<HTMLElement>('a.primary')?.click();
    await until(() => expect(field()).toBe(''));
    expect(server.queries(LIST).at(-1)).not.toContain('dietas');
  });

  it('follows what other devices do while it is seen, and leaves a title alone that is written', async () => {
    vi.useFakeTimers();
    try {
      let items = [entry('c1', 'Una')];
      const server = new FakeServer().on(LIST, () => answered({ items }));
      const { fixture, root } = shown();
      const later = async (ms = 0): Promise<void> => {
        await vi.advanceTimersByTimeAsync(ms);
        fixture.detectChanges();
      };
      await later();
      expect(titles(root)).toEqual(['Una']);
      items = [entry('c2', 'Otra'), entry('c1', 'Con nombre')];
      await later(60_000);
      expect(titles(root)).toEqual(['Otra', 'Con nombre']);
      items = [entry('c2', 'Otra')];
      dispatchEvent(new Event('focus'));
      await later();
      expect(titles(root)).toEqual(['Otra']);
      root.querySelector<HTMLElement>('.entry-actions button')?.click();
      await later();
      const asked = server.count(LIST);
      await later(120_000);
      expect(server.count(LIST)).toBe(asked);
      fixture.destroy();
      await later(120_000);
      expect(server.count(LIST)).toBe(asked);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps a title that could not be given, and says why', async () => {
    const server = new FakeServer()
      .on(LIST, () => answered({ items: [entry('c1', 'Una')] }))
      .on('PATCH /conversations/c1', () => refused('STORE_UNAVAILABLE', 'Ahora no.', 503));
    const { root } = shown();
    await until(() => expect(titles(root)).toEqual(['Una']));
    root.querySelector<HTMLElement>('.entry-actions button')?.click();
    const field = (): HTMLInputElement | null => root.querySelector('#new-title');
    await until(() => expect(field()?.value).toBe('Una'));
    const written = field();
    if (written) written.value = 'Otra';
    written?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    await until(() =>
      expect(root.querySelector('li [role=alert]')?.textContent).toContain('Ahora no.'),
    );
    expect(field()?.value).toBe('Otra');
    server.on('PATCH /conversations/c1', () => answered(entry('c1', 'Otra')));
    field()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    await until(() => expect(titles(root)).toEqual(['Otra']));
  });

  it('asks for nothing while nobody sees it', async () => {
    vi.useFakeTimers();
    const seen = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    try {
      const server = new FakeServer();
      const { fixture } = shown();
      await vi.advanceTimersByTimeAsync(120_000);
      expect(server.count(LIST)).toBe(1);
      seen.mockReturnValue('visible');
      document.dispatchEvent(new Event('visibilitychange'));
      await vi.advanceTimersByTimeAsync(0);
      expect(server.count(LIST)).toBe(2);
      fixture.destroy();
    } finally {
      seen.mockRestore();
      vi.useRealTimers();
    }
  });
});

describe('conversations', () => {
  it('are read again by as many pages as are shown, and quietly', async () => {
    let first = [entry('c1')];
    let down = false;
    new FakeServer().on(LIST, ({ query }) => {
      if (down) return refused('STORE_UNAVAILABLE', 'Ahora no se puede.', 503);
      return answered(
        query.includes('after') ? { items: [entry('c0')] } : { items: first, next: 'p2' },
      );
    });
    const conversations = TestBed.inject(Conversations);
    const ids = (): string[] => conversations.items().map(({ conversationId }) => conversationId);
    await conversations.find('');
    await conversations.refresh();
    expect(ids()).toEqual(['c1']);
    await conversations.loadMore();
    first = [entry('c2')];
    await conversations.refresh();
    expect([ids(), conversations.more()]).toEqual([['c2', 'c0'], false]);
    down = true;
    await conversations.refresh();
    expect([ids(), conversations.problem()]).toEqual([['c2', 'c0'], null]);
  });

  it('are looked at again when another tab has changed one', async () => {
    const server = new FakeServer();
    const conversations = TestBed.inject(Conversations);
    await conversations.find('');
    const other = new BroadcastChannel('conversation-list');
    other.postMessage(null);
    await until(() => expect(server.count(LIST)).toBe(2));
    const heard = new Promise((resolve) => (other.onmessage = resolve));
    server.on('PATCH /conversations/c1', () => answered(entry('c1', 'Mía')));
    await conversations.rename('c1', 'Mía');
    await heard;
    other.close();
  });

  it('are still open while they cannot be deleted, and otherwise asked for nothing more', async () => {
    const server = new FakeServer()
      .on('DELETE /conversations/c1', () => refused('CONVERSATION_BUSY', 'En curso.'))
      .on(LIST, () => answered({ items: [entry('c1')] }));
    const conversations = TestBed.inject(Conversations);
    await conversations.find('');
    await expect(conversations.erase('c1')).rejects.toThrow('En curso.');
    expect(conversations.leaving()).toBeNull();
    let leaving: string | null = null;
    server.on('DELETE /conversations/c1', () => {
      leaving = conversations.leaving();
      return new Response(null, { status: 204 });
    });
    server.on(LIST, () => answered({ items: [] }));
    await conversations.erase('c1');
    expect([leaving, conversations.items()]).toEqual(['c1', []]);
  });
});
