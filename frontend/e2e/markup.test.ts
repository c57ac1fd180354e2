import assert from 'node:assert/strict';
import { checkAxe } from './support/axe.ts';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { scenario } from './support/scenario.ts';
import { Stage } from './support/stage.ts';

const FOUND = { score: 1, index: 'tramites', documentId: 'd' };

const NASTY = [
  '<img src="https://evil.example/a.png" onerror="window.hacked = 1">',
  '<script>window.hacked = 1</script>',
  '<svg onload="window.hacked = 1"><a href="javascript:window.hacked = 1">x</a></svg>',
  '<iframe src="https://evil.example/"></iframe><style>body { display: none }</style>',
  '<form action="https://evil.example/"><input name="a" autofocus onfocus="window.hacked = 1"></form>',
  '![una foto](https://evil.example/b.png "título")',
  '[un script](javascript:window.hacked=1)',
  '[otro](JaVaScRiPt&#58;window.hacked=1)',
  '[datos](data:text/html,<script>window.hacked=1</script>)',
  '[vb](vbscript:msgbox)',
  '[una norma](https://sede.example/norma "norma")',
  '<https://sede.example/otra>',
  '```html\n<b onclick="window.hacked = 1">no</b>\n```',
  '| a | b |\n|---|---|\n| <u>c</u> | d |',
].join('\n\n');

scenario('nothing that a model writes becomes more than text and links', async (scene) => {
  const wire = await scene.wire();
  // The watch fails for any request to a foreign origin, and for any breach of the policy.
  const { page } = await scene.visit({ wire });
  const stage = new Stage(wire);
  const chat = new Chat(page);
  const answer = await chat.send('<b>Hola</b> <img src=x onerror="window.hacked = 1">');
  const part = await stage.next();
  for (const piece of NASTY.match(/[\s\S]{1,7}/g) ?? []) part.text(piece);
  part.say({
    type: 'citations',
    citations: [
      {
        number: 1,
        source: '<b>fuente</b>',
        title: '<img src=x onerror="window.hacked = 1">',
        snippet: '<script>window.hacked = 1</script>',
        url: 'javascript:window.hacked=1',
        verified: false,
        ...FOUND,
      },
    ],
  });
  part.done();
  const words = await chat.ended(answer);
  for (const shown of ['<img src=', '<script>', '<svg onload', '<iframe', '<form', 'una foto'])
    assert.ok(words.includes(shown), shown);
  const whole = page.locator('eira-turn-view');
  const bad = 'img, script, iframe, style, form:not(.card), object, embed, video, audio, u, b';
  assert.equal(await whole.locator(bad).count(), 0);
  const links = await whole
    .locator('a')
    .evaluateAll((found) =>
      found.map((link) => [link.getAttribute('href'), link.getAttribute('rel')]),
    );
  for (const [href, rel] of links) {
    assert.match(href ?? '', /^https:/);
    assert.match(rel ?? '', /noopener/);
  }
  const named = links.map(([href]) => href);
  assert.ok(named.includes('https://sede.example/norma'));
  assert.ok(named.includes('https://sede.example/otra'));
  const handlers = await whole.evaluate((root) =>
    [...root.querySelectorAll('.message *, eira-markdown *, eira-sources *')].flatMap((one) =>
      one.getAttributeNames().filter((name) => name.startsWith('on') || name === 'style'),
    ),
  );
  assert.deepEqual(handlers, []);
  assert.equal(await page.evaluate(() => 'hacked' in window), false);
  await checkAxe(page);
});

scenario('the page lives under a policy that lets nothing foreign in', async (scene) => {
  const { page } = await scene.visit({ as: null, at: '/settings.json' });
  const answer = await page.request.get(new URL('/', page.url()).href);
  const policy = answer.headers()['content-security-policy'] ?? '';
  for (const part of [
    "default-src 'none'",
    "script-src 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types angular dompurify',
  ])
    assert.ok(policy.split('; ').includes(part), part);
  assert.ok(!/unsafe-|blob:|\*(?!\.)/.test(policy));
});

scenario('code is copied by itself, and an answer as it was written', async (scene) => {
  const wire = await scene.wire();
  const context = { permissions: ['clipboard-read', 'clipboard-write'] };
  const { page } = await scene.visit({ wire, context });
  const stage = new Stage(wire);
  const chat = new Chat(page);
  const answer = await chat.send('Dame un ejemplo');
  const part = await stage.next();
  const text = 'Un **ejemplo**:\n\n```python\nprint("hola")\n```\n\nY ya está.';
  part.text(text);
  part.done();
  await chat.ended(answer);
  const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  await answer.getByRole('button', { name: 'Copiar', exact: true }).click();
  await eventually('the code is copied', async () => (await copied()).trim() === 'print("hola")');
  await answer.getByRole('button', { name: 'Copiar la respuesta' }).click();
  await page.locator('[aria-live="polite"]').getByText('Copiado').waitFor();
  assert.equal(await copied(), text);
});

scenario(
  'a source that could not be checked is marked, and every mark leads to its source',
  async (scene) => {
    const wire = await scene.wire();
    const { page } = await scene.visit({ wire });
    const stage = new Stage(wire);
    const chat = new Chat(page);
    const answer = await chat.send('¿Cuánto se paga?');
    const part = await stage.next();
    part.text('Se pagan 0,26 € [1], según parece [2].');
    part.say({
      type: 'citations',
      citations: [
        {
          number: 1,
          source: 'dietas',
          title: 'Dietas',
          snippet: '0,26 € por kilómetro',
          url: 'https://sede.example/dietas',
          verified: true,
          ...FOUND,
        },
        { number: 2, source: 'foro', title: 'Foro', snippet: 'dicen', verified: false, ...FOUND },
      ],
    });
    part.done();
    await chat.ended(answer);
    const sources = answer.getByRole('region', { name: 'Fuentes' }).getByRole('listitem');
    assert.equal(await sources.count(), 2);
    const first = sources.nth(0);
    await first.getByText('0,26 € por kilómetro').waitFor();
    const link = first.getByRole('link', { name: /^Dietas/ });
    assert.equal(await link.getAttribute('href'), 'https://sede.example/dietas');
    assert.equal(await sources.getByText('sin verificar').count(), 1);
    await sources.nth(1).getByText('sin verificar').waitFor();
    await answer.getByRole('button', { name: 'Fuente 2: Foro' }).click();
    assert.equal(await page.locator(':focus').getAttribute('data-number'), '2');
    await checkAxe(page);
  },
);
