import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { scenario } from './support/scenario.ts';
import { flow, pace } from './support/services.ts';

// Longer than any test: what is stopped, read again or watched is under way whatever happens.
const LONG = 'Hola [[tokens:4000]]';
const FEW = 2;

before(() => pace(0, FEW));
after(flow);

scenario('who stops an answer stops it on the server, and keeps what was said', async (scene) => {
  const { page } = await scene.visit();
  const chat = new Chat(page);
  const answer = await chat.send(LONG);
  await eventually('something is said', async () => (await chat.words(answer)).length > 10);
  const cancelled = page.waitForResponse(/\/runs\/[^/]+\/cancel$/);
  await page.getByRole('button', { name: 'Parar' }).click();
  assert.ok((await cancelled).ok());
  const words = await chat.ended(answer, 'stopped');
  assert.ok(words.startsWith('Esta es'));
  await answer.getByText('Se ha parado.').waitFor();
  await page.reload();
  await chat.ended(chat.lastAnswer, 'stopped');
  assert.ok((await chat.words(chat.lastAnswer)).startsWith('Esta es'));
});

scenario('a reload in the middle and a second tab show the same run to its end', async (scene) => {
  const { page, context } = await scene.visit();
  const chat = new Chat(page);
  const answer = await chat.send(LONG);
  await eventually('something is said', async () => (await chat.words(answer)).length > 10);
  await page.reload();
  await chat.lastAnswer.and(page.locator('[data-status="running"]')).waitFor();
  await eventually('it goes on', async () => (await chat.words(chat.lastAnswer)).length > 10);
  assert.equal(await page.locator('article.message').count(), 1);
  const second = await context.newPage();
  await second.goto(page.url());
  const there = new Chat(second);
  await there.lastAnswer.and(second.locator('[data-status="running"]')).waitFor();
  await eventually(
    'it is told there too',
    async () => (await there.words(there.lastAnswer)).length > 10,
  );
  await flow();
  const [words, wordsThere] = [
    await chat.ended(chat.lastAnswer),
    await there.ended(there.lastAnswer),
  ];
  assert.ok(words.length > 500);
  assert.equal(wordsThere, words);
  assert.equal(await chat.answers.count(), 1);
  assert.equal(await there.answers.count(), 1);
  await pace(0, FEW);
});
