/** Addresses of REST calls that are written out, and where the settings let nobody call. */
import { error, Finding, Place } from './findings';
import type { Method, RestCallForm } from './flow';
import { cut } from './json-values';
import { parse, TemplateError } from './templates';

/** Where `rest_call` may call: `https://api.example.org`, with `*.` before it for all names below,
 * and with a port that is not the usual one. */
export interface AllowedHost {
  readonly origin: string;
  readonly methods: readonly Method[];
}

export const LONGEST_NAME = 128;
const SCHEMES = ['https://', 'http://'];
const ORIGIN = /^(https?):\/\/([^/?#]*)/i;
const PORTS: Readonly<Record<string, string>> = { https: ':443', http: ':80' };

/** By host and method; the path is looked at when it is called. */
export function addressFindings(
  { url, method }: RestCallForm,
  hosts: readonly AllowedHost[],
  place: Place,
): Finding[] {
  const origin = writtenOrigin(url);
  if (origin === undefined) return [];
  const allowed = hosts.filter((each) => isAt(origin, each.origin));
  if (allowed.length === 0) return [refused([...place, 'url'], origin)];
  const isAllowed = allowed.some(({ methods }) => methods.includes(method));
  return isAllowed ? [] : [refused([...place, 'method'], `${method} ${origin}`)];
}

/** Of an address that a call binds for the tool `http`: whatever the scheme and the port. */
export function hostFindings(url: unknown, hosts: readonly AllowedHost[], place: Place): Finding[] {
  const origin = typeof url === 'string' ? writtenOrigin(url) : undefined;
  if (origin === undefined) return [];
  const [name] = hostOf(origin);
  return hosts.some((each) => isBelow(name, hostOf(each.origin)[0]))
    ? []
    : [refused(place, origin)];
}

function refused(place: Place, name: string): Finding {
  return error('not_allowed', place, { name: cut(name, LONGEST_NAME) });
}

/** Scheme and host in lower case, without a usual port and without the name of a user; of what is
 * no address all of it. Undefined where it depends on variables. */
function writtenOrigin(url: string): string | undefined {
  const [first = '', ...rest] = partsOf(url);
  if (typeof first !== 'string') return undefined;
  const alone = rest.length === 0;
  const found = ORIGIN.exec(first);
  if (found === null) return !alone && mayBeOne(first) ? undefined : first;
  const isWhole = alone || found[0].length < first.length;
  return isWhole ? originOf(found) : undefined;
}

/** Whether it is the beginning of an address. */
function mayBeOne(first: string): boolean {
  return SCHEMES.some((each) => each.startsWith(first.toLowerCase()));
}

/** Of what is no template it is told elsewhere. */
function partsOf(url: string): (string | object)[] {
  try {
    return parse(url);
  } catch (wrong) {
    if (wrong instanceof TemplateError) return [{}];
    throw wrong;
  }
}

function originOf(found: RegExpExecArray): string {
  const [, scheme = '', authority = ''] = found.map((each) => each.toLowerCase());
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const usual = PORTS[scheme] ?? '';
  const plain = host.endsWith(usual) ? host.slice(0, -usual.length) : host;
  return `${scheme}://${at < 0 ? '' : '…@'}${plain}`;
}

function isAt(origin: string, allowed: string): boolean {
  const [name, port] = hostOf(origin);
  const [pattern, allowedPort] = hostOf(allowed);
  const schemes = [origin, allowed].map((each) => each.slice(0, each.indexOf('://')));
  return schemes[0] === schemes[1] && port === allowedPort && isBelow(name, pattern);
}

/** Name and port, which is empty for the usual one. */
function hostOf(origin: string): [string, string] {
  const authority = origin.slice(origin.indexOf('://') + '://'.length);
  const [name = '', ...port] = authority.split(':');
  return [name, port.join(':')];
}

function isBelow(name: string, pattern: string): boolean {
  const below = pattern.slice(1);
  return pattern.startsWith('*.') ? name.endsWith(below) && name !== below : name === pattern;
}
