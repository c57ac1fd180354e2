import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { checkAxe } from './support/axe.ts';
import { Chat } from './support/chat.ts';
import { recordsWith } from './support/erp.ts';
import { platform } from './support/platform.ts';
import { scenario } from './support/scenario.ts';

const QUESTION = '¿Cuánto se paga por kilómetro?';
const A_DURATION = /\d(,\d)? (ms|s|min)/;
/** A title that no other test gives. */
const titled = (): string => `Revisar ${randomUUID().slice(0, 8)}`;

scenario('an answer from documents shows them, and says why they were looked at', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  const answer = await chat.send(QUESTION);
  await chat.ended(answer);
  const sources = answer.getByRole('region', { name: 'Fuentes' }).getByRole('listitem');
  await sources.first().waitFor();
  assert.match(await sources.first().innerText(), /\p{L}{3}.+\p{L}{3}/su);
  assert.equal(await sources.getByText('sin verificar').count(), 0);
  await answer.locator('eira-markdown button.cite:enabled').first().click();
  assert.equal(await page.locator(':focus').getAttribute('data-number'), '1');
  const badge = answer.getByRole('button', { name: 'Con fuentes' });
  const tip = answer.getByRole('tooltip');
  assert.equal(await tip.isVisible(), false);
  await badge.focus();
  await tip.waitFor();
  assert.match(await tip.innerText(), /Buscado en .+ \(.+\): \d+ fragmentos hallados/);
  await page.keyboard.press('Escape');
  await tip.waitFor({ state: 'hidden' });
  await badge.blur();
  await badge.hover();
  await tip.waitFor();
  await checkAxe(page);
});

scenario(
  'how it was done is folded, with the time of each step, also after a reload',
  async (scene) => {
    const { page } = await scene.visit();
    const chat = new Chat(page);
    await chat.ended(await chat.send(QUESTION));
    for (const time of ['at once', 'after a reload']) {
      if (time !== 'at once') await page.reload();
      const progress = chat.lastAnswer.locator('details.progress');
      const steps = progress.locator('.steps > li');
      await progress.waitFor();
      assert.equal(await steps.first().isVisible(), false);
      await progress.locator('> summary').click();
      await progress.getByText('Documentos consultados').waitFor();
      assert.ok((await steps.count()) >= 3);
      assert.ok((await steps.filter({ hasText: A_DURATION }).count()) >= 3);
      await checkAxe(page);
    }
  },
);

scenario(
  'what was made in the ERP is linked, and answering anew makes it once only',
  async (scene) => {
    const { page, context } = await scene.visit();
    const chat = new Chat(page);
    const title = titled();
    const answer = await chat.send(`Crea una tarea: ${title}, para el 2036-12-04`);
    await chat.ended(answer);
    const effects = chat.lastAnswer.getByRole('region', { name: 'Acciones en el ERP' });
    const link = effects.getByRole('link');
    await link.waitFor();
    await effects.getByText('Crear tarea').waitFor();
    await checkAxe(page);
    const record = await link.getAttribute('href');
    assert.match(record ?? '', /^https?:\/\/[^/]+\/records\/.+/);
    const shown = await context.request.get(record ?? '');
    assert.ok((await shown.text()).includes(title));
    await answer.locator('details.progress > summary').first().click();
    await answer.locator('[data-kind="tool"][data-status="ok"]').getByText('Crear tarea').click();
    await answer.locator('[data-kind="tool"]').getByText('2036-12-04').first().waitFor();
    const posted = page.waitForRequest(/\/regenerate$/);
    await chat.lastAnswer.getByRole('button', { name: 'Responder de nuevo' }).click();
    await posted;
    await chat.ended(chat.lastAnswer);
    await link.waitFor();
    assert.equal(await link.getAttribute('href'), record);
    assert.equal(await chat.answers.count(), 1);
    assert.equal(await recordsWith('tasks', title), 1);
    await page.reload();
    await link.waitFor();
    assert.equal(await chat.answers.count(), 1);
  },
);

scenario('a question is answered with a form that has a date', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  const title = titled();
  await chat.ended(await chat.send('Crea una tarea'));
  const form = page.locator('eira-question-form');
  await form.waitFor();
  await checkAxe(page);
  const due = form.getByLabel(/límite/i);
  assert.equal(await due.getAttribute('type'), 'date');
  await form.getByLabel(/t[ií]tulo/i).fill(title);
  await due.fill('2036-12-04');
  await form.getByRole('button', { name: 'Responder' }).click();
  await chat.answers.nth(1).waitFor();
  await chat.ended(chat.lastAnswer);
  await chat.lastAnswer.getByRole('region', { name: 'Acciones en el ERP' }).waitFor();
  assert.equal(await form.count(), 0);
  assert.equal(await recordsWith('tasks', title), 1);
});

scenario('a question offers its choices; what it makes waits for somebody else', async (scene) => {
  const marta = await scene.visit({ as: 'marta' });
  const chat = new Chat(marta.page);
  const email = `carmen.${randomUUID().slice(0, 8)}@valdeoro.example`;
  await chat.ended(await chat.send(`Da de alta a Carmen Ruiz, ${email}`));
  const role = marta.page.locator('eira-question-form').getByLabel(/rol/i);
  assert.ok((await role.locator('option').count()) > 2);
  await role.selectOption({ index: 2 });
  await marta.page.getByRole('button', { name: 'Responder', exact: true }).click();
  const card = chat.lastAnswer.getByRole('region', { name: 'Hace falta una aprobación' });
  await card.getByText(email, { exact: true }).waitFor();
  await card.getByText('La decide otra persona.').waitFor();
  assert.equal(await card.getByRole('button', { name: 'Aprobar' }).count(), 0);
  await checkAxe(marta.page);
  assert.equal(await recordsWith('users', email), 0);

  const ana = await scene.visit({ as: 'ana', at: '/approvals' });
  const asked = ana.page.locator('eira-approval-card').filter({ hasText: email });
  await asked.getByText(email, { exact: true }).waitFor();
  await checkAxe(ana.page);
  await asked.getByRole('button', { name: 'Aprobar' }).click();
  await chat.ended(chat.lastAnswer);
  await chat.lastAnswer.getByRole('region', { name: 'Acciones en el ERP' }).waitFor();
  await chat.lastAnswer.getByRole('region', { name: 'Aprobada' }).waitFor();
  assert.equal(await recordsWith('users', email), 1);
  await marta.page.reload();
  const decided = chat.lastAnswer.getByRole('region', { name: 'Aprobada' });
  await decided.getByText(email, { exact: true }).waitFor();
  await decided.getByText(/^La decidió Ana /).waitFor();
  await chat.lastAnswer.getByRole('region', { name: 'Acciones en el ERP' }).waitFor();
});

scenario('who decides sees who asks, and who asked learns what was said to it', async (scene) => {
  const luis = await scene.visit({ as: 'luis' });
  const marta = await scene.visit({ as: 'marta' });
  const chat = new Chat(marta.page);
  const email = `carmen.${randomUUID().slice(0, 8)}@valdeoro.example`;
  await chat.ended(await chat.send(`Da de alta a Carmen Ruiz, ${email}`));
  await marta.page.locator('eira-question-form').getByLabel(/rol/i).selectOption({ index: 2 });
  await marta.page.getByRole('button', { name: 'Responder', exact: true }).click();
  const card = chat.lastAnswer.locator('eira-approval-card');
  await card.getByText(email, { exact: true }).waitFor();
  const ana = await scene.visit({ as: 'ana' });
  await ana.page.getByRole('link', { name: /^Aprobaciones \d+$/ }).click();
  const asked = ana.page.locator('eira-approval-card').filter({ hasText: email });
  await asked.waitFor();
  await ana.page
    .getByRole('heading', { name: /^Marta .+ la pidió el / })
    .first()
    .waitFor();
  const reason = `Ya está de alta: ${email}`;
  await asked.getByLabel('Comentario (opcional)').fill(reason);
  await asked.getByRole('button', { name: 'Rechazar' }).click();
  await asked.getByRole('heading', { name: 'Rechazada' }).waitFor();
  await checkAxe(ana.page);
  await card.getByRole('heading', { name: 'Rechazada' }).waitFor();
  await card.getByText(/^La decidió Ana /).waitFor();
  await card.getByText(`«${reason}»`).waitFor();
  await chat.ended(chat.lastAnswer);
  await marta.page.reload();
  await card.getByRole('heading', { name: 'Rechazada' }).waitFor();
  await card.getByText(/^La decidió Ana /).waitFor();
  await card.getByText(`«${reason}»`).waitFor();
  await checkAxe(marta.page);
  assert.equal(await recordsWith('users', email), 0);
  assert.equal(await luis.page.getByRole('link', { name: /^Aprobaciones/ }).count(), 0);
});

scenario('an answer is rated, and why; all of it stands in the timeline', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  await chat.ended(await chat.send(QUESTION));
  const rated = page.waitForResponse(/\/feedback$/);
  await page.getByRole('button', { name: 'Buena respuesta' }).click();
  assert.ok((await rated).ok());
  await page.reload();
  const up = page.getByRole('button', { name: 'Buena respuesta' });
  await up.and(page.locator('[aria-pressed="true"]')).waitFor();
  await page.getByRole('button', { name: 'Mala respuesta' }).click();
  await page.getByLabel('¿Qué falla en la respuesta?').fill('Falta el año');
  await checkAxe(page);
  const explained = page.waitForResponse(
    (answer) =>
      answer.url().endsWith('/feedback') &&
      (answer.request().postData() ?? '').includes('Falta el año'),
  );
  await page.getByRole('button', { name: 'Enviar', exact: true }).first().click();
  assert.ok((await explained).ok());
  await page.getByRole('button', { name: 'Registro' }).click();
  const timeline = page.getByRole('complementary', { name: 'Registro' });
  await timeline.getByText('Respuesta completada').first().waitFor();
  await timeline.getByText('Valoración enviada').first().waitFor();
  await checkAxe(page);
  await timeline.getByRole('button', { name: 'Cerrar' }).click();
  await timeline.waitFor({ state: 'detached' });
});

scenario('no secret and no token is in the page, or kept by the browser', async (scene) => {
  const { page, context } = await scene.visit();
  const said: string[] = [];
  page.on('request', (request) => said.push(request.headers()['authorization'] ?? ''));
  const chat = new Chat(page);
  const canary = `canario-${randomUUID()}`;
  await chat.ended(await chat.send(`Hola, soy ${canary}`));
  await chat.ended(await chat.send(QUESTION));
  await page.getByRole('button', { name: 'Registro' }).click();
  await page
    .getByRole('complementary', { name: 'Registro' })
    .getByRole('listitem')
    .first()
    .waitFor();
  const tokens = new Set(said.map((header) => header.replace(/^Bearer /, '')).filter(Boolean));
  assert.ok(tokens.size > 0);
  const shown = await page.content();
  const kept = await page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const caches_ = 'caches' in window ? await caches.keys() : [];
    const stored = [Object.entries(localStorage), Object.entries(sessionStorage)];
    return JSON.stringify([stored, databases, caches_, document.cookie, window.name]);
  });
  const cookies = JSON.stringify(await context.cookies(platform.page));
  assert.ok(shown.includes(canary));
  assert.ok(!(kept + cookies).includes(canary));
  for (const secret of [...tokens, 'made-up-', 'Bearer ', 'refresh_token'])
    for (const place of [shown, kept]) assert.ok(!place.includes(secret));
  for (const token of tokens) assert.ok(!cookies.includes(token));
});
