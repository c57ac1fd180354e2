/** What is wrong with nodes by themselves, beyond their fields. */
import { error, Finding, Place, warning } from './findings';
import {
  CredentialProfileForm,
  Flow,
  LoopForm,
  Node,
  nodeOf,
  ResponseForm,
  savedAs,
  SecureValueForm,
} from './flow';
import type { Graph } from './graph';
import { isList } from './json-values';
import { isBlank, isTemplated, LANGUAGE } from './language';

export function nodeFindings(flow: Flow, graph: Graph): Finding[] {
  return [...flow.nodes.values()].flatMap((node) => [
    ...reserved(node),
    ...(node.simOnly ? [warning('sim_only_node', node.place)] : []),
    ...ofForm(flow, graph, node),
  ]);
}

function ofForm(flow: Flow, graph: Graph, node: Node): Finding[] {
  const { form, place } = node;
  if (form.type === 'loop') return loop(form, graph, node);
  if (form.type === 'secure_value') return secureValue(form, place);
  if (form.type === 'response') return response(form, inParallel(flow, graph, node), place);
  if (form.type === 'credential_profile') return keys(form, place);
  if (form.type === 'assign_var') {
    const both = (form.value === undefined) === (form.expression === undefined);
    return both ? [error('assign_one', place)] : [];
  }
  const bodiless = form.type === 'rest_call' && ['GET', 'HEAD'].includes(form.method);
  return bodiless && form.body !== undefined ? [warning('body_ignored', [...place, 'body'])] : [];
}

function keys(form: CredentialProfileForm, place: Place): Finding[] {
  const { tools, otherNames } = LANGUAGE.keys;
  return Object.keys(form.credentials)
    .filter((tool) => !tools.includes(tool) && !Object.hasOwn(otherNames, tool))
    .map((tool) => warning('unknown_tool', [...place, 'credentials', tool]));
}

function response(form: ResponseForm, beside: boolean, place: Place): Finding[] {
  const found = isBlank(form.text) ? [warning('nothing_said', [...place, 'text'])] : [];
  if (form.wait && beside) found.push(error('wait_in_parallel', [...place, 'wait']));
  if (!form.wait && form.save_as !== undefined) {
    found.push(warning('nothing_to_save', [...place, 'save_as']));
  }
  return found;
}

/** Whether a loop around it runs its rounds side by side. */
export function inParallel(flow: Flow, graph: Graph, node: Node): boolean {
  return (graph.loops.get(node.id) ?? []).some((name) => {
    const form = nodeOf(flow, name).form;
    return form.type === 'loop' && form.parallel;
  });
}

function reserved(node: Node): Finding[] {
  const { form, place } = node;
  const names: [string, string | undefined][] = [
    [node.type === 'assign_var' ? 'name' : 'save_as', savedAs(node)],
  ];
  const found: Finding[] = [];
  if (form.type === 'loop') {
    names.push(['item_as', form.item_as], ['index_as', form.index_as]);
    if (form.item_as === form.index_as) found.push(error('same_names', [...place, 'index_as']));
  }
  for (const [field, name] of names) {
    if (name !== undefined && LANGUAGE.expressions.reserved.includes(name)) {
      found.push(error('reserved_name', [...place, field], { name }));
    }
  }
  return found;
}

function loop(form: LoopForm, graph: Graph, node: Node): Finding[] {
  const { place } = node;
  const found = repeated(form, place);
  if ((form.save_as === undefined) !== (form.collect === undefined)) {
    found.push(error('loop_collects', place));
  }
  const body = graph.ports.get(node.id)?.get('body') ?? null;
  if (body === null) found.push(warning('loop_without_body', place));
  return found;
}

/** What is wrong with what it repeats for. */
function repeated(form: LoopForm, place: Place): Finding[] {
  const { over, parallel, max_iterations: limit } = form;
  const found: Finding[] = [];
  if (over === undefined && form.while === undefined) {
    found.push(error('loop_of_nothing', place));
  }
  if (parallel && form.while !== undefined) {
    found.push(error('while_in_parallel', [...place, 'while']));
  }
  if (typeof over === 'string' && !isTemplated(over)) {
    found.push(error('loop_not_a_list', [...place, 'over']));
  }
  if (isList(over) && over.length > limit) {
    found.push(error('loop_too_long', [...place, 'over'], { limit }));
  }
  return found;
}

function secureValue(form: SecureValueForm, place: Place): Finding[] {
  const other = form.source === 'app_settings' ? 'secret' : 'name';
  const found: Finding[] = [];
  if (form[other] !== undefined) {
    found.push(error('secure_value_source', [...place, other], { source: form.source }));
  } else if (form.name !== undefined && !form.name.startsWith(LANGUAGE.texts.usualSettings)) {
    found.push(warning('setting_name_unusual', [...place, 'name']));
  }
  if (form.mode === 'plaintext') found.push(warning('plaintext_dev_only', [...place, 'mode']));
  if (form.value !== undefined) found.push(warning('sim_only_value', [...place, 'value']));
  return found;
}
