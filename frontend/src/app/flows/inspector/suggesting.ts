import { Variable } from '../model/scope';

/** What may be put in at the caret, in place of what is written of it. */
export interface Suggestion {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** What is written instead. */
  readonly insert: string;
}

const IN_TEMPLATE = /(?:\$\{|\{\{)\s*([A-Za-z0-9_.]*)$/;
const IN_EXPRESSION = /(?:^|[^A-Za-z0-9_."'])([A-Za-z][A-Za-z0-9_.]*)$/;
const MOST = 8;

/** The paths of variables that begin with what is written before the caret. */
export function suggestions(
  text: string,
  caret: number,
  variables: readonly Variable[],
  kind: 'template' | 'expression',
): readonly Suggestion[] {
  const before = text.slice(0, caret);
  const match = (kind === 'template' ? IN_TEMPLATE : IN_EXPRESSION).exec(before);
  if (!match) return [];
  const written = match[1] ?? '';
  const start = caret - written.length;
  const close = kind === 'template' ? closing(match[0], text.slice(caret)) : '';
  return pathsOf(variables)
    .filter((path) => path.startsWith(written) && path !== written)
    .slice(0, MOST)
    .map((path) => ({ text: path, start, end: caret, insert: path + close }));
}

function pathsOf(variables: readonly Variable[]): readonly string[] {
  const names = variables.map(({ name }) => name);
  const members = variables.flatMap(({ name, members: inner }) =>
    inner.map((member) => `${name}.${member}`),
  );
  return [...names, ...members];
}

function closing(opened: string, after: string): string {
  const wanted = opened.startsWith('$') ? '}' : '}}';
  return after.startsWith(wanted) ? '' : wanted;
}
