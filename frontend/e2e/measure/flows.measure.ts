import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import type { Locator, Page } from 'playwright-core';
import { Flows, boxOf, middle } from '../support/flows.ts';
import { scenario } from '../support/scenario.ts';
import { SimulatorPage } from '../support/simulator.ts';
import { frames, keysToScreen, shownAfter, watchTasks } from '../support/timing.ts';

// Not a test of `./eira test`: its bounds are times, which a busy machine does not keep.
const NODES = 300;
const STEPS = 60;
const KEYS = 'Resume en tres frases lo que dice';
/** Two frames of a screen with 60 a second. */
const FRAME_MS = 34;
/** What is answered within it feels immediate (https://web.dev/articles/rail). */
const ANSWER_MS = 100;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Agents, conditions with both blocks, variables and answers: five nodes each time. */
function large(): string {
  const groups = Array.from({ length: NODES / 5 }, (_, at) => [
    { type: 'agent_call', id: `ask_${at}`, message: `Pregunta ${at}`, save_as: `r_${at}` },
    {
      type: 'condition',
      id: `fork_${at}`,
      expression: `size(r_${at}.text) > ${at}`,
      then: [{ type: 'assign_var', id: `yes_${at}`, name: 'last', value: at }],
      else: [{ type: 'assign_var', id: `no_${at}`, name: 'last', value: -at }],
    },
    { type: 'response', id: `say_${at}`, text: `Van ${at}: \${last}` },
  ]);
  return JSON.stringify({ meta: { name: 'Grande' }, nodes: groups.flat() });
}

function say(what: string, figures: object): void {
  const load = loadavg().map((one) => Number(one.toFixed(2)));
  console.log(JSON.stringify({ what, ...figures, load }));
}

function rounded(value: number | undefined): number {
  return Math.round((value ?? Number.NaN) * 10) / 10;
}

function spread(values: readonly number[]): { median: number; p95: number; longest: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: rounded(sorted[Math.floor(sorted.length / 2)]),
    p95: rounded(sorted[Math.floor(sorted.length * 0.95)]),
    longest: rounded(sorted.at(-1)),
  };
}

/** How long frames last while this is done with the canvas: 95 of 100 of them at most. */
async function smooth(page: Page, what: string, deed: () => Promise<void>): Promise<number> {
  const stop = await frames(page);
  await deed();
  const lasted = spread(await stop());
  say(`${NODES} nodes: frames while ${what}`, { ...lasted, unit: 'ms' });
  return lasted.p95;
}

/** Where nothing is drawn, as far as possible from the edges. */
function free(canvas: Locator): Promise<Place> {
  return canvas.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const among = Array.from({ length: 400 }, (_, at) => ({
      x: left + width * (0.3 + 0.02 * (at % 20)),
      y: top + height * (0.3 + 0.02 * Math.floor(at / 20)),
    }));
    const found = among.find(({ x, y }) => {
      const hit = document.elementFromPoint(x, y);
      return hit?.closest('f-flow') && !hit.closest('.flow-node, f-connection, f-minimap');
    });
    if (!found) throw new Error('The canvas is full.');
    return found;
  });
}

async function sway(page: Page, { x, y }: Place): Promise<void> {
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let step = 1; step <= STEPS; step += 1) {
    const angle = (step / STEPS) * 4 * Math.PI;
    await page.mouse.move(x + 120 * Math.sin(angle), y + 80 * Math.sin(2 * angle));
  }
  await page.mouse.up();
}

async function zoom(page: Page, { x, y }: Place): Promise<void> {
  await page.mouse.move(x, y);
  for (let step = 0; step < STEPS; step += 1) await page.mouse.wheel(0, step < 30 ? -40 : 40);
}

scenario(`how fluid a flow of ${NODES} nodes is`, async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  await watchTasks(page);
  const flows = new Flows(page);
  await flows.begin();
  const shown = await shownAfter(page, '.flow-node', NODES, async () => {
    await flows.bring(large());
  });
  say(`${NODES} nodes: from the import to the screen`, { ms: rounded(shown) });

  for (let time = 0; time < 6; time += 1) await flows.tool('Acercar').click();
  const canvas = flows.canvas;
  const moved = await smooth(page, 'it is moved', async () => sway(page, await free(canvas)));
  const zoomed = await smooth(page, 'it is zoomed', async () => zoom(page, await free(canvas)));
  await page.locator('.tabs button').nth(1).click();
  await flows.outline.filter({ hasText: 'ask_30' }).click();
  const node = flows.node('ask_30');
  await node.waitFor();
  const dragged = await smooth(page, 'a node is dragged', async () =>
    sway(page, middle(await boxOf(node))),
  );

  const field = flows.field('message');
  await field.fill('');
  const keys = spread(await keysToScreen(page, field, KEYS));
  say(`${NODES} nodes: from a key to the screen`, { ...keys, unit: 'ms' });

  const simulator = new SimulatorPage(page);
  await simulator.open();
  await smooth(page, 'it is simulated', async () => {
    const begun = performance.now();
    await simulator.do('run');
    await simulator.reached('done');
    say(`${NODES} nodes: simulated with mocks`, { ms: rounded(performance.now() - begun) });
  });
  assert.ok(Math.max(moved, zoomed, dragged) <= FRAME_MS);
  assert.ok(keys.p95 <= ANSWER_MS);
});
