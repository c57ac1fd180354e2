import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { platform } from './platform.ts';

/** Asks a service of the local cloud, such as `model` with `POST /_emulator/pace`; gives its JSON. */
export async function ask(
  service: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  token?: string,
): Promise<unknown> {
  const url = platform.services[service];
  if (url === undefined) throw new Error(`There is no service ${service}.`);
  const ca = await readFile(platform.caFile);
  const text = await new Promise<string>((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    };
    const asked = request(`${url}${path}`, { method, headers, ca }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const said = Buffer.concat(parts).toString('utf8');
        if ((answer.statusCode ?? 500) < 400) resolve(said);
        else reject(new Error(`${service} ${method} ${path}: ${answer.statusCode ?? ''} ${said}`));
      });
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/**
 * How fast the model's answers come from now on, for everybody: only for tests that run alone.
 * Without arguments as at the start.
 */
export async function pace(firstTokenMs?: number, tokensPerSecond?: number): Promise<void> {
  await ask('model', 'POST', '/_emulator/pace', { firstTokenMs, tokensPerSecond });
}

/** Ends at once what the model is writing, and lets it answer as fast as it can from then on. */
export async function flow(): Promise<void> {
  await ask('model', 'DELETE', '/_emulator/pace');
}
