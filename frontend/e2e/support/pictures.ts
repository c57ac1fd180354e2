import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { platform } from './platform.ts';

/** Bytes: pictures stay in the history for ever. */
const LARGEST = 200_000;

/** Writes what the page looks like now to docs/images, for people who read about it. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = join(platform.root, 'docs', 'images');
  await mkdir(folder, { recursive: true });
  const { length } = await page.screenshot({
    path: join(folder, `${name}.png`),
    animations: 'disabled',
    caret: 'hide',
    scale: 'css',
  });
  if (length >= LARGEST) throw new Error(`The picture ${name} has ${length} bytes.`);
}
