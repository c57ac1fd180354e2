import assert from 'node:assert/strict';
import type { Page, Request } from 'playwright-core';
import { checkAxe } from './support/axe.ts';
import { eventually } from './support/eventually.ts';
import { Flows } from './support/flows.ts';
import { scenario, type Scene } from './support/scenario.ts';
import { SimulatorPage } from './support/simulator.ts';
import { Watch, fitsItsWidth } from './support/watch.ts';

const HEADER = 'x-sim-credentials';
/** One that the local model takes. */
const KEY = 'made-up-openai-staging-key-0002';
const ASKING = {
  meta: { name: 'Simulado', default_credential_profile: 'default' },
  nodes: [
    { type: 'agent_call', id: 'ask', agent_profile: 'normal', message: 'Hola', save_as: 'r1' },
    { type: 'response', id: 'more', text: '¿Algo más?', wait: true, save_as: 'said' },
    {
      type: 'condition',
      id: 'fork',
      expression: 'said.text == "no"',
      then: [{ type: 'response', id: 'bye', text: 'Adiós' }],
      else: [{ type: 'response', id: 'echo', text: 'Has dicho ${said.text}: ${r1.text}' }],
    },
  ],
};

interface Opened {
  readonly page: Page;
  readonly watch: Watch;
  readonly flows: Flows;
  readonly sim: SimulatorPage;
}

async function opened(scene: Scene, flow: object): Promise<Opened> {
  const { page, watch } = await scene.visit({ as: 'marta' });
  const flows = new Flows(page);
  await flows.begin();
  await flows.bring(JSON.stringify(flow));
  await flows.nodes.first().waitFor();
  const sim = new SimulatorPage(page);
  await sim.open();
  return { page, watch, flows, sim };
}

function stateOf(flows: Flows, id: string, state: string): Promise<unknown> {
  return eventually(
    `${id} is ${state}`,
    async () => (await flows.node(id).getAttribute('data-state')) === state,
  );
}

scenario('a flow is simulated: the path, what each node did, what the user says', async (scene) => {
  const { page, flows, sim } = await opened(scene, ASKING);
  await sim.do('run');
  await sim.reached('waiting');
  await stateOf(flows, 'ask', 'done');
  assert.match(await sim.said.first().innerText(), /DEV MOCK/);
  assert.match(await sim.said.last().innerText(), /¿Algo más\?/);
  await eventually('the cursor is where one answers', () =>
    sim.box.evaluate((box) => box === document.activeElement),
  );
  await sim.say('sí');
  await sim.reached('done');
  assert.match(await sim.said.last().innerText(), /Has dicho sí: /);
  assert.deepEqual(await sim.trace(), ['ask', 'more', 'fork', 'echo']);
  await stateOf(flows, 'bye', 'skipped');
  await eventually('the path is lit', async () => (await page.locator('.lit').count()) >= 3);

  await sim.row('ask').click();
  await sim.row('ask').press('End');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await sim.part('variables').filter({ hasText: '"said"' }).waitFor();
  await sim.part('input').filter({ hasText: 'Algo más' }).waitFor();
  await eventually('the row has the focus', () =>
    sim.row('more').evaluate((row) => row === document.activeElement),
  );
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      assert.ok(await fitsItsWidth(page), `it fits ${width} px`);
    }
    await checkAxe(page);
  }
  for (const tab of ['trial', 'mocks', 'profiles', 'inputs'] as const) {
    await sim.tab(tab);
    await checkAxe(page);
  }
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('region', { name: 'Simulator' }).waitFor();
  await sim.panel
    .getByText('Waits for', { exact: false })
    .or(sim.panel.getByText('Done'))
    .waitFor();
});

scenario('it goes step by step, stops where it is told to, and is stopped', async (scene) => {
  const { page, flows, sim } = await opened(scene, ASKING);
  // Nothing is chosen yet that it could be set on.
  await sim.panel.locator('[data-do="breakpoint"]:disabled').waitFor();
  await flows.node('more').click();
  await sim.panel.locator('[data-do="breakpoint"]:enabled').waitFor();
  await page.keyboard.press('F9');
  await flows.node('more').and(page.locator('[data-breakpoint]')).waitFor();
  await sim.do('run');
  await sim.reached('paused');
  await stateOf(flows, 'more', 'breakpoint');
  await sim.do('run');
  await sim.reached('waiting');
  await page.setViewportSize({ width: 1500, height: 900 });
  await eventually('one can write, and nothing has to be scrolled for that', () =>
    sim.box.evaluate((box) => {
      const { top, bottom } = box.getBoundingClientRect();
      return box.contains(
        document.elementFromPoint(box.getBoundingClientRect().left + 9, (top + bottom) / 2),
      );
    }),
  );
  await sim.do('stop');
  await sim.reached('stopped');
  await sim.row('more').and(page.locator('[data-status="stopped"]')).waitFor();
  await sim.do('reset');
  await sim.do('breakpoint');
  await flows.node('more').and(page.locator(':not([data-breakpoint])')).waitFor();
  await sim.do('step');
  await sim.reached('paused');
  assert.deepEqual(await sim.trace(), ['ask']);
  await sim.do('step');
  await sim.reached('waiting');
  await sim.say('no');
  await eventually('the step is over', async () => !(await sim.box.isEnabled()));
  await sim.do('run');
  await sim.reached('done');
  assert.deepEqual(await sim.trace(), ['ask', 'more', 'fork', 'bye']);
});

scenario(
  'answers are made up as somebody writes them, and a node is tried alone',
  async (scene) => {
    const { flows, sim } = await opened(scene, ASKING);
    await sim.tab('mocks');
    const mock = sim.panel.locator('[data-mock="ask"]');
    await mock.locator('textarea').fill('{"text": "A medida",}');
    await mock.getByText('No es JSON: línea 1, columna 21.').waitFor();
    await sim.panel.locator('[data-hindered]').waitFor();
    assert.ok(await sim.panel.locator('[data-do="run"]').isDisabled());
    await mock.locator('textarea').fill('{"text": "A medida"}');
    await sim.close();
    await sim.open();
    assert.equal(await mock.locator('textarea').inputValue(), '{"text": "A medida"}');
    await sim.panel.locator('[data-mock="http"] textarea').fill('[]');
    await sim.panel.getByText('Tiene que ser un objeto con un número en «status».').waitFor();
    await sim.panel.locator('[data-mock="http"] textarea').fill('');
    await sim.do('run');
    await sim.reached('waiting');
    await sim.row('ask').click();
    await sim.part('output').filter({ hasText: 'A medida' }).waitFor();
    await sim.do('reset');

    await flows.node('echo').click();
    await sim.tab('trial');
    await sim.panel.locator('.simulated-trial textarea').fill('[]');
    await sim.panel.getByRole('button', { name: 'Probar', exact: true }).last().click();
    await sim.panel.getByText('Tiene que ser un objeto: una variable por nombre.').waitFor();
    const variables = { said: { text: 'eso' }, r1: { text: 'aquello' } };
    await sim.panel.locator('.simulated-trial textarea').fill(JSON.stringify(variables));
    await sim.panel.locator('.simulated-trial').getByRole('button', { name: 'Probar' }).click();
    await sim.reached('done');
    assert.match(await sim.said.last().innerText(), /Has dicho eso: aquello/);
    assert.deepEqual(await sim.trace(), ['echo']);
  },
);

scenario('whether the backend can be reached is always to be seen', async (scene) => {
  const { page, watch, sim } = await opened(scene, ASKING);
  const reach = sim.panel.locator('.reach');
  await eventually(
    'it is reached',
    async () => (await reach.getAttribute('data-reach')) === 'reached',
  );
  await sim.panel.getByText(/Comprobado: .+ · \d+/).waitFor();
  await page.route('**/api/health', (route) => route.fulfill({ status: 503, body: '{}' }));
  watch.tolerate(/503/);
  await sim.panel.getByRole('button', { name: 'Comprobar ahora' }).click();
  await sim.panel.getByText('Backend inaccesible').waitFor();
  await page.unroute('**/api/health');
  await sim.panel.getByRole('button', { name: 'Comprobar ahora' }).click();
  await sim.panel.getByText('Backend accesible').waitFor();
});

scenario('a run against the backend is recorded, and replayed without it', async (scene) => {
  const { page, sim } = await opened(scene, ASKING);
  await sim.calls.selectOption('backend');
  await sim.do('run');
  await sim.reached('waiting');
  assert.match(await sim.row('ask').innerText(), /el backend[^]*\d/);
  await sim.say('sí');
  await sim.reached('done');
  const last = await sim.said.last().innerText();
  const tape = await sim.tape();
  assert.ok(tape.includes('"ask"'));

  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await sim.insert('{"no": "tape"}');
  await sim.panel.getByText('Ese archivo no es una grabación del simulador.').waitFor();
  await sim.insert(tape);
  await sim.panel.getByText('Con grabación').waitFor();
  await sim.do('run');
  await sim.reached('done');
  assert.equal(await sim.said.last().innerText(), last);
  assert.match(await sim.row('ask').innerText(), /la grabación/);
  assert.deepEqual(
    asked.filter((path) => path.includes('/chat')),
    [],
  );
});

/** All that a page has sent: addresses, headers without the one that may hold keys, bodies. */
function sentBy(page: Page): { readonly all: string[]; readonly headers: string[] } {
  const sent = { all: [] as string[], headers: [] as string[] };
  page.on('request', (request: Request) => {
    const { [HEADER]: keys, ...others } = request.headers();
    if (keys !== undefined) sent.headers.push(`${new URL(request.url()).pathname} ${keys}`);
    sent.all.push(`${request.url()} ${JSON.stringify(others)} ${request.postData() ?? ''}`);
  });
  return sent;
}

scenario(
  'keys that are typed in are in one header of one request, and nowhere else',
  async (scene) => {
    const canary = KEY;
    const value = `made-up-${Date.now()}-canary`;
    const { page, flows, sim } = await opened(scene, {
      ...ASKING,
      meta: { ...ASKING.meta, default_credential_profile: 'testing-real' },
      nodes: [
        ...ASKING.nodes,
        {
          type: 'secure_value',
          source: 'app_settings',
          alias: 'search-prod',
          mode: 'plaintext',
          save_as: 'secret',
        },
        { type: 'assign_var', name: 'kept', value: '${secret}' },
        { type: 'response', id: 'leak', text: 'Dice ${kept}' },
      ],
    });
    const logged: string[] = [];
    page.on('console', (message) => logged.push(message.text()));
    const sent = sentBy(page);
    await sim.addProfile('testing-real', { openai: canary });
    await sim.panel.locator('[data-alias="search-prod"]').fill(value);
    for (const box of await sim.panel.locator('.simulated-profiles input').all()) {
      assert.equal(await box.getAttribute('autocomplete'), 'off');
    }
    assert.equal(await sim.panel.locator('[data-tool="openai"]').getAttribute('type'), 'password');
    await sim.do('run');
    await sim.reached('waiting');
    await sim.say('no');
    await sim.reached('done');
    assert.match(await sim.said.last().innerText(), /\*\*\*SIM-ONLY\*\*\*/);
    assert.deepEqual(sent.headers, [`/api/chat ${JSON.stringify({ openai: canary })}`]);
    const tape = await sim.tape();
    const exports = [await flows.exported(), await flows.exported('Para producción')];
    await flows.save();
    const stored = await page.evaluate(async () => {
      const kept = [localStorage, sessionStorage].map((each) =>
        Object.keys(each).map((name) => [name, each.getItem(name)]),
      );
      return JSON.stringify([kept, await indexedDB.databases(), document.cookie]);
    });
    const told = [tape, ...exports, ...sent.all, ...logged, stored, page.url()];
    for (const [place, text] of told.entries()) {
      for (const secret of [canary, value]) {
        assert.ok(!text.includes(secret), `a secret is in ${place}: ${text.slice(0, 200)}`);
      }
    }
    await sim.close();
    await sim.open();
    await sim.tab('profiles');
    const typed = sim.panel.locator('[data-profile="testing-real"] [data-tool="openai"]');
    assert.equal(await typed.inputValue(), canary);
    await page.reload();
    await flows.signInAgain();
    await sim.open();
    await sim.tab('profiles');
    await sim.panel.locator('#new-profile').waitFor();
    assert.equal(await sim.panel.locator('[data-profile]').count(), 0);
  },
);
