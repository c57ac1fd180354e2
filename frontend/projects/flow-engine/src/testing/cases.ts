/** The conformance suite of the flow language: the very files that Python runs (tests/flows). */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Json, JsonObject, Variables } from '../lib/json-values';
import type { Language } from '../lib/language';
import type { FlowLists } from '../lib/list-checks';

interface Named {
  readonly name: string;
}
export interface TemplateCase extends Named {
  readonly kind: 'template';
  readonly template: string;
  readonly variables: Variables;
  readonly value?: Json;
  readonly error?: string;
}
export interface ExpressionCase extends Named {
  readonly kind: 'expression';
  readonly expression: string;
  readonly variables: Variables;
  readonly value?: Json;
  readonly error?: string;
  readonly reason?: string;
}
export interface CheckCase extends Named {
  readonly kind: 'check';
  readonly flow: Json;
  readonly lists?: FlowLists;
  readonly problems: Json[];
  readonly messages?: Readonly<Record<Language, readonly string[]>>;
}
export interface ExportCase extends Named {
  readonly kind: 'export';
  readonly flow: Json;
  readonly exported: Json;
  readonly warnings: Json[];
}
export interface RunCase extends Named {
  readonly kind: 'run';
  readonly flow: Json;
  readonly inputs?: Variables;
  readonly answers?: JsonObject;
  readonly order?: readonly string[];
  readonly expected: {
    readonly status: string;
    readonly trace?: Json[];
    readonly actions?: JsonObject[];
    readonly variables?: JsonObject;
    readonly absent?: readonly string[];
    readonly failure?: JsonObject;
  };
}
export type Case = TemplateCase | ExpressionCase | CheckCase | ExportCase | RunCase;

/** Tests are run from the front end's folder, or from one below it. */
function folder(): string {
  for (let at = process.cwd(); at !== dirname(at); at = dirname(at)) {
    const found = join(at, 'tests', 'flows');
    try {
      if (readdirSync(found).includes('test_conformance.py')) return found;
    } catch {
      continue;
    }
  }
  throw new Error('tests/flows is not above this folder');
}

const FOLDER = folder();
const EVERY: readonly Case[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .flatMap((file) => {
    const { cases } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { cases: Case[] };
    return cases.map((each) => ({ ...each, name: `${file.replace('.json', '')}: ${each.name}` }));
  });

/** All of a kind, by file and in their order. */
export function cases<Kind extends Case['kind']>(kind: Kind): Extract<Case, { kind: Kind }>[] {
  return EVERY.filter((each) => each.kind === kind) as Extract<Case, { kind: Kind }>[];
}

export function count(): number {
  return EVERY.length;
}
