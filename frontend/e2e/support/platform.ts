/** The running local platform, as `./eira test` tells it in EIRA_E2E. */
export interface Platform {
  /** The app's page. */
  readonly page: string;
  /** The Function App (its host answers /admin too). */
  readonly app: string;
  /** Where people sign in. */
  readonly identity: string;
  /** The local cloud's services by name (over TLS, with an authority of their own). */
  readonly services: Readonly<Record<string, string>>;
  /** Those of them that a browser can open. */
  readonly http: Readonly<Record<string, string>>;
  /** The file of that authority. */
  readonly caFile: string;
  /** The browser's program. */
  readonly chromium: string;
  /** Where pictures go of tests that fail. */
  readonly output: string;
  /** The project's folder. */
  readonly root: string;
}

function told(): Platform {
  const text = process.env['EIRA_E2E'];
  if (text === undefined) {
    throw new Error('EIRA_E2E is not set: start the browser tests with `./eira test --browser`.');
  }
  return JSON.parse(text) as Platform;
}

export const platform: Platform = told();
