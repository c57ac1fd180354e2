import { RunState, RunsWanted } from '@eira/agents-client';

const ALL: Readonly<Record<RunState, true>> = {
  RECEIVED: true,
  TRIAGED: true,
  RETRIEVED_CONTEXT: true,
  PLANNED: true,
  WAITING_APPROVAL: true,
  WAITING_INPUT: true,
  EXECUTING_TOOLS: true,
  STREAMING_RESPONSE: true,
  PERSISTED_EVENT: true,
  DONE: true,
  FAILED: true,
  CANCELLED: true,
};

/** Every state of a run, in their order. */
export const STATES = Object.keys(ALL) as readonly RunState[];

/** What is in the address of the page: that page again, after a reload or for somebody else. */
export interface Asked {
  readonly state: string | undefined;
  readonly conversationId: string | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
}

export function wantedOf({ state, conversationId, since, until }: Asked): RunsWanted {
  return {
    state: STATES.find((each) => each === state) ?? null,
    conversationId: conversationId ?? null,
    since: since ?? null,
    until: until ?? null,
  };
}

/** The time of a field of type `datetime-local`, which is this machine's, as RFC 3339. */
export function momentOf(local: string): string | null {
  const at = Date.parse(local);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** A time as such a field takes it, to the minute; empty for what is none. */
export function localOf(moment: string | null | undefined): string {
  const at = new Date(moment ?? Number.NaN);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
