import { InjectionToken } from '@angular/core';

/** `settings.json`, served beside the app: nothing of it is built in. */
export interface Settings {
  /** Where people sign in (OpenID Connect). */
  readonly authority: string;
  readonly clientId: string;
  /** The API's own scope. */
  readonly scope: string;
  /** The Function App's origin, without `/api`. */
  readonly apiBase: string;
}

export const SETTINGS = new InjectionToken<Settings>('SETTINGS');

export async function loadSettings(): Promise<Settings> {
  const response = await fetch('settings.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`settings.json: HTTP ${response.status}`);
  return (await response.json()) as Settings;
}
