export type { Json, JsonObject, Variables } from './lib/json-values';
export { LIMITS, NODE_TYPES, LANGUAGE } from './lib/language';
export type { Language, NodeType, Port, Schema } from './lib/language';
export { pointerTo, placeOf } from './lib/findings';
export type { FlowProblem, Place, Severity } from './lib/findings';
export type * from './lib/flow';
export { MAIN, variablesOf } from './lib/running';
export type * from './lib/running';
export type * from './lib/simulating/contracts';
