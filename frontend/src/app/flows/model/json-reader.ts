import { Json, Path } from './json';
import { Part, partsOf, placeAt } from './json-fault';
import { DEEPEST_VALUE, MOST_BYTES, MOST_VALUES } from './limits';

/** What of a text would be lost, or cannot be sent; `at` of what is no JSON: line and column. */
export interface Flaw {
  readonly reason: 'not_json' | 'twice' | 'number' | 'too_nested' | 'too_many_values' | 'too_large';
  readonly path: Path;
  readonly at?: { readonly line: number; readonly column: number };
  readonly most?: number;
}

/** Longer ones are not looked at: no blanks make so much of a flow that can be sent. */
const LONGEST = 16 * MOST_BYTES;
const BOM = '\uFEFF';

export type ReadJson = { readonly json: Json } | { readonly flaws: readonly Flaw[] };

/**
 * The JSON of a text as it is meant, or each place where JSON.parse would take something else in
 * silence: the last of two members of one name, a number that is another one; and what the API does
 * not read. A byte order mark before it is none of it.
 */
export function readStrictly(text: string): ReadJson {
  const own = text.startsWith(BOM) ? text.slice(1) : text;
  const flaws = flawsOf(own);
  return flaws.length ? { flaws } : { json: JSON.parse(own) as Json };
}

/** As it is sent: what keeps it from being read by the API. */
export function flawsOf(text: string): readonly Flaw[] {
  if (text.length > LONGEST) return [TOO_LARGE];
  const looking = new Looking();
  const parts = partsOf(text);
  let part = parts.next();
  for (; !part.done; part = parts.next()) looking.take(part.value);
  if (part.value !== null) {
    return [{ reason: 'not_json', path: [], at: placeAt(text, part.value) }];
  }
  const { flaws } = looking;
  return flaws.length === 0 && bytesOf(text) > MOST_BYTES ? [TOO_LARGE] : flaws;
}

const TOO_LARGE: Flaw = { reason: 'too_large', path: [], most: MOST_BYTES / 1_000 };

/** Without the blanks around what it says, which are not sent. */
function bytesOf(text: string): number {
  if (text.length * 3 <= MOST_BYTES) return 0;
  return new TextEncoder().encode(JSON.stringify(JSON.parse(text))).length;
}

/** An object that is open, with the names that it has so far, or a list. */
interface Level {
  readonly names: Set<string> | null;
  at: string | number;
}

class Looking {
  readonly flaws: Flaw[] = [];
  private readonly levels: Level[] = [];
  private values = 0;

  take({ kind, text }: Part): void {
    switch (kind) {
      case 'close':
        this.levels.pop();
        return;
      case 'name':
        this.name(JSON.parse(text) as string);
        return;
      case 'open':
        this.count();
        // What is within it is not told again.
        if (this.levels.length === DEEPEST_VALUE) this.tell('too_nested', DEEPEST_VALUE);
        this.levels.push(text === '{' ? { names: new Set(), at: '' } : { names: null, at: -1 });
        return;
      case 'scalar':
        this.count();
        if (/^[-\d]/.test(text) && !isRepeatable(text)) this.tell('number');
    }
  }

  private name(name: string): void {
    const level = this.levels.at(-1);
    if (!level?.names) return;
    level.at = name;
    if (level.names.has(name)) this.tell('twice');
    level.names.add(name);
  }

  private count(): void {
    const level = this.levels.at(-1);
    if (level?.names === null) level.at = Number(level.at) + 1;
    this.values += 1;
    // The whole is none of them.
    if (this.values === MOST_VALUES + 2) {
      this.flaws.push({ reason: 'too_many_values', path: [], most: MOST_VALUES });
    }
  }

  private tell(reason: Flaw['reason'], most?: number): void {
    const path = this.levels.map(({ at }) => at);
    this.flaws.push({ reason, path, ...(most !== undefined && { most }) });
  }
}

/** Whether it is the same number again when it has been read and written, for others as well. */
function isRepeatable(text: string): boolean {
  const number = Number(text);
  if (!Number.isFinite(number)) return false;
  const again = String(number);
  const isWhole = /^-?\d+$/.test(again);
  return (!isWhole || Number.isSafeInteger(number)) && decimalOf(text) === decimalOf(again);
}

/** The same for all ways of writing one number: 1, 1.0 and 10e-1. */
function decimalOf(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  if (end === 0) return '0';
  const power = Number(exponent) - fraction.length + digits.length - end;
  return `${text.startsWith('-') ? '-' : ''}${digits.slice(0, end)}e${power}`;
}
