import assert from 'node:assert/strict';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { scenario } from './support/scenario.ts';
import { Stage, sharedWith } from './support/stage.ts';

const LOST = 'Se ha perdido la conexión. Reconectando…';

scenario('what is stopped without a connection stops once there is one', async (scene) => {
  const wire = await scene.wire();
  const { page, watch } = await scene.visit({ wire });
  watch.tolerate(/net::ERR_/);
  const stage = new Stage(wire);
  const chat = new Chat(page);
  const answer = await chat.send('Cuéntame algo');
  const part = await stage.next();
  part.text('Una parte');
  await answer.locator('eira-markdown').getByText('Una parte').waitFor();
  wire.down(/\/api\//);
  part.cut();
  await page.getByText(LOST).waitFor();
  await page.getByRole('button', { name: 'Parar', exact: true }).click();
  await answer.getByText('Parando…').waitFor();
  // The browser first asks whether it may.
  const said = (): number => wire.seen.filter(({ url }) => url.endsWith('/cancel')).length;
  await eventually('it is said again', () => said() > 1);
  assert.equal(await answer.getAttribute('data-status'), 'running');
  assert.ok(await page.getByRole('button', { name: 'Parando…' }).isDisabled());
  const stopped = {
    ...{ type: 'error', code: 'CANCELLED', message: 'Parado.' },
    ...{ retryable: false, correlationId: 'c' },
  };
  wire.play('POST', /\/cancel$/, (asked, given) => {
    const headers = { ...sharedWith(asked), 'content-type': 'application/json' };
    given.writeHead(202, headers).end('{}');
  });
  wire.play('GET', new RegExp(`/runs/${part.runId}/events$`), (asked, given) => {
    given.writeHead(200, { ...sharedWith(asked), 'content-type': 'text/event-stream' });
    given.end(`id: 2\nevent: error\ndata: ${JSON.stringify(stopped)}\n\n`);
  });
  wire.up();
  assert.equal(await chat.ended(answer, 'stopped'), 'Una parte');
  await page.getByText(LOST).waitFor({ state: 'detached' });
  assert.equal(await answer.getByRole('button', { name: 'Reintentar' }).count(), 0);
});

scenario('what is stopped before it could be sent is never sent', async (scene) => {
  const wire = await scene.wire();
  const { page, watch } = await scene.visit({ wire });
  watch.tolerate(/net::ERR_/);
  const chat = new Chat(page);
  const messages = /\/messages$/;
  wire.down(messages);
  const given = await chat.send('Crea una tarea: que no se haga, para el 2036-12-04');
  await page.getByText(LOST).waitFor();
  await page.getByRole('button', { name: 'Parar', exact: true }).click();
  await chat.ended(given, 'stopped');
  await given.getByText('Se ha parado antes de enviarse.').waitFor();
  await page.getByText(LOST).waitFor({ state: 'detached' });
  const tried = wire.requests('POST', messages).length;
  wire.up();
  await chat.ended(await chat.send('hola'));
  assert.equal(wire.requests('POST', messages).length, tried + 1);
  await page.reload();
  await chat.ended(chat.lastAnswer);
  assert.equal(await chat.answers.count(), 1);
});
