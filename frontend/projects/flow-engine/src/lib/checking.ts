/** Everything that is wrong with a flow, found at once. */
import { agentFindings } from './agent-checks';
import { Finding, FlowProblem, Part, Place, told, warning } from './findings';
import { defaultProfile, Flow } from './flow';
import { build, Graph, Program } from './graph';
import { at, has, isObject } from './json-values';
import type { Language } from './language';
import { FlowLists, listFindings } from './list-checks';
import { nodeFindings } from './node-checks';
import { withoutProfile } from './profiles';
import { read } from './reading';
import { textFindings } from './text-checks';
import { variableFindings } from './variable-checks';

type Check = (flow: Flow, graph: Graph) => Finding[];

const CHECKS: readonly Check[] = [
  nodeFindings,
  agentFindings,
  textFindings,
  variableFindings,
  profileFindings,
];

/** Told once, at the first call that nobody named a profile for. */
function profileFindings(flow: Flow, graph: Graph): Finding[] {
  if (defaultProfile(flow) !== undefined) return [];
  return withoutProfile(flow, graph)
    .slice(0, 1)
    .map((node) => warning('default_profile', node.place));
}

interface Found {
  readonly findings: readonly Finding[];
  readonly flow: Flow | null;
  readonly graph: Graph | null;
}

/** `lists` are what its caller may name; without them nothing is refused for its name. */
function findingsOf(sent: unknown, lists?: FlowLists): Found {
  const { flow, findings } = read(sent);
  const built = flow && build(flow);
  const all =
    flow === null || built === null
      ? findings
      : [
          ...findings,
          ...built.findings,
          ...CHECKS.flatMap((check) => check(flow, built.graph)),
          ...(lists ? listFindings(flow, built.graph, lists) : []),
        ];
  return { findings: asWritten(sent, all), flow, graph: built?.graph ?? null };
}

function asWritten(sent: unknown, findings: readonly Finding[]): Finding[] {
  return findings.map((each) => ({ ...each, place: placeAsWritten(sent, each.place) }));
}

/** With names of fields in the spelling that was sent. */
function placeAsWritten(sent: unknown, place: Place): Place {
  const told: Part[] = [];
  let within = sent;
  for (const named of place) {
    const part = partAsWritten(within, named);
    told.push(part);
    within = at(within, [part]);
  }
  return told;
}

function partAsWritten(within: unknown, part: Part): Part {
  if (!isObject(within) || typeof part !== 'string' || has(within, part)) return part;
  return [camel(part), snake(part)].find((each) => has(within, each)) ?? part;
}

function camel(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z0-9])([A-Z])/g, '_$1').toLowerCase();
}

export interface CheckContext {
  readonly language: Language;
  readonly lists?: FlowLists;
}

/** All problems, sorted by pointer. */
export function checkFlow(sent: unknown, context: CheckContext): FlowProblem[] {
  return told(findingsOf(sent, context.lists).findings, context.language);
}

/** What it is, and what is wrong with its form; null for what is no flow at all. */
export function readFlow(
  sent: unknown,
  language: Language,
): { flow: Flow | null; problems: FlowProblem[] } {
  const { flow, findings } = read(sent);
  return { flow, problems: told(asWritten(sent, findings), language) };
}

export type ProgramOrProblems =
  | { readonly program: Program }
  | { readonly program?: undefined; readonly problems: FlowProblem[] };

/** What can be run, or the problems of a flow that cannot. With `simulating` nodes that are for the
 * simulator only are run, too. */
export function programOf(
  sent: unknown,
  language: Language,
  simulating = false,
): ProgramOrProblems {
  const { findings, flow, graph } = findingsOf(sent);
  if (flow === null || graph === null || findings.some((each) => each.severity === 'error')) {
    return { problems: told(findings, language) };
  }
  return { program: { flow, graph, simulating } };
}
