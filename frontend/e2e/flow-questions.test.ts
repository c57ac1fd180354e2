import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { Chat } from './support/chat.ts';
import { tokenOf } from './support/flow-runs.ts';
import { platform } from './support/platform.ts';
import { scenario } from './support/scenario.ts';

const FLOW = {
  meta: { name: 'Presentación' },
  nodes: [
    { id: 'name', type: 'response', text: '¿Cómo te llamas?', wait: true, save_as: 'name' },
    { id: 'agent', type: 'agent_call', agent_profile: 'normal', message: 'Hola', save_as: 'said' },
    { id: 'age', type: 'response', text: '${name.text}, ¿qué edad?', wait: true, save_as: 'age' },
    { id: 'end', type: 'response', text: '${name.text} tiene ${age.text}.' },
  ],
};

/** As another program does, in the conversation that is open. */
async function runElsewhere(page: Page, message: string): Promise<void> {
  const conversationId = page.url().split('/').at(-1);
  const [token] = await Promise.all([tokenOf(page), page.reload()]);
  const response = await fetch(`${platform.app}/api/flows/runs`, {
    method: 'POST',
    headers: {
      authorization: token,
      'content-type': 'application/json',
      prefer: 'respond-async',
    },
    body: JSON.stringify({ flow: FLOW, conversationId, message }),
  });
  assert.equal(response.status, 202, await response.text());
}

scenario('a conversation answers what a flow asks in it, also after a reload', async (scene) => {
  const { page } = await scene.visit({ as: 'luis' });
  const chat = new Chat(page);
  const title = `flujo ${randomUUID().slice(0, 8)}`;
  await chat.ended(await chat.send(`Hola, ${title}`));
  const messages = page.locator('article.message p');
  const asked = (words: string): Locator => chat.lastAnswer.getByText(words);
  await runElsewhere(page, 'Empieza');
  // As when somebody comes back to the page.
  await page.evaluate(() => {
    window.dispatchEvent(new Event('focus'));
  });
  await asked('¿Cómo te llamas?').waitFor();
  await page.getByPlaceholder('Responde a la pregunta').waitFor();
  assert.equal(await page.locator('.writing').count(), 0, 'nothing is being written');
  await page.getByRole('button', { name: 'Parar' }).waitFor();
  await chat.box.fill('Ana');
  await chat.box.press('Enter');
  await asked('Ana, ¿qué edad?').waitFor();
  await page.reload();
  await asked('Ana, ¿qué edad?').waitFor();
  await page.getByPlaceholder('Responde a la pregunta').fill('33');
  await page.getByRole('button', { name: 'Enviar' }).click();
  await asked('Ana tiene 33.').waitFor();
  await page.locator('article.answer[data-status="running"]').waitFor({ state: 'detached' });
  assert.deepEqual((await messages.allInnerTexts()).slice(-3), ['Empieza', 'Ana', '33']);
  await page.reload();
  await asked('Ana tiene 33.').waitFor();
  assert.deepEqual((await messages.allInnerTexts()).slice(-3), ['Empieza', 'Ana', '33']);
  const list = page.getByRole('navigation', { name: 'Conversaciones', exact: true });
  await list.getByRole('link', { name: title }).waitFor();
  assert.equal(await list.getByRole('link', { name: 'Sin título' }).count(), 0);
});
