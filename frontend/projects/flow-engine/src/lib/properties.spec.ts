import fc from 'fast-check';
import { checkFlow, programOf } from './checking';
import { evaluate, EvaluationError } from './evaluating';
import { exportFlow } from './exporting';
import { ExpressionError } from './expressions';
import { advance, begin } from './interpreting';
import { equal, Json, JsonObject, textOf } from './json-values';
import { NODE_TYPES } from './language';
import { FlowOutcome, variablesOf, WaitingAction } from './running';
import { escaped, render } from './templates';

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const secrets = fc.stringMatching(/^key-[A-Za-z0-9]{8,20}$/);
const FIELDS = [
  'id',
  'message',
  'search',
  'tools',
  'name',
  'value',
  'over',
  'body',
  'then',
  'text',
];
const oddNode = fc
  .tuple(fc.constantFrom(...NODE_TYPES), fc.dictionary(fc.constantFrom(...FIELDS), json))
  .map(([type, fields]): JsonObject => ({ ...fields, type }));
const oddFlow = fc.oneof(
  json,
  fc.array(fc.oneof(oddNode, json), { maxLength: 4 }),
  fc.record({ nodes: fc.array(oddNode, { maxLength: 4 }), edges: json, meta: json }),
);

// The same cases every time: a test that fails is to fail for everybody.
fc.configureGlobal({ seed: 20_261_122 });

describe('the flow engine', () => {
  it('says something of whatever it is sent, and exports it twice as once', () => {
    fc.assert(
      fc.property(oddFlow, (sent) => {
        for (const { message } of checkFlow(sent, { language: 'en' })) expect(message).not.toBe('');
        const exported = exportFlow(sent, 'en');
        if (exported === null) return;
        expect(exportFlow(exported.flow, 'en')?.flow).toEqual(exported.flow);
      }),
    );
  });

  it('exports nothing that was typed in for the simulator', () => {
    fc.assert(
      fc.property(secrets, secrets, (typed, madeUp) => {
        const flow = {
          meta: { variables: { v: { value: madeUp, __meta: { simOnly: true } } } },
          nodes: [
            { type: 'credential_profile', profile: 'p', credentials: { openai: typed } },
            { type: 'response', text: `${typed} ${madeUp}`, label: typed },
          ],
        };
        const written = JSON.stringify(exportFlow(flow, 'es')?.flow);
        expect(written.includes(typed) || written.includes(madeUp)).toBe(false);
      }),
    );
  });

  it('renders what is escaped as it was', () => {
    const text = fc.string({ unit: fc.constantFrom('$', '{', '}', '\\', 'a', 'ñ', '😀') });
    fc.assert(
      fc.property(text, (each) => {
        expect(render(escaped(each), {})).toBe(each);
      }),
    );
  });

  it('evaluates to JSON or says why not', () => {
    const part = fc.constantFrom(
      'a',
      '1',
      "'x'",
      ' + ',
      ' == ',
      '[',
      ']',
      '(',
      ')',
      '.b',
      ' ? ',
      ' : ',
    );
    const text = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, json, (expression, a) => {
        try {
          const found = evaluate(expression, { a });
          expect(equal(JSON.parse(JSON.stringify(found)) as Json, found)).toBe(true);
        } catch (wrong) {
          expect([ExpressionError, EvaluationError].some((each) => wrong instanceof each)).toBe(
            true,
          );
        }
      }),
    );
  });

  it('comes to the same whatever order rounds side by side end in', () => {
    const items = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 6 });
    fc.assert(fc.property(items, fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.nat()), run));
    function run(over: number[], max_parallel: number, chance: Iterator<number>): void {
      const body = [
        { type: 'agent_call', id: 'x', message: '${item}', save_as: 'r' },
        { type: 'assign_var', name: 'all', value: '${r.text}${index}', mode: 'append' },
      ];
      const loop = { type: 'loop', over, body, collect: '${r.text}', save_as: 'rs' };
      const found = [loop, { ...loop, parallel: true, max_parallel }].map((each) =>
        ran([each], () => Number(chance.next().value)),
      );
      expect(found[0]).toEqual(found[1]);
    }
  });
});

/** The variables at the end; `chosen` says which of the waiting calls is answered next. */
function ran(flow: unknown, chosen: () => number): unknown {
  const { program } = programOf(flow, 'es');
  if (program === undefined) throw new Error('it cannot be run');
  let step = begin(program, {});
  const waiting = calls(step.actions);
  while (waiting.length > 0) {
    const [action] = waiting.splice(chosen() % waiting.length, 1);
    if (action?.kind !== 'agent_call') throw new Error('another call');
    const outcome: FlowOutcome = {
      kind: 'ok',
      value: { text: `t${textOf(action.request['message'] ?? null)}` },
    };
    step = advance(program, step.state, action.branch, outcome);
    waiting.push(...calls(step.actions));
  }
  const { all, rs } = variablesOf(step.state);
  return { status: step.state.status, all, rs };
}

function calls(actions: readonly { kind: string }[]): WaitingAction[] {
  return actions.filter((each) => each.kind === 'agent_call') as WaitingAction[];
}
