import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { checkAxe } from './support/axe.ts';
import { platform } from './support/platform.ts';
import { scenario } from './support/scenario.ts';
import { fitsItsWidth } from './support/watch.ts';

interface Settings {
  readonly authority: string;
  readonly clientId: string;
  readonly scope: string;
}

/** The address that the app would send a person to. */
async function askedToSignIn(state: string): Promise<string> {
  const answer = await fetch(`${platform.page}/settings.json`);
  const settings = (await answer.json()) as Settings;
  const discovery = await fetch(`${settings.authority}/.well-known/openid-configuration`);
  const { authorization_endpoint } = (await discovery.json()) as { authorization_endpoint: string };
  const url = new URL(authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: settings.clientId,
    response_type: 'code',
    redirect_uri: `${platform.page}/`,
    scope: `openid ${settings.scope}`,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    // Nobody takes the answer up: what the app does with it is its own test.
    response_mode: 'fragment',
    state,
  }).toString();
  return url.href;
}

async function atTheChoice(page: Page): Promise<void> {
  await page.goto(await askedToSignIn('a-state'));
}

for (const [locale, title] of [
  ['es-ES', 'Iniciar sesión'],
  ['en-GB', 'Sign in'],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    scenario(`everybody can choose who to be, in ${locale} and ${colorScheme}`, async (scene) => {
      const context = { locale, colorScheme, viewport: { width: 320, height: 640 } };
      const { page } = await scene.visit({ as: null, at: '/settings.json', context });
      await atTheChoice(page);
      assert.equal(await page.locator('h1').textContent(), title);
      assert.equal(await page.title(), title);
      assert.ok(await fitsItsWidth(page));
      await checkAxe(page);
    });
  }
}

scenario('a person is chosen with the keyboard alone', async (scene) => {
  const { page } = await scene.visit({ as: null, at: '/settings.json' });
  await atTheChoice(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(':focus').getAttribute('value'), 'luis');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${platform.page}/**`);
  assert.match(new URL(page.url()).hash, /code=.+&state=a-state/);
});
