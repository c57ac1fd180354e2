import { EventHandlers, RunEvent, assertNever, isRunEvent, isTerminal, matchEvent } from './events';
import { pauseMs } from './waiting';
import { PATIENCE } from './settings';

const FAILED: RunEvent = {
  type: 'error',
  code: 'TIMEOUT',
  message: 'too long',
  retryable: true,
  correlationId: 'c',
};

describe('the events of a run', () => {
  it('end with done or error, and nothing else', () => {
    expect(isTerminal({ type: 'state', state: 'DONE' })).toBe(false);
    expect(isTerminal(FAILED)).toBe(true);
  });

  it('are those that this version knows', () => {
    expect(isRunEvent(FAILED)).toBe(true);
    for (const other of [null, 'text', {}, { type: 'dance' }, { type: 'toString' }]) {
      expect(isRunEvent(other)).toBe(false);
    }
  });

  it('have to be handled all: what forgets one does not compile', () => {
    // @ts-expect-error The other types are missing.
    const some: EventHandlers<string> = { error: (event) => event.code };
    expect(matchEvent(FAILED, some)).toBe('TIMEOUT');

    const forgets = (event: RunEvent): string => {
      // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check
      switch (event.type) {
        case 'error':
          return event.code;
        default:
          // @ts-expect-error The other types may still come.
          return assertNever(event);
      }
    };
    expect(forgets(FAILED)).toBe('TIMEOUT');
    expect(() => forgets({ type: 'state', state: 'DONE' })).toThrow('no such event');
  });
});

describe('the pause between connections', () => {
  it('doubles up to the longest, and is between half of it and all by chance', () => {
    const pauses = [1, 2, 3, 20].map((failures) => pauseMs(failures, PATIENCE, () => 1));
    expect(pauses).toEqual([500, 1000, 2000, 15000]);
    expect(pauseMs(3, PATIENCE, () => 0)).toBe(1000);
  });
});
