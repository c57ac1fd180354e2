import { Injectable, computed, inject, signal } from '@angular/core';
import { AgentProblem, FlowService, FlowView, TaggedFlow } from '@eira/agents-client';
import { FlowDocument, emptyFlow, isDocument, read, write } from '../model/document';
import { Json } from '../model/json';
import { withoutSecrets } from '../model/secrets';
import { FlowEditor } from './flow-editor';
import { Refusals } from './refusals';

export const NEW = 'new';
const CHANGED_MEANWHILE = 412;
const GONE = 404;

/** The stored flow behind the open one: read, saved as further versions, and who else saves it. */
@Injectable()
export class StoredFlow {
  private readonly flows = inject(FlowService);
  private readonly editor = inject(FlowEditor);
  private readonly refusals = inject(Refusals);
  private readonly tagged = signal<TaggedFlow | null>(null);

  /** Null of one that was never saved. */
  readonly view = computed((): FlowView | null => this.tagged()?.view ?? null);
  readonly problem = signal<AgentProblem | null>(null);
  readonly busy = signal(false);
  /** Somebody else has saved another version since, or deleted it. */
  readonly conflict = signal<AgentProblem | null>(null);
  readonly isGone = computed(() => this.conflict()?.status === GONE);

  async open(flowId: string): Promise<boolean> {
    return this.telling(async () => {
      const tagged = flowId === NEW ? null : await this.flows.read(flowId);
      const document = tagged ? documentOf(tagged.view.flow) : emptyFlow('');
      this.tagged.set(tagged);
      await this.editor.open(document);
    });
  }

  /** Another version becomes what is edited, to be saved as the newest. */
  async take(version: number): Promise<boolean> {
    const id = this.view()?.flowId;
    if (!id) return false;
    return this.telling(async () => {
      const { view } = await this.flows.read(id, version);
      await this.editor.replace(documentOf(view.flow, this.editor.keys()));
    });
  }

  /** Gives its id; null where it was not saved. */
  async save(): Promise<string | null> {
    const before = this.tagged();
    const document = this.editor.document();
    const flow = withoutSecrets(write(document)) as object;
    this.refusals.forget();
    const saved = await this.telling(async () => {
      this.tagged.set(
        before
          ? await this.flows.save(before.view.flowId, flow, before.etag)
          : await this.flows.create(flow),
      );
      this.editor.markSaved(document);
    }, before !== null);
    const problem = this.problem();
    if (problem) this.refusals.take(document, problem);
    return saved ? (this.view()?.flowId ?? null) : null;
  }

  /** Over what somebody else has saved meanwhile, which stays an older version. */
  async saveOver(): Promise<boolean> {
    const id = this.view()?.flowId;
    if (!id) return false;
    const seen = await this.telling(async () => this.tagged.set(await this.flows.read(id)), true);
    return seen && (await this.save()) !== null;
  }

  /** Under an id of its own; gives it. */
  async saveCopy(): Promise<string | null> {
    const before = this.tagged();
    this.tagged.set(null);
    const id = await this.save();
    if (id === null) this.tagged.set(before);
    return id;
  }

  /** `kept`: it was stored, so that one that is not there was deleted. */
  private async telling(work: () => Promise<void>, kept = false): Promise<boolean> {
    this.busy.set(true);
    this.problem.set(null);
    this.conflict.set(null);
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      const { status } = error;
      if (status === CHANGED_MEANWHILE || (kept && status === GONE)) this.conflict.set(error);
      else this.problem.set(error);
      return false;
    } finally {
      this.busy.set(false);
    }
  }
}

/** Raises for what cannot be drawn: the API keeps flows alone. */
function documentOf(flow: object, keys = 0): FlowDocument {
  const made = read(flow as Json, keys);
  if (!isDocument(made)) throw new Error('The stored flow cannot be drawn.');
  return made;
}
