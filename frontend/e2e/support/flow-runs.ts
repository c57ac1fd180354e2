import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { platform } from './platform.ts';

interface Told {
  readonly type: string;
  readonly state?: string;
  readonly key?: string;
  readonly status?: string;
  readonly code?: string;
  readonly text?: string;
  readonly node?: string;
  readonly finishReason?: string;
}

/** What came of a flow that was run durably. */
export interface Ran {
  /** The keys of its nodes as they began. */
  readonly trace: readonly string[];
  /** What was said last. */
  readonly last: string;
  readonly finishReason: string;
}

/** The next token that the page sends to the API. */
export async function tokenOf(page: Page): Promise<string> {
  const request = await page.waitForRequest((each) => 'authorization' in each.headers());
  return request.headers()['authorization'] ?? '';
}

/** Runs a flow durably and answers what it asks. */
export async function runDurably(
  token: string,
  asked: { readonly flow: object; readonly message: string | undefined },
  answers: readonly string[],
): Promise<Ran> {
  const said = [...answers];
  const headers = { authorization: token, 'content-type': 'application/json' };
  const response = await fetch(`${platform.app}/api/flows/runs`, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream' },
    body: JSON.stringify(asked),
  });
  assert.equal(response.status, 200, await textOfRefusal(response));
  const run = response.headers.get('x-run-id') ?? '';
  const events: Told[] = [];
  for await (const event of eventsOf(response)) {
    events.push(event);
    assert.notEqual(event.type, 'error', JSON.stringify(event));
    if (event.type === 'done') break;
    if (event.type !== 'state' || event.state !== 'WAITING_INPUT') continue;
    const body = JSON.stringify({ message: said.shift() ?? 'nada' });
    const input = `${platform.app}/api/runs/${run}/input`;
    const sent = await fetch(input, { method: 'POST', headers, body });
    assert.ok(sent.ok, await sent.text());
  }
  return {
    trace: events
      .filter(({ type, status }) => type === 'node' && status === 'started')
      .map(({ key }) => key ?? ''),
    last: lastText(events),
    finishReason: events.at(-1)?.finishReason ?? '',
  };
}

function lastText(events: readonly Told[]): string {
  const texts = events.filter(({ type }) => type === 'text');
  const last = texts.at(-1)?.node;
  return texts.map(({ node, text = '' }) => (node === last ? text : '')).join('');
}

async function textOfRefusal(response: Response): Promise<string> {
  return response.ok ? '' : response.clone().text();
}

async function* eventsOf(response: Response): AsyncGenerator<Told> {
  assert.ok(response.body);
  let rest = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + piece).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = frame.split('\n').find((line) => line.startsWith('data: '));
      if (data) yield JSON.parse(data.slice('data: '.length)) as Told;
    }
  }
}
