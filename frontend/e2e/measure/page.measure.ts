import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import type { Page } from 'playwright-core';
import { Chat } from '../support/chat.ts';
import { eventually } from '../support/eventually.ts';
import { scenario } from '../support/scenario.ts';
import { Stage, type Part } from '../support/stage.ts';
import {
  firstTextTook,
  loading,
  longTasks,
  traced,
  watchFirstText,
  watchTasks,
  type Loading,
} from '../support/timing.ts';

// Not a test of `./eira test`: its bounds are times, which a busy machine does not keep.
const TIMES = 7;
const FIRST_TOKEN_MS = 50;
const LONGEST_TASK_MS = 50;
const TOKENS = 5_000;
const EVENT_TOKENS = 5;
const EVENT_MS = 20;

/** As Lighthouse has it for a telephone: 4 times slower, 1.6 Mb/s, 150 ms. */
const TELEPHONE = { slower: 4, bytesPerSecond: (1.6 * 1024 * 1024) / 8, latencyMs: 150 };

function say(what: string, figures: object): void {
  const load = loadavg().map((one) => Number(one.toFixed(2)));
  console.log(JSON.stringify({ what, ...figures, load }));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 10) / 10;
}

async function loads(page: Page): Promise<readonly Loading[]> {
  const found: Loading[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await page.reload();
    await page.getByRole('heading', { level: 2, name: /^Hola/ }).waitFor();
    await page.waitForLoadState('networkidle');
    found.push(await loading(page));
  }
  return found;
}

function tell(what: string, found: readonly Loading[]): void {
  say(what, {
    firstContentfulPaintMs: median(found.map((one) => one.firstContentfulPaint)),
    totalBlockingTimeMs: median(found.map((one) => one.totalBlockingTime)),
    times: TIMES,
  });
}

scenario('how fast the page is there', async (scene) => {
  const { page, context } = await scene.visit();
  await watchTasks(page);
  tell('loading', await loads(page));
  const session = await context.newCDPSession(page);
  const { slower, bytesPerSecond, latencyMs } = TELEPHONE;
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: latencyMs,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  tell('loading, as on a telephone with nothing in its cache', await loads(page));
});

scenario('how soon a first token is on the screen', async (scene) => {
  const wire = await scene.wire();
  const { page } = await scene.visit({ wire });
  await watchFirstText(page);
  const stage = new Stage(wire);
  const chat = new Chat(page);
  const took: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await page.goto(new URL('/c/new', page.url()).href);
    await chat.send('Cuéntame algo');
    const part = await stage.next();
    part.say({ type: 'state', state: 'STREAMING_RESPONSE', correlationId: 'c' });
    await chat.lastAnswer.getByText('Redactando').waitFor();
    part.text('Se');
    took.push(await eventually('it is on the screen', () => firstTextTook(page)));
    part.done();
    await chat.ended(chat.lastAnswer);
  }
  say('first token on the screen', {
    medianMs: median(took),
    longestMs: median([Math.max(...took)]),
    times: TIMES,
  });
  assert.ok(median(took) <= FIRST_TOKEN_MS);
});

const SENTENCE = 'El plazo se cuenta desde que se avisa a la **persona** interesada, en días. ';

/** Some text of about this many tokens, in paragraphs with a list among them, or in one only. */
function text(tokens: number, paragraphs: boolean): readonly string[] {
  const words: string[] = [];
  for (let number = 0; words.length < tokens; number += 1) {
    const end = paragraphs ? (number % 3 === 0 ? '\n\n- ' : '\n\n') : ' ';
    words.push(...`${SENTENCE.trim()}${end}`.split(/(?<= )/));
  }
  return words.slice(0, tokens);
}

async function stream(part: Part, words: readonly string[]): Promise<void> {
  for (let at = 0; at < words.length; at += EVENT_TOKENS) {
    part.text(words.slice(at, at + EVENT_TOKENS).join(''));
    await new Promise((resolve) => setTimeout(resolve, EVENT_MS));
  }
}

for (const [kind, paragraphs] of [
  ['paragraphs', true],
  ['one paragraph only', false],
] as const) {
  scenario(`how smooth ${TOKENS} tokens come, in ${kind}`, async (scene) => {
    const wire = await scene.wire();
    const { page } = await scene.visit({ wire });
    await watchTasks(page);
    await page.goto(new URL('/c/new', page.url()).href);
    const stage = new Stage(wire);
    const chat = new Chat(page);
    const answer = await chat.send('Cuéntame mucho');
    const part = await stage.next();
    part.text('Empieza. ');
    await answer.locator('.md-block').first().waitFor();
    const before = (await longTasks(page)).length;
    const trace = await traced(page);
    const begun = Date.now();
    await stream(part, text(TOKENS, paragraphs));
    const seconds = (Date.now() - begun) / 1000;
    part.done();
    await chat.ended(answer);
    const { longestMs, busyMs } = await trace();
    const tasks = (await longTasks(page)).slice(before);
    say(`${TOKENS} tokens in ${kind}`, {
      longestTaskOfItsOwnMs: median([longestMs]),
      busyPercent: Math.round(busyMs / seconds / 10),
      tasksOver50MsOfWallClock: tasks.length,
      longestOfWallClockMs: Math.round(Math.max(0, ...tasks)),
      tokensPerSecond: Math.round(TOKENS / seconds),
    });
    assert.ok(longestMs <= LONGEST_TASK_MS);
  });
}
