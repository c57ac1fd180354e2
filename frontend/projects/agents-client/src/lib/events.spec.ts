import { isTerminal } from './events';

describe('the events of a run', () => {
  it('end with done or error, and nothing else', () => {
    expect(isTerminal({ type: 'state', state: 'DONE' })).toBe(false);
    expect(
      isTerminal({
        type: 'error',
        code: 'TIMEOUT',
        message: 'too long',
        retryable: true,
        correlationId: 'c',
      }),
    ).toBe(true);
  });
});
