import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Fails with what keeps people out, by rule and place, in the page as it is now. */
export async function checkAxe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${one.help} (${node.target.join(' ')})`),
  );
  assert.deepEqual(found, []);
}
