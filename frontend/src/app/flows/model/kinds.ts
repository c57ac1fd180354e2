import { Json, JsonObject, textOf } from './json';

export const KINDS = [
  'agent_call',
  'rest_call',
  'condition',
  'loop',
  'assign_var',
  'response',
  'use_profile',
  'secure_value',
  'credential_profile',
] as const;
export type Kind = (typeof KINDS)[number];
export type Port = 'next' | 'true' | 'false' | 'body';
export type BlockName = 'then' | 'else' | 'body';

interface Form {
  /** In the order in which they are drawn; the first one is where the keyboard begins a connection. */
  readonly ports: readonly Port[];
  readonly blocks: Readonly<Partial<Record<BlockName, Port>>>;
  /** What a new one says from the beginning. */
  readonly fresh: JsonObject;
}

const PLAIN = { ports: ['next'], blocks: {} } as const;

const FORMS: Readonly<Record<Kind, Form>> = {
  agent_call: { ...PLAIN, fresh: { agent_profile: 'normal' } },
  rest_call: { ...PLAIN, fresh: { method: 'GET', url: '' } },
  condition: {
    ports: ['true', 'false', 'next'],
    blocks: { then: 'true', else: 'false' },
    fresh: { expression: '' },
  },
  loop: { ports: ['body', 'next'], blocks: { body: 'body' }, fresh: { over: [] } },
  assign_var: { ...PLAIN, fresh: { name: '' } },
  response: { ...PLAIN, fresh: { text: '' } },
  use_profile: { ...PLAIN, fresh: { profile: '' } },
  secure_value: { ...PLAIN, fresh: { source: 'app_settings', alias: '', save_as: '' } },
  credential_profile: { ...PLAIN, fresh: { profile: '', credentials: {}, __sim_only: true } },
};

export function isKind(value: unknown): value is Kind {
  return KINDS.some((each) => each === value);
}

export function kindOf(fields: JsonObject): Kind {
  const { type } = fields;
  if (!isKind(type)) throw new Error(`There are no nodes of the type ${JSON.stringify(type)}.`);
  return type;
}

export function portsOf(kind: Kind): readonly Port[] {
  return FORMS[kind].ports;
}

export function blocksOf(kind: Kind): readonly (readonly [BlockName, Port])[] {
  return Object.entries(FORMS[kind].blocks) as [BlockName, Port][];
}

export function freshFields(kind: Kind, id: string): JsonObject {
  return { type: kind, id, ...FORMS[kind].fresh };
}

/** What the plan has the editor say of a node at once. */
export type Badge = 'rag' | 'dev_mock' | 'sim_only';

export function badgesOf(fields: JsonObject): readonly Badge[] {
  const found: Badge[] = [];
  const profile = fields['agent_profile'] ?? fields['agent'];
  if (fields['type'] === 'agent_call' && profile === 'rag') found.push('rag');
  if (fields['type'] === 'secure_value' && fields['mode'] === 'plaintext') found.push('dev_mock');
  if (fields['type'] === 'credential_profile' || fields['__sim_only'] === true) {
    found.push('sim_only');
  }
  return found;
}

const TELLING: Readonly<Record<Kind, readonly string[]>> = {
  agent_call: ['message', 'system_prompt'],
  rest_call: ['url'],
  condition: ['expression'],
  loop: ['over', 'while'],
  assign_var: ['name'],
  response: ['text'],
  use_profile: ['profile'],
  secure_value: ['alias'],
  credential_profile: ['profile'],
};
const SHORT = 80;

/** What a node is about, in a few of its own words; nothing where it says nothing yet. */
export function gistOf(fields: JsonObject): string {
  const names = TELLING[kindOf(fields)];
  const said = names.map((name) => wordsOf(fields[name])).find((words) => words !== '') ?? '';
  const flat = said.replaceAll(/\s+/g, ' ').trim();
  return flat.length > SHORT ? `${flat.slice(0, SHORT)}…` : flat;
}

function wordsOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What people call a node, with the id by which everything else does. */
export function titleOf(fields: JsonObject, id = idOf(fields)): string {
  const label = textOf(fields['label']);
  return label && id ? `${label} (${id})` : label || id;
}

/** As it is called among others: by its title or, where it has none, its type. */
export function nameOf(fields: JsonObject): string {
  return titleOf(fields) || kindOf(fields);
}

export function idOf(fields: JsonObject): string {
  return textOf(fields['id']);
}
