import { Injectable, inject, signal } from '@angular/core';
import { AgentProblem, Catalog, FlowSchemas, FlowService } from '@eira/agents-client';
import { JsonObject, isList, isObject } from '../model/json';

/** The language as JSON Schemas, and what the caller may name in it. */
@Injectable()
export class Vocabulary {
  private readonly flows = inject(FlowService);
  readonly schemas = signal<FlowSchemas | null>(null);
  readonly catalog = signal<Catalog | null>(null);
  readonly problem = signal<AgentProblem | null>(null);

  constructor() {
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

  /** What a list of the catalog has; nothing where it is not known. */
  names(list: string | null): readonly string[] {
    const catalog = this.catalog() as unknown;
    const found = list !== null && isObject(catalog) ? catalog[list] : undefined;
    if (!isList(found)) return [];
    return found.filter((each): each is string => typeof each === 'string');
  }

  schemaOf(kind: string): JsonObject | null {
    const schema = this.schemas()?.nodes[kind] as unknown;
    return isObject(schema) ? schema : null;
  }

  /** Of `meta`. */
  schemaOfMeta(): JsonObject | null {
    const whole = this.schemas()?.flow as unknown;
    if (!isObject(whole) || !isObject(whole['$defs'])) return null;
    const meta = whole['$defs']['FlowMeta'];
    return isObject(meta) ? { ...meta, $defs: whole['$defs'] } : null;
  }
}
