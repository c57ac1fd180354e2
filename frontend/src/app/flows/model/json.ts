/** What JSON can hold; never changed in place. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}
/** Where something is within a value: names and numbers, from the outside in. */
export type Path = readonly (string | number)[];

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A JSON pointer (RFC 6901); the whole is the empty text. */
export function pointerOf(path: Path): string {
  return path
    .map((each) => `/${String(each).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

export function pathOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let at = value;
  for (const each of path) {
    if (isList(at)) at = at[Number(each)];
    else if (isObject(at)) at = Object.hasOwn(at, each) ? at[each] : undefined;
    else return undefined;
  }
  return at;
}

/**
 * The same with another value there; undefined takes it out, and with it objects that are empty
 * then. Members keep their order; a new one comes last, though before `ui`.
 */
export function withValue(value: Json | undefined, path: Path, to: Json | undefined): Json {
  const [first, ...rest] = path;
  if (first === undefined) return to ?? null;
  if (isList(value)) return itemSet(value, Number(first), rest, to);
  const object = isObject(value) ? value : {};
  const name = String(first);
  const inner = Object.hasOwn(object, name) ? object[name] : undefined;
  return memberSet(object, name, changed(inner, rest, to));
}

function changed(value: Json | undefined, rest: Path, to: Json | undefined): Json | undefined {
  if (rest.length === 0) return to;
  const made = withValue(value, rest, to);
  return to === undefined && isObject(made) && Object.keys(made).length === 0 ? undefined : made;
}

function itemSet(list: readonly Json[], index: number, rest: Path, to: Json | undefined): Json {
  const made = changed(list[index], rest, to);
  if (made === undefined) return list.filter((_, at) => at !== index);
  return index < list.length ? list.with(index, made) : [...list, made];
}

function memberSet(object: JsonObject, name: string, to: Json | undefined): JsonObject {
  const members = Object.entries(object);
  if (to === undefined) return Object.fromEntries(members.filter(([each]) => each !== name));
  if (Object.hasOwn(object, name)) {
    return Object.fromEntries(members.map(([each, was]) => [each, each === name ? to : was]));
  }
  const last = members.at(-1);
  if (last?.[0] !== 'ui') return { ...object, [name]: to };
  return Object.fromEntries([...members.slice(0, -1), [name, to], last]);
}

/** How a flow is written to a file: always the same, one member a line, so that it diffs well. */
export function written(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
