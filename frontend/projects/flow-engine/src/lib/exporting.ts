/** A flow as it may leave the simulator: without its nodes, its values, and anybody's keys. */
import { bypassed } from './bypassing';
import { Finding, FlowProblem, Place, told, warning } from './findings';
import { simulatedProfile } from './flow';
import { build } from './graph';
import { isList, isObject, Json, JsonObject, lengthOf, mapped } from './json-values';
import { LANGUAGE, Language, LIMITS } from './language';
import { holdsSimOnly, isSimOnly, SIM_ONLY } from './leaking';
import { withoutProfile } from './profiles';
import { read } from './reading';

const NAMES = new RegExp(LANGUAGE.exports.names, 'u');
// Its words begin with Latin letters: none of any script may stand before them, as in Python.
const VALUES = new RegExp(
  LANGUAGE.exports.values.replaceAll(String.raw`\b`, String.raw`(?<![\p{L}\p{N}_])`),
  'u',
);
const META_VARIABLES = '["meta","variables"]';

/** `warnings` say what was taken out, with pointers into what was sent. */
export interface Exported {
  readonly flow: JsonObject;
  readonly warnings: readonly FlowProblem[];
}

/** Null for what is no flow. What else is wrong with it stays as it is; exporting what was exported
 * changes nothing. */
export function exportFlow(sent: unknown, language: Language): Exported | null {
  const flow: JsonObject | null = isList(sent) ? { nodes: sent } : isObject(sent) ? sent : null;
  const nodes = flow?.['nodes'];
  if (flow === null || !isList(nodes)) return null;
  const work = new Export(secretsIn(sent as Json));
  const cleaned = mapped(flow, (each, name) =>
    name === 'nodes' ? undefined : work.cleaned(each, [name]),
  );
  const meta = work.meta(flow, cleaned, profileToSet(sent));
  let kept = work.block(nodes, isList(sent) ? [] : ['nodes']);
  if (isList(cleaned['edges'])) {
    [kept, cleaned['edges']] = bypassed(flow, kept, cleaned['edges']);
  }
  const rest = mapped(cleaned, (each, name) => (name === 'meta' ? undefined : each));
  const ordered = { ...(meta !== undefined && meta !== null && { meta }), nodes: kept, ...rest };
  return { flow: ordered, warnings: told(work.findings, language) };
}

/** The profile of the simulator's keys, where a call would be left without any. */
function profileToSet(sent: unknown): string | undefined {
  const { flow } = read(sent);
  if (flow === null || flow.meta.default_credential_profile !== undefined) return undefined;
  return withoutProfile(flow, build(flow).graph).length > 0 ? simulatedProfile(flow) : undefined;
}

/** Every value that was typed in for the simulator; the longest hide those within them. */
export function secretsIn(sent: Json): string[] {
  const found = new Set(typedIn(sent).filter((each) => lengthOf(each) >= LIMITS.leastSecret));
  return [...found].sort((left, right) => lengthOf(right) - lengthOf(left));
}

function typedIn(value: Json): string[] {
  if (isList(value)) return value.flatMap(typedIn);
  if (!isObject(value)) return [];
  const found = Object.values(value).flatMap(typedIn);
  if (value['type'] === 'credential_profile') found.push(...texts(value['credentials'] ?? null));
  if (value['type'] === 'secure_value' || isSimOnly(value)) {
    found.push(...texts(value['value'] ?? null));
  }
  return found;
}

function texts(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return isList(value) || isObject(value) ? Object.values(value).flatMap(texts) : [];
}

export function isSimOnlyNode(node: Json): boolean {
  return (
    isObject(node) && (node['type'] === 'credential_profile' || node[LANGUAGE.simOnly.key] === true)
  );
}

/** A text that looks like somebody's key. */
export function looksSecret(text: string): boolean {
  return VALUES.test(text);
}

class Export {
  readonly findings: Finding[] = [];

  constructor(private readonly secrets: readonly string[]) {}

  meta(flow: JsonObject, cleaned: JsonObject, profile: string | undefined): Json | undefined {
    let meta = cleaned['meta'];
    const before = isObject(flow['meta']) ? flow['meta']['variables'] : undefined;
    if (isObject(meta) && isObject(meta['variables']) && isObject(before)) {
      const kept = Object.entries(before).filter(([name, each]) => !this.isSecret(name, each));
      const names = new Set(kept.map(([name]) => this.without(name)));
      const variables = mapped(meta['variables'], (each, name) =>
        names.has(name) ? each : undefined,
      );
      meta = { ...meta, variables };
    }
    if (profile === undefined || (isObject(meta) ? false : (meta ?? null) !== null)) return meta;
    this.findings.push(warning('default_profile_set', ['meta'], { profile }));
    return { ...(isObject(meta) ? meta : {}), default_credential_profile: profile };
  }

  private isSecret(name: string, value: Json): boolean {
    const place = ['meta', 'variables', name];
    if (holdsSimOnly(value)) {
      this.findings.push(warning('sim_only_removed', place));
      return true;
    }
    const snake = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
    const named = NAMES.test(snake) && texts(value).some((each) => each.trim() !== '');
    if (!named && !texts(value).some(looksSecret)) return false;
    this.findings.push(warning('credential_removed', place));
    return true;
  }

  block(nodes: Json[], place: Place): Json[] {
    return nodes.flatMap((node, index) => {
      const where = [...place, index];
      if (!isSimOnlyNode(node)) return [this.node(node, where)];
      this.findings.push(warning('sim_only_removed', where));
      return [];
    });
  }

  private node(sent: Json, place: Place): Json {
    if (!isObject(sent)) return this.cleaned(sent, place);
    const type = sent['type'];
    const node = type === 'secure_value' ? this.secureValue(sent, place) : sent;
    const blocks = typeof type === 'string' ? (LANGUAGE.blocks[type] ?? {}) : {};
    const found = Object.entries(node).flatMap(([name, each]): [string, Json][] => {
      const where = [...place, name];
      if (name === 'type') return [[name, each]];
      if (Object.hasOwn(blocks, name) && isList(each)) return [[name, this.block(each, where)]];
      const left = type === 'agent_call' && ['tools', 'runtime'].includes(name) && isEmpty(each);
      return left ? [] : [[this.without(name), this.cleaned(each, where)]];
    });
    return Object.fromEntries(found);
  }

  private secureValue(node: JsonObject, place: Place): JsonObject {
    const said = ['value', LANGUAGE.simOnly.meta].some((name) => (node[name] ?? null) !== null);
    if (node['mode'] !== 'plaintext' && !said) return node;
    this.findings.push(warning('made_opaque', place));
    const kept = Object.entries(node).filter(([name]) =>
      LANGUAGE.exports.keptOfSecureValue.includes(name),
    );
    return { ...Object.fromEntries(kept), mode: 'opaque' };
  }

  cleaned(value: Json, place: Place): Json {
    if (typeof value === 'string') return this.text(value, place);
    if (isList(value)) return value.map((each, index) => this.cleaned(each, [...place, index]));
    if (!isObject(value)) return value;
    if (isSimOnly(value)) {
      this.findings.push(warning('secret_replaced', place));
      return SIM_ONLY;
    }
    const members = Object.entries(value).map(
      ([name, each]) => [this.without(name), this.cleaned(each, [...place, name])] as const,
    );
    return Object.fromEntries(members);
  }

  private text(value: string, place: Place): string {
    const shown = this.without(value);
    if (shown !== value) this.findings.push(warning('secret_replaced', place));
    else if (looksSecret(value) && JSON.stringify(place.slice(0, 2)) !== META_VARIABLES) {
      this.findings.push(warning('credential_suspected', place));
    }
    return shown;
  }

  private without(text: string): string {
    return this.secrets.reduce((shown, secret) => shown.replaceAll(secret, SIM_ONLY), text);
  }
}

/** `runtime` and `tools` are written only where they say something. */
function isEmpty(value: Json): boolean {
  if (isList(value)) return value.length === 0;
  return isObject(value) ? Object.values(value).every((each) => each === null) : value === null;
}
