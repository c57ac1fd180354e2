import assert from 'node:assert/strict';
import type { BrowserContext, ConsoleMessage, Page, Request } from 'playwright-core';
import { platform } from './platform.ts';

/** The origins that a page of ours may ask. */
const OURS = [platform.page, platform.app, platform.identity].map((url) => new URL(url).origin);

/**
 * Notes what must not happen in any page of a context: errors, breaches of the content security
 * policy, requests to foreign origins.
 */
export class Watch {
  private readonly found: string[] = [];
  private readonly tolerated: RegExp[] = [];

  constructor(context: BrowserContext) {
    context.on('console', (message) => {
      this.note(message);
    });
    context.on('weberror', (error) => this.found.push(`exception: ${error.error().message}`));
    context.on('request', (request) => {
      this.ask(request);
    });
  }

  /** What a test brings about itself, such as the console's message of a connection that is cut. */
  tolerate(...fitting: RegExp[]): void {
    this.tolerated.push(...fitting);
  }

  /** Fails with everything that was found. */
  check(): void {
    const bad = this.found.filter((one) => !this.tolerated.some((fits) => fits.test(one)));
    assert.deepEqual(bad, []);
  }

  private note(message: ConsoleMessage): void {
    if (!['error', 'warning'].includes(message.type())) return;
    this.found.push(`console: ${message.text()} (${message.location().url})`);
  }

  private ask(request: Request): void {
    const url = new URL(request.url());
    if (['data:', 'blob:', 'about:'].includes(url.protocol)) return;
    if (!OURS.includes(url.origin)) this.found.push(`foreign: ${request.url()}`);
  }
}

/** Whether nothing scrolls sideways, at whatever width the page has now. */
export async function fitsItsWidth(page: Page): Promise<boolean> {
  return page.evaluate(
    () => document.documentElement.scrollWidth <= document.documentElement.clientWidth,
  );
}
