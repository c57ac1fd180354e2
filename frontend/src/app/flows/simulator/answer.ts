import { AgentEvent, EventOf, matchEvent } from '@eira/agents-client';
import type { FlowOutcome, Json } from '@eira/flow-engine';

/** What somebody has to decide before a call goes on. */
export type Waiting = EventOf<'approval'>;

/** One answer as its events come. */
export class Answer {
  readonly approvals: Waiting[] = [];
  private text = '';
  private citations: readonly unknown[] = [];
  private readonly steps: object[] = [];
  private readonly handoffs: object[] = [];
  private ended: object = {};

  constructor(
    private readonly tell: (text: string) => void,
    private readonly waits: (approval: Waiting) => void,
  ) {}

  /** What it came to, once it has ended. */
  take(event: AgentEvent): FlowOutcome | null {
    return matchEvent<FlowOutcome | null>(event, {
      text: ({ text }) => this.hear(text),
      restart: () => this.again(),
      question: ({ text }) => (this.text ? null : this.hear(text)),
      citations: ({ citations }) => this.keep(() => (this.citations = citations)),
      agent_turn: ({ speaker, text }) => this.keep(() => this.steps.push({ speaker, text })),
      handoff: ({ from, to }) => this.keep(() => this.handoffs.push({ from, to })),
      approval: (approval) => this.wait(approval),
      error: ({ code, message, retryable }) => ({ kind: 'failed', code, message, retryable }),
      done: ({ usage, threadId, runId }) => {
        this.ended = { usage, threadId, runId };
        return this.whole();
      },
      state: () => null,
      tool: () => null,
      notification: () => null,
      node: () => null,
      input: () => null,
    });
  }

  whole(): FlowOutcome {
    const { text, citations } = this;
    const traced = this.steps.length + this.handoffs.length > 0;
    const trace = traced ? { steps: this.steps, handoffTrace: this.handoffs } : {};
    const value = { text, citations, ...this.ended, ...trace };
    return { kind: 'ok', value: value as unknown as Json };
  }

  private hear(text: string): null {
    this.text += text;
    this.tell(text);
    return null;
  }

  private again(): null {
    this.text = '';
    return null;
  }

  private wait(approval: Waiting): null {
    this.approvals.push(approval);
    this.waits(approval);
    return null;
  }

  private keep(work: () => unknown): null {
    work();
    return null;
  }
}
