/** Templates and expressions that cannot be read. */
import { ExpressionError, parse as parseExpression } from './expressions';
import { error, Finding, Place } from './findings';
import type { Flow, Node } from './flow';
import { Json, lengthOf } from './json-values';
import { isTemplated, LANGUAGE, LIMITS } from './language';
import { parse as parseTemplate, TemplateError, textsIn } from './templates';

export function textFindings(flow: Flow): Finding[] {
  const nodes = [...flow.nodes.values()];
  return [
    ...within(LIMITS.templates, 'templates_too_long', nodes.flatMap(templatesIn), template),
    ...within(LIMITS.expressions, 'expressions_too_long', nodes.flatMap(expressionsIn), expression),
  ];
}

/** Reading takes its time: all that is beyond the limit is told of once, and not read. */
function within(
  limit: number,
  code: string,
  texts: readonly [Place, string][],
  findings: (place: Place, text: string) => Finding[],
): Finding[] {
  const found: Finding[] = [];
  let left = limit;
  for (const [place, text] of texts) {
    left -= lengthOf(text);
    if (left < 0) return [...found, error(code, place, { limit })];
    found.push(...findings(place, text));
  }
  return found;
}

/** Every text of a node that is resolved when it is run. */
export function templatesIn(node: Node): [Place, string][] {
  const { form, place } = node;
  if (form.type === 'faulty') return [];
  if (form.type === 'agent_call') return textsIn(form.call, place);
  const fields: Readonly<Record<string, unknown>> = { ...form };
  return (LANGUAGE.texts.resolved[node.type] ?? []).flatMap((name) =>
    textsIn((fields[name] ?? null) as Json, [...place, name]),
  );
}

export function expressionsIn({ form, place }: Node): [Place, string][] {
  const [field, text] =
    form.type === 'loop'
      ? ['while', form.while]
      : ['expression', 'expression' in form ? form.expression : undefined];
  return text === undefined ? [] : [[[...place, field], text]];
}

function template(place: Place, text: string): Finding[] {
  try {
    parseTemplate(text);
    return [];
  } catch (wrong) {
    if (!(wrong instanceof TemplateError)) throw wrong;
    return [error(wrong.code, place, { shown: wrong.shown })];
  }
}

function expression(place: Place, text: string): Finding[] {
  if (isTemplated(text)) return [error('template_in_expression', place)];
  try {
    parseExpression(text);
    return [];
  } catch (wrong) {
    if (!(wrong instanceof ExpressionError)) throw wrong;
    return [
      error('expression_invalid', place, {
        detail: { key: wrong.reason, values: wrong.values },
      }),
    ];
  }
}
