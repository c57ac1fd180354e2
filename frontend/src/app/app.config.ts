import {
  ApplicationConfig,
  EnvironmentProviders,
  Provider,
  inject,
  isDevMode,
  makeEnvironmentProviders,
  provideBrowserGlobalErrorListeners,
  provideEnvironmentInitializer,
  provideZonelessChangeDetection,
} from '@angular/core';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { provideAgentsClient } from '@eira/agents-client';
import { provideTransloco } from '@jsverse/transloco';
import { routes } from './app.routes';
import { Account } from './core/account';
import { adoptStyles } from './core/adopted-styles';
import { LANGUAGES, LanguageChoice, Sentences } from './core/language';
import { SETTINGS, Settings } from './core/settings';

/** The app for whoever has signed in. */
export function appConfig(settings: Settings, account: Account): ApplicationConfig {
  return {
    providers: [
      provideBrowserGlobalErrorListeners(),
      provideZonelessChangeDetection(),
      provideEnvironmentInitializer(adoptStyles),
      provideRouter(routes, withComponentInputBinding()),
      provideSentences(),
      { provide: SETTINGS, useValue: settings },
      { provide: Account, useValue: account } satisfies Provider,
      provideAgentsClient(() => {
        const language = inject(LanguageChoice);
        return {
          baseUrl: `${settings.apiBase}/api`,
          token: (fresh) => account.token(fresh),
          language: () => language.language(),
        };
      }),
    ],
  };
}

function provideSentences(): EnvironmentProviders {
  const config = {
    availableLangs: [...LANGUAGES],
    defaultLang: 'es',
    reRenderOnLangChange: true,
    prodMode: !isDevMode(),
  };
  return makeEnvironmentProviders([provideTransloco({ config, loader: Sentences })]);
}
