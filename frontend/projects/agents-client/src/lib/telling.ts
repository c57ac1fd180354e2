import type { components } from './api';
import { RunEvent } from './events';
import { ApprovalView, RunEffect, RunView } from './models';

type Schemas = components['schemas'];

/** What was told of a run by events; what comes as JSON is told as the events that are missing. */
export class Told {
  private readonly states = new Set<string>();
  private readonly calls = new Set<string>();
  private readonly asked = new Set<string>();
  private attempt = 0;
  private text = '';
  /** The key of what a flow asks. */
  private question: string | null = null;

  hear(event: RunEvent): void {
    if (event.type === 'state') this.states.add(event.state);
    else if (event.type === 'tool') this.hearCall(event.callId, event.status);
    else if (event.type === 'approval') this.asked.add(keyOf(event));
    else if (event.type === 'restart') this.restart(event.attempt);
    else if (event.type === 'text') this.hearText(event.text, event.attempt);
    else if (event.type === 'question') this.question = event.node ?? null;
    else if (event.type === 'input') this.question = null;
  }

  /** The events that bring whoever heard the others up to what `run` says. */
  *of(run: RunView): Generator<RunEvent> {
    for (const { state, since } of run.states) {
      if (!this.states.has(state)) yield { type: 'state', state, at: since };
    }
    for (const effect of run.effects ?? []) {
      if (!this.calls.has(effect.callId)) yield toolEvent(effect);
    }
    for (const approval of openOf(run)) {
      const event = approvalEvent(approval, run.runId);
      if (!this.asked.has(keyOf(event))) yield event;
    }
    yield* this.asking(run);
    if (run.endedAt) yield* this.ending(run);
  }

  /** That a question was answered is seen, but not with what. */
  private *asking({ question }: RunView): Generator<RunEvent> {
    if (this.question === (question?.key ?? null)) return;
    if (this.question !== null) yield { type: 'input', text: '', node: this.question };
    if (!question) return;
    const { text, key } = question;
    yield { type: 'text', text, attempt: this.attempt || 1, node: key };
    yield { type: 'question', text, node: key };
  }

  /** The events of a run that is told as a whole. */
  *answered(answer: Schemas['RunAnswer']): Generator<RunEvent> {
    yield* this.said(answer.text, answer.citations);
    const { question } = answer;
    if (question) yield { type: 'question', text: question.text, missing: question.missing };
    yield {
      type: 'done',
      usage: answer.usage,
      threadId: answer.threadId,
      runId: answer.runId,
      finishReason: answer.finishReason ?? 'stop',
      memory: 'none',
      warnings: answer.warnings ?? null,
      retrieval: answer.retrieval ?? null,
    };
  }

  private *ending(run: RunView): Generator<RunEvent> {
    yield* this.said(run.text ?? '', run.citations);
    if (run.error) {
      const { retryable = false, ...failure } = run.error;
      yield { type: 'error', ...failure, retryable, correlationId: run.correlationId };
      return;
    }
    yield {
      type: 'done',
      usage: run.usage,
      threadId: run.conversationId,
      runId: run.runId,
      finishReason: run.finishReason ?? 'stop',
      memory: run.memory ?? 'none',
      warnings: run.warnings ?? null,
      retrieval: run.retrieval ?? null,
    };
  }

  private *said(text: string, citations: RunView['citations']): Generator<RunEvent> {
    if (text && text !== this.text) {
      const attempt = this.attempt + 1;
      if (this.text) yield { type: 'restart', reason: 'interrupted', attempt };
      yield { type: 'text', text, attempt };
    }
    if (citations?.length) yield { type: 'citations', citations };
  }

  private hearText(text: string, attempt: number): void {
    if (attempt > this.attempt) this.restart(attempt);
    this.text += text;
  }

  private restart(attempt: number): void {
    this.attempt = attempt;
    this.text = '';
  }

  private hearCall(callId: string, status: Schemas['ToolEvent']['status']): void {
    if (status !== 'started') this.calls.add(callId);
  }
}

function toolEvent(effect: RunEffect): RunEvent {
  const { callId, tool, status, args, result, error, endedAt, label, labels, recordUrl } = effect;
  const told = { name: tool, callId, status, args, result, error };
  return { type: 'tool', ...told, at: endedAt, label, labels, recordUrl };
}

/** The approvals that somebody still has to decide on. */
export function openOf(run: RunView): readonly ApprovalView[] {
  return (run.approvals ?? []).filter(({ state }) => state === 'open');
}

/** `run` is the one that is told; an agent of a flow asks in a run of its own. */
function approvalEvent(approval: ApprovalView, run: string): Schemas['ApprovalEvent'] {
  const agentRunId = approval.runId === run ? null : approval.runId;
  const { approvalId, tool, args, confirmation, payloadHash, expiresAt, label, labels } = approval;
  const told = { approvalId, tool, args, confirmation, payloadHash, expiresAt };
  return { type: 'approval', agentRunId, ...told, label, labels };
}

function keyOf({ agentRunId, approvalId }: Schemas['ApprovalEvent']): string {
  return `${agentRunId ?? ''} ${approvalId}`;
}
