/** Whether a flow begins with what the user says. */
import { parse as parseExpression } from './expressions';
import { Flow, Node, nodeOf, savedAs } from './flow';
import { Program } from './graph';
import { rootsOf } from './templates';
import { expressionsIn, templatesIn } from './text-checks';

const MESSAGE = 'message';

/** There is a way through the flow on which the message is read before anything sets it. */
export function beginsWithMessage({ flow, graph }: Program): boolean {
  if (MESSAGE in flow.meta.variables) return false;
  const seen = new Set<string>();
  const open = [graph.start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === null || seen.has(name)) continue;
    seen.add(name);
    if (reads(nodeOf(flow, name))) return true;
    if (!sets(flow, name)) open.push(...(graph.ports.get(name)?.values() ?? []));
  }
  return false;
}

function reads(node: Node): boolean {
  const { form } = node;
  // Such a call says what the user has said.
  if (form.type === 'agent_call' && !form.call['message'] && !form.call['system_prompt'])
    return true;
  const templates = templatesIn(node).flatMap(([, text]) => [...rootsOf(text)]);
  const isNamed = expressionsIn(node).some(([, text]) => isRead(parseExpression(text)));
  return isNamed || templates.includes(MESSAGE);
}

/** Anywhere in a tree of an expression. */
function isRead(tree: unknown): boolean {
  if (Array.isArray(tree)) return tree.some(isRead);
  if (typeof tree !== 'object' || tree === null) return false;
  if ('is' in tree && tree.is === 'name' && 'name' in tree) return tree.name === MESSAGE;
  return Object.values(tree).some(isRead);
}

/** What the user answers is the message, too. */
function sets(flow: Flow, name: string): boolean {
  const node = nodeOf(flow, name);
  return savedAs(node) === MESSAGE || (node.form.type === 'response' && node.form.wait);
}
