import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Chat } from './support/chat.ts';
import { platform } from './support/platform.ts';
import { choose, scenario } from './support/scenario.ts';

const TOKEN_ENDPOINT = /\/oauth2\/v2\.0\/token$/;

/** Everything that the page keeps in the browser, as one text. */
async function kept(page: Page): Promise<string> {
  const stored = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
  );
  const cookies = await page.context().cookies(platform.page);
  return stored + JSON.stringify(cookies.filter((one) => !one.httpOnly));
}

/** The tokens that the page is given from now on. */
function tokensOf(page: Page): string[] {
  const tokens: string[] = [];
  page.on('response', async (response) => {
    if (!TOKEN_ENDPOINT.test(response.url())) return;
    const given = (await response.json()) as Record<string, unknown>;
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      if (typeof given[name] === 'string') tokens.push(given[name]);
    }
  });
  return tokens;
}

scenario('a reload asks nobody again, and leads back to where one was', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  await chat.ended(await chat.send('hola'));
  const address = page.url();
  await page.reload();
  await chat.lastAnswer.waitFor();
  assert.equal(page.url(), address);
});

scenario('no token is kept anywhere in the browser', async (scene) => {
  const { page } = await scene.visit({ as: null });
  const tokens = tokensOf(page);
  await choose(page, 'ana');
  const chat = new Chat(page);
  await chat.ended(await chat.send('hola'));
  assert.ok(tokens.length >= 2);
  const text = await kept(page);
  for (const token of tokens) assert.ok(!text.includes(token));
  assert.ok(!page.url().includes('code='));
});

scenario('who signs out is asked who it is the next time', async (scene) => {
  const { page } = await scene.visit();
  await page.getByRole('button', { name: 'Cerrar sesión' }).click();
  await page.waitForURL(`${platform.identity}/**`);
  await choose(page, 'luis');
  await page.getByText('Luis Prieto', { exact: true }).waitFor();
});

scenario('who signs out in one tab has left all of them', async (scene) => {
  const { page, context } = await scene.visit();
  const chat = new Chat(page);
  await chat.ended(await chat.send('hola'));
  const other = await context.newPage();
  await other.goto(page.url());
  await new Chat(other).lastAnswer.waitFor();
  await page.getByRole('button', { name: 'Cerrar sesión' }).click();
  await other.getByRole('heading', { name: 'Se ha cerrado la sesión' }).waitFor();
  assert.equal(await other.getByText('hola').count(), 0);
  assert.equal(await other.getByText('Ana').count(), 0);
  await page.waitForURL(`${platform.identity}/**`);
  await other.getByRole('button', { name: 'Iniciar sesión' }).press('Enter');
  await other.waitForURL(`${platform.identity}/**`);
});

scenario('who cancels can try again', async (scene) => {
  const { page, watch } = await scene.visit({ as: null });
  watch.tolerate(/access_denied|AuthorizationResponseError|error/);
  await page.waitForURL(`${platform.identity}/**`);
  await page.locator('button[name="cancel"]').click();
  await page.getByRole('button', { name: 'Volver a intentarlo' }).click();
  await choose(page, 'ana');
  await new Chat(page).box.waitFor();
});

scenario('a token that runs out is renewed without anybody noticing', async (scene) => {
  const { page, context } = await scene.visit({ as: null });
  await context.clock.install();
  await choose(page, 'ana');
  const chat = new Chat(page);
  await chat.ended(await chat.send('hola'));
  const renewed = page.waitForResponse(TOKEN_ENDPOINT);
  await context.clock.fastForward('01:30:00');
  await chat.ended(await chat.send('hola'));
  assert.equal((await renewed).status(), 200);
  assert.ok(page.url().startsWith(platform.page));
});

scenario('somebody of another tenant sees nothing of this one', async (scene) => {
  const ana = await scene.visit({ as: 'ana' });
  const chat = new Chat(ana.page);
  await chat.ended(await chat.send('hola'));
  const olga = await scene.visit({ as: 'olga' });
  olga.watch.tolerate(/status of 404/);
  await olga.page.getByText('Olga Ferrer', { exact: true }).waitFor();
  const id = new URL(ana.page.url()).pathname.split('/').at(-1) ?? '';
  const refused = olga.page.waitForResponse(
    (answer) =>
      answer.url().includes(id) && answer.request().method() === 'GET' && answer.status() === 404,
  );
  await olga.page.goto(ana.page.url());
  await refused;
  assert.equal(await new Chat(olga.page).answers.count(), 0);
});
