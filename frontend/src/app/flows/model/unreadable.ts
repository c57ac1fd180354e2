import { FlowDocument, Unreadable, isDocument, places, read } from './document';
import { Json, Path, pointerOf } from './json';
import { Flaw, readStrictly } from './json-reader';
import { DEEPEST_BLOCK, MOST_NODES } from './limits';

/** Why a text is no flow: where, and the key of the sentence that says why. */
export interface Refusal {
  /** A JSON pointer, or line and column of what is no JSON. */
  readonly path: string;
  readonly reason: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/**
 * The document of a text that somebody brings, all of it, or everything that is wrong with it.
 * `keys` were given before; none of them is given again. `whole` makes of the JSON what is read.
 */
export function imported(
  text: string,
  keys = 0,
  whole: (json: Json) => Json = (json) => json,
): FlowDocument | readonly Refusal[] {
  const found = readStrictly(text);
  if ('flaws' in found) return found.flaws.map(refusalOfFlaw);
  const made = read(whole(found.json), keys);
  if (!isDocument(made)) return made.map(refusalOf);
  const beyond = beyondLimits(made);
  return beyond.length ? beyond : made;
}

export function isRefused(made: FlowDocument | readonly Refusal[]): made is readonly Refusal[] {
  return Array.isArray(made);
}

/** What the language allows no flow, and nobody could draw well. */
function beyondLimits(document: FlowDocument): readonly Refusal[] {
  const all = [...places(document).values()];
  const first = all[MOST_NODES];
  const refused = first ? [limited(first.path, 'too_many_nodes', MOST_NODES)] : [];
  const deep = all
    .filter(({ depth, index }) => depth === DEEPEST_BLOCK + 1 && index === 0)
    .map(({ path }) => limited(path.slice(0, -1), 'too_deep', DEEPEST_BLOCK));
  return [...refused, ...deep];
}

function limited(path: Path, reason: string, most: number): Refusal {
  return { path: pointerOf(path), reason, values: { most } };
}

function refusalOf({ path, reason, type }: Unreadable): Refusal {
  return { path: pointerOf(path) || '/', reason, values: { type: type ?? '' } };
}

function refusalOfFlaw({ path, reason, at, most }: Flaw): Refusal {
  const where = at ? `${at.line}:${at.column}` : pointerOf(path) || '/';
  return { path: where, reason, values: { most: most ?? 0 } };
}
