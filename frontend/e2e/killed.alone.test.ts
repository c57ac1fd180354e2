import assert from 'node:assert/strict';
import { Chat } from './support/chat.ts';
import { killWorkers } from './support/host.ts';
import { scenario } from './support/scenario.ts';

scenario('an answer comes to its end when the app is killed in the middle', async (scene) => {
  const { page, watch } = await scene.visit();
  watch.tolerate(/net::ERR_/, /status of 50[0-9]/);
  const chat = new Chat(page);
  const answer = await chat.send('Cuéntame algo de los plazos de los expedientes');
  await killWorkers();
  assert.match(await chat.ended(answer), /\p{L}/u);
});
