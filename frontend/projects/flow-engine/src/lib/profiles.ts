/** Which credential profile a node's call is made with. */
import { defaultProfile, Flow, Node } from './flow';
import type { Graph } from './graph';

export const DEFAULT_PROFILE = 'default';

/** `fellBack`: nobody named a profile. */
export interface InForce {
  readonly profile: string;
  readonly fellBack: boolean;
}

/** The nearest `use_profile` goes before the flow's `default_credential_profile`, and that before
 * `default`. */
export function profileOf(flow: Flow, nearest: string | null): InForce {
  const named = nearest ?? defaultProfile(flow);
  return named === undefined
    ? { profile: DEFAULT_PROFILE, fellBack: true }
    : { profile: named, fellBack: false };
}

/** Calls that may be reached without a `use_profile` before them. */
export function withoutProfile(flow: Flow, graph: Graph): Node[] {
  const unset = reachedUnset(flow, graph);
  return [...flow.nodes.values()].filter(
    (node) =>
      (node.type === 'agent_call' || node.type === 'rest_call') &&
      !node.simOnly &&
      unset.has(node.id),
  );
}

/** What can be reached on a way without `use_profile`; a loop's end is behind its last round and
 * behind none at all. */
function reachedUnset(flow: Flow, graph: Graph): Set<string> {
  const found = new Set<string>();
  const open = [graph.start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === null || found.has(name)) continue;
    found.add(name);
    if (flow.nodes.get(name)?.form.type !== 'use_profile') {
      open.push(...(graph.ports.get(name)?.values() ?? []));
    }
  }
  return found;
}
