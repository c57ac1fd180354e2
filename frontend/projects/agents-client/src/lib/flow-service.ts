import { Injectable, inject } from '@angular/core';
import type { components } from './api';
import { Transport, jsonOf } from './transport';

type Schemas = components['schemas'];

export type FlowProblem = Schemas['FlowProblem'];
export type FlowChecked = Schemas['FlowChecked'];
export type FlowExported = Schemas['FlowExported'];
export type FlowSchemas = Schemas['FlowSchemas'];
export type Catalog = Schemas['Catalog'];

/** A flow as JSON: an object with nodes, or a list of them. */
export type FlowJson = object;

interface Saver {
  readonly userId: string;
  readonly name: string;
}

/** A version of a stored flow, without what is in it. */
export interface FlowVersion {
  readonly version: number;
  readonly name?: string | null;
  readonly savedAt: string;
  readonly savedBy: Saver;
  /** The version that it repeats. */
  readonly restored?: number | null;
}

/** A line of the list of flows: what is told of its newest version. */
export interface FlowEntry extends FlowVersion {
  readonly flowId: string;
  readonly createdAt: string;
  readonly createdBy: Saver;
}

export interface FlowPage {
  readonly items: readonly FlowEntry[];
  /** The `after` of the following page. */
  readonly next?: string | null;
}

export interface FlowVersions {
  readonly items: readonly FlowVersion[];
  /** The `before` of the following page. */
  readonly older?: number | null;
}

export interface FlowView extends FlowEntry {
  readonly newest: number;
  readonly flow: FlowJson;
  readonly valid: boolean;
  readonly problems: readonly FlowProblem[];
  readonly warnings?: readonly FlowProblem[];
}

/** A stored flow, and the tag that tells whether somebody else has changed it since. */
export interface TaggedFlow {
  readonly view: FlowView;
  readonly etag: string;
}

/** Flows: what the language is, what is wrong with one, and those that are stored. */
@Injectable({ providedIn: 'root' })
export class FlowService {
  private readonly transport = inject(Transport);

  schema(): Promise<FlowSchemas> {
    return this.transport.json('/flows/schema');
  }

  /** What the caller may name in a flow. */
  catalog(): Promise<Catalog> {
    return this.transport.json('/catalog');
  }

  validate(flow: FlowJson, signal?: AbortSignal): Promise<FlowChecked> {
    const body = { flow };
    return this.transport.json('/flows/validate', { method: 'POST', body, signal: signal ?? null });
  }

  /** As it may leave the editor, and what was taken out of it. */
  export(flow: FlowJson): Promise<FlowExported> {
    return this.transport.json('/flows/export', { method: 'POST', body: { flow } });
  }

  list(asked: { readonly q?: string; readonly after?: string | null } = {}): Promise<FlowPage> {
    return this.transport.json('/flows', { query: { ...asked } });
  }

  /** The newest version, or that one. */
  async read(flowId: string, version?: number): Promise<TaggedFlow> {
    return taggedOf(await this.transport.send(pathOf(flowId), { query: { version } }));
  }

  versions(flowId: string, before?: number | null): Promise<FlowVersions> {
    return this.transport.json(`${pathOf(flowId)}/versions`, { query: { before } });
  }

  async create(flow: FlowJson): Promise<TaggedFlow> {
    return taggedOf(await this.transport.send('/flows', { method: 'POST', body: { flow } }));
  }

  /**
   * As a new version behind the one that `etag` is of. Fails with AgentProblem, of status 412 where
   * somebody else has saved another one since.
   */
  async save(flowId: string, flow: FlowJson, etag: string): Promise<TaggedFlow> {
    const asked = { method: 'PUT', body: { flow }, headers: { 'if-match': etag } } as const;
    return taggedOf(await this.transport.send(pathOf(flowId), asked));
  }

  async delete(flowId: string): Promise<void> {
    await this.transport.send(pathOf(flowId), { method: 'DELETE' });
  }
}

function pathOf(flowId: string): string {
  return `/flows/${encodeURIComponent(flowId)}`;
}

async function taggedOf(response: Response): Promise<TaggedFlow> {
  const view = await jsonOf<FlowView>(response);
  return { view, etag: response.headers.get('etag') ?? `"${view.version}"` };
}
