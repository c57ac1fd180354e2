/** Taking nodes out of a graph that is written with edges. */
import { isList, isObject, Json, JsonObject } from './json-values';

/** The nodes that are kept, and edges that lead past the others: who went into one of these goes on
 * where its `next` led. Where the flow began with one, it begins behind it. */
export function bypassed(flow: JsonObject, kept: Json[], edges: Json[]): [Json[], Json[]] {
  const left = new Set(kept.map((each) => textIn(each, 'id')));
  const nodes = isList(flow['nodes']) ? flow['nodes'] : [];
  const names = nodes.map((each) => textIn(each, 'id'));
  const gone = new Set(names.filter((name) => name !== undefined && !left.has(name)));
  if (gone.size === 0) return [kept, edges];
  const after = new Map<string, Json>();
  for (const edge of edges) {
    const source = textIn(edge, 'from');
    if (source === undefined || !gone.has(source) || portOf(edge) !== 'next') continue;
    after.set(source, isObject(edge) ? (edge['to'] ?? null) : null);
  }
  const past = (name: Json): Json => pastGone(name, gone, after);
  const found = edges.flatMap((edge): Json[] => {
    if (!isObject(edge) || gone.has(textIn(edge, 'from'))) return [];
    const target = past(edge['to'] ?? null);
    return target === null ? [] : [{ ...edge, to: target }];
  });
  return [begun(flow, kept, names, (name) => (gone.has(name) ? past(name) : undefined)), found];
}

function pastGone(
  from: Json,
  gone: ReadonlySet<string | undefined>,
  after: ReadonlyMap<string, Json>,
): Json {
  const seen = new Set<string>();
  let name = from;
  while (typeof name === 'string' && gone.has(name) && !seen.has(name)) {
    seen.add(name);
    name = after.get(name) ?? null;
  }
  return typeof name === 'string' && gone.has(name) ? null : name;
}

function begun(
  flow: JsonObject,
  kept: Json[],
  names: readonly (string | undefined)[],
  past: (name: string) => Json | undefined,
): Json[] {
  const edges = isList(flow['edges']) ? flow['edges'] : [];
  const ledTo = new Set(edges.map((each) => textIn(each, 'to')));
  // What has no name is led to by nothing.
  ledTo.delete(undefined);
  const start = names.find((name) => !ledTo.has(name)) ?? startOf(names, ledTo);
  const first = start === undefined ? undefined : past(start);
  if (first === undefined) return kept;
  const isFirst = (each: Json): boolean => (textIn(each, 'id') ?? null) === first;
  return [...kept.filter(isFirst), ...kept.filter((each) => !isFirst(each))];
}

function startOf(
  names: readonly (string | undefined)[],
  ledTo: ReadonlySet<string | undefined>,
): string | undefined {
  return names.some((name) => !ledTo.has(name)) ? undefined : names[0];
}

function textIn(value: Json, name: string): string | undefined {
  const found = isObject(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}

function portOf(edge: Json): Json {
  const port = isObject(edge) ? edge['port'] : undefined;
  return port === undefined || port === null || port === '' ? 'next' : port;
}
