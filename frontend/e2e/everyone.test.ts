import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { checkAxe } from './support/axe.ts';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { platform } from './support/platform.ts';
import { scenario } from './support/scenario.ts';
import { fitsItsWidth } from './support/watch.ts';

const QUESTION = '¿Cuánto se paga por kilómetro?';

type Sentences = Readonly<Record<string, string>>;

async function sentences(language: 'es' | 'en'): Promise<Sentences> {
  const file = join(platform.root, 'frontend', 'public', 'i18n', `${language}.json`);
  return JSON.parse(await readFile(file, 'utf8')) as Sentences;
}

/** All that the page itself says, to eyes and to readers: not what people or the server said. */
async function saidByThePage(page: Page): Promise<ReadonlySet<string>> {
  const said = await page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Text) found.push(node.data.trim());
      else if (node instanceof Element)
        for (const name of ['aria-label', 'title', 'placeholder'])
          found.push(node.getAttribute(name) ?? '');
    }
    return found;
  });
  return new Set(said.filter(Boolean));
}

scenario('the whole page changes its language while it is open, and keeps it', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  await chat.ended(await chat.send(QUESTION));
  await page.getByRole('button', { name: 'Registro' }).click();
  await page
    .getByRole('complementary', { name: 'Registro' })
    .getByText('Respuesta completada')
    .waitFor();
  const [es, en] = [await sentences('es'), await sentences('en')];
  const foreign = (own: Sentences, other: Sentences, said: ReadonlySet<string>): string[] =>
    Object.entries(other)
      .filter(([key, sentence]) => sentence !== own[key] && said.has(sentence))
      .map(([, sentence]) => sentence)
      .filter((sentence) => sentence !== QUESTION && !Object.values(own).includes(sentence));
  const inSpanish = await saidByThePage(page);
  assert.deepEqual(foreign(es, en, inSpanish), []);
  assert.equal(await page.title(), `${QUESTION} · EIRA`);
  await page.getByRole('button', { name: 'English' }).click();
  await page.locator('html[lang="en"]').waitFor();
  await page.getByRole('complementary', { name: en['timeline.title'] ?? '' }).waitFor();
  await eventually(
    'nothing is said in Spanish',
    async () => foreign(en, es, await saidByThePage(page)).length === 0,
  );
  const inEnglish = await saidByThePage(page);
  const told = (own: Sentences, said: ReadonlySet<string>): number =>
    Object.values(own).filter((sentence) => said.has(sentence)).length;
  assert.ok(told(es, inSpanish) > 20);
  assert.ok(told(en, inEnglish) > 20);
  await checkAxe(page);
  const asked = page.waitForRequest(/\/messages$/);
  await chat.ended(await chat.send('hello'));
  assert.match((await asked).headers()['accept-language'] ?? '', /^en/);
  await page.reload();
  await page.locator('html[lang="en"]').waitFor();
  await page.getByRole('button', { name: en['composer.send'] ?? '' }).waitFor();
  await page.getByRole('link', { name: en['list.new'] ?? '' }).click();
  await eventually('it is said in the tab', async () =>
    (await page.title()).startsWith(en['chat.newTitle'] ?? '-'),
  );
});

scenario('what the server has worded is told in the language that is chosen', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  const title = `Revisar ${randomUUID().slice(0, 8)}`;
  await chat.ended(await chat.send(`Crea una tarea: ${title}, para el 2036-12-04`));
  const progress = chat.lastAnswer.locator('details.progress');
  await progress.locator('> summary').click();
  const tool = progress.locator('[data-kind="tool"] .tool');
  const effect = chat.lastAnswer.locator('.effects .what');
  await tool.getByText('Crear tarea').waitFor();
  await effect.getByText('Crear tarea').waitFor();
  await chat.box.fill('a medias');
  for (const [language, label] of [
    ['English', 'Create task'],
    ['Español', 'Crear tarea'],
  ] as const) {
    await page.getByRole('button', { name: language }).click();
    await tool.getByText(label).waitFor();
    await effect.getByText(label).waitFor();
  }
  assert.equal(await chat.box.inputValue(), 'a medias');
  assert.equal(await chat.answers.count(), 1);
});

for (const colorScheme of ['light', 'dark'] as const) {
  scenario(
    `nothing is cut off at 320 px, and everything is readable in ${colorScheme}`,
    async (scene) => {
      const context = { colorScheme, viewport: { width: 320, height: 640 } };
      const { page } = await scene.visit({ context });
      const chat = new Chat(page);
      const well = async (): Promise<void> => {
        assert.ok(await fitsItsWidth(page));
        await checkAxe(page);
      };
      await page.getByRole('heading', { name: /^Hola, Ana/ }).waitFor();
      await well();
      await chat.ended(await chat.send(QUESTION));
      await chat.lastAnswer.getByRole('region', { name: 'Fuentes' }).waitFor();
      await chat.lastAnswer.locator('details.progress > summary').click();
      await well();
      await page.getByRole('button', { name: 'Conversaciones', exact: true }).click();
      await page.getByRole('searchbox').waitFor();
      await well();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Registro' }).click();
      await page
        .getByRole('complementary', { name: 'Registro' })
        .getByRole('listitem')
        .first()
        .waitFor();
      await well();
      await page.getByRole('button', { name: 'Cerrar', exact: true }).click();
      for (const width of [768, 1280, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        assert.ok(await fitsItsWidth(page), String(width));
      }
      const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
      const brightness = await page.evaluate(() => {
        const canvas = document
          .createElement('canvas')
          .getContext('2d', { willReadFrequently: true });
        if (canvas === null) return -1;
        canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
        canvas.fillRect(0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data[0] ?? -1;
      });
      assert.ok(dark ? brightness < 80 : brightness > 200, String(brightness));
    },
  );
}

scenario('light or dark is chosen against the machine, and kept', async (scene) => {
  const { page } = await scene.visit({ context: { colorScheme: 'light' } });
  const ground = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Tema: como el sistema' }).click();
  await page.getByRole('button', { name: 'Tema: claro' }).click();
  await page.getByRole('button', { name: 'Tema: oscuro' }).waitFor();
  await eventually('it is dark', async () => (await ground()) !== light);
  await page.reload();
  await page.getByRole('button', { name: 'Tema: oscuro' }).waitFor();
  assert.notEqual(await ground(), light);
});

/** Goes on with the tabulator until something of this name has the focus. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press(key);
    const focused = await page.evaluate(() => {
      const one = document.activeElement;
      const label = one?.id ? document.querySelector(`label[for="${one.id}"]`) : null;
      return one?.getAttribute('aria-label') ?? label?.textContent ?? one?.textContent ?? '';
    });
    if (typeof name === 'string' ? focused.trim() === name : name.test(focused.trim())) {
      assert.ok(await seen(page), `the focus is to be seen at ${name}`);
      return;
    }
  }
  assert.fail(`the tabulator does not lead to ${name}`);
}

/** Whether the focus shows, at what has it or around it. */
async function seen(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    let one: Element | null = document.activeElement;
    for (let up = 0; one && up < 3; up += 1, one = one.parentElement) {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
      if (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) return true;
      if (boxShadow !== 'none') return true;
    }
    return false;
  });
}

scenario('everything can be done with the keyboard alone', async (scene) => {
  const { page } = await scene.visit({ as: 'luis' });
  const chat = new Chat(page);
  await page.getByRole('heading', { name: /^Hola, Luis/ }).waitFor();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await tabTo(page, 'Ir al contenido');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator(':focus').getAttribute('id'), 'message');
  await page.keyboard.type(QUESTION);
  await page.keyboard.press('Enter');
  await chat.lastAnswer.waitFor();
  await chat.ended(chat.lastAnswer);
  assert.equal(await page.locator(':focus').getAttribute('id'), 'message');
  await tabTo(page, 'Responder de nuevo', 'Shift+Tab');
  await tabTo(page, 'Buena respuesta', 'Shift+Tab');
  await page.keyboard.press('Space');
  await page.locator('[aria-pressed="true"]').and(page.getByLabel('Buena respuesta')).waitFor();
  await tabTo(page, /^Fuente 1:/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator(':focus').getAttribute('data-number'), '1');
  await tabTo(page, /^Cómo se ha hecho/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await chat.lastAnswer.getByText('Documentos consultados').waitFor();
  await tabTo(page, 'Registro', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('complementary', { name: 'Registro' }).waitFor();
  const ofTheOpenOne = page.locator('li:has([aria-current="page"]) :focus');
  do await tabTo(page, /^Eliminar «/, 'Shift+Tab');
  while ((await ofTheOpenOne.count()) === 0);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(page, 'Eliminar');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/c\/new$/);
  assert.equal(await page.getByRole('dialog').count(), 0);
});

scenario(
  'Enter sends, Shift and Enter begin a line, and an input method keeps its Enter',
  async (scene) => {
    const { page } = await scene.visit();
    const chat = new Chat(page);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/messages')) sent.push(request.postData() ?? '');
    });
    await chat.box.fill('');
    await chat.box.press('Enter');
    await chat.box.pressSequentially('hola');
    await chat.box.press('Shift+Enter');
    await chat.box.pressSequentially('otra vez');
    assert.equal(await chat.box.inputValue(), 'hola\notra vez');
    await chat.box.evaluate((box) => {
      const enter = { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true };
      box.dispatchEvent(new KeyboardEvent('keydown', { ...enter, isComposing: true }));
      box.dispatchEvent(new KeyboardEvent('keydown', { ...enter, key: 'Process' }));
    });
    assert.equal(await chat.box.inputValue(), 'hola\notra vez');
    assert.equal(await chat.answers.count(), 0);
    await chat.box.press('Enter');
    await chat.lastAnswer.waitFor();
    await chat.ended(chat.lastAnswer);
    assert.equal(await chat.box.inputValue(), '');
    assert.deepEqual(
      sent.map((body) => (JSON.parse(body) as { message: string }).message),
      ['hola\notra vez'],
    );
  },
);

scenario(
  'all that the bar may have stands beside each other on the narrowest screen',
  async (scene) => {
    const { page } = await scene.visit();
    await page.route('**/api/me', async (route) => {
      const response = await route.fetch();
      const me = (await response.json()) as object;
      const rights = ['approvals:decide', 'flows:read', 'runs:operate'];
      await route.fulfill({ response, json: { ...me, rights } });
    });
    await page.route('**/api/approvals', async (route) => {
      const items = Array.from({ length: 12 }, (_, at) => ({ approvalId: `${at}` }));
      await route.fulfill({ response: await route.fetch(), json: { items } });
    });
    await page.setViewportSize({ width: 320, height: 800 });
    await page.reload();
    await page.locator('.pages .count').getByText('12').waitFor();
    assert.equal(await page.locator('.pages a').count(), 4);
    assert.ok(await fitsItsWidth(page));
    const names = page.locator('.segments button');
    for (const name of await names.all()) {
      const { height, width } = (await name.boundingBox()) ?? { height: 0, width: 0 };
      assert.ok(height >= 24 && width >= 24, `a finger finds it: ${width} x ${height}`);
    }
    await checkAxe(page);
  },
);
