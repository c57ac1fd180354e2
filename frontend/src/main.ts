import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app';
import { appConfig } from './app/app.config';
import { loadSettings } from './app/core/settings';
import { SignIn } from './app/core/sign-in';
import { showFailure } from './app/core/start-failure';

async function start(): Promise<void> {
  const settings = await loadSettings();
  const account = await SignIn.start(settings);
  if (account !== null) await bootstrapApplication(App, appConfig(settings, account));
}

start().catch((error: unknown) => {
  console.error(error);
  showFailure(document.body);
});
