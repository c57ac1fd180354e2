import { checkFlow } from './checking';
import { LIMITS } from './language';

const SAID = { type: 'response', text: 'x' };

function found(flow: unknown): string[] {
  return checkFlow(flow, { language: 'es' }).map(({ code, pointer }) => `${code} ${pointer}`);
}

describe('a flow of too many nodes', () => {
  it('may have as many as the limit says', () => {
    expect(found(Array(LIMITS.nodes).fill(SAID))).toEqual([]);
  });

  it('is told that alone, once, whatever leads to those that were left out', () => {
    const last = LIMITS.nodes + 1;
    const nodes = Array.from({ length: last + 1 }, (_, n) => ({ ...SAID, id: `n${n}` }));
    const edges = nodes.slice(1).map(({ id }, n) => ({ from: `n${n}`, to: id }));
    expect(found({ nodes, edges })).toEqual(['too_many_nodes /nodes']);
    const body = Array(last).fill(SAID);
    expect(found({ nodes: [{ type: 'loop', over: [1], body }, SAID, SAID] })).toEqual([
      'too_many_nodes /nodes/0/body',
    ]);
  });
});
