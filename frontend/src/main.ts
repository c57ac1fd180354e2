import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app';
import { appConfig } from './app/app.config';
import { loadSettings } from './app/core/settings';
import { showFailure, showSignedOut } from './app/core/start-failure';

async function start(): Promise<void> {
  // Side by side: nobody can sign in before the settings are there.
  const [settings, { SignIn }] = await Promise.all([loadSettings(), import('./app/core/sign-in')]);
  const account = await SignIn.start(settings);
  if (account === null) return;
  const app = await bootstrapApplication(App, appConfig(settings, account));
  account.whenOver(() => {
    app.destroy();
    showSignedOut(document);
  });
}

start().catch((error: unknown) => {
  console.error(error);
  showFailure(document.body);
});
