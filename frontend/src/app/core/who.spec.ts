import { TestBed } from '@angular/core/testing';
import { FakeServer, answered, unanswered, until } from '../../testing/fake-server';
import { Conversations } from '../chat/conversations';
import { Who } from './who';

const ME = { userId: 'u', name: 'Ana', roles: [], rights: ['approvals:decide'] };

describe('who it is', () => {
  it('is asked again as soon as the API answers anything', async () => {
    const server = new FakeServer().on('GET /me', unanswered, () => answered(ME));
    const who = TestBed.inject(Who);
    await until(() => expect(who.problem()).not.toBeNull());
    expect([who.name(), who.decides()]).toEqual(['', false]);
    const conversations = TestBed.inject(Conversations);
    await conversations.find();
    await until(() => expect(who.name()).toBe('Ana'));
    expect(who.decides()).toBe(true);
    expect(who.problem()).toBeNull();
    await conversations.find();
    expect(server.linesOf(/me$/)).toHaveLength(2);
  });

  it('is asked again when the machine is online again', async () => {
    new FakeServer().on('GET /me', unanswered, () => answered(ME));
    const who = TestBed.inject(Who);
    await until(() => expect(who.problem()).not.toBeNull());
    dispatchEvent(new Event('online'));
    await until(() => expect(who.name()).toBe('Ana'));
  });
});
