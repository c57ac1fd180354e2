import type { components } from './api';

type Schemas = components['schemas'];

/** The events of a run, closed: a `switch` on `type` that forgets one does not compile. */
export type AgentEvent = Schemas['RunEvent'];

/** A line of a conversation's timeline. */
export type TimelineEvent = Schemas['TimelineEvent'];

export type DoneEvent = Schemas['DoneEvent'];
export type ErrorEvent = Schemas['ErrorEvent'];

/** Whether nothing follows this event. */
export function isTerminal(event: AgentEvent): event is DoneEvent | ErrorEvent {
  return event.type === 'done' || event.type === 'error';
}
