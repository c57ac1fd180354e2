import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlowBuilder, asBuilt, type Flow, type Node } from './flow-builder.ts';
import { Flows } from './flows.ts';
import { runDurably, tokenOf } from './flow-runs.ts';
import { platform } from './platform.ts';
import { scenario } from './scenario.ts';
import { SimulatorPage } from './simulator.ts';

/** A flow of `packs/flows/examples`, and what is done with it. */
export interface Example {
  readonly name: string;
  /** What the user begins with. */
  readonly message?: string;
  /** What the user says where it asks. */
  readonly answers?: readonly string[];
  /** Where the simulator has no way to what the backend reaches: what comes of it there. */
  readonly mocks?: Readonly<Record<string, object>>;
  /** Beside these and secure values the calls that the simulator makes up, as they take such a value. */
  readonly madeUp?: readonly string[];
  /** What is said last, where no model says it. */
  readonly last?: string;
}

export const QUESTION = '¿Cuánto se paga por kilómetro?';
/** What one pastes where the plan says so: keys of the local platform, by tool. */
const KEYS: Readonly<Record<string, string>> = {
  openai: 'made-up-openai-staging-key-0002',
  ai_search: 'made-up-search-test-key-0006',
};

/** Its nodes have ids, as all that are built in the editor. */
async function flowOf(name: string): Promise<Flow> {
  const file = join(platform.root, 'packs/flows/examples', `${name}.json`);
  const flow = JSON.parse(await readFile(file, 'utf8')) as Flow;
  const nodes = flow.nodes.map((node, at) => ({
    ...withKeys(node),
    id: (node.id as string | undefined) ?? `paso_${at}`,
  }));
  return { ...flow, nodes };
}

function withKeys(node: Node): Node {
  if (node.type !== 'credential_profile' || !node.credentials) return node;
  const tools = Object.keys(node.credentials);
  return {
    ...node,
    credentials: Object.fromEntries(tools.map((tool) => [tool, KEYS[tool] ?? ''])),
  };
}

/**
 * The nodes of each round in the order in which they began: rounds side by side begin in any order,
 * and what is the simulator's only runs nowhere else.
 */
function comparable(trace: readonly string[], flow: Flow): Readonly<Record<string, string[]>> {
  const own = flow.nodes.filter(({ type }) => type === 'credential_profile').map(({ id }) => id);
  const rounds: Record<string, string[]> = {};
  for (const key of trace.filter((each) => !own.includes(each))) {
    const [id = '', ...round] = key.split('[');
    (rounds[round.join('[')] ??= []).push(id);
  }
  return rounds;
}

/** A test: it is built by hand, simulated, exported, and run durably; both go the same way. */
export function goesAsInTheSimulator(example: Example): void {
  const { name, message, answers = [], mocks = {}, madeUp = [], last } = example;
  scenario(`${name} is built by hand, and goes durably as in the simulator`, async (scene) => {
    const { page } = await scene.visit({ as: 'marta' });
    const flows = new Flows(page);
    const [token] = await Promise.all([tokenOf(page), flows.begin()]);
    const flow = await flowOf(name);
    await new FlowBuilder(page).build(flow);
    assert.deepEqual(asBuilt(JSON.parse(await flows.exported()) as Flow), asBuilt(flow));
    const sim = new SimulatorPage(page);
    await sim.open();
    for (const [node, mock] of Object.entries(mocks)) {
      await sim.tab('mocks');
      await sim.panel.locator(`[data-mock="${node}"] textarea`).fill(JSON.stringify(mock));
    }
    await sim.calls.selectOption('backend');
    await (message === undefined ? sim.do('run') : sim.say(message));
    for (const answer of answers) {
      await sim.reached('waiting');
      await sim.say(answer);
      await sim.gone(answer);
    }
    await sim.reached('done');
    const secure = flow.nodes.filter(({ type }) => type === 'secure_value').map(({ id }) => id);
    const expected = [...secure, ...Object.keys(mocks), ...madeUp];
    assert.deepEqual((await sim.madeUp()).sort(), expected.sort());
    const simulated = comparable(await sim.trace(), flow);
    const exported = JSON.parse(await flows.exported('Para producción')) as object;
    const ran = await runDurably(token, { flow: exported, message }, answers);
    assert.ok(Object.keys(simulated).length > 0);
    assert.deepEqual(simulated, comparable(ran.trace, flow));
    assert.equal(ran.finishReason, 'stop');
    if (last === undefined) return;
    assert.equal(ran.last, last);
    assert.ok((await sim.said.last().innerText()).includes(last));
  });
}
