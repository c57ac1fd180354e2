import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { checkAxe } from './support/axe.ts';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { scenario, type Scene } from './support/scenario.ts';
import { Stage, type Part } from './support/stage.ts';

interface Staged {
  readonly page: Page;
  readonly chat: Chat;
  readonly stage: Stage;
  readonly answer: Locator;
  readonly part: Part;
}

/** A message is sent whose answer the test says. */
async function asked(scene: Scene, message = 'Cuéntame algo'): Promise<Staged> {
  const wire = await scene.wire();
  const { page } = await scene.visit({ wire });
  const stage = new Stage(wire);
  const chat = new Chat(page);
  const answer = await chat.send(message);
  return { page, chat, stage, answer, part: await stage.next() };
}

/** Has the page note a text of this element whenever it changes; gives what was noted. */
async function noting(element: Locator): Promise<() => Promise<readonly string[]>> {
  const notes = await element.evaluateHandle((node) => {
    const found: string[] = [];
    const look = (): void => {
      const text = node.textContent.trim();
      if (text !== found.at(-1)) found.push(text);
    };
    new MutationObserver(look).observe(node, {
      childList: true,
      subtree: true,
      characterData: true,
    });
    return found;
  });
  return () => notes.jsonValue();
}

scenario('an answer is under way to the eye and to assistive technology', async (scene) => {
  const { page, chat, answer, part } = await asked(scene);
  assert.equal(await answer.getAttribute('aria-busy'), 'true');
  await answer.locator('.spinner').waitFor();
  part.say({ type: 'state', state: 'TRIAGED', correlationId: 'c' });
  await answer.getByText('Consultando documentos').waitFor();
  part.text('Una parte');
  await answer.locator('eira-markdown').getByText('Una parte').waitFor();
  await page.getByRole('button', { name: 'Parar' }).waitFor();
  await checkAxe(page);
  part.done();
  await chat.ended(answer);
  assert.equal(await answer.getAttribute('aria-busy'), 'false');
  assert.equal(await answer.locator('.spinner').count(), 0);
});

scenario('what takes the place of an answer does so without an empty moment', async (scene) => {
  const { page, chat, answer, part } = await asked(scene);
  const shown = answer.locator('eira-markdown');
  part.text('La primera respuesta');
  await shown.getByText('La primera respuesta').waitFor();
  const noted = await noting(shown);
  part.say({ type: 'restart', reason: 'corrected', attempt: 2 });
  await page.locator('eira-markdown.stale').waitFor();
  assert.equal(await chat.words(answer), 'La primera respuesta');
  part.text('La segunda', 2);
  await shown.getByText('La segunda').waitFor();
  part.text(' respuesta', 2);
  part.done();
  assert.equal(await chat.ended(answer), 'La segunda respuesta');
  const texts = await noted();
  assert.ok(texts.includes('La segunda respuesta'));
  assert.deepEqual(
    texts.filter((text) => !text.startsWith('La ')),
    [],
  );
});

scenario('only the beginning and the end are read out, never each word', async (scene) => {
  const wire = await scene.wire();
  const { page } = await scene.visit({ wire });
  const stage = new Stage(wire);
  const chat = new Chat(page);
  const noted = await noting(page.locator('[aria-live="polite"]'));
  const answer = await chat.send('Cuéntame algo');
  const part = await stage.next();
  for (const word of ['Una ', 'palabra ', 'tras ', 'otra']) {
    part.text(word);
    await answer.locator('eira-markdown').getByText(word.trim()).waitFor();
  }
  part.done();
  await chat.ended(answer);
  const said = 'La respuesta está completa';
  await eventually('the end is said', async () => (await noted()).at(-1) === said);
  assert.deepEqual(
    (await noted()).filter((text) => text !== ''),
    ['EIRA está respondiendo', said],
  );
  const inside = answer.locator('xpath=ancestor-or-self::*[@aria-live or @role="log"]');
  assert.equal(await inside.count(), 0);
});

/** A paragraph of some twenty tokens. */
const paragraph = (number: number): string =>
  `El plazo número ${number} se cuenta desde que se avisa a la **persona** interesada, en días hábiles.\n\n`;

scenario('in 5,000 tokens, what is complete is never rendered again', async (scene) => {
  const { chat, answer, part } = await asked(scene);
  const work = await answer.locator('eira-markdown').evaluateHandle((root) => {
    const found = { redone: 0, seen: 0 };
    let complete = new Set<Element>();
    new MutationObserver((records) => {
      for (const { target } of records) {
        found.seen += 1;
        const block = (target instanceof Element ? target : target.parentElement)?.closest(
          '.md-block',
        );
        if (block && complete.has(block)) found.redone += 1;
      }
      complete = new Set([...root.children].slice(0, -1));
    }).observe(root, { childList: true, subtree: true, characterData: true });
    return found;
  });
  for (let number = 1; number <= 250; number += 1) {
    const words = paragraph(number).split(/(?<= )/);
    for (const word of words) part.text(word);
    // The page keeps up: the paragraphs do not come in one piece.
    if (number % 25 === 0) {
      await answer
        .locator('.md-block')
        .nth(number - 2)
        .waitFor();
    }
  }
  part.done();
  await chat.ended(answer);
  await answer.getByText('El plazo número 250').waitFor();
  assert.equal(await answer.locator('.md-block').count(), 250);
  const { redone, seen } = await work.jsonValue();
  assert.ok(seen > 250);
  assert.equal(redone, 0);
});

scenario('a growing answer is followed only by who is at its end', async (scene) => {
  const { page, chat, answer, part } = await asked(scene);
  const scroll = page.locator('.scroll');
  const fromEnd = (): Promise<number> =>
    scroll.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  for (let number = 1; number <= 40; number += 1) part.text(paragraph(number));
  await answer.getByText('El plazo número 40').waitFor();
  await eventually('the end is in view', async () => (await fromEnd()) < 48);
  await scroll.hover();
  await page.mouse.wheel(0, -600);
  await page.getByRole('button', { name: 'Ir al final' }).waitFor();
  await eventually('all of the turn of the wheel is done', async () => (await fromEnd()) > 590);
  const top = await scroll.evaluate((box) => box.scrollTop);
  for (let number = 41; number <= 60; number += 1) part.text(paragraph(number));
  await answer.getByText('El plazo número 60').waitFor();
  assert.ok(Math.abs((await scroll.evaluate((box) => box.scrollTop)) - top) < 2);
  await page.getByRole('button', { name: 'Ir al final' }).click();
  for (let number = 61; number <= 80; number += 1) part.text(paragraph(number));
  await answer.getByText('El plazo número 80').waitFor();
  await eventually('the end is followed again', async () => (await fromEnd()) < 48);
  part.done();
  await chat.ended(answer);
});

scenario('what failed says so with the id to ask for, and can be tried again', async (scene) => {
  const { page, chat, stage, answer, part } = await asked(scene);
  part.text('Hasta aquí');
  part.fail({
    code: 'MODEL_UNAVAILABLE',
    message: 'El modelo no responde.',
    retryable: true,
    correlationId: 'correlation-0815',
  });
  await chat.ended(answer, 'failed');
  const card = answer.getByRole('alert');
  await card.getByText('El modelo no responde.').waitFor();
  await card.getByText('correlation-0815').waitFor();
  assert.equal(await chat.words(answer), 'Hasta aquí');
  await checkAxe(page);
  await card.getByRole('button', { name: 'Reintentar' }).click();
  const again = await stage.next();
  again.text('Ahora sí');
  again.done();
  assert.equal(await chat.ended(chat.lastAnswer), 'Ahora sí');
  assert.equal(await chat.answers.count(), 1);
});

scenario('motion stops for who does not want any', async (scene) => {
  const { page, answer } = await asked(scene);
  const moving = (): Promise<number> =>
    page.evaluate(
      () =>
        document.getAnimations().filter((one) => {
          const { iterations, duration } = one.effect?.getComputedTiming() ?? {};
          return one.playState === 'running' && (iterations === Infinity || Number(duration) > 10);
        }).length,
    );
  await answer.locator('.spinner').waitFor();
  await eventually('something moves', async () => (await moving()) > 0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await eventually('nothing moves', async () => (await moving()) === 0);
});
