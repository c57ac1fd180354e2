/** What is found wrong with a flow, before it is told in somebody's language. */
import { compareTexts } from './json-values';
import { Language, say } from './language';

export type Part = string | number;
export type Place = readonly Part[];
export type Severity = 'error' | 'warning';

/** `pointer` is a JSON pointer (RFC 6901) into the flow. With an error a flow cannot run. */
export interface FlowProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly pointer: string;
  readonly message: string;
}

type Plain = Readonly<Record<string, string | number>>;

/** A value that is itself a sentence, in the language of the whole. */
interface Worded {
  readonly key: string;
  readonly values: Plain;
}
type Values = Readonly<Record<string, string | number | Worded>>;

/** What is wrong with a field: of a kind that pydantic tells, with its bounds. */
export interface Fault {
  readonly type: string;
  readonly values?: Plain;
}

export interface Finding {
  readonly severity: Severity;
  readonly code: string;
  readonly place: Place;
  readonly values?: Values;
  readonly fault?: Fault;
}

export function error(code: string, place: Place, values: Values = {}): Finding {
  return { severity: 'error', code, place, values };
}

export function warning(code: string, place: Place, values: Values = {}): Finding {
  return { severity: 'warning', code, place, values };
}

/** By place, numbers by their size before names; of a place errors first, then by code. Each once. */
export function told(findings: Iterable<Finding>, language: Language): FlowProblem[] {
  const distinct = new Map<string, Finding>();
  for (const each of findings) {
    distinct.set(JSON.stringify([each.severity, each.code, each.place]), each);
  }
  return [...distinct.values()].sort(inOrder).map((each) => ({
    severity: each.severity,
    code: each.code,
    pointer: pointerTo(each.place),
    message: sentence(each, language),
  }));
}

function inOrder(left: Finding, right: Finding): number {
  return (
    comparePlaces(left.place, right.place) ||
    compareTexts(left.severity, right.severity) ||
    compareTexts(left.code, right.code)
  );
}

function comparePlaces(left: Place, right: Place): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const apart = compareParts(left[index] ?? '', right[index] ?? '');
    if (apart !== 0) return apart;
  }
  return left.length - right.length;
}

function compareParts(left: Part, right: Part): number {
  if (typeof left === 'number') return typeof right === 'number' ? left - right : -1;
  return typeof right === 'number' ? 1 : compareTexts(left, right);
}

/** A JSON pointer (RFC 6901, section 3). */
export function pointerTo(place: Place): string {
  return place
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** The place that a pointer leads to in this JSON: numbers in lists, names elsewhere. */
export function placeOf(pointer: string, within: unknown): Place {
  const place: Part[] = [];
  let found = within;
  for (const written of pointer.split('/').slice(1)) {
    const name = written.replaceAll('~1', '/').replaceAll('~0', '~');
    const part = Array.isArray(found) ? Number(name) : name;
    place.push(part);
    found = (found as Record<Part, unknown> | null | undefined)?.[part];
  }
  return place;
}

function sentence(finding: Finding, language: Language): string {
  if (finding.fault !== undefined) return fieldMessage(finding.fault, language);
  const values = Object.entries(finding.values ?? {}).map(
    ([name, each]): [string, string | number] => [
      name,
      typeof each === 'object' ? (say(each.key, language, each.values) ?? each.key) : each,
    ],
  );
  return say(`flow_${finding.code}`, language, Object.fromEntries(values)) ?? finding.code;
}

function fieldMessage(fault: Fault, language: Language): string {
  const values = { ...fault.values };
  if (typeof values['expected'] === 'string') {
    values['expected'] = values['expected'].replaceAll(' or ', say('or', language) ?? ' or ');
  }
  if (typeof values['kinds'] === 'string') {
    const kinds = values['kinds'].split('|').map((each) => say(`field_kind_${each}`, language));
    values['kinds'] = kinds.join(say('or', language));
  }
  return say(`field_${fault.type}`, language, values) ?? say('field_invalid', language) ?? '';
}
