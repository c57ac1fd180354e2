import { Injectable, inject } from '@angular/core';
import { Observable } from 'rxjs';
import { TimelineEvent } from './events';
import { loading } from './loading';
import {
  ConversationEntry,
  ConversationList,
  ConversationView,
  CreateConversation,
  CreateOptions,
  EventPage,
} from './models';
import { observed } from './observed';
import { patiently } from './patiently';
import { EVENT_STREAM, Transport, mayBePostedAgain, mayPass } from './transport';
import { pauseMs, wait } from './waiting';

export interface Page {
  /** `next` of the page before. */
  readonly after?: string | null;
  readonly limit?: number;
}

/** One's own conversations, and the timeline of what was done in each. */
@Injectable({ providedIn: 'root' })
export class ConversationService {
  private readonly transport = inject(Transport);

  /** Asked again while nobody answers, with patience. */
  create(wanted: CreateConversation = {}, options: CreateOptions = {}): Promise<ConversationView> {
    const { signal = new AbortController().signal, onConnection } = options;
    const asked = { method: 'POST', body: wanted, signal } as const;
    const made = (): Promise<ConversationView> => this.transport.json('/conversations', asked);
    return patiently(made, mayBePostedAgain, this.transport, signal, onConnection);
  }

  /** Those used last first; with `words` those whose title has them. */
  list(words = '', page: Page = {}, signal?: AbortSignal): Promise<ConversationList> {
    const query = { q: words, after: page.after, limit: page.limit };
    return this.transport.json('/conversations', { query, signal: signal ?? null });
  }

  /** With its newest turns, or those `before` a run. */
  read(id: string, before: string | null = null, limit?: number): Promise<ConversationView> {
    return this.transport.json(pathOf(id), { query: { before, limit } });
  }

  /** With its last turn and what is under way; asked again while nobody answers, with patience. */
  latest(id: string): Promise<ConversationView> {
    const read = (): Promise<ConversationView> => this.read(id, null, 1);
    return patiently(read, mayPass, this.transport, new AbortController().signal);
  }

  rename(id: string, title: string): Promise<ConversationEntry> {
    return this.transport.json(pathOf(id), { method: 'PATCH', body: { title } });
  }

  /** Erases it and all that was said in it. */
  async erase(id: string): Promise<void> {
    await this.transport.send(pathOf(id), { method: 'DELETE' });
  }

  /** Audit events, oldest first. */
  timeline(id: string, page: Page = {}): Promise<EventPage> {
    const query = { after: page.after, limit: page.limit };
    return this.transport.json(`${pathOf(id)}/events`, { query });
  }

  /** The audit events behind `after`, and those to come, until it is unsubscribed from. */
  liveTimeline(id: string, after: string | null = null): Observable<TimelineEvent> {
    return observed((signal) => this.timelineEvents(id, after, signal));
  }

  private async *timelineEvents(
    id: string,
    after: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<TimelineEvent> {
    const { patience } = this.transport;
    let last = after;
    let failures = 0;
    for (;;) {
      try {
        const { framesOf } = await loading(import('./event-stream'));
        const headers: Record<string, string> = last ? { 'last-event-id': last } : {};
        const asked = { accept: EVENT_STREAM, headers, signal };
        const response = await this.transport.send(`${pathOf(id)}/events`, asked);
        for await (const frame of framesOf(response, patience.silenceMs)) {
          failures = 0;
          last = frame.id || last;
          yield JSON.parse(frame.data) as TimelineEvent;
        }
      } catch (error) {
        if (signal.aborted || !mayPass(error) || failures >= patience.attempts) throw error;
      }
      failures += 1;
      await wait(pauseMs(failures, patience), signal);
    }
  }
}

function pathOf(id: string): string {
  return `/conversations/${encodeURIComponent(id)}`;
}
