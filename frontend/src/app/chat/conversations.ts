import { DestroyRef, Injectable, inject, signal } from '@angular/core';
import { AgentProblem, ConversationEntry, ConversationService } from '@eira/agents-client';
import { NO_PAGES, Pages, morePages } from '../core/pages';
import { Who } from '../core/who';

const PAGE = 30;

/** One's own conversations, as the list shows them: found by words, a page at a time. */
@Injectable({ providedIn: 'root' })
export class Conversations {
  private readonly service = inject(ConversationService);
  private readonly who = inject(Who);
  /** The same list in other tabs. */
  private readonly tabs = new BroadcastChannel('conversation-list');
  private asked: AbortController | null = null;
  private pages: Pages<ConversationEntry> = NO_PAGES;
  /** It has changed while it was listed. */
  private stale = false;

  /** What is looked for. */
  readonly words = signal('');
  readonly items = signal<readonly ConversationEntry[]>([]);
  readonly loading = signal(true);
  readonly more = signal(false);
  readonly problem = signal<AgentProblem | null>(null);

  /** The one that is being deleted: nothing of it is to be asked for any more. */
  readonly leaving = signal<string | null>(null);

  constructor() {
    this.tabs.onmessage = (): void => void this.refresh();
    inject(DestroyRef).onDestroy(() => this.tabs.close());
  }

  /** Lists from the beginning; what was asked before is not waited for any more. */
  async find(words = this.words()): Promise<void> {
    this.words.set(words);
    await this.telling((asked) => this.read(asked, 1));
  }

  async loadMore(): Promise<void> {
    const there = { ...this.pages, items: this.items() };
    await this.telling((asked) => this.read(asked, 1, there));
  }

  /** What is listed as it is by now. Nobody asked for it: what goes wrong is not told. */
  async refresh(): Promise<void> {
    if (this.loading()) {
      this.stale = true;
      return;
    }
    const asked = this.begin();
    try {
      await this.read(asked, Math.max(1, this.pages.count));
    } catch (error) {
      if (!asked.signal.aborted && !(error instanceof AgentProblem)) throw error;
    }
  }

  /** Here: a run has begun or ended, one was named or deleted. Other tabs look, too. */
  async changed(): Promise<void> {
    this.tabs.postMessage(null);
    await this.refresh();
  }

  async rename(id: string, title: string): Promise<void> {
    const renamed = await this.service.rename(id, title);
    this.items.update((items) =>
      items.map((each) => (each.conversationId === id ? renamed : each)),
    );
    // It stays where it is seen, whatever is looked for; what was listed before is out of date.
    if (!this.loading()) this.asked?.abort();
    this.tabs.postMessage(null);
  }

  async erase(id: string): Promise<void> {
    this.leaving.set(id);
    try {
      await this.service.erase(id);
    } catch (error) {
      this.leaving.set(null);
      throw error;
    }
    this.items.update((items) => items.filter((each) => each.conversationId !== id));
    void this.changed();
  }

  private begin(): AbortController {
    this.asked?.abort();
    return (this.asked = new AbortController());
  }

  private async read(
    { signal }: AbortController,
    count: number,
    there: Pages<ConversationEntry> = NO_PAGES,
  ): Promise<void> {
    const pages = await morePages(
      (after) => this.service.list(this.words(), { after, limit: PAGE }, signal),
      count,
      there,
    );
    this.pages = pages;
    this.items.set(pages.items);
    this.more.set(pages.next !== null);
    this.problem.set(null);
    void this.who.askAgain();
  }

  private async telling(work: (asked: AbortController) => Promise<void>): Promise<void> {
    const asked = this.begin();
    this.loading.set(true);
    try {
      await work(asked);
    } catch (error) {
      if (asked.signal.aborted) return;
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    } finally {
      if (this.asked === asked) this.loading.set(false);
    }
    if (!this.stale || this.loading()) return;
    this.stale = false;
    await this.refresh();
  }
}
