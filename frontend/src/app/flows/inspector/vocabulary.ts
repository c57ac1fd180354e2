import { Injectable, computed, inject, signal } from '@angular/core';
import { AgentProblem, Catalog, FlowSchemas, FlowService } from '@eira/agents-client';
import type { LanguageData } from '@eira/flow-engine';
import { JsonObject, isList, isObject } from '../model/json';

/** The language as JSON Schemas, and what the caller may name in it. */
@Injectable()
export class Vocabulary {
  private readonly flows = inject(FlowService);
  private readonly engine = signal<LanguageData | null>(null);
  private readonly schemas = signal<FlowSchemas | null>(null);
  /** The API's have names and hints for people; the engine's are there without it, too. */
  private readonly language = computed(() => this.schemas() ?? this.engine());
  readonly catalog = signal<Catalog | null>(null);
  /** The API could not be asked: nothing is suggested then, and fields are called as in the file. */
  readonly problem = signal<AgentProblem | null>(null);

  constructor() {
    void import('@eira/flow-engine').then(({ LANGUAGE }) => this.engine.set(LANGUAGE));
    void this.load();
  }

  async load(): Promise<void> {
    this.problem.set(null);
    try {
      const [schemas, catalog] = await Promise.all([this.flows.schema(), this.flows.catalog()]);
      this.schemas.set(schemas);
      this.catalog.set(catalog);
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    }
  }

  /** The tools that a simulator has keys for, and what else they are called. */
  readonly keyedTools = computed((): readonly string[] => this.engine()?.keys.tools ?? []);

  /** Whether a key of that name comes to a tool; true as long as nothing is known of them. */
  isKeyed(name: string): boolean {
    const keys = this.engine()?.keys;
    return !keys || keys.tools.includes(name) || name in keys.otherNames;
  }

  /** What a list of the catalog has; nothing where it is not known. */
  names(list: string | null): readonly string[] {
    const catalog = this.catalog() as unknown;
    const found = list !== null && isObject(catalog) ? catalog[list] : undefined;
    if (!isList(found)) return [];
    return found.filter((each): each is string => typeof each === 'string');
  }

  schemaOf(kind: string): JsonObject | null {
    const nodes = this.language()?.nodes as unknown;
    const schema = isObject(nodes) ? nodes[kind] : undefined;
    return isObject(schema) ? schema : null;
  }

  /** Of `meta`. */
  schemaOfMeta(): JsonObject | null {
    const whole = this.language()?.flow as unknown;
    const definitions = isObject(whole) ? whole['$defs'] : undefined;
    const meta = isObject(definitions) ? definitions['FlowMeta'] : undefined;
    return isObject(meta) && definitions ? { ...meta, $defs: definitions } : null;
  }
}
