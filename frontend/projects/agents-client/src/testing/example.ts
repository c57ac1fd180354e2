import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import {
  AgentEvent,
  AgentProblem,
  AgentService,
  ConversationService,
  EventOf,
  matchEvent,
} from '@eira/agents-client';
import { Observable } from 'rxjs';

/** Asks, shows the answer as it is written, and decides what it waits for. */
@Component({
  selector: 'eira-ask',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <input #message aria-label="Message" />
    <button type="button" (click)="ask(message.value)">Send</button>
    <p>{{ answer() }}</p>
    @for (each of approvals(); track each.approvalId) {
      <button type="button" (click)="approve(each)">Approve: {{ each.label }}</button>
    }
    @if (failed(); as problem) {
      <p role="alert">{{ problem }}</p>
    }
  `,
})
export class Ask {
  private readonly agents = inject(AgentService);
  private readonly conversations = inject(ConversationService);
  private conversationId: string | null = null;
  private runId = '';
  private lastEventId = 0;
  protected readonly answer = signal('');
  protected readonly approvals = signal<readonly EventOf<'approval'>[]>([]);
  protected readonly failed = signal('');

  /** All messages of one conversation know of each other. */
  protected async ask(message: string): Promise<void> {
    this.conversationId ??= (await this.conversations.create({ language: 'es' })).conversationId;
    this.answer.set('');
    this.hear(this.agents.streamChat({ conversationId: this.conversationId, message }));
  }

  /** `payloadHash` says what was shown: of anything else it is refused. */
  protected async approve({ approvalId, payloadHash }: EventOf<'approval'>): Promise<void> {
    await this.agents.approve(this.runId, approvalId, { decision: 'approve', payloadHash });
    this.approvals.update((open) => open.filter((each) => each.approvalId !== approvalId));
  }

  /** After a reload, with what was kept of the run. */
  protected goOn(): void {
    this.hear(this.agents.resume(this.runId, this.lastEventId));
  }

  protected again(): void {
    this.answer.set('');
    const onConnection = (state: 'live' | 'lost' | 'busy'): void => console.info(state);
    this.hear(this.agents.regenerate(this.runId, { onConnection }));
  }

  private hear(events: Observable<AgentEvent>): void {
    events.subscribe({
      next: (event) => this.take(event),
      error: (problem: AgentProblem) => this.failed.set(`${problem.code}: ${problem.message}`),
    });
  }

  private take(event: AgentEvent): void {
    this.runId = event.runId;
    this.lastEventId = event.eventId;
    matchEvent<unknown>(event, {
      text: ({ text }) => this.answer.update((said) => said + text),
      restart: () => this.answer.set(''),
      question: ({ text }) => this.answer.update((said) => said || text),
      approval: (approval) => this.approvals.update((open) => [...open, approval]),
      error: ({ message }) => this.failed.set(message),
      state: () => undefined,
      tool: () => undefined,
      agent_turn: () => undefined,
      handoff: () => undefined,
      notification: () => undefined,
      node: () => undefined,
      input: () => undefined,
      citations: () => undefined,
      done: () => undefined,
    });
  }
}

/** An agent defined by the call itself, answered as a whole; it may wait for somebody instead. */
export async function perKilometre(agents: AgentService): Promise<string> {
  const answer = await agents.run({
    sessionId: 'sess-1',
    message: '¿Cuánto se paga por kilómetro?',
    agent_profile: 'rag',
    search: { mode: 'hybrid', topK: 5 },
  });
  return 'text' in answer ? answer.text : `waits for ${answer.approval.tool}`;
}
