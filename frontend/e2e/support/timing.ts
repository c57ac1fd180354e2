import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';

/** What a page took: milliseconds. */
export interface Loading {
  readonly firstContentfulPaint: number;
  /** Of each task that keeps the page from answering for over 50 ms, what is above these. */
  readonly totalBlockingTime: number;
}

/** Notes long tasks from the beginning of every document on; to be called before one is opened. */
export async function watchTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: 'longtask', buffered: true });
  });
}

/** Durations of the tasks over 50 ms of this document so far. */
export async function longTasks(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
}

export async function loading(page: Page): Promise<Loading> {
  const firstContentfulPaint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  );
  const tasks = await longTasks(page);
  return {
    firstContentfulPaint,
    totalBlockingTime: tasks.reduce((sum, ms) => sum + Math.max(0, ms - 50), 0),
  };
}

type Read = ReadableStreamReadResult<Uint8Array>;

/** Notes when the bytes of the first text of a stream are read, and when it is on the screen. */
export async function watchFirstText(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const noted = { read: 0, painted: 0 };
    Object.assign(window, { firstText: noted });
    const { prototype } = ReadableStreamDefaultReader;
    const read = Reflect.get(prototype, 'read') as (this: unknown) => Promise<Read>;
    prototype.read = async function (this: unknown) {
      const got = await read.call(this);
      const text = got.value instanceof Uint8Array ? new TextDecoder().decode(got.value) : '';
      if (noted.read === 0 && text.includes('event: text')) noted.read = performance.now();
      return got;
    };
    new MutationObserver(() => {
      if (noted.read === 0 || noted.painted !== 0) return;
      if (!document.querySelector('article.answer:last-of-type .md-block')) return;
      noted.painted = -1;
      // The frame that follows, and what comes behind it.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => (noted.painted = performance.now());
        port2.postMessage(null);
      });
    }).observe(document, { childList: true, subtree: true });
  });
}

/** Milliseconds between both; undefined as long as nothing is on the screen. */
export async function firstTextTook(page: Page): Promise<number | undefined> {
  const { read, painted } = await page.evaluate(
    () => (window as unknown as { firstText: { read: number; painted: number } }).firstText,
  );
  return painted > 0 ? painted - read : undefined;
}

interface Traced {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Microseconds in which its thread really ran: what others took of the cores is not in it. */
  readonly tdur?: number;
}

/** What the tasks of the page's main thread cost from now on, once the function given is called. */
export async function traced(
  page: Page,
): Promise<() => Promise<{ longestMs: number; busyMs: number }>> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('The page has no browser.');
  const categories = ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'];
  await browser.startTracing(page, { categories });
  return async () => {
    const text = (await browser.stopTracing()).toString('utf8');
    const { traceEvents } = JSON.parse(text) as { traceEvents: readonly Traced[] };
    const mains = new Set(
      traceEvents
        .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
        .map(({ pid, tid }) => `${pid} ${tid}`),
    );
    const tasks = traceEvents
      .filter(({ name, pid, tid }) => name.endsWith('RunTask') && mains.has(`${pid} ${tid}`))
      .map(({ tdur }) => (tdur ?? 0) / 1000);
    if (tasks.length === 0) throw new Error('The trace has no tasks.');
    return { longestMs: Math.max(...tasks), busyMs: tasks.reduce((sum, ms) => sum + ms, 0) };
  };
}

interface Watched {
  frames: number[];
  keys: number[];
  watching: boolean;
}

/** How long each frame lasts from now on, in ms, until the function given is called. */
export async function frames(page: Page): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(() => {
    const watched: Watched = { frames: [], keys: [], watching: true };
    Object.assign(window, { watched });
    let before = performance.now();
    const frame = (now: number): void => {
      watched.frames.push(now - before);
      before = now;
      if (watched.watching) requestAnimationFrame(frame);
    };
    requestAnimationFrame((now) => {
      before = now;
      requestAnimationFrame(frame);
    });
  });
  return () =>
    page.evaluate(() => {
      const { watched } = window as unknown as { watched: Watched };
      watched.watching = false;
      return watched.frames;
    });
}

/** Milliseconds from each key typed into the field to the task behind the frame that shows it. */
export async function keysToScreen(
  page: Page,
  field: Locator,
  text: string,
): Promise<readonly number[]> {
  await field.evaluate((element) => {
    const watched: Watched = { frames: [], keys: [], watching: true };
    Object.assign(window, { watched });
    element.addEventListener('keydown', ({ timeStamp }) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => watched.keys.push(performance.now() - timeStamp);
        port2.postMessage(null);
      });
    });
  });
  await field.pressSequentially(text, { delay: 60 });
  return eventually('each key is on the screen', () =>
    page.evaluate((count) => {
      const { keys } = (window as unknown as { watched: Watched }).watched;
      return keys.length >= count ? keys : undefined;
    }, text.length),
  );
}

/** Milliseconds from the last click of `deed` to the frame with this many elements. */
export async function shownAfter(
  page: Page,
  selector: string,
  count: number,
  deed: () => Promise<void>,
): Promise<number> {
  await page.evaluate(
    ({ selector, count }) => {
      const shown = { took: 0 };
      let clicked = 0;
      Object.assign(window, { shown });
      document.addEventListener('click', ({ timeStamp }) => (clicked = timeStamp), true);
      const look = (): void => {
        if (document.querySelectorAll(selector).length < count) requestAnimationFrame(look);
        else requestAnimationFrame(() => (shown.took = performance.now() - clicked));
      };
      look();
    },
    { selector, count },
  );
  await deed();
  return eventually('all is on the screen', async () => {
    const { took } = await page.evaluate(
      () => (window as unknown as { shown: { took: number } }).shown,
    );
    return took || undefined;
  });
}
