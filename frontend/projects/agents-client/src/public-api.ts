export type { components, operations, paths } from './lib/api';
export { AgentService } from './lib/agent-service';
export { ConversationService, type Page } from './lib/conversation-service';
export {
  assertNever,
  isTerminal,
  matchEvent,
  type AgentEvent,
  type EventHandlers,
  type EventOf,
  type Place,
  type RunEvent,
  type RunEventType,
  type TimelineEvent,
} from './lib/events';
export {
  FlowService,
  type Catalog,
  type FlowChecked,
  type FlowEntry,
  type FlowExported,
  type FlowJson,
  type FlowPage,
  type FlowProblem,
  type FlowSchemas,
  type FlowVersion,
  type FlowVersions,
  type FlowView,
  type TaggedFlow,
} from './lib/flow-service';
export { HealthService, type Health } from './lib/health-service';
export type * from './lib/models';
export { AgentProblem, type AgentErrorCode, type FieldProblem } from './lib/problems';
export { RunService, type RunsWanted } from './lib/run-service';
export {
  AGENTS_CLIENT,
  PATIENCE,
  provideAgentsClient,
  type AgentsClientSettings,
  type Patience,
} from './lib/settings';
