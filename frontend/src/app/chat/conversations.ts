import { Injectable, inject, signal } from '@angular/core';
import { AgentProblem, ConversationEntry, ConversationService } from '@eira/agents-client';
import { Who } from '../core/who';

const PAGE = 30;

/** One's own conversations, as the list shows them: found by words, a page at a time. */
@Injectable({ providedIn: 'root' })
export class Conversations {
  private readonly service = inject(ConversationService);
  private readonly who = inject(Who);
  private asked: AbortController | null = null;
  private next: string | null = null;

  /** What is looked for. */
  readonly words = signal('');
  readonly items = signal<readonly ConversationEntry[]>([]);
  readonly loading = signal(true);
  readonly more = signal(false);
  readonly problem = signal<AgentProblem | null>(null);

  /** Lists from the beginning; what was asked before is not waited for any more. */
  async find(words = this.words()): Promise<void> {
    this.words.set(words);
    await this.load(null, () => []);
  }

  async loadMore(): Promise<void> {
    await this.load(this.next, () => this.items());
  }

  async rename(id: string, title: string): Promise<void> {
    const renamed = await this.service.rename(id, title);
    this.items.update((items) =>
      items.map((each) => (each.conversationId === id ? renamed : each)),
    );
  }

  async erase(id: string): Promise<void> {
    await this.service.erase(id);
    this.items.update((items) => items.filter((each) => each.conversationId !== id));
  }

  private async load(
    after: string | null,
    before: () => readonly ConversationEntry[],
  ): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    this.loading.set(true);
    try {
      const page = await this.service.list(this.words(), { after, limit: PAGE }, asked.signal);
      this.items.set([...before(), ...page.items]);
      this.next = page.next ?? null;
      this.more.set(this.next !== null);
      this.problem.set(null);
      void this.who.askAgain();
    } catch (error) {
      if (asked.signal.aborted) return;
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    } finally {
      if (this.asked === asked) this.loading.set(false);
    }
  }
}
