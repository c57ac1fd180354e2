import type { components } from './api';
import { Place } from './events';

type Schemas = components['schemas'];

/** One message of a conversation. */
export type MessageRequest = { readonly conversationId: string } & Schemas['PostMessage'];
/** An agent called with all that it is to be, as `POST /api/chat` takes it. */
export type AgentRequest = Schemas['PostChat'];
/** A flow that the server runs: by value, or by its id. */
export type FlowRunRequest = Schemas['PostFlowRun'];
export type ChatRequest = AgentRequest | MessageRequest;

export type AgentAnswer = Schemas['ChatAnswer'];
export type RunWaiting = Schemas['RunWaiting'];
/** The answer of a run, or what it waits for: somebody has to approve. */
export type AgentResponse = AgentAnswer | RunWaiting;

export type Citation = Schemas['Citation'];
export type MissingField = Schemas['MissingField'];
export type RunState = Schemas['RunState'];
export type FinishReason = Schemas['FinishReason'];
export type Usage = Schemas['Usage'];
export type Failure = Schemas['Failure'];
export type ToolOutcome = Schemas['ToolOutcome'];
/** As a run's view shows it: with what people call it, and where they see its record. */
export type RunEffect = Schemas['RunEffect'];

export type ConversationEntry = Schemas['ConversationEntry'];
export type ConversationList = Schemas['ConversationList'];
export type ConversationView = Schemas['ConversationView'];
export type CreateConversation = Schemas['CreateConversation'];
export type Turn = Schemas['Turn'];
export type Exchange = Schemas['Exchange'];
export type Me = Schemas['Me'];
export type ActiveRun = Schemas['ActiveRun'];
export type TurnEffect = Schemas['TurnEffect'];
export type LookUp = Schemas['LookUp'];
export type AuditEvent = Schemas['AuditEvent'];
export type EventPage = Schemas['EventPage'];

export type RunView = Schemas['RunView'];
export type RunEntry = Schemas['RunEntry'];
export type RunList = Schemas['RunList'];
export type ApprovalView = Schemas['ApprovalView'];
export type ApprovalList = Schemas['ApprovalList'];
export type ApprovalDecided = Schemas['ApprovalDecided'];
export type DecideApproval = Schemas['DecideApproval'];
export type PostFeedback = Schemas['PostFeedback'];

/** `lost`: nobody answers, who is sought again; `busy`: somebody does, and asks to come later. */
export type Connection = 'live' | 'lost' | 'busy';

export interface StreamOptions {
  /** Names this one call; the same key and request are the same run, however often they are sent. */
  readonly idempotencyKey?: string;
  /** The run has its id, which is before its first event. */
  readonly onRun?: (runId: string) => void;
  /** How it stands with the connection; the next attempt is made in so many milliseconds. */
  readonly onConnection?: (state: Connection, againInMs: number) => void;
  /** `false` asks for the answer as a whole, where streaming is not possible. */
  readonly streaming?: boolean;
  /** Sent with what starts the run, and with nothing else. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export type CreateOptions = Pick<RunOptions, 'signal'> & Pick<StreamOptions, 'onConnection'>;
export type ResumeOptions = Pick<StreamOptions, 'onConnection' | 'streaming'>;

/** What starts a run: where it is posted, and what. */
export interface Start {
  readonly path: string;
  /** Nothing is posted where it is left out. */
  readonly body?: unknown;
}

export function startOf(request: ChatRequest): Start {
  if (!isMessage(request)) return { path: '/chat', body: request };
  const { conversationId, ...body } = request;
  return { path: `/conversations/${encodeURIComponent(conversationId)}/messages`, body };
}

function isMessage(request: ChatRequest): request is MessageRequest {
  return 'conversationId' in request;
}

export function placed<E extends object>(event: E, place: Place): E & Place {
  return { ...event, runId: place.runId, eventId: place.eventId };
}
