import { FlowDocument, Unreadable, isDocument, read } from './document';
import { Json, pointerOf } from './json';
import { faultOf } from './json-fault';

/** Why a text is no flow: where, and the key of the sentence that says why. */
export interface Refusal {
  /** A JSON pointer, or line and column of what is no JSON. */
  readonly path: string;
  readonly reason: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** The document of a text that somebody brings, with keys behind so many; or what is wrong with it. */
export function imported(text: string, keys = 0): FlowDocument | readonly Refusal[] {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    const { line, column } = faultOf(text);
    return [{ path: `${line}:${column}`, reason: 'not_json', values: {} }];
  }
  const made = read(json, keys);
  return isDocument(made) ? made : made.map(refusalOf);
}

export function isRefused(made: FlowDocument | readonly Refusal[]): made is readonly Refusal[] {
  return Array.isArray(made);
}

function refusalOf({ path, reason, type }: Unreadable): Refusal {
  return { path: pointerOf(path) || '/', reason, values: { type: type ?? '' } };
}
