import { Injectable, inject, signal } from '@angular/core';
import {
  AgentProblem,
  ConversationService,
  FlowRunRequest,
  FlowService,
} from '@eira/agents-client';
import { FirstMessages } from '../../chat/first-messages';
import { write } from '../model/document';
import { FlowEditor } from './flow-editor';
import { Refusals } from './refusals';
import { StoredFlow } from './stored';

/** What was asked for, so that to try it again makes neither another conversation nor another run. */
interface Asked {
  readonly key: string;
  readonly request: FlowRunRequest & { readonly conversationId: string };
}

/** Answers which say that nothing was begun; behind all others a run may be under way. */
const NOTHING_BEGUN = new Set([400, 403, 404, 413]);

/** The stored flow is run by the server, each time in a conversation of its own. */
@Injectable()
export class RealRun {
  private readonly flows = inject(FlowService);
  private readonly conversations = inject(ConversationService);
  private readonly first = inject(FirstMessages);
  private readonly editor = inject(FlowEditor);
  private readonly stored = inject(StoredFlow);
  private readonly refusals = inject(Refusals);
  private asked: Asked | null = null;
  readonly busy = signal(false);
  readonly problem = signal<AgentProblem | null>(null);

  /** Whether the stored flow begins with what the user says. */
  async needsMessage(): Promise<boolean> {
    const { beginsWithMessage, programOf } = await import('@eira/flow-engine');
    const { program } = programOf(write(this.editor.stored()), 'en');
    return program !== undefined && beginsWithMessage(program);
  }

  /** Gives the conversation that it is run in, as soon as it has begun; null where it has not. */
  async begin(message: string): Promise<string | null> {
    const view = this.stored.view();
    if (!view || this.busy()) return null;
    this.busy.set(true);
    this.problem.set(null);
    this.refusals.forget();
    try {
      const { flowId, version } = view;
      const said = message.trim() ? { message } : {};
      const { key, request } = await this.askedFor({ flowId, version, ...said });
      await this.flows.start(request, key);
      this.asked = null;
      return request.conversationId;
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
      this.refusals.take(this.editor.stored(), error);
      if (NOTHING_BEGUN.has(error.status)) await this.forget();
      return null;
    } finally {
      this.busy.set(false);
    }
  }

  private async askedFor(wanted: FlowRunRequest): Promise<Asked> {
    const key = crypto.randomUUID();
    const before = this.asked?.request.conversationId;
    const conversationId = before ?? (await this.first.conversation(key, () => undefined));
    const request: Asked['request'] = { ...wanted, conversationId, onDisconnect: 'continue' };
    if (JSON.stringify(this.asked?.request) !== JSON.stringify(request)) {
      this.asked = { key, request };
    }
    return this.asked ?? { key, request };
  }

  /** Nothing was begun: nor is there a conversation of it. */
  private async forget(): Promise<void> {
    const id = this.asked?.request.conversationId;
    this.asked = null;
    if (id === undefined) return;
    // It stays empty where it cannot be erased.
    await this.conversations.erase(id).catch(() => undefined);
  }
}
