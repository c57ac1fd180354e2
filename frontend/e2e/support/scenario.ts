import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { platform } from './platform.ts';
import { Watch } from './watch.ts';
import { Wire } from './wire.ts';

const PATIENCE_MS = 60_000;

// Debian's Chromium on a small machine, without a sandbox for who runs as root, asking nobody else.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How a person comes to the app. */
export interface Visiting {
  /** A demo user's name, as the page of the identity service has it; null stays where it leads. */
  readonly as?: string | null;
  /** The path of the app to begin at. */
  readonly at?: string;
  /** What lies between the browser and everything else. */
  readonly wire?: Wire;
  readonly context?: BrowserContextOptions;
}

/** A person in a browser of their own. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What must not happen in it, and fails the test. */
  readonly watch: Watch;
}

/** What a test is played on. */
export class Scene {
  private readonly visits: Visit[] = [];
  private readonly wires: Wire[] = [];

  /** A wire for a visit of this test. */
  async wire(): Promise<Wire> {
    const wire = await Wire.start();
    this.wires.push(wire);
    return wire;
  }

  /** Opens the app and signs in (as ana, who speaks Spanish, unless said otherwise). */
  async visit(visiting: Visiting = {}): Promise<Visit> {
    const proxy = visiting.wire && { server: visiting.wire.url };
    const started = await sharedBrowser();
    const context = await started.newContext({
      locale: 'es-ES',
      ...visiting.context,
      ...(proxy && { proxy }),
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const visit = { page, context, watch: new Watch(context) };
    this.visits.push(visit);
    await page.goto(new URL(visiting.at ?? '/', platform.page).href);
    const person = visiting.as === undefined ? 'ana' : visiting.as;
    if (person !== null) await choose(page, person);
    return visit;
  }

  /** Whether nothing happened that must not. */
  check(): void {
    for (const { watch } of this.visits) watch.check();
  }

  /** Keeps what the pages look like, for who looks into a test that failed. */
  async keepPictures(name: string): Promise<void> {
    await mkdir(platform.output, { recursive: true });
    const file = name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 100);
    for (const [number, { page }] of this.visits.entries()) {
      const path = join(platform.output, `${file}-${number + 1}.png`);
      await page.screenshot({ path, fullPage: true }).catch(() => undefined);
      console.log(`The page looked like ${path} (${page.url()})`);
    }
  }

  async close(): Promise<void> {
    for (const { context } of this.visits) await context.close();
    for (const wire of this.wires) await wire.close();
  }
}

/** A test: `play` it; whatever goes wrong in one of its pages fails it too. */
export function scenario(name: string, play: (scene: Scene) => Promise<void>): void {
  void test(name, async () => {
    const scene = new Scene();
    try {
      await play(scene);
      scene.check();
    } catch (error) {
      await scene.keepPictures(name);
      throw error;
    } finally {
      await scene.close();
    }
  });
}

/** Chooses a demo user at the page of the identity service, and waits for the app. */
export async function choose(page: Page, person: string): Promise<void> {
  await page.waitForURL(`${platform.identity}/**`);
  await page.locator(`button[name="user"][value="${person}"]`).click();
  await page.waitForURL(`${platform.page}/**`);
}

let shared: Promise<Browser> | undefined;

function sharedBrowser(): Promise<Browser> {
  shared ??= launch();
  return shared;
}

function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: platform.chromium, args: FLAGS });
}

after(async () => {
  await (await shared)?.close();
});
