// Writes the client's types from openapi.json, or (--check) says whether they are the ones it gives.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../openapi.json', import.meta.url);
const target = new URL('../projects/agents-client/src/lib/api.ts', import.meta.url);
const types =
  '// Generated from openapi.json by `npm run types`; not to be edited.\n\n' +
  astToString(await openapiTS(source, { defaultNonNullable: false }));

if (!process.argv.includes('--check')) {
  await writeFile(target, types);
} else if ((await readFile(target, 'utf8')) !== types) {
  console.error('src/lib/api.ts is not what openapi.json gives: run `npm run types`.');
  process.exitCode = 1;
}
