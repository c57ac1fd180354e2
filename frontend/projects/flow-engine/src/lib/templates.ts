/** Texts in which `${path}` and `{{path}}` stand for values of variables.
 *
 * A path is a name, then `.name`, `[0]` or `["any name"]` as often as needed; blanks around it do
 * not count. A backslash before a placeholder makes it plain text, and two are one backslash before
 * its value; elsewhere a backslash is a backslash. */
import type { Part as Step, Place } from './findings';
import { cut, has, isList, isObject, Json, mapped, textOf, Variables } from './json-values';
import { concealed } from './leaking';
import { Room } from './room';

const OPEN = /(\\*)(\$\{|\{\{)/g;
const FIRST = /^[A-Za-z_][A-Za-z0-9_]*/;
const STEP = /\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]{1,9})\]|\["((?:[^"\\]|\\["\\])*)"\]/y;
const BLANKS = /^[ \t\r\n]+|[ \t\r\n]+$/g;
const SHOWN = 40;

/** `code` is `template_unclosed` or `template_malformed`; `shown` the part that is wrong. */
export class TemplateError extends Error {
  constructor(
    readonly code: 'template_unclosed' | 'template_malformed',
    readonly shown: string,
  ) {
    super(code);
  }
}

/** There is no value at this path, which is given as it was written. */
export class MissingVariableError extends Error {
  constructor(readonly path: string) {
    super('missing_variable');
  }
}

export interface Placeholder {
  readonly path: readonly Step[];
  readonly written: string;
}
type Part = string | Placeholder;

/** Plain texts, none empty or beside another, and placeholders. Throws TemplateError. */
export function parse(text: string): Part[] {
  const parts: Part[] = [];
  let plain = '';
  let place = 0;
  for (let found = opening(text, 0); found; found = opening(text, place)) {
    const [whole, slashes = '', bracket = ''] = found;
    plain += text.slice(place, found.index) + '\\'.repeat(Math.floor(slashes.length / 2));
    place = found.index + whole.length;
    if (slashes.length % 2) {
      plain += bracket;
      continue;
    }
    const closing = bracket === '${' ? '}' : '}}';
    const end = endOf(text, place, closing);
    if (plain) parts.push(plain);
    plain = '';
    parts.push(placeholder(text.slice(place, end)));
    place = end + closing.length;
  }
  plain += text.slice(place);
  if (plain) parts.push(plain);
  return parts;
}

function opening(text: string, from: number): RegExpExecArray | null {
  OPEN.lastIndex = from;
  return OPEN.exec(text);
}

/** Where the placeholder is closed; not within a name in quotes. */
function endOf(text: string, start: number, closing: string): number {
  let quoted = false;
  for (let place = start; place < text.length; place += 1) {
    if (quoted && text[place] === '\\') place += 1;
    else if (text[place] === '"') quoted = !quoted;
    else if (!quoted && text.startsWith(closing, place)) return place;
  }
  throw new TemplateError('template_unclosed', cut(text.slice(start), SHOWN));
}

function placeholder(text: string): Placeholder {
  const written = text.replace(BLANKS, '');
  const first = FIRST.exec(written)?.[0];
  const malformed = new TemplateError('template_malformed', cut(written, SHOWN));
  if (first === undefined) throw malformed;
  const path: Step[] = [first];
  for (let place = first.length; place < written.length; place = STEP.lastIndex) {
    STEP.lastIndex = place;
    const found = STEP.exec(written);
    if (found === null) throw malformed;
    const [, name, index, quoted = ''] = found;
    if (index !== undefined) path.push(Number(index));
    else path.push(name ?? quoted.replace(/\\(.)/gs, '$1'));
  }
  return { path, written };
}

/** Throws MissingVariableError. */
export function lookUp(placeholder: Placeholder, variables: Variables): Json {
  let value: Json = variables;
  for (const step of placeholder.path) {
    let next: Json | undefined;
    if (typeof step === 'string') {
      next = isObject(value) && has(value, step) ? value[step] : undefined;
    } else if (isList(value)) {
      next = value[step];
    }
    if (next === undefined) throw new MissingVariableError(placeholder.written);
    value = next;
  }
  return value;
}

/** A text that is one placeholder is its value, of whatever kind; all else is a text, in which
 * values stand as JSON, or as `written` makes them, and those of the simulator not at all. Throws
 * TemplateError, MissingVariableError, NoRoomError. */
export function render(
  text: string,
  variables: Variables,
  written: (text: string) => string = (same) => same,
  room = new Room(),
): Json {
  const parts = parse(text);
  const [alone] = parts;
  if (parts.length === 1 && typeof alone === 'object') {
    return room.take(lookUp(alone, variables));
  }
  return parts
    .map((part) =>
      room.take(
        typeof part === 'string' ? part : written(textOf(concealed(lookUp(part, variables)))),
      ),
    )
    .join('');
}

/** All texts within a value, not the names of members. Throws as `render` does. */
export function resolve(value: Json, variables: Variables, room = new Room()): Json {
  if (typeof value === 'string') return render(value, variables, undefined, room);
  if (isList(value)) return value.map((each) => resolve(each, variables, room));
  return isObject(value) ? mapped(value, (each) => resolve(each, variables, room)) : value;
}

/** Every text within a value, with where it is. */
export function textsIn(value: Json, place: Place = []): [Place, string][] {
  if (typeof value === 'string') return [[place, value]];
  if (isList(value)) return value.flatMap((each, index) => textsIn(each, [...place, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => textsIn(each, [...place, name]));
}

/** The first names of its placeholders; none of a text that cannot be read. */
export function rootsOf(text: string): Set<string> {
  return new Set(placeholdersIn(text).map((each) => String(each.path[0])));
}

export function placeholdersIn(text: string): Placeholder[] {
  try {
    return parse(text).filter((part) => typeof part === 'object');
  } catch (wrong) {
    if (wrong instanceof TemplateError) return [];
    throw wrong;
  }
}

/** A template that renders to this very text. */
export function escaped(text: string): string {
  return text.replace(
    OPEN,
    (_, slashes: string, bracket: string) => `${slashes}${slashes}\\${bracket}`,
  );
}
