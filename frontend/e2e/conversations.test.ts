import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { checkAxe } from './support/axe.ts';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { scenario } from './support/scenario.ts';
import { sharedWith } from './support/stage.ts';

/** Words that are in no other conversation. */
const words = (): string => `asunto ${randomUUID().slice(0, 8)}`;

scenario('conversations are found, named anew and deleted', async (scene) => {
  // Luis: whom the other tests' conversations are not.
  const { page } = await scene.visit({ as: 'luis' });
  const chat = new Chat(page);
  const list = page.getByRole('navigation', { name: 'Conversaciones', exact: true });
  const entries = list.getByRole('listitem');
  const [one, other, renamed] = [words(), words(), words()];
  await chat.ended(await chat.send(`Hola, ${one}`));
  await list.getByRole('link', { name: one }).waitFor();
  await list.getByRole('link', { name: 'Nueva conversación' }).click();
  await eventually('nothing is said yet', async () => (await chat.answers.count()) === 0);
  await page.locator('#message:focus').waitFor();
  await chat.ended(await chat.send(`Hola, ${other}`));
  const open = list.locator('[aria-current="page"]');
  await open.filter({ hasText: other }).waitFor();

  await list.getByRole('searchbox', { name: 'Buscar por título' }).fill(one);
  await eventually('one is found', async () => (await entries.count()) === 1);
  await checkAxe(page);
  await list.getByRole('link', { name: one }).click();
  await page.locator('article.message').getByText(one).waitFor();

  await list.getByRole('button', { name: /^Cambiar el título de/ }).click();
  const title = list.getByRole('textbox', { name: 'Título de la conversación' });
  await title.fill(renamed);
  await title.press('Enter');
  await page.getByRole('heading', { level: 1, name: renamed }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: renamed }).waitFor();
  await list.getByRole('link', { name: renamed }).waitFor();

  const erase = list.getByRole('button', { name: `Eliminar «${renamed}»` });
  const dialog = page.getByRole('dialog', { name: '¿Eliminar la conversación?' });
  await erase.click();
  await checkAxe(page);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await list.getByRole('link', { name: renamed }).waitFor();
  await erase.click();
  await dialog.getByRole('button', { name: 'Eliminar' }).click();
  await page.waitForURL(/\/c\/new$/);
  await list.getByRole('link', { name: renamed }).waitFor({ state: 'detached' });
  await page.reload();
  await list.getByRole('link', { name: other }).waitFor();
  assert.equal(await list.getByRole('link', { name: renamed }).count(), 0);
  await list.getByRole('searchbox').fill('nada que se llame así');
  await list.getByText('Ningún título contiene esas palabras.').waitFor();
});

scenario('the list follows what other tabs and devices do', async (scene) => {
  const [title, renamed] = [words(), words()];
  const { page, context } = await scene.visit({ as: 'luis' });
  const tab = await context.newPage();
  await tab.goto(page.url());
  const device = await scene.visit({ as: 'luis' });
  const chat = new Chat(page);
  await chat.ended(await chat.send(`Hola, ${title}`));
  const found = (where: Page, name: string): Locator =>
    where
      .getByRole('navigation', { name: 'Conversaciones', exact: true })
      .getByRole('link', { name });
  /** As when somebody comes back to it; otherwise it looks by itself, which takes longer. */
  const comeBack = (where: Page): Promise<void> =>
    where.evaluate(() => {
      window.dispatchEvent(new Event('focus'));
    });
  await found(tab, title).waitFor();
  await comeBack(device.page);
  await found(device.page, title).click();
  await device.page.getByRole('button', { name: `Cambiar el título de «Hola, ${title}»` }).click();
  const field = device.page.getByRole('textbox', { name: 'Título de la conversación' });
  await field.fill(renamed);
  await field.press('Enter');
  await found(device.page, renamed).waitFor();
  await comeBack(page);
  await found(page, renamed).waitFor();
  await page.getByRole('heading', { level: 1, name: renamed }).waitFor();
  await page.getByRole('button', { name: `Eliminar «${renamed}»` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Eliminar' }).click();
  await found(page, renamed).waitFor({ state: 'detached' });
  await found(tab, renamed).waitFor({ state: 'detached' });
});

const TURNS = 100;

/** Some turns of a long conversation, as the API gives them: the newest, or those before one. */
function turnsBefore(before: string | null, limit: number): object {
  const end = before === null ? TURNS : Number(before);
  const first = Math.max(0, end - limit);
  const turns = Array.from({ length: end - first }, (_, at) => {
    const number = first + at + 1;
    return {
      runId: randomUUID(),
      askedAt: '2026-11-22T10:00:00Z',
      answeredAt: '2026-11-22T10:00:02Z',
      message: `Pregunta ${number}.`,
      text: `Respuesta ${number}, con **algo** en negrita:\n\n1. uno\n2. dos`,
      finishReason: 'stop',
    };
  });
  return { turns, older: first > 0 ? String(first) : null };
}

scenario('200 messages are shown from the newest back, each once and in order', async (scene) => {
  const wire = await scene.wire();
  const id = randomUUID();
  wire.play('GET', new RegExp(`/conversations/${id}(\\?|$)`), (asked, answer) => {
    const { searchParams } = new URL(asked.url ?? '', 'http://localhost');
    const limit = Number(searchParams.get('limit') ?? '20');
    const view = { conversationId: id, title: 'Larga', active: [] };
    const headers = { ...sharedWith(asked), 'content-type': 'application/json' };
    const body = { ...view, ...turnsBefore(searchParams.get('before'), limit) };
    answer.writeHead(200, headers).end(JSON.stringify(body));
  });
  const { page, context } = await scene.visit({ wire, at: `/c/${id}` });
  const chat = new Chat(page);
  await page.getByText('Pregunta 100.', { exact: true }).waitFor();
  const scroll = page.locator('.scroll');
  const fromEnd = (): Promise<number> =>
    scroll.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  await eventually('the newest is in view', async () => (await fromEnd()) < 48);
  const older = page.getByRole('button', { name: 'Mostrar mensajes anteriores' });
  while ((await older.count()) > 0) {
    const before = await chat.answers.count();
    await scroll.evaluate((box) => (box.scrollTop = 0));
    const read = page.locator('article.message p').first();
    const words = (await read.textContent()) ?? '';
    const place = async (): Promise<number> =>
      (await page.getByText(words, { exact: true }).boundingBox())?.y ?? -1;
    const there = await place();
    await older.click();
    await eventually('older ones come', async () => (await chat.answers.count()) > before);
    await eventually(
      `${words} stays where it was`,
      async () => Math.abs((await place()) - there) < 8,
    );
  }
  await page.locator('.scroll:focus').waitFor();
  const messages = await page.locator('article.message p').allTextContents();
  const numbers = Array.from({ length: TURNS }, (_, at) => `Pregunta ${at + 1}.`);
  assert.deepEqual(messages, numbers);
  const last = chat.answers.nth(TURNS - 1).locator('eira-markdown li');
  await eventually('the last one is rendered', async () => (await last.count()) === 2);
  await chat.box.fill('Se puede escribir');
  assert.equal(await chat.box.inputValue(), 'Se puede escribir');
  assert.equal(context.pages().length, 1);
});
