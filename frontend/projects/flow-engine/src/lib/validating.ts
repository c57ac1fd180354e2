/** What is at fault with JSON, by a schema of the language, told as pydantic tells it in Python.
 *
 * A field may come under each of its names, but under one only; null is the same as leaving it
 * out. Templates are for who calls to let pass: here they are not valid. */
import type { Fault, Place } from './findings';
import { has, isList, isObject, JsonObject, lengthOf } from './json-values';
import { LANGUAGE, LIMITS, Schema } from './language';

export interface Placed {
  readonly fault: Fault;
  readonly place: Place;
}

type Definitions = Readonly<Record<string, Schema>>;
type Look = (value: unknown, schema: Schema, place: Place, definitions: Definitions) => Placed[];

/** Each of them once. What is at fault below says more than what is above. */
export function faultsOf(value: unknown, schema: Schema, spelt: string): Placed[] {
  const found = objectFaults(value, { ...schema, title: spelt }, [], schema.$defs ?? {});
  const above = new Set(
    found.flatMap(({ place }) => place.map((_, depth) => JSON.stringify(place.slice(0, depth)))),
  );
  return joined(found.filter(({ place }) => !above.has(JSON.stringify(place))));
}

/** One of each place that may have several forms: what is wrong with the form that it has or, where
 * it has none of them, of which kinds it may be. */
function joined(found: readonly Placed[]): Placed[] {
  const byPlace = new Map<string, Placed[]>();
  for (const each of found) {
    const place = JSON.stringify(each.place);
    byPlace.set(place, [...(byPlace.get(place) ?? []), each]);
  }
  return [...byPlace.values()].flatMap((several) => {
    const others = several.filter((each) => !isOfKind(each));
    if (others.length > 0 || several.length === 1) return others.length > 0 ? others : several;
    const kinds = [...new Set(several.map((each) => each.fault.type))].join('|');
    return [fault('kinds', several[0]?.place ?? [], { kinds })];
  });
}

function isOfKind({ fault: { type } }: Placed): boolean {
  return type.endsWith('_type');
}

const OF_TYPE: Readonly<Record<string, Look>> = {
  object: objectFaults,
  array: listFaults,
  string: textFaults,
  integer: numberFaults,
  number: numberFaults,
  boolean: (value, _, place) => (typeof value === 'boolean' ? [] : [fault('bool_type', place)]),
};

const look: Look = (value, schema, place, definitions) => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return defined(name, value, place, definitions);
  }
  if (schema.anyOf !== undefined) return anyOf(value, schema.anyOf, place, definitions);
  const known = schema.enum ?? ('const' in schema ? [schema.const] : undefined);
  if (known !== undefined) return oneOf(value, known, place);
  const ofType = schema.type === undefined ? undefined : OF_TYPE[schema.type];
  return ofType === undefined ? [] : ofType(value, schema, place, definitions);
};

function oneOf(value: unknown, known: readonly unknown[], place: Place): Placed[] {
  return known.includes(value) ? [] : [fault('literal_error', place, { expected: listed(known) })];
}

function defined(name: string, value: unknown, place: Place, definitions: Definitions): Placed[] {
  const form = definitions[name] ?? {};
  if (name !== 'FieldNames' || typeof value !== 'string') {
    return look(value, form, place, definitions);
  }
  // What is at fault in a part of the text is the text.
  return look(split(value), form, place, definitions).map((each) => ({ ...each, place }));
}

/** Of one that fits nothing; of several what is wrong by each of them. */
function anyOf(
  value: unknown,
  forms: readonly Schema[],
  place: Place,
  definitions: Definitions,
): Placed[] {
  const every = forms
    .filter((form) => form.title !== 'template')
    .map((form) => look(value, form, place, definitions));
  return every.some((each) => each.length === 0) ? [] : every.flat();
}

function fault(type: string, place: Place, values: Fault['values'] = {}): Placed {
  return { fault: { type, values }, place };
}

/** As pydantic says it: `'a', 'b' or 'c'`. */
function listed(known: readonly unknown[]): string {
  const told = known.map((each) => `'${String(each)}'`);
  const last = told.pop() ?? '';
  return told.length > 0 ? `${told.join(', ')} or ${last}` : last;
}

/** Azure's own spelling of a list of fields: one text with commas. */
function split(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function objectFaults(
  value: unknown,
  schema: Schema,
  place: Place,
  definitions: Definitions,
): Placed[] {
  const properties = schema.properties;
  if (properties === undefined) return dictFaults(value, schema, place, definitions);
  if (!isObject(value)) return [fault('model_type', place)];
  const spellings = LANGUAGE.spellings[schema.title ?? ''] ?? {};
  const taken = new Set<string>();
  const found = Object.entries(properties).flatMap(([name, each]) => {
    const names = [name, ...(spellings[name] ?? [])];
    for (const spelt of names) if (value[spelt] === null) taken.add(spelt);
    const called = names.find((spelt) => has(value, spelt) && value[spelt] !== null);
    if (called === undefined) {
      return schema.required?.includes(name) ? [fault('missing', [...place, name])] : [];
    }
    taken.add(called);
    return look(value[called], each, [...place, called], definitions);
  });
  found.push(...indexFaults(value, schema.title ?? '', place, found));
  const unknown = Object.keys(value).filter((name) => !taken.has(name));
  return [...found, ...unknown.map((name) => fault('extra_forbidden', [...place, name]))];
}

/** The list of indexes and the one beside it are counted together. */
function indexFaults(
  value: JsonObject,
  title: string,
  place: Place,
  found: readonly Placed[],
): Placed[] {
  const names = (COUNTED as Readonly<Record<string, readonly string[]>>)[title];
  const list = names?.find((name) => isList(value[name]));
  if (names === undefined || list === undefined) return [];
  const where = [...place, list];
  // What is at fault itself is not counted.
  if (found.some((each) => each.place.join('/').startsWith(where.join('/')))) return [];
  const alone = ONE.map((name) => value[name]).find((each) => typeof each === 'string');
  const counted = new Set<unknown>(value[list] as unknown[]);
  if (alone !== undefined) counted.add(alone);
  return counted.size > LIMITS.indexes ? [fault('value_error', where)] : [];
}

const COUNTED = {
  SearchIntent: ['indexes', 'search_indexes'],
  agent_call: ['search_indexes', 'searchIndexes'],
};
const ONE = ['index', 'search_index', 'searchIndex'];

function dictFaults(
  value: unknown,
  schema: Schema,
  place: Place,
  definitions: Definitions,
): Placed[] {
  if (!isObject(value)) return [fault('dict_type', place)];
  const { propertyNames, additionalProperties, maxProperties } = schema;
  const found = Object.entries(value).flatMap(([name, each]) => [
    ...(propertyNames ? look(name, propertyNames, [...place, name], definitions) : []),
    ...(typeof additionalProperties === 'object'
      ? look(each, additionalProperties, [...place, name], definitions)
      : []),
  ]);
  const count = Object.keys(value).length;
  if (maxProperties === undefined || count <= maxProperties) return found;
  return [...found, fault('too_long', place, { max_length: maxProperties })];
}

function listFaults(
  value: unknown,
  schema: Schema,
  place: Place,
  definitions: Definitions,
): Placed[] {
  if (!isList(value)) return [fault('tuple_type', place)];
  const { items, minItems = 0, maxItems = Infinity } = schema;
  if (value.length < minItems) return [fault('too_short', place, { min_length: minItems })];
  if (schema['x-block'] || items === undefined) return [];
  const found = value.map((each, index) => look(each, items, [...place, index], definitions));
  // What is at fault itself is not counted.
  const valid = found.filter((each) => each.length === 0).length;
  return valid > maxItems ? [fault('too_long', place, { max_length: maxItems })] : found.flat();
}

function textFaults(value: unknown, schema: Schema, place: Place): Placed[] {
  if (typeof value !== 'string') return [fault('string_type', place)];
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  const length = lengthOf(value);
  if (length > maxLength) return [fault('string_too_long', place, { max_length: maxLength })];
  if (length < minLength) return [fault('string_too_short', place, { min_length: minLength })];
  if (pattern === undefined || compiled(pattern).test(value)) return [];
  return [fault('string_pattern_mismatch', place, { pattern })];
}

function numberFaults(value: unknown, schema: Schema, place: Place): Placed[] {
  const whole = schema.type === 'integer';
  if (typeof value !== 'number') return [fault(whole ? 'int_type' : 'float_type', place)];
  if (whole && !Number.isInteger(value)) return [fault('int_type', place)];
  const { minimum: ge = -Infinity, maximum: le = Infinity } = schema;
  if (value < ge) return [fault('greater_than_equal', place, { ge })];
  return value > le ? [fault('less_than_equal', place, { le })] : [];
}

const WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const patterns = new Map<string, RegExp>();

/** Patterns are those of Rust, where `\w` is of every script. */
function compiled(pattern: string): RegExp {
  const found = patterns.get(pattern) ?? new RegExp(pattern.replaceAll('\\w', WORD), 'u');
  patterns.set(pattern, found);
  return found;
}
