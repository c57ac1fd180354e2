import { FlowDocument, NodeKey, places } from './document';
import { isObject, JsonObject, textOf } from './json';
import { Kind, kindOf } from './kinds';
import { linksOf } from './links';

/** A variable that a node may use, and what is known to be in it. */
export interface Variable {
  readonly name: string;
  readonly members: readonly string[];
}

const ANSWER = [
  'text',
  'citations',
  'usage',
  'threadId',
  'json',
  'steps',
  'handoff_trace',
  'runId',
];
const MEMBERS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  agent_call: ANSWER,
  rest_call: ['status', 'json', 'text', 'contentType', 'location'],
  response: ['text'],
};
const LATEST: Variable = { name: 'message', members: [] };

/** What may be set where this node runs: by those that may run before it, and from the beginning. */
export function variablesAt(document: FlowDocument, key: NodeKey): readonly Variable[] {
  const found = new Map<string, Variable>([[LATEST.name, LATEST]]);
  const add = (name: string, members: readonly string[] = []): void => {
    if (name && !found.has(name)) found.set(name, { name, members });
  };
  for (const [name, value] of Object.entries(variablesOf(document))) {
    add(name, isObject(value) ? Object.keys(value) : []);
  }
  for (const each of before(document, key)) setBy(document, each, add);
  return [...found.values()];
}

function variablesOf(document: FlowDocument): JsonObject {
  const meta = document.members?.['meta'];
  const variables = isObject(meta) ? meta['variables'] : undefined;
  return isObject(variables) ? variables : {};
}

/** Everything that a way leads from to this node; what only encloses it, too. */
function before(document: FlowDocument, key: NodeKey): ReadonlySet<NodeKey> {
  const sources = new Map<NodeKey, NodeKey[]>();
  for (const { from, to } of linksOf(document)) {
    sources.set(to, [...(sources.get(to) ?? []), from]);
  }
  const found = new Set<NodeKey>();
  const open = [key];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const source of sources.get(at) ?? []) {
      if (found.has(source)) continue;
      found.add(source);
      open.push(source);
    }
  }
  return found;
}

function setBy(
  document: FlowDocument,
  key: NodeKey,
  add: (name: string, members?: readonly string[]) => void,
): void {
  const fields = places(document).get(key)?.node.fields;
  if (!fields) return;
  const kind = kindOf(fields);
  add(textOf(fields['save_as'] ?? fields['saveAs']), MEMBERS[kind] ?? []);
  if (kind === 'assign_var') add(textOf(fields['name']));
  if (kind === 'loop') for (const name of roundsOf(fields)) add(name);
}

function roundsOf(fields: JsonObject): readonly string[] {
  const item = textOf(fields['item_as'] ?? fields['itemAs']) || 'item';
  return [item, textOf(fields['index_as'] ?? fields['indexAs']) || 'index'];
}
