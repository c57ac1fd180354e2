import assert from 'node:assert/strict';
import { checkAxe } from './support/axe.ts';
import { Chat } from './support/chat.ts';
import { scenario } from './support/scenario.ts';

scenario('who signs in says hello and is answered', async (scene) => {
  const { page } = await scene.visit({ as: 'ana' });
  const chat = new Chat(page);
  const words = await chat.ended(await chat.send('hola'));
  assert.match(words, /\p{L}/u);
  await checkAxe(page);
});
