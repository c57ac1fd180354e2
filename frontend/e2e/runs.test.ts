import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { checkAxe } from './support/axe.ts';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { Runs } from './support/runs.ts';
import { scenario } from './support/scenario.ts';
import { fitsItsWidth } from './support/watch.ts';

const WIDTHS = [320, 768, 1280];

/** A run that waits for somebody else's decision; gives the address that it is about. */
async function waitingRun(page: Page): Promise<string> {
  const address = `carmen.${randomUUID()}@valdeoro.example`;
  const answer = await new Chat(page).send(`Da de alta a Carmen Ruiz, ${address}, como empleada`);
  await answer.locator('.approval').waitFor();
  return address;
}

/** For everybody, at every width, light and dark. */
async function checkLooks(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      assert.ok(await fitsItsWidth(page), `it fits ${width} px`);
    }
    await checkAxe(page);
  }
}

scenario('who operates runs sees how one went', async (scene) => {
  const { page, context } = await scene.visit({ as: 'marta' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const chat = new Chat(page);
  await chat.ended(await chat.send('Crea una tarea «Revisar actas» para el 2026-12-04'));
  const runs = new Runs(page);
  await runs.openNewestOfThisConversation();
  await runs.reached('Terminado');

  const call = page.locator('.steps [data-kind="tool"]');
  await call.locator('summary').click();
  assert.match(await call.innerText(), /Crear tarea\s+hecho[^]*Revisar actas/);
  assert.match(await page.locator('.effects a').innerText(), /T-\d+/);
  assert.match(await page.locator('.facts').innerText(), /tokens: [^]+ leídos/);

  const trace = page.getByRole('button', { name: 'Copiar: Traza' });
  await trace.click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^[0-9a-f]{32}$/);
  await checkLooks(page);

  await page.getByRole('button', { name: 'English' }).click();
  await runs.reached('Done');
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
});

scenario('a list of runs says by name whose they are, and follows them', async (scene) => {
  const marta = await scene.visit({ as: 'marta' });
  const luis = await scene.visit({ as: 'luis' });
  const runs = new Runs(marta.page);
  await runs.link.click();
  await runs.list.first().waitFor();
  const chat = new Chat(luis.page);
  await chat.ended(await chat.send('Hola'));
  const id = new URL(luis.page.url()).pathname.split('/').at(-1) ?? '';
  const filter = marta.page.locator('input[name="conversationId"]');
  await filter.fill(id);
  await filter.press('Enter');
  const one = runs.list.first();
  await one
    .locator('.person')
    .getByText(/^Luis /)
    .waitFor();
  await eventually('there is one', async () => (await runs.list.count()) === 1);
  await chat.ended(await chat.send('Hola otra vez'));
  await marta.page.evaluate(() => {
    window.dispatchEvent(new Event('focus'));
  });
  await runs.list.nth(1).waitFor();
  await one.locator('a').click();
  await marta.page
    .locator('.facts')
    .getByText(/^Luis /)
    .waitFor();
});

scenario('runs are found by their state, and the address keeps what was asked', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  await waitingRun(page);
  const runs = new Runs(page);
  await runs.link.click();
  await runs.list.first().waitFor();
  await checkLooks(page);
  await page.getByLabel('Estado').selectOption('WAITING_APPROVAL');
  await page.waitForURL(/state=WAITING_APPROVAL/);
  await page.reload();
  await runs.list.first().waitFor();
  assert.equal(await page.getByLabel('Estado').inputValue(), 'WAITING_APPROVAL');
  for (const state of await runs.list.locator('.tag').allInnerTexts())
    assert.equal(state, 'A la espera de aprobación');
  await page.getByLabel('Hasta').fill('2020-01-01T00:00');
  await page.getByText('Ninguna ejecución cumple los filtros.').waitFor();
  await page.getByRole('button', { name: 'Quitar los filtros' }).click();
  await runs.list.first().waitFor();
});

scenario('a run goes on before the eyes of who watches it', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  const address = await waitingRun(page);
  const runs = new Runs(page);
  await runs.openNewestOfThisConversation();
  await runs.reached('A la espera de aprobación');
  assert.ok((await page.locator('.approval .values').innerText()).includes(address));
  await page.getByText('La decide otra persona.').waitFor();
  await checkLooks(page);

  const ana = await scene.visit({ as: 'ana', at: '/approvals' });
  const card = ana.page.locator('.approval').filter({ hasText: address });
  await card.getByRole('button', { name: 'Aprobar' }).click();
  await runs.reached('Terminado');
  await page.getByText('Aprobada y ejecutada').waitFor();
  await eventually('screen readers are told', async () =>
    (await page.locator('[aria-live]').allInnerTexts()).some((said) => said.includes('terminado')),
  );
});

scenario('a run is stopped with the keyboard alone, by who means it', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  await waitingRun(page);
  const runs = new Runs(page);
  await runs.openNewestOfThisConversation();
  const stop = page.locator('eira-stop-run > button');
  await stop.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: '¿Parar la ejecución?' });
  await dialog.waitFor();
  await checkAxe(page);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.ok(await stop.evaluate((button) => button === document.activeElement));
  await runs.reached('A la espera de aprobación');

  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await runs.reached('Parado');
  await page.getByText('Retirada: la ejecución terminó antes').waitFor();
  assert.equal(await stop.count(), 0);
});

scenario('runs are not for who has no right to see them', async (scene) => {
  const { page } = await scene.visit({ as: 'ana' });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.locator('.pages a[href="/approvals"]').waitFor();
  assert.equal(await new Runs(page).link.count(), 0);
  await page.goto(new URL('/runs', page.url()).href);
  await page.getByRole('heading', { name: 'Esta página no es para tu cuenta' }).waitFor();
  assert.ok(!asked.some((path) => path.startsWith('/api/runs')));
  await checkLooks(page);
});
