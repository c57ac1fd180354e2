import { FlowDocument, Unreadable, isDocument, read } from './document';
import { Json, pointerOf } from './json';

/** Why a text is no flow: where, and the key of the sentence that says why. */
export interface Refusal {
  /** A JSON pointer, or line and column of what is no JSON. */
  readonly path: string;
  readonly reason: string;
  readonly values: Readonly<Record<string, string | number>>;
}

const AT_LINE = /line (\d+) column (\d+)/;
const AT_POSITION = /position (\d+)/;

/** The document of a text that somebody brings, or everything that is wrong with it. */
export function imported(text: string): FlowDocument | readonly Refusal[] {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error) {
    return [{ path: spotOf(text, String(error)), reason: 'not_json', values: {} }];
  }
  const made = read(json);
  return isDocument(made) ? made : made.map(refusalOf);
}

export function isRefused(made: FlowDocument | readonly Refusal[]): made is readonly Refusal[] {
  return Array.isArray(made);
}

function refusalOf({ path, reason, type }: Unreadable): Refusal {
  return { path: pointerOf(path) || '/', reason, values: { type: type ?? '' } };
}

/** `3:14`: line and column. Browsers say it in words of their own. */
function spotOf(text: string, said: string): string {
  const line = AT_LINE.exec(said);
  if (line) return `${line[1] ?? ''}:${line[2] ?? ''}`;
  const position = AT_POSITION.exec(said);
  const before = text.slice(0, position ? Number(position[1]) : text.length).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}
