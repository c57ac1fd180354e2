import type { components } from './api';

type Schemas = components['schemas'];

/** What an event says. */
export type RunEvent = Schemas['RunEvent'];
export type RunEventType = RunEvent['type'];

/** Which event of which run it is: what `resume` goes on behind. */
export interface Place {
  readonly runId: string;
  /** The event's number in the run's log, from 1; of one not from the log, the last that was. */
  readonly eventId: number;
}

/** The events of a run, closed: a `switch` on `type` that forgets one does not compile. */
export type AgentEvent = RunEvent & Place;

/** The event of one type: `EventOf<'text'>`. */
export type EventOf<T extends RunEventType> = Extract<RunEvent, { type: T }>;

/** A line of a conversation's timeline. */
export type TimelineEvent = Schemas['TimelineEvent'];

/** One function for each type of event: one that is left out does not compile. */
export type EventHandlers<R> = { readonly [T in RunEventType]: (event: EventOf<T>) => R };

const TYPES: Readonly<Record<RunEventType, true>> = {
  state: true,
  text: true,
  restart: true,
  agent_turn: true,
  handoff: true,
  tool: true,
  question: true,
  input: true,
  approval: true,
  notification: true,
  node: true,
  citations: true,
  error: true,
  done: true,
};

/** What the handler of this event's type gives. */
export function matchEvent<R>(event: RunEvent, handlers: EventHandlers<R>): R {
  const handler = handlers[event.type] as (event: RunEvent) => R;
  return handler(event);
}

/** For the end of a `switch` that has to know every event. */
export function assertNever(event: never): never {
  throw new Error(`no such event: ${JSON.stringify(event)}`);
}

/** Whether nothing follows this event. */
export function isTerminal<E extends RunEvent>(event: E): event is E & { type: 'done' | 'error' } {
  return event.type === 'done' || event.type === 'error';
}

/** Whether this version knows the event; a newer server may tell of more. */
export function isRunEvent(told: unknown): told is RunEvent {
  return typeof told === 'object' && told !== null && 'type' in told && isType(told.type);
}

function isType(type: unknown): type is RunEventType {
  return typeof type === 'string' && Object.hasOwn(TYPES, type);
}
