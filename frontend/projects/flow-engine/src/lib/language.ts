/** What the language is made of, written by `python -m api.openapi.flow_language`. */
import data from './language.json';

export type Language = 'es' | 'en';

/** A JSON Schema (2020-12) of the kind that `GET /api/flows/schema` answers. */
export interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  /** A template may stand for it. */
  readonly 'x-template'?: boolean;
  /** A list of nodes. */
  readonly 'x-block'?: boolean;
  /** The member of `GET /api/catalog` that has its values. */
  readonly 'x-catalog'?: string;
  /** By agent profile the fields that are sent. */
  readonly 'x-sent-by'?: Readonly<Record<string, readonly string[]>>;
}

export type NodeType =
  | 'agent_call'
  | 'use_profile'
  | 'credential_profile'
  | 'secure_value'
  | 'rest_call'
  | 'condition'
  | 'loop'
  | 'assign_var'
  | 'response';
export type Port = 'next' | 'true' | 'false' | 'body';

export type Limit =
  | 'nodes'
  | 'blockDepth'
  | 'iterations'
  | 'parallel'
  | 'steps'
  | 'variables'
  | 'text'
  | 'expression'
  | 'templates'
  | 'expressions'
  | 'nesting'
  | 'expressionDepth'
  | 'work'
  | 'charactersOfAPart'
  | 'leastSecret'
  | 'indexes'
  | 'defaultIterations'
  | 'defaultParallel';

type Lists = Readonly<Record<string, readonly string[]>>;
type Names = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface LanguageData {
  readonly limits: Readonly<Record<Limit, number>>;
  readonly simOnly: { readonly marker: string; readonly key: string; readonly meta: string };
  readonly keys: {
    readonly header: string;
    readonly tools: readonly string[];
    readonly otherNames: Readonly<Record<string, string>>;
  };
  readonly nodes: Readonly<Record<NodeType, Schema>>;
  readonly flow: Schema;
  readonly spellings: Readonly<Record<string, Lists>>;
  readonly ofTheNode: readonly string[];
  readonly blocks: Readonly<Record<string, Readonly<Record<string, Port>>>>;
  readonly ports: Readonly<Record<string, readonly Port[]>>;
  readonly calls: {
    readonly sentBy: Lists;
    readonly never: readonly string[];
    readonly notGenerative: readonly string[];
    readonly flatSpellings: Readonly<Record<string, string>>;
    readonly saved: readonly string[];
  };
  readonly texts: {
    readonly resolved: Lists;
    readonly given: readonly string[];
    readonly usualSettings: string;
  };
  readonly expressions: {
    readonly reserved: readonly string[];
    readonly functions: Readonly<Record<string, readonly number[]>>;
    readonly macros: readonly string[];
    readonly string: string;
    readonly refused: readonly string[];
    readonly sign: string;
    readonly number: string;
    readonly all: string;
  };
  readonly exports: {
    readonly keptOfSecureValue: readonly string[];
    readonly names: string;
    readonly values: string;
  };
  readonly wording: Names;
}

export const LANGUAGE = data as unknown as LanguageData;
export const LIMITS = LANGUAGE.limits;
export const NODE_TYPES = Object.keys(LANGUAGE.nodes) as readonly NodeType[];

const PLACEHOLDER = /\$\{|\{\{/;

/** Whether its form can be judged only when the variables are known. */
export function isTemplated(value: unknown): boolean {
  return typeof value === 'string' && PLACEHOLDER.test(value);
}

export function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

/** The sentence of this key; undefined where there is none. */
export function say(
  key: string,
  language: Language,
  values: Readonly<Record<string, string | number>> = {},
): string | undefined {
  return LANGUAGE.wording[key]?.[language]?.replace(
    /\{(\w+)\}/g,
    (_, name: string) => `${values[name] ?? ''}`,
  );
}
