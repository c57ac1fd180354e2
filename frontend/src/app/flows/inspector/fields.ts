import { Language } from '../../core/language';
import { Json, JsonObject, Path, isList, isObject, textOf } from '../model/json';

/** How a value is edited. */
export type Editing =
  | { readonly as: 'text'; readonly lines: number }
  | { readonly as: 'expression' }
  | { readonly as: 'number' }
  | { readonly as: 'boolean' }
  | { readonly as: 'choice'; readonly choices: readonly string[] }
  | { readonly as: 'list' }
  | { readonly as: 'object'; readonly fields: readonly Field[] }
  /** `texts`: its values are texts; else whatever JSON can hold. */
  | { readonly as: 'map'; readonly texts: boolean }
  /** By tool, typed in for the simulator. */
  | { readonly as: 'keys' }
  | { readonly as: 'json' };

/** The same in each language of the page. */
export type Words = Readonly<Partial<Record<Language, string>>>;

/** A field of a form, as a JSON Schema has it. */
export interface Field {
  readonly name: string;
  readonly path: Path;
  readonly editing: Editing;
  readonly required: boolean;
  /** A text with `${…}` may stand there, whatever else may. */
  readonly template: boolean;
  /** The list of the catalog that has its values. */
  readonly catalog: string | null;
  readonly fallback: Json | undefined;
  /** What people call it, what it is for, and what its choices are called; nothing where nobody says that. */
  readonly label: Words;
  readonly help: Words;
  readonly choices: Readonly<Record<string, Words>>;
}

const HIDDEN = new Set(['type', 'ui', '__meta']);
const LONG = new Set([
  'message',
  'system_prompt',
  'text',
  'description',
  'filter',
  'value',
  'body',
]);
const SECRET = new Set(['value']);
/** What the schemas say of no field, since other fields have the same form. */
const LISTS: Readonly<Record<string, string>> = {
  'model/deployment': 'models',
  'model/name': 'models',
  'model/provider': 'providers',
  'agent_call/mode': 'modes',
  'agent_call/tools': 'tools',
};

/** The fields of an object's schema, in its order; what the editor shows elsewhere is left out. */
export function fieldsOf(schema: JsonObject, within: Path = []): readonly Field[] {
  const definitions = isObject(schema['$defs']) ? schema['$defs'] : {};
  return fieldsWith(schema, definitions, within);
}

function fieldsWith(schema: JsonObject, definitions: JsonObject, within: Path): readonly Field[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = isList(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).flatMap(([name, each]) => {
    if (!isObject(each) || each['x-block'] === true) return [];
    if (within.length === 0 && HIDDEN.has(name)) return [];
    const field = fieldOf(name, each, definitions, within, required.includes(name));
    return [{ ...field, catalog: field.catalog ?? listOf(properties, field.path) }];
  });
}

/** Other kinds of nodes have fields of these names, too, which are about something else. */
function listOf({ type }: JsonObject, path: Path): string | null {
  const kind = isObject(type) ? [textOf(type['const'])] : [];
  return LISTS[[...kind, ...path].join('/')] ?? null;
}

function fieldOf(
  name: string,
  schema: JsonObject,
  definitions: JsonObject,
  within: Path,
  required: boolean,
): Field {
  const path = [...within, name];
  const plain = resolved(schema, definitions);
  return {
    name,
    path,
    required,
    editing: editingOf(name, plain, definitions, path),
    template: schema['x-template'] === true || plain['x-template'] === true,
    catalog: textOf(schema['x-catalog']) || null,
    fallback: schema['default'],
    label: wordsOf(schema['x-label']),
    help: wordsOf(schema['x-help']),
    choices: choiceWords(plain['x-choices']),
  };
}

function wordsOf(told: Json | undefined): Words {
  return isObject(told) ? { es: textOf(told['es']), en: textOf(told['en']) } : {};
}

function choiceWords(told: Json | undefined): Readonly<Record<string, Words>> {
  if (!isObject(told)) return {};
  return Object.fromEntries(Object.entries(told).map(([each, words]) => [each, wordsOf(words)]));
}

/** Without references, and without the template that may stand for anything. */
function resolved(schema: JsonObject, definitions: JsonObject): JsonObject {
  const reference = textOf(schema['$ref']);
  if (reference) {
    const named = definitions[reference.replace('#/$defs/', '')];
    return isObject(named) ? resolved(named, definitions) : {};
  }
  const forms = isList(schema['anyOf']) ? schema['anyOf'].filter(isObject) : [];
  if (forms.length === 0) return schema;
  const others = forms.filter((form) => form['title'] !== 'template');
  const [first, second] = others;
  if (first === undefined || second !== undefined) return union(others, definitions);
  const inner = resolved(first, definitions);
  const kept = Object.entries(schema).filter(([name]) => name.startsWith('x-'));
  return { ...inner, ...Object.fromEntries(kept) };
}

/** A text or something else: what cannot be told apart is written as JSON. */
function union(forms: readonly JsonObject[], definitions: JsonObject): JsonObject {
  const plain = forms.map((form) => resolved(form, definitions));
  const isSimple = plain.every(({ type }) => type === 'string' || type === 'integer');
  return isSimple ? (plain[0] ?? {}) : {};
}

function editingOf(name: string, schema: JsonObject, definitions: JsonObject, path: Path): Editing {
  if (name === 'expression' || name === 'while') return { as: 'expression' };
  const choices = choicesOf(schema);
  if (choices.length) return { as: 'choice', choices };
  const { type } = schema;
  if (type === 'array') return { as: isOfTexts(schema, definitions) ? 'list' : 'json' };
  if (type === 'object') return editingOfObject(schema, definitions, path);
  return editingOfScalar(name, type);
}

function editingOfScalar(name: string, type: Json | undefined): Editing {
  if (type === 'string') return { as: 'text', lines: LONG.has(name) && !SECRET.has(name) ? 4 : 1 };
  if (type === 'integer' || type === 'number') return { as: 'number' };
  return { as: type === 'boolean' ? 'boolean' : 'json' };
}

function editingOfObject(schema: JsonObject, definitions: JsonObject, path: Path): Editing {
  if (isKeys(schema)) return { as: 'keys' };
  if (!isObject(schema['properties']))
    return { as: 'map', texts: isObject(schema['additionalProperties']) };
  return { as: 'object', fields: fieldsWith(schema, definitions, path) };
}

/** Their form has a name of its own. */
function isKeys({ additionalProperties }: JsonObject): boolean {
  return isObject(additionalProperties) && additionalProperties['$ref'] === '#/$defs/TypedIn';
}

function choicesOf(schema: JsonObject): readonly string[] {
  const several = isList(schema['enum']) ? schema['enum'] : [schema['const']];
  return several.filter((each): each is string => typeof each === 'string');
}

/** Items that are texts, or objects beside texts, which are written as JSON. */
function isOfTexts(schema: JsonObject, definitions: JsonObject): boolean {
  const { items } = schema;
  if (!isObject(items)) return false;
  const forms = isList(items['anyOf']) ? items['anyOf'].filter(isObject) : [items];
  return forms.some((form) => resolved(form, definitions)['type'] === 'string');
}

/** What somebody typed for a number: that number, or else a template or nonsense as it is. */
export function numberOf(text: string): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const number = Number(trimmed.replace(',', '.'));
  return Number.isFinite(number) ? number : trimmed;
}

/** An item of a list as it is typed: a text, or an object as JSON. */
export function itemOf(text: string): Json {
  if (!text.trimStart().startsWith('{')) return text;
  return parsed(text) ?? text;
}

/** JSON as it is typed; undefined for what is none. */
export function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function shown(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Where anything may stand: texts that would be taken for something else are in quotes. */
export function shownAsAny(value: Json | undefined): string {
  return typeof value === 'string' && parsed(value) !== undefined
    ? JSON.stringify(value)
    : shown(value);
}

/** The other way round. */
export function anyOf(text: string): Json {
  return parsed(text) ?? text;
}
