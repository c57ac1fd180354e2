import type { Page } from 'playwright-core';

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
