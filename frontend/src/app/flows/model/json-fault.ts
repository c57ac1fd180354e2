const TOKEN =
  /[ \t\r\n]*(?:([{}[\]:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/y;
const BLANKS = /[ \t\r\n]*/y;

type Wanted = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end' | 'nothing';

/** A part of a JSON text, as it is written there: marks that open and close, names, and scalars. */
export interface Part {
  readonly kind: 'open' | 'close' | 'name' | 'scalar';
  readonly text: string;
}

/** The parts of a text in their order, however deep; gives where it ceases to be JSON, or null. */
export function* partsOf(text: string): Generator<Part, number | null> {
  const open: string[] = [];
  let wanted: Wanted = 'value';
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const next: Wanted | null = match ? after(match, wanted, open) : null;
    if (match === null || next === null) break;
    at = TOKEN.lastIndex;
    const part = partOf(match, wanted);
    if (part) yield part;
    wanted = next;
  }
  at += blanks(text, at);
  return wanted === 'nothing' && at === text.length ? null : at;
}

/**
 * Where a text ceases to be JSON: line and column, from 1. Browsers say it each in words of their
 * own, and not always.
 */
export function faultOf(text: string): { readonly line: number; readonly column: number } {
  const parts = partsOf(text);
  let part = parts.next();
  while (!part.done) part = parts.next();
  return placeAt(text, part.value ?? text.length);
}

export function placeAt(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return {
    line: before.split('\n').length,
    column: before.length - before.lastIndexOf('\n'),
  };
}

function blanks(text: string, at: number): number {
  BLANKS.lastIndex = at;
  return BLANKS.exec(text)?.[0].length ?? 0;
}

/** Null of marks between parts. */
function partOf([, mark, quoted, scalar]: RegExpExecArray, wanted: Wanted): Part | null {
  if (mark === '{' || mark === '[') return { kind: 'open', text: mark };
  if (mark === '}' || mark === ']') return { kind: 'close', text: mark };
  if (mark !== undefined) return null;
  if (quoted === undefined) return { kind: 'scalar', text: scalar ?? '' };
  const isName = wanted === 'name' || wanted === 'name or }';
  return { kind: isName ? 'name' : 'scalar', text: quoted };
}

/** What is wanted behind this token; null where it may not stand there. */
function after(match: RegExpExecArray, wanted: Wanted, open: string[]): Wanted | null {
  const [, mark, text] = match;
  if (mark === undefined) return afterScalar(text !== undefined, wanted, open);
  if (mark === '{' || mark === '[') return afterOpening(mark, wanted, open);
  if (mark === '}' || mark === ']') return afterClosing(mark, wanted, open);
  if (mark === ':') return wanted === ':' ? 'value' : null;
  if (wanted !== ', or end') return null;
  return open.at(-1) === '{' ? 'name' : 'value';
}

function afterScalar(isText: boolean, wanted: Wanted, open: string[]): Wanted | null {
  if (wanted === 'name' || wanted === 'name or }') return isText ? ':' : null;
  return wanted === 'value' || wanted === 'value or ]' ? behind(open) : null;
}

function afterOpening(mark: string, wanted: Wanted, open: string[]): Wanted | null {
  if (wanted !== 'value' && wanted !== 'value or ]') return null;
  open.push(mark);
  return mark === '{' ? 'name or }' : 'value or ]';
}

function afterClosing(mark: string, wanted: Wanted, open: string[]): Wanted | null {
  const empty = mark === '}' ? 'name or }' : 'value or ]';
  const fits = open.at(-1) === (mark === '}' ? '{' : '[');
  if (!fits || (wanted !== empty && wanted !== ', or end')) return null;
  open.pop();
  return behind(open);
}

function behind(open: readonly string[]): Wanted {
  return open.length ? ', or end' : 'nothing';
}
