import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlowBuilder, asBuilt, type Flow } from './support/flow-builder.ts';
import { Flows } from './support/flows.ts';
import { runDurably, tokenOf } from './support/flow-runs.ts';
import { platform } from './support/platform.ts';
import { scenario } from './support/scenario.ts';
import { SimulatorPage } from './support/simulator.ts';

interface Example {
  readonly name: string;
  /** What the user begins with. */
  readonly message?: string;
  /** What the user says where it asks. */
  readonly answers: readonly string[];
  /** Where the simulator has no way to what the backend reaches: what comes of it there. */
  readonly mocks?: Readonly<Record<string, object>>;
  /** What is said last, where no model says it. */
  readonly last?: string;
}

const QUESTION = '¿Cuánto se paga por kilómetro?';

const EXAMPLES: readonly Example[] = [
  {
    name: 'aprobar-alta',
    answers: ['Carmen Ruiz', 'carmen@valdeoro.example', 'no'],
    last: 'De acuerdo, no he hecho nada.',
  },
  { name: 'bucles-anidados', answers: [] },
  { name: 'conversacion', answers: [QUESTION, 'nada'], last: 'Gracias. ¡Hasta pronto!' },
  {
    name: 'llamada-con-secreto',
    answers: [],
    mocks: { descripcion: { failed: { code: 'CALL_FAILED', retryable: true } } },
    last: 'El ERP no ha respondido.',
  },
  { name: 'perfiles-y-aristas', answers: ['normal'] },
  { name: 'reparto-en-paralelo', message: QUESTION, answers: [] },
  { name: 'requisitos-con-documentos', message: QUESTION, answers: [] },
  { name: 'varios-agentes', message: QUESTION, answers: [] },
  { name: 'plan/encadenamiento', answers: [] },
  { name: 'plan/agente-rag', answers: [] },
];

/** Its nodes have ids, as all that are built in the editor. */
async function example(name: string): Promise<Flow> {
  const file = join(platform.root, 'packs/flows/examples', `${name}.json`);
  const flow = JSON.parse(await readFile(file, 'utf8')) as Flow;
  const nodes = flow.nodes.map((node, at) => ({
    ...node,
    id: (node.id as string | undefined) ?? `paso_${at}`,
  }));
  return { ...flow, nodes };
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

for (const { name, message, answers, mocks = {}, last } of EXAMPLES) {
  scenario(`${name} is built by hand, and goes durably as in the simulator`, async (scene) => {
    const { page } = await scene.visit({ as: 'marta' });
    const flows = new Flows(page);
    const [token] = await Promise.all([tokenOf(page), flows.begin()]);
    const flow = await example(name);
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
