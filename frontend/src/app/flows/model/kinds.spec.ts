import { begin, programOf } from '@eira/flow-engine';
import { freshFields } from './kinds';

describe('a new node', () => {
  it('that calls an agent tells it what the user has said, until it says something else', () => {
    const { program } = programOf([freshFields('agent_call', 'ask')], 'es');
    const { actions } = begin(program ?? expect.fail('it cannot be run'), { message: 'Hola' });
    expect(actions[0]).toMatchObject({ kind: 'agent_call', request: { message: 'Hola' } });
  });
});
