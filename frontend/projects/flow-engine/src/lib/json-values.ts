/** JSON values as the flow language sees them: texts count and compare by code points. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}
export type Variables = Readonly<Record<string, Json>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is Json[] {
  return Array.isArray(value);
}

/** A member that the object has itself. */
export function has(of: object, name: string): boolean {
  return Object.hasOwn(of, name);
}

/** Its members one by one; what comes to `undefined` is left out. */
export function mapped(
  of: JsonObject,
  made: (value: Json, name: string) => Json | undefined,
): JsonObject {
  const found: [string, Json][] = [];
  for (const [name, value] of Object.entries(of)) {
    const each = made(value, name);
    if (each !== undefined) found.push([name, each]);
  }
  return Object.fromEntries(found);
}

/** A value within a text: texts as they are, all else as JSON without blanks. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const OF_ONE_UNIT = 0xffff;

/** Characters as Python counts them. */
export function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    if ((text.codePointAt(at) ?? 0) > OF_ONE_UNIT) at += 1;
    length += 1;
  }
  return length;
}

export function cut(text: string, most: number): string {
  return text.length <= most ? text : Array.from(text).slice(0, most).join('');
}

/** By code points: below zero where the left one comes first. */
export function compareTexts(left: string, right: string): number {
  const [ours, theirs] = [left[Symbol.iterator](), right[Symbol.iterator]()];
  for (;;) {
    const [a, b] = [ours.next(), theirs.next()];
    if (a.done || b.done) return Number(!a.done) - Number(!b.done);
    const apart = (a.value.codePointAt(0) ?? 0) - (b.value.codePointAt(0) ?? 0);
    if (apart !== 0) return apart;
  }
}

/** Lists and objects copied, `-0` as `0`; undefined for what JSON cannot say. */
export function plain(value: Json): Json | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined;
  if (isList(value)) {
    const items = value.map(plain);
    return items.some((each) => each === undefined) ? undefined : (items as Json[]);
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, each]) => [name, plain(each)] as const);
  return members.some(([, each]) => each === undefined)
    ? undefined
    : (Object.fromEntries(members) as JsonObject);
}

/** Of different kinds nothing is equal: 1 is neither true nor "1". */
export function equal(left: Json, right: Json): boolean {
  if (isList(left)) {
    return (
      isList(right) &&
      left.length === right.length &&
      left.every((each, index) => equal(each, right[index] ?? null))
    );
  }
  if (isObject(left)) {
    if (!isObject(right)) return false;
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => has(right, name) && equal(left[name] ?? null, right[name] ?? null))
    );
  }
  return left === right;
}

/** What stands at a place, undefined where nothing does. */
export function at(value: unknown, place: readonly (string | number)[]): unknown {
  let found: unknown = value;
  for (const part of place) {
    if (isObject(found) && typeof part === 'string' && has(found, part)) found = found[part];
    else if (isList(found) && typeof part === 'number' && part < found.length) found = found[part];
    else return undefined;
  }
  return found;
}
