import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Flows } from './support/flows.ts';
import { durableTrace, tokenOf } from './support/flow-runs.ts';
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
}

const QUESTION = '¿Cuánto se paga por kilómetro?';

const EXAMPLES: readonly Example[] = [
  { name: 'aprobar-alta', answers: ['Carmen Ruiz', 'carmen@valdeoro.example', 'no'] },
  { name: 'bucles-anidados', answers: [] },
  { name: 'conversacion', answers: [QUESTION, 'nada'] },
  {
    name: 'llamada-con-secreto',
    answers: [],
    mocks: { descripcion: { failed: { code: 'CALL_FAILED', retryable: true } } },
  },
  { name: 'perfiles-y-aristas', answers: ['normal'] },
  { name: 'reparto-en-paralelo', message: QUESTION, answers: [] },
  { name: 'requisitos-con-documentos', message: QUESTION, answers: [] },
  { name: 'varios-agentes', message: QUESTION, answers: [] },
];

interface Flow {
  readonly nodes: readonly { readonly type: string; readonly id?: string }[];
}

async function example(name: string): Promise<Flow> {
  const file = join(platform.root, 'packs/flows/examples', `${name}.json`);
  return JSON.parse(await readFile(file, 'utf8')) as Flow;
}

/** Rounds side by side begin in any order, and what is the simulator's only runs nowhere else. */
function comparable(trace: readonly string[], flow: Flow): readonly string[] {
  const own = flow.nodes.filter(({ type }) => type === 'credential_profile').map(({ id }) => id);
  return trace.filter((key) => !own.includes(key)).sort();
}

for (const { name, message, answers, mocks = {} } of EXAMPLES) {
  scenario(`${name} goes in the simulator as it goes durably`, async (scene) => {
    const { page } = await scene.visit({ as: 'marta' });
    const flows = new Flows(page);
    const [token] = await Promise.all([tokenOf(page), flows.begin()]);
    const flow = await example(name);
    await flows.bring(JSON.stringify(flow));
    await flows.nodes.first().waitFor();
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
    const durable = comparable(
      await durableTrace(token, { flow: exported, message }, answers),
      flow,
    );
    assert.ok(simulated.length > 0);
    assert.deepEqual(simulated, durable);
  });
}
