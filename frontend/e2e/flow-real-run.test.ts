import assert from 'node:assert/strict';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { Flows, boxOf } from './support/flows.ts';
import { scenario } from './support/scenario.ts';
import { SimulatorPage } from './support/simulator.ts';

const PHONE = { width: 390, height: 844 };
const NODES = [
  { type: 'response', id: 'echo', text: 'Dices ${message}.' },
  { type: 'response', id: 'ask', text: '¿Cómo te llamas?', wait: true, save_as: 'who' },
  { type: 'response', id: 'bye', text: 'Adiós, ${who.text}.' },
];

scenario(
  'on a phone a flow says that a message begins it, shows where to answer, and is run for real in a conversation',
  async (scene) => {
    const { page } = await scene.visit({ as: 'marta' });
    const flows = new Flows(page);
    await flows.begin();
    const name = `De verdad ${Date.now()}`;
    await flows.bring(JSON.stringify({ meta: { name }, nodes: NODES }));
    await flows.save();

    await page.setViewportSize(PHONE);
    const sim = new SimulatorPage(page);
    await sim.open();
    await sim.do('run');
    await sim.panel.locator('[data-lacks-message]').waitFor();
    await sim.say('hola');
    await sim.reached('waiting');
    await eventually('where one answers is seen and has the focus', async () => {
      const { y, height } = await boxOf(sim.box);
      const isFocused = await sim.box.evaluate((box) => box === document.activeElement);
      return isFocused && y >= 0 && y + height <= PHONE.height;
    });
    await sim.close();

    await page.getByRole('button', { name: 'Ejecutar de verdad' }).click();
    const dialog = page.getByRole('dialog', { name: 'Ejecutar el flujo de verdad' });
    await dialog.getByText('versión 1').waitFor();
    await dialog.getByLabel('Primer mensaje', { exact: true }).fill('buenas');
    await dialog.getByRole('button', { name: 'Ejecutar' }).click();
    await page.waitForURL(/\/c\/[0-9A-Z]{26}$/);
    const chat = new Chat(page);
    await chat.lastAnswer.filter({ hasText: '¿Cómo te llamas?' }).waitFor();
    await chat.box.fill('Ana');
    await chat.box.press('Enter');
    await chat.lastAnswer.and(page.locator('[data-status="done"]')).waitFor();
    const said = await page.locator('main').innerText();
    assert.ok(said.includes('buenas') && said.includes('Adiós, Ana.'), said);
  },
);
