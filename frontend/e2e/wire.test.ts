import assert from 'node:assert/strict';
import { Chat } from './support/chat.ts';
import { eventually } from './support/eventually.ts';
import { scenario } from './support/scenario.ts';

const STREAM = /\/api\/(conversations\/[^/]+\/messages|runs\/[^/]+\/events)/;
const POSTED = /\/messages$/;

scenario('a stream that is cut goes on, and nothing is posted twice', async (scene) => {
  const wire = await scene.wire();
  const { page, watch } = await scene.visit({ wire });
  watch.tolerate(/net::ERR_/);
  const chat = new Chat(page);
  wire.cut(STREAM, { afterBytes: 700, times: 3 });
  const answer = await chat.send('Cuéntame algo de los plazos de los expedientes');
  assert.match(await chat.ended(answer), /\p{L}/u);
  assert.equal(wire.requests('POST', POSTED).length, 1);
  await eventually('the stream was asked for again', () => wire.requests('GET', STREAM).length > 0);
});
