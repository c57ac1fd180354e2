import { beginsWithMessage } from './beginning';
import { programOf } from './checking';

function begins(nodes: readonly object[], meta: object = {}, edges?: readonly object[]): boolean {
  const { program } = programOf({ meta, nodes, ...(edges && { edges }) }, 'en');
  if (!program) throw new Error('this is no flow that can be run');
  return beginsWithMessage(program);
}

const SAYS = { type: 'response', id: 'says', text: 'You said ${message.text}' };
const ASKS = { type: 'response', id: 'asks', text: 'What?', wait: true };

describe('a flow begins with a message', () => {
  it('where a text has it', () => {
    expect(begins([SAYS])).toBe(true);
    expect(begins([{ type: 'response', text: 'message' }])).toBe(false);
  });

  it('where an expression has it', () => {
    const fork = { type: 'condition', id: 'fork', expression: '1 < 2 && message == "a"' };
    expect(begins([fork])).toBe(true);
    expect(begins([{ ...fork, expression: '"message" == "a"' }])).toBe(false);
  });

  it('where an agent is called that nobody says anything else to', () => {
    expect(begins([{ type: 'agent_call' }])).toBe(true);
    expect(begins([{ type: 'agent_call', message: 'Hello' }])).toBe(false);
    expect(begins([{ type: 'agent_call', system_prompt: 'Greet' }])).toBe(false);
  });

  it('where one of its ways leads there, also into a loop', () => {
    const fork = { type: 'condition', id: 'fork', expression: 'true', else: [SAYS] };
    expect(begins([fork])).toBe(true);
    expect(begins([{ type: 'loop', id: 'l', over: [1], body: [SAYS] }])).toBe(true);
  });

  it('but not where that is set before it is read', () => {
    expect(begins([ASKS, SAYS])).toBe(false);
    expect(begins([{ type: 'assign_var', name: 'message', value: 'a' }, SAYS])).toBe(false);
    expect(begins([SAYS], { variables: { message: 'a' } })).toBe(false);
    const edges = [{ from: 'asks', to: 'says' }];
    expect(begins([SAYS, ASKS], {}, edges)).toBe(false);
  });
});
