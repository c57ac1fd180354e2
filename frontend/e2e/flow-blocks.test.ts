import assert from 'node:assert/strict';
import { checkAxe } from './support/axe.ts';
import { eventually } from './support/eventually.ts';
import { Flows } from './support/flows.ts';
import { scenario } from './support/scenario.ts';

interface Inner {
  readonly type: string;
  readonly body?: readonly Inner[];
  readonly else?: readonly Inner[];
}

function drawn(flows: Flows, nodes: number, lines: number): Promise<unknown> {
  return eventually(
    `${nodes} nodes and ${lines} lines are drawn`,
    async () => (await flows.nodes.count()) === nodes && (await flows.lines.count()) === lines,
  );
}

scenario('nodes are put into blocks, with keys and with the mouse', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  const flows = new Flows(page);
  await flows.begin();
  const { keyboard } = page;
  await page.locator('#palette-search').fill('bucle');
  await keyboard.press('Enter');
  await flows.panel('Esquema');
  await page.getByRole('button', { name: 'Dentro del bucle' }).focus();
  await keyboard.press('Enter');
  await eventually('one can type what', () =>
    page.evaluate(() => document.activeElement?.id === 'palette-search'),
  );
  await keyboard.type('condicion');
  await keyboard.press('Enter');
  await drawn(flows, 2, 1);
  await checkAxe(page);

  await page.getByLabel('Dónde').selectOption('Dentro, si no se cumple');
  await page.locator('#palette-search').fill('');
  await page.locator('#palette-response').click();
  await drawn(flows, 3, 2);
  await page.locator('#palette-use_profile').click();
  await drawn(flows, 4, 3);
  const { nodes } = JSON.parse(await flows.exported()) as { nodes: readonly Inner[] };
  const inner = nodes[0]?.body?.[0]?.else ?? [];
  assert.deepEqual(
    inner.map(({ type }) => type),
    ['response', 'use_profile'],
  );
});
