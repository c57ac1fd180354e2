import { Injectable, inject } from '@angular/core';
import { ConversationService, StreamOptions } from '@eira/agents-client';
import { LanguageChoice } from '../core/language';

type Connection = NonNullable<StreamOptions['onConnection']>;

/** Conversations that are made for their first messages, by the keys of these. */
@Injectable({ providedIn: 'root' })
export class FirstMessages {
  private readonly service = inject(ConversationService);
  private readonly language = inject(LanguageChoice);
  private readonly awaiting = new Map<string, AbortController>();

  /** Its id. Raises AgentProblem, and what an AbortSignal does once it is given up. */
  async conversation(key: string, onConnection: Connection): Promise<string> {
    const awaiting = new AbortController();
    this.awaiting.set(key, awaiting);
    try {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      const wanted = { language: this.language.language(), timeZone };
      const { signal } = awaiting;
      return (await this.service.create(wanted, { signal, onConnection })).conversationId;
    } finally {
      this.awaiting.delete(key);
    }
  }

  /** Nobody asks for it any more. */
  giveUp(key: string): void {
    this.awaiting.get(key)?.abort();
  }
}
