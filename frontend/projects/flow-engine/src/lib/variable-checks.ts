/** Variables that nobody sets before they are read, and handles where they must not be. */
import { Finding, Place, warning } from './findings';
import { Flow, Node, savedAs } from './flow';
import { behind, Graph } from './graph';
import { LANGUAGE } from './language';
import { rootsOf } from './templates';
import { templatesIn } from './text-checks';

export function variableFindings(flow: Flow, graph: Graph): Finding[] {
  const known = knownVariables(flow, graph);
  const handles = new Set<string>();
  for (const { form } of flow.nodes.values()) {
    if (form.type === 'secure_value') handles.add(form.save_as);
  }
  const found: Finding[] = [];
  for (const node of flow.nodes.values()) {
    for (const [place, text] of templatesIn(node)) {
      for (const name of rootsOf(text)) {
        if (!known.get(node.id)?.has(name)) {
          found.push(warning('unknown_variable', place, { name }));
        } else if (handles.has(name) && goesOut(node, place)) {
          found.push(warning('handle_outside_credentials', place, { name }));
        }
      }
    }
  }
  return found;
}

function goesOut(node: Node, place: Place): boolean {
  return (
    ['agent_call', 'rest_call', 'response'].includes(node.type) &&
    place[node.place.length] !== 'credentials'
  );
}

/** By node the variables that may be there when it is run. */
export function knownVariables(flow: Flow, graph: Graph): Map<string, Set<string>> {
  const given = [...LANGUAGE.texts.given, ...Object.keys(flow.meta.variables)];
  const known = new Map([...flow.nodes.keys()].map((name) => [name, new Set(given)]));
  for (const node of flow.nodes.values()) {
    const saved = savedAs(node);
    if (saved !== undefined) {
      for (const name of behind(graph, node.id)) known.get(name)?.add(saved);
    }
    if (node.form.type === 'loop') {
      for (const name of [...(graph.bodies.get(node.id) ?? []), node.id]) {
        known.get(name)?.add(node.form.item_as).add(node.form.index_as);
      }
    }
  }
  return known;
}
