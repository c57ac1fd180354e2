import assert from 'node:assert/strict';
import { checkAxe } from './support/axe.ts';
import { Chat } from './support/chat.ts';
import { scenario } from './support/scenario.ts';
import { Stage, sharedWith } from './support/stage.ts';

const QUESTION = '¿Cuánto se paga por kilómetro?';

scenario('a click does what it says, also behind a source that was looked at', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  const answer = await chat.send(QUESTION);
  await chat.ended(answer);
  const source = answer.getByRole('region', { name: 'Fuentes' }).getByRole('listitem').first();
  await source.waitFor();
  await answer.locator('eira-markdown button.cite:enabled').first().click();
  const whole = source.locator('p.whole');
  await whole.waitFor();
  await checkAxe(page);
  await answer.getByRole('button', { name: 'Mala respuesta' }).click();
  await page.getByLabel('¿Qué falla en la respuesta?').waitFor();
  assert.equal(await whole.count(), 1);
  await source.getByRole('button', { name: /^Ver menos/ }).click();
  await source.getByRole('button', { name: /^Ver más/ }).waitFor();
  assert.equal(await whole.count(), 0);
});

scenario('the focus stays with the answer, whatever is done to it', async (scene) => {
  const wire = await scene.wire();
  const { page } = await scene.visit({ wire });
  const stage = new Stage(wire);
  wire.play('POST', /\/feedback$/, (asked, given) => given.writeHead(204, sharedWith(asked)).end());
  const chat = new Chat(page);
  await chat.send('Cuéntame algo');
  const first = await stage.next();
  first.text('La primera');
  first.done();
  await chat.ended(chat.lastAnswer);
  const bad = page.getByRole('button', { name: 'Mala respuesta' });
  await bad.press('Enter');
  await page.locator('textarea[name="comment"]:focus').waitFor();
  await page.getByRole('button', { name: 'Cancelar', exact: true }).press('Enter');
  await bad.and(page.locator(':focus')).waitFor();
  await page.getByRole('button', { name: 'Responder de nuevo' }).press('Enter');
  const second = await stage.next();
  await page.locator('article.answer:focus').waitFor();
  second.text('La segunda');
  second.done();
  assert.equal(await chat.ended(chat.lastAnswer), 'La segunda');
  await page.locator('article.answer:focus').waitFor();
});

scenario('an answer is no higher than its words, in whatever width', async (scene) => {
  const wire = await scene.wire();
  const { page } = await scene.visit({
    wire,
    context: { viewport: { width: 320, height: 640 } },
  });
  const stage = new Stage(wire);
  const chat = new Chat(page);
  const answer = await chat.send('Cuéntame algo');
  const part = await stage.next();
  const text = 'El plazo se cuenta desde que se avisa a la persona interesada. '.repeat(30);
  // It is read again with the language.
  wire.play('GET', /\/conversations\/[^/?]+(\?|$)/, (asked, given) => {
    const turn = { message: 'Cuéntame algo', text, finishReason: 'length' };
    const turns = [{ runId: part.runId, askedAt: '2026-11-22T10:00:00Z', ...turn }];
    given.writeHead(200, { ...sharedWith(asked), 'content-type': 'application/json' });
    given.end(JSON.stringify({ title: 'Algo', turns, active: [] }));
  });
  part.text(text);
  part.done('length');
  await chat.ended(answer);
  await answer.getByText('está cortada').waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.locator('html[lang="en"]').waitFor();
  await answer.getByText('is cut off').waitFor();
  await page.setViewportSize({ width: 1280, height: 800 });
  const empty = await answer.locator('eira-markdown').evaluate((box) => {
    const end = box.lastElementChild?.getBoundingClientRect().bottom ?? 0;
    return box.getBoundingClientRect().bottom - end;
  });
  assert.ok(empty < 24, String(empty));
});

scenario('what is being written stays with its conversation', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  await chat.ended(await chat.send('hola'));
  const address = page.url();
  await chat.box.fill('a medias');
  await page.getByRole('link', { name: 'Nueva conversación' }).click();
  await page.waitForURL(/\/c\/new$/);
  await page.getByRole('heading', { name: /^Hola, / }).waitFor();
  assert.equal(await chat.box.inputValue(), '');
  await chat.box.fill('otra cosa');
  await page.goBack();
  await page.waitForURL(address);
  await chat.lastAnswer.waitFor();
  assert.equal(await chat.box.inputValue(), 'a medias');
  await page.goForward();
  await page.getByRole('heading', { name: /^Hola, / }).waitFor();
  assert.equal(await chat.box.inputValue(), 'otra cosa');
});

scenario('name and rights come as soon as the app answers', async (scene) => {
  const wire = await scene.wire();
  wire.down(/\/api\//);
  const { page, watch } = await scene.visit({ wire });
  watch.tolerate(/net::ERR_/);
  const again = page.getByRole('navigation').getByRole('button', { name: 'Reintentar' });
  await again.waitFor();
  assert.equal(await page.getByRole('link', { name: /^Aprobaciones/ }).count(), 0);
  wire.up();
  await again.click();
  await page.getByRole('link', { name: /^Aprobaciones/ }).waitFor();
  await page.getByRole('heading', { name: /^Hola, Ana/ }).waitFor();
});

for (const reducedMotion of ['reduce', 'no-preference'] as const) {
  scenario(
    `what lies over the rest has the focus, with motion: ${reducedMotion}`,
    async (scene) => {
      const context = { reducedMotion, viewport: { width: 320, height: 640 } };
      const { page } = await scene.visit({ context });
      const chat = new Chat(page);
      await chat.ended(await chat.send('hola'));
      const menu = page.getByRole('button', { name: 'Conversaciones', exact: true });
      await menu.press('Enter');
      await page.locator('.conversations :focus').waitFor();
      await page.keyboard.press('Escape');
      await menu.and(page.locator(':focus')).waitFor();
      const clock = page.getByRole('button', { name: 'Registro' });
      const timeline = page.getByRole('complementary', { name: 'Registro' });
      for (const close of ['Escape', 'Enter']) {
        await clock.press('Enter');
        await timeline.locator('button:focus').waitFor();
        await page.keyboard.press('Tab');
        await page.keyboard.press('Tab');
        assert.equal(await page.locator('.thread :focus').count(), 0);
        await timeline.getByRole('button', { name: 'Cerrar' }).focus();
        await page.keyboard.press(close);
        await clock.and(page.locator(':focus')).waitFor();
        assert.equal(await timeline.count(), 0);
      }
      await clock.press('Enter');
      await timeline.locator('button:focus').waitFor();
      await page.setViewportSize({ width: 1280, height: 800 });
      await chat.box.fill('Se puede escribir');
      assert.equal(await page.locator('.veil').count(), 0);
    },
  );
}

scenario('a form keeps its language, in which its fields are called', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  const answer = await chat.send('Crea una tarea');
  await chat.ended(answer);
  const form = answer.locator('eira-question-form');
  await form.getByText('Faltan estos datos').waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.locator('html[lang="en"]').waitFor();
  await page.getByRole('button', { name: 'Send' }).waitFor();
  await form.getByRole('button', { name: 'Responder' }).click();
  await form.getByText('Rellena al menos un dato.').waitFor();
  assert.equal(await form.getByText('Faltan estos datos').count(), 1);
});

scenario('a form takes a text with quotes in it as it stands', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  const answer = await chat.send('Crea una tarea para el 2036-12-04');
  await chat.ended(answer);
  const title = 'Revisar «el» "contrato"';
  await answer.getByLabel('Título').fill(title);
  await answer.getByRole('button', { name: 'Responder' }).click();
  const made = chat.answers.nth(1);
  await made.waitFor();
  await chat.ended(made);
  await made.locator('eira-effects').getByText(title).first().waitFor();
});
