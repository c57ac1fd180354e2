/** Values that are for the simulator only: none of them leaves the interpreter. In a request, in
 * what is said, in a text and in an expression a marker stands in their place. */
import type { Part, Place } from './findings';
import { isList, isObject, Json, mapped } from './json-values';
import { LANGUAGE } from './language';

const { marker, meta } = LANGUAGE.simOnly;
export const SIM_ONLY = marker;

export function isSimOnly(value: unknown): boolean {
  const about = isObject(value) ? value[meta] : undefined;
  return isObject(about) && about['simOnly'] === true;
}

/** It, or anything within it. */
export function holdsSimOnly(value: unknown): boolean {
  if (isList(value)) return value.some(holdsSimOnly);
  return isObject(value) && (isSimOnly(value) || Object.values(value).some(holdsSimOnly));
}

/** The same with a marker for every value of the simulator. */
export function concealed(value: Json): Json {
  if (isList(value)) return value.map(concealed);
  if (!isObject(value)) return value;
  return isSimOnly(value) ? SIM_ONLY : mapped(value, concealed);
}

/** Where markers stand. */
export function leaksIn(value: Json, place: Place = []): Place[] {
  if (typeof value === 'string') return value.includes(SIM_ONLY) ? [place] : [];
  const parts: [Part, Json][] = isList(value)
    ? [...value.entries()]
    : isObject(value)
      ? Object.entries(value)
      : [];
  return parts.flatMap(([part, each]) => leaksIn(each, [...place, part]));
}
