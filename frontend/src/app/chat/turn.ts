import {
  Citation,
  EventOf,
  Exchange,
  LookUp,
  MissingField,
  RunState,
  Turn,
  TurnEffect,
  AgentEvent,
  ApprovalView,
  RunView,
  matchEvent,
} from '@eira/agents-client';
import { askedFor } from '../approvals/asked-for';
import { Asked, Piece, answered, asking, saidBy, voided } from './exchanges';

export type Approval = EventOf<'approval'>;
/** `lost`: this page could not hear the run to its end, which the server may have. */
export type TurnStatus = 'running' | 'done' | 'failed' | 'stopped' | 'lost';

/** One thing that happened on the way: a state was reached, a tool was called, somebody spoke. */
export type Step =
  | { readonly kind: 'state'; readonly at: number; readonly state: RunState }
  | {
      readonly kind: 'tool';
      readonly at: number;
      readonly endedAt: number | null;
      readonly callId: string;
      readonly name: string;
      readonly label: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly status: EventOf<'tool'>['status'];
      readonly args: Readonly<Record<string, unknown>>;
      readonly result: Readonly<Record<string, unknown>> | null;
      readonly error: string | null;
    }
  | { readonly kind: 'said'; readonly at: number; readonly speaker: string; readonly text: string }
  | { readonly kind: 'handoff'; readonly at: number; readonly from: string; readonly to: string };

export interface TurnError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly correlationId: string | null;
}

/** One message and what came of it, as the page shows it. */
export interface ShownTurn {
  /** Of this page: the run's id is not known before the server has answered. */
  readonly key: string;
  readonly runId: string | null;
  readonly message: string;
  readonly askedAt: number;
  readonly status: TurnStatus;
  readonly text: string;
  /** Of a flow that has asked: all that was said, in its order; nothing while nobody has answered. */
  readonly exchanges: readonly Exchange[];
  readonly pieces: readonly Piece[];
  /** What a flow waits with, the first to be answered first. */
  readonly asking: readonly Asked[];
  /** The answer that is on its way. */
  readonly answering: string | null;
  /** The text is void and stays to be seen until there is another. */
  readonly stale: boolean;
  readonly attempt: number;
  readonly lastEventId: number;
  readonly steps: readonly Step[];
  readonly citations: readonly Citation[];
  /** What the documents had to do with the answer. */
  readonly lookUp: LookUp | null;
  readonly effects: readonly TurnEffect[];
  readonly approvals: readonly Approval[];
  /** What became of them, as far as the server has told. */
  readonly decisions: Readonly<Record<string, ApprovalView>>;
  readonly missing: readonly MissingField[];
  readonly notices: readonly string[];
  readonly warnings: readonly string[];
  readonly error: TurnError | null;
  readonly rating: 'up' | 'down' | null;
  /** The answer ends where it had to, not where it was to. */
  readonly cut: boolean;
  /** Somebody wants it stopped, and the server may not have been told yet. */
  readonly stopping: boolean;
}

export function newTurn(message: string, at: number, runId: string | null = null): ShownTurn {
  return {
    key: runId ?? crypto.randomUUID(),
    runId,
    message,
    askedAt: at,
    status: 'running',
    text: '',
    exchanges: [],
    pieces: [],
    asking: [],
    answering: null,
    stale: false,
    attempt: 1,
    lastEventId: 0,
    steps: [],
    citations: [],
    lookUp: null,
    effects: [],
    approvals: [],
    decisions: {},
    missing: [],
    notices: [],
    warnings: [],
    error: null,
    rating: null,
    cut: false,
    stopping: false,
  };
}

/** A turn as the server stored it. */
export function storedTurn(turn: Turn): ShownTurn {
  return withStored(newTurn(turn.message, Date.parse(turn.askedAt), turn.runId), turn);
}

/** What the server stored of a turn, beside the steps that were seen here. */
export function withStored(shown: ShownTurn, turn: Turn): ShownTurn {
  return {
    ...shown,
    ...decided(shown, turn.approvals ?? [], turn.runId),
    runId: turn.runId,
    status: statusOf(turn),
    text: turn.text,
    exchanges: turn.exchanges ?? [],
    stale: false,
    citations: turn.citations ?? [],
    lookUp: turn.retrieval ?? null,
    effects: turn.effects ?? [],
    missing: turn.question?.missing ?? [],
    warnings: turn.warnings ?? [],
    error: errorIn(turn),
    // What was read before the rating reached the server does not take it back; nothing else can.
    rating: turn.rating ?? shown.rating,
    cut: turn.finishReason === 'length',
    stopping: false,
  };
}

/** Unique within a turn: what an agent of a flow asks for is of a run of its own. */
export function approvalKey({ agentRunId, approvalId }: Approval, own: string | null): string {
  return agentRunId && agentRunId !== own ? `${agentRunId} ${approvalId}` : approvalId;
}

/** Those that are told again are the same ones; an open one may be known from its event only. */
function decided(
  { approvals, decisions }: ShownTurn,
  views: readonly ApprovalView[],
  runId: string,
): Pick<ShownTurn, 'approvals' | 'decisions'> {
  const told = Object.fromEntries(views.map((each) => [approvalKey(askedFor(each), runId), each]));
  const others = approvals.filter((each) => !(approvalKey(each, runId) in told));
  return { approvals: [...views.map(askedFor), ...others], decisions: { ...decisions, ...told } };
}

/** With the words for its tools that the server gave now, in the language that is chosen now. */
export function reworded(turn: ShownTurn, run: RunView): ShownTurn {
  const calls = new Map((run.effects ?? []).map((call) => [call.callId, call]));
  const steps = turn.steps.map((step) => {
    const call = step.kind === 'tool' ? calls.get(step.callId) : undefined;
    if (step.kind !== 'tool' || call === undefined) return step;
    const { label, labels = {}, error } = call;
    return { ...step, label: label ?? step.label, labels, error: step.error && (error ?? null) };
  });
  return { ...turn, steps };
}

function statusOf(turn: Turn): TurnStatus {
  if (turn.finishReason === 'cancelled') return 'stopped';
  return errorIn(turn) || turn.finishReason === 'error' ? 'failed' : 'done';
}

/** That somebody stopped it is no error. */
function errorIn({ error, correlationId }: Turn): TurnError | null {
  return error && error.code !== 'CANCELLED' ? errorOf(error, correlationId ?? null) : null;
}

export function errorOf(
  failure: Pick<TurnError, 'code' | 'message'> & { readonly retryable?: boolean },
  correlationId: string | null,
): TurnError {
  const { code, message, retryable = false } = failure;
  return { code, message, retryable, correlationId };
}

/** The turn after this event, which came at `now`. */
export function heard(turn: ShownTurn, event: AgentEvent, now: number): ShownTurn {
  const next = { ...turn, runId: event.runId || turn.runId, lastEventId: event.eventId };
  return matchEvent<ShownTurn>(event, {
    state: ({ state }) => withState(next, state, atOf(event, now)),
    text: ({ text, attempt, node }) =>
      node ? saidBy(next, node, text, attempt) : withText(next, text, attempt),
    restart: ({ reason, attempt, node }) =>
      node ? voided(next, node) : restarted(next, reason, attempt),
    agent_turn: ({ speaker, text }) => withStep(next, { kind: 'said', at: now, speaker, text }),
    handoff: ({ from, to }) => withStep(next, { kind: 'handoff', at: now, from, to }),
    tool: (tool) => withTool(next, tool, atOf(event, now)),
    question: ({ text, missing, node }) =>
      node ? asking(next, { text, key: node }) : asked(next, text, missing ?? []),
    input: ({ text, node }) => answered(next, text, node ?? null),
    approval: (approval) => withApproval(next, approval),
    node: () => next,
    notification: ({ text }) => ({ ...next, notices: [...next.notices, text] }),
    citations: ({ citations }) => ({ ...next, citations }),
    error: (error) => failed(next, error),
    done: ({ finishReason, warnings, retrieval }) => ({
      ...next,
      ...withoutVoid(next),
      status: finishReason === 'cancelled' ? 'stopped' : 'done',
      warnings: warnings ?? [],
      lookUp: retrieval ?? null,
      cut: finishReason === 'length',
    }),
  });
}

function atOf(event: object, now: number): number {
  return 'at' in event && typeof event.at === 'string' ? Date.parse(event.at) : now;
}

function withStep(turn: ShownTurn, step: Step): ShownTurn {
  return { ...turn, steps: [...turn.steps, step] };
}

/** Who stops a run repeats the state that it is in. */
function withState(turn: ShownTurn, state: RunState, at: number): ShownTurn {
  const last = turn.steps.at(-1);
  const known = last?.kind === 'state' && last.state === state;
  return known ? turn : withStep(turn, { kind: 'state', at, state });
}

function withText(turn: ShownTurn, text: string, attempt: number): ShownTurn {
  const anew = turn.stale || attempt > turn.attempt;
  const said = { ...turn, text: anew ? text : turn.text + text, attempt, stale: false };
  const last = turn.exchanges.at(-1);
  if (!last) return said;
  const now = { ...last, text: anew ? text : last.text + text };
  return { ...said, exchanges: [...turn.exchanges.slice(0, -1), now] };
}

/** What was said stays until there is something else to be seen, unless it had to go. */
function restarted(turn: ShownTurn, reason: string, attempt: number): ShownTurn {
  if (reason === 'moderation') return { ...turn, text: '', stale: false, attempt };
  return { ...turn, stale: turn.text !== '', attempt };
}

function withoutVoid(turn: ShownTurn): Pick<ShownTurn, 'text' | 'stale'> {
  return { text: turn.stale ? '' : turn.text, stale: false };
}

function withTool(turn: ShownTurn, tool: EventOf<'tool'>, at: number): ShownTurn {
  const { callId, name, label, labels = {}, status, args = {}, result = null, error = null } = tool;
  const begun = turn.steps.find((step) => step.kind === 'tool' && step.callId === callId);
  const endedAt = status === 'started' ? null : at;
  const told = { kind: 'tool' as const, callId, name, label: label ?? name, labels };
  const known = { ...told, status, args, result, error, endedAt };
  if (begun === undefined) return withStep(turn, { ...known, at });
  const steps = turn.steps.map((step) => (step === begun ? { ...known, at: begun.at } : step));
  return { ...turn, steps };
}

function asked(turn: ShownTurn, text: string, missing: readonly MissingField[]): ShownTurn {
  const said = turn.stale || !turn.text ? text : turn.text;
  return { ...turn, text: said, stale: false, missing };
}

function withApproval(turn: ShownTurn, approval: Approval): ShownTurn {
  const key = approvalKey(approval, turn.runId);
  const others = turn.approvals.filter((each) => approvalKey(each, turn.runId) !== key);
  return { ...turn, approvals: [...others, approval] };
}

function failed(turn: ShownTurn, error: EventOf<'error'>): ShownTurn {
  const ended = { ...turn, ...withoutVoid(turn) };
  if (error.code === 'CANCELLED') return { ...ended, status: 'stopped' };
  return { ...ended, status: 'failed', error: errorOf(error, error.correlationId) };
}
