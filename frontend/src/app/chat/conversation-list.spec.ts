import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { FakeServer, answered, until } from '../../testing/fake-server';
import { ConversationList } from './conversation-list';
import { Conversations } from './conversations';

describe('the list of conversations', () => {
  it('shows a new one whatever was looked for', async () => {
    const server = new FakeServer().on('GET /conversations', () => answered({ items: [] }));
    TestBed.configureTestingModule({ providers: [provideRouter([{ path: '**', children: [] }])] });
    const fixture = TestBed.createComponent(ConversationList);
    const root = fixture.nativeElement as HTMLElement;
    await TestBed.inject(Conversations).find('dietas');
    const field = (): string | undefined => root.querySelector('input')?.value;
    await until(() => expect(field()).toBe('dietas'));
    root.querySelector<HTMLElement>('a.primary')?.click();
    await until(() => expect(field()).toBe(''));
    expect(server.queries('GET /conversations').at(-1)).not.toContain('dietas');
  });
});
