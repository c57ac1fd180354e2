/** Answers that are made up from what a node says, for calls that nobody answers. */
import { searches } from '../calling-forms';
import { partsOf, Expression, ExpressionError, parse } from '../expressions';
import type { Part } from '../findings';
import { AgentCallForm, Node, RestCallForm, savedAs } from '../flow';
import type { Program } from '../graph';
import { cut, isList, isObject, Json, JsonObject, textOf } from '../json-values';
import type { Language } from '../language';
import type { CallAgent, CallRest } from '../running';
import { isAskedAsJson } from '../stepping';
import { placeholdersIn } from '../templates';
import { expressionsIn, templatesIn } from '../text-checks';
import { told } from './wording';

const SHOWN = 200;
const CHARACTERS_OF_A_TOKEN = 4;
const FEW = 2;

/** Of each node that calls somebody what it is answered if nothing else is said, by its id: to be
 * shown, and changed. */
export function defaultMocks(program: Program, language: Language): Record<string, Json> {
  const found = [...program.flow.nodes.values()].flatMap((node): [string, Json][] => {
    if (node.form.type === 'agent_call') {
      return [[node.id, agentMock(program, node, node.form.call, {}, language)]];
    }
    return node.form.type === 'rest_call' ? [[node.id, restMock(program, node, node.form)]] : [];
  });
  return Object.fromEntries(found);
}

type Tools = Readonly<Record<string, Json>>;

/** What a call is answered. `tools` are answers by tool. */
export function mockOf(
  program: Program,
  node: Node,
  action: CallAgent | CallRest,
  tools: Tools,
  language: Language,
): Json {
  if (action.kind === 'agent_call') {
    return agentMock(program, node, action.request, tools, language);
  }
  return tools['http'] ?? restMock(program, node, action);
}

function agentMock(
  program: Program,
  node: Node,
  call: AgentCallForm['call'],
  tools: Tools,
  language: Language,
): JsonObject {
  const asked = textOf(call['message'] ?? call['system_prompt'] ?? '');
  const text = isAskedAsJson(call)
    ? JSON.stringify(wantedIn(program, node, ['json']) ?? { mock: true })
    : textOf(tools['openai'] ?? told('mock_text', language, cut(asked, SHOWN)));
  const [promptTokens, completionTokens] = [tokensOf(asked), tokensOf(text)];
  const totalTokens = promptTokens + completionTokens;
  return {
    text,
    citations: searches(call) ? citations(call, tools['ai_search'], language) : [],
    usage: { promptTokens, completionTokens, totalTokens },
    threadId: `sim-${node.id.replace(/[^A-Za-z0-9_-]/g, '-')}`,
    ...(call['return_trace'] === true && trace(call, text)),
  };
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_OF_A_TOKEN);
}

function citations(call: JsonObject, given: Json | undefined, language: Language): Json[] {
  const search = isObject(call['search']) ? call['search'] : call;
  const top = typeof search['topK'] === 'number' ? search['topK'] : FEW;
  if (isList(given)) return given.slice(0, top);
  const index = textOf(
    search['index'] ?? search['search_index'] ?? firstOf(search['indexes']) ?? 'sim',
  );
  return Array.from({ length: Math.min(top, FEW) }, (_, place) =>
    citation(index, place + 1, language),
  );
}

function citation(index: string, number: number, language: Language): JsonObject {
  return {
    number,
    source: `${index}-${number}`,
    url: `https://sim.invalid/${encodeURIComponent(index)}/${number}`,
    snippet: told('mock_snippet', language, String(number)),
    score: 1 - number / 10,
    index,
    documentId: `sim-${number}`,
    verified: true,
  };
}

function firstOf(list: Json | undefined): Json | undefined {
  return isList(list) ? list[0] : undefined;
}

function trace(call: JsonObject, text: string): JsonObject {
  const people = isList(call['participants']) ? call['participants'] : [];
  return { steps: people.map((speaker) => ({ speaker, text })), handoffTrace: [] };
}

function restMock(program: Program, node: Node, call: RestCallForm | CallRest): JsonObject {
  const { method, url } = call;
  if (call.stream)
    return { status: 200, contentType: 'text/event-stream', text: `${method} ${url}` };
  const json = wantedIn(program, node, ['json']) ?? { mock: true, method, url };
  return { status: 200, contentType: 'application/json', json };
}

/** What the flow reads of a node's variable below there, as a value that has it all. */
function wantedIn(program: Program, node: Node, below: readonly string[]): Json | undefined {
  const name = savedAs(node);
  const prefix = [name, ...below];
  let found: Json | undefined;
  for (const path of pathsIn(program)) {
    const within = path.slice(prefix.length);
    if (within.length === 0 || !prefix.every((part, index) => path[index] === part)) continue;
    found = grown(found, within);
  }
  return found;
}

function grown(into: Json | undefined, [part, ...rest]: readonly Part[]): Json {
  if (part === undefined) return into ?? '…';
  if (typeof part === 'number') {
    const items = isList(into) ? [...into] : [];
    for (let index = items.length; index <= Math.min(part, FEW); index += 1) items.push('…');
    if (part < items.length) items[part] = grown(plainly(items[part]), rest);
    return items;
  }
  const fields = isObject(into) ? into : {};
  return { ...fields, [part]: grown(fields[part], rest) };
}

/** A place that nothing is known of yet. */
function plainly(value: Json | undefined): Json | undefined {
  return value === '…' ? undefined : value;
}

const paths = new WeakMap<Program, readonly (readonly Part[])[]>();

function pathsIn(program: Program): readonly (readonly Part[])[] {
  const known = paths.get(program);
  if (known !== undefined) return known;
  const nodes = [...program.flow.nodes.values()];
  const found = [
    ...nodes.flatMap((node) =>
      templatesIn(node).flatMap(([, text]) => placeholdersIn(text).map((each) => each.path)),
    ),
    ...nodes.flatMap((node) => expressionsIn(node).flatMap(([, text]) => membersIn(text))),
  ];
  paths.set(program, found);
  return found;
}

function membersIn(text: string): Part[][] {
  try {
    return pathsOf(parse(text));
  } catch (wrong) {
    if (wrong instanceof ExpressionError) return [];
    throw wrong;
  }
}

function pathsOf(expression: Expression): Part[][] {
  const path = pathOf(expression);
  return path === undefined ? partsOf(expression).flatMap(pathsOf) : [path];
}

function pathOf(expression: Expression): Part[] | undefined {
  if (expression.is === 'name') return [expression.name];
  if (expression.is !== 'member' && expression.is !== 'index') return undefined;
  const before = pathOf(expression.of);
  if (expression.is === 'member') return before && [...before, expression.name];
  const { at } = expression;
  if (before === undefined || at.is !== 'literal') return undefined;
  return typeof at.value === 'string' || typeof at.value === 'number'
    ? [...before, at.value]
    : undefined;
}
