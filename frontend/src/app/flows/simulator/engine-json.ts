import type { Json, JsonObject } from '@eira/flow-engine';

/** As the engine has JSON. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is Json[] {
  return Array.isArray(value);
}
