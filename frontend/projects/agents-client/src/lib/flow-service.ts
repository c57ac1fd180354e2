import { Injectable, inject } from '@angular/core';
import type { components } from './api';
import { FlowRunRequest } from './models';
import { patiently } from './patiently';
import { Transport, jsonOf, mayBePostedAgain } from './transport';

type Schemas = components['schemas'];

export type FlowProblem = Schemas['FlowProblem'];
export type FlowChecked = Schemas['FlowChecked'];
export type FlowExported = Schemas['FlowExported'];
export type FlowSchemas = Schemas['FlowSchemas'];
export type Catalog = Schemas['Catalog'];

/** A flow as JSON: an object with nodes, or a list of them. */
export type FlowJson = object;

export type FlowVersion = Schemas['FlowVersion'];
/** A line of the list of flows: what is told of its newest version. */
export type FlowEntry = Schemas['FlowEntry'];
export type FlowPage = Schemas['FlowPage'];
export type FlowVersions = Schemas['FlowVersions'];
export type FlowView = Schemas['FlowView'];

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

  /**
   * Starts a run, which goes on by itself, and gives its id; the same key and request are the same
   * run, however often they are sent. Fails with AgentProblem.
   */
  async start(request: FlowRunRequest, idempotencyKey: string): Promise<string> {
    const headers = { prefer: 'respond-async', 'idempotency-key': idempotencyKey };
    const asked = { method: 'POST', body: request, headers } as const;
    const posted = (): Promise<Schemas['RunStarted']> => this.transport.json('/flows/runs', asked);
    const { signal } = new AbortController();
    return (await patiently(posted, mayBePostedAgain, this.transport, signal)).runId;
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
