import { CheckCase, cases, count, ExpressionCase, RunCase, TemplateCase } from '../testing/cases';
import { drive, Driven } from '../testing/driving';
import { checkFlow, programOf } from './checking';
import { evaluate, EvaluationError } from './evaluating';
import { exportFlow } from './exporting';
import { ExpressionError } from './expressions';
import { equal, Json } from './json-values';
import { Language } from './language';
import { FlowAction, variablesOf } from './running';
import { MissingVariableError, render, TemplateError } from './templates';

const LANGUAGES: readonly Language[] = ['es', 'en'];

function templated(given: TemplateCase): Json {
  try {
    return { value: render(given.template, given.variables) };
  } catch (wrong) {
    if (wrong instanceof MissingVariableError) return { error: 'missing_variable' };
    if (wrong instanceof TemplateError) return { error: wrong.code };
    throw wrong;
  }
}

function evaluated(given: ExpressionCase): Json {
  try {
    return { value: evaluate(given.expression, given.variables) };
  } catch (wrong) {
    if (wrong instanceof ExpressionError) return { error: 'expression_invalid' };
    if (wrong instanceof EvaluationError)
      return { error: 'expression_failed', reason: wrong.reason };
    throw wrong;
  }
}

function wanted(given: TemplateCase | ExpressionCase): Json {
  if (given.error === undefined) return { value: given.value ?? null };
  const { reason } = given as ExpressionCase;
  return { error: given.error, ...(reason !== undefined && { reason }) };
}

describe('the conformance suite', () => {
  it('is large, and every case of it is run', () => {
    const kinds = ['template', 'expression', 'check', 'export', 'run'] as const;
    expect(kinds.reduce((sum, kind) => sum + cases(kind).length, 0)).toBe(count());
    expect(count()).toBeGreaterThanOrEqual(362);
  });

  it.each(cases('template'))('$name', (given) => {
    const found = templated(given);
    expect(equal(found, wanted(given)), JSON.stringify(found)).toBe(true);
  });

  it.each(cases('expression'))('$name', (given) => {
    const found = evaluated(given);
    expect(equal(found, wanted(given)), JSON.stringify(found)).toBe(true);
  });

  it.each(cases('check'))('$name', (given: CheckCase) => {
    for (const language of LANGUAGES) {
      const problems = checkFlow(given.flow, {
        language,
        ...(given.lists && { lists: given.lists }),
      });
      expect(problems.map((each) => [each.severity, each.code, each.pointer])).toEqual(
        given.problems,
      );
      for (const { message } of problems) {
        expect(message).not.toBe('');
        expect(message).not.toContain('{');
      }
      if (given.messages) {
        expect(problems.map((each) => each.message)).toEqual(given.messages[language]);
      }
    }
  });

  it.each(cases('export'))('$name', (given) => {
    const found = exportFlow(given.flow, 'es');
    expect(found?.flow).toEqual(given.exported);
    expect(found?.warnings.map((each) => [each.code, each.pointer])).toEqual(given.warnings);
    expect(exportFlow(found?.flow, 'es')?.flow).toEqual(found?.flow);
  });

  it.each(cases('run'))('$name', (given: RunCase) => {
    const { program, ...rest } = programOf(given.flow, 'es');
    expect(program, JSON.stringify(rest)).toBeDefined();
    if (program === undefined) return;
    const { inputs = {}, answers = {}, order = [], expected } = given;
    expectRun(drive(program, inputs, answers, order), expected);
  });
});

function expectRun({ state, actions, trace }: Driven, expected: RunCase['expected']): void {
  expect(state.status, JSON.stringify(state.failure)).toBe(expected.status);
  const variables = variablesOf(state);
  for (const [name, value] of Object.entries(expected.variables ?? {})) {
    const found = variables[name] ?? null;
    expect(equal(found, value), `${name}: ${JSON.stringify(found)}`).toBe(true);
  }
  for (const name of expected.absent ?? []) expect(variables).not.toHaveProperty(name);
  if (expected.trace) expect(trace).toEqual(expected.trace);
  if (expected.actions) {
    expect(actions.map((each, index) => seen(each, expected.actions?.[index]))).toEqual(
      expected.actions,
    );
  }
  expect(state.failure ?? {}).toMatchObject(expected.failure ?? {});
}

/** The fields of an action that a case tells of. */
function seen(action: FlowAction, toldOf: object = {}): Record<string, unknown> {
  const wire: Record<string, unknown> = { ...action };
  return Object.fromEntries(Object.keys(toldOf).map((name) => [name, wire[name] ?? null]));
}
