import { Json, JsonObject, isList, isObject } from './json';

/**
 * The flow without what was typed in for the simulator: those values are in the memory of the page
 * alone, and in nothing that is sent, stored, copied or written to a file.
 */
export function withoutSecrets(flow: Json): Json {
  if (isList(flow)) return flow.map(withoutSecrets);
  if (!isObject(flow)) return flow;
  const { type } = flow;
  if (type === 'credential_profile') return emptied(flow);
  const inner = INNER[typeof type === 'string' ? type : ''] ?? [];
  const members = Object.entries(flow).filter(
    ([name]) => type !== 'secure_value' || (name !== 'value' && name !== '__meta'),
  );
  return Object.fromEntries(
    members.map(([name, value]) => [name, inner.includes(name) ? withoutSecrets(value) : value]),
  );
}

/** By the type of a node, and of the flow itself, which has none: where nodes are. */
const INNER: Readonly<Record<string, readonly string[]>> = {
  '': ['nodes'],
  condition: ['then', 'else'],
  loop: ['body'],
};

function emptied(node: JsonObject): JsonObject {
  const { credentials } = node;
  if (!isObject(credentials)) return node;
  const names = Object.keys(credentials).map((name) => [name, '']);
  return { ...node, credentials: Object.fromEntries(names) as JsonObject };
}
