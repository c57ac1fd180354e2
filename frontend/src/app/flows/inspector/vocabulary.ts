import { Injectable, inject, signal } from '@angular/core';
import { AgentProblem, Catalog, FlowService } from '@eira/agents-client';
import type { LanguageData } from '@eira/flow-engine';
import { JsonObject, isList, isObject } from '../model/json';

/** The language as JSON Schemas, and what the caller may name in it. */
@Injectable()
export class Vocabulary {
  private readonly flows = inject(FlowService);
  readonly language = signal<LanguageData | null>(null);
  readonly catalog = signal<Catalog | null>(null);
  /** The catalog could not be read: nothing is suggested then. */
  readonly problem = signal<AgentProblem | null>(null);

  constructor() {
    void import('@eira/flow-engine').then(({ LANGUAGE }) => this.language.set(LANGUAGE));
    void this.load();
  }

  async load(): Promise<void> {
    this.problem.set(null);
    try {
      this.catalog.set(await this.flows.catalog());
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    }
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
