import assert from 'node:assert/strict';
import { Chat } from './support/chat.ts';
import { killWorkers, restartApp } from './support/host.ts';
import { scenario } from './support/scenario.ts';

for (const [what, end] of [
  ['killed', killWorkers],
  ['loaded anew', restartApp],
] as const) {
  scenario(`an answer comes to its end when the app is ${what} in the middle`, async (scene) => {
    const { page, watch } = await scene.visit();
    watch.tolerate(/net::ERR_/, /status of 50[0-9]/);
    const chat = new Chat(page);
    const answer = await chat.send('Cuéntame algo de los plazos de los expedientes');
    await end();
    assert.match(await chat.ended(answer), /\p{L}/u);
    assert.equal(await chat.answers.count(), 1);
  });
}
