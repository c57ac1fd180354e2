import type { Json, JsonObject, Variables } from '@eira/flow-engine';
import { faultOf } from '../model/json-fault';
import { isObject } from '../model/json';

/** Why a text is not what is wanted: a key of the sentences, and what stands in them. */
export interface Wrong {
  readonly key: string;
  readonly line?: number;
  readonly column?: number;
}

export type Read<T> = { readonly value: T } | { readonly wrong: Wrong };

/** The JSON of a text, of the wanted form; `wrong` says what it is not. */
export function readJson<T extends Json>(
  text: string,
  check: (value: Json) => value is T,
  key: string,
): Read<T> {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { wrong: { key: 'simulator.json.wrong', ...faultOf(text) } };
  }
  return check(value) ? { value } : { wrong: { key } };
}

/** A variable by each name. */
export function readVariables(text: string): Read<Variables> {
  const isVariables = (value: Json): value is JsonObject => isObject(value);
  return readJson(text.trim() || '{}', isVariables, 'simulator.json.variables');
}
