import type { Page } from 'playwright-core';
import { Chat } from '../support/chat.ts';
import { Flows } from '../support/flows.ts';
import { picture } from '../support/pictures.ts';
import { Runs } from '../support/runs.ts';
import { scenario } from '../support/scenario.ts';
import { SimulatorPage } from '../support/simulator.ts';
import { Stage } from '../support/stage.ts';

// Pictures of docs/images: `./eira test --browser frontend/e2e/pictures/docs.pictures.ts`.
const VIEW = { width: 960, height: 640 };
const WIDE = { context: { viewport: VIEW } };
const QUESTION = '¿Cuánto se paga por kilómetro?';

/** Where the pointer is nothing looks different. */
async function shot(page: Page, name: string): Promise<void> {
  await page.mouse.move(VIEW.width / 2, 1);
  await page.evaluate(() => document.querySelector<HTMLElement>('#message')?.blur());
  await picture(page, name);
}

scenario('what can be asked, and an answer with its sources', async (scene) => {
  const { page } = await scene.visit(WIDE);
  const chat = new Chat(page);
  await page.getByRole('heading', { name: /^Hola/ }).waitFor();
  await shot(page, 'welcome');
  await chat.ended(await chat.send(QUESTION));
  await chat.lastAnswer.getByRole('region', { name: 'Fuentes' }).waitFor();
  await page.getByRole('link', { name: QUESTION }).waitFor();
  // As high as the question, its answer and its sources are together.
  await page.setViewportSize({ width: 840, height: 810 });
  await shot(page, 'answer-with-sources');
  await page.setViewportSize(VIEW);
  await chat.lastAnswer.locator('details.progress > summary').click();
  await chat.lastAnswer.getByText('Documentos consultados').waitFor();
  await page.getByRole('button', { name: 'Registro' }).click();
  await page.getByText('Respuesta completada').first().waitFor();
  await shot(page, 'progress-and-timeline');
});

scenario('a question, and what was made', async (scene) => {
  const { page } = await scene.visit(WIDE);
  const chat = new Chat(page);
  await chat.ended(await chat.send('Crea una tarea'));
  const form = page.locator('eira-question-form');
  await form.getByLabel(/t[ií]tulo/i).fill('Revisar el contrato');
  await form.getByLabel(/límite/i).fill('2036-12-04');
  await shot(page, 'question');
  await form.getByRole('button', { name: 'Responder' }).click();
  await chat.answers.nth(1).waitFor();
  await chat.ended(chat.lastAnswer);
  await chat.lastAnswer.getByRole('region', { name: 'Acciones en el ERP' }).waitFor();
  await shot(page, 'effect');
});

scenario('an approval', async (scene) => {
  const marta = await scene.visit({ as: 'marta' });
  const chat = new Chat(marta.page);
  await chat.send('Da de alta a Carmen Ruiz, carmen.ruiz@valdeoro.example, como empleada');
  await chat.lastAnswer.getByRole('region', { name: 'Hace falta una aprobación' }).waitFor();
  const { page } = await scene.visit({ ...WIDE, at: '/approvals' });
  await page.getByRole('button', { name: 'Aprobar' }).waitFor();
  await shot(page, 'approval');
  await page.getByRole('button', { name: 'Rechazar' }).click();
  await chat.ended(chat.lastAnswer);
});

scenario('what operators see', async (scene) => {
  const { page } = await scene.visit({ ...WIDE, as: 'marta' });
  const chat = new Chat(page);
  await chat.ended(await chat.send('Crea una tarea «Revisar el contrato» para el 2036-12-04'));
  const runs = new Runs(page);
  await runs.openNewestOfThisConversation();
  await runs.reached('Terminado');
  await shot(page, 'run');
  await page.getByRole('link', { name: 'Ejecuciones', exact: true }).click();
  await page.getByRole('button', { name: 'Quitar los filtros' }).click();
  await page.waitForURL((url) => url.search === '');
  await runs.list.first().waitFor();
  await shot(page, 'runs');
});

scenario('a flow is drawn and tried', async (scene) => {
  const context = { viewport: { width: 1280, height: 860 } };
  const { page } = await scene.visit({ as: 'marta', at: '/flows', context });
  const flows = new Flows(page);
  await page.getByRole('link', { name: 'Conversación que pregunta y espera', exact: true }).click();
  await flows.nodes.first().waitFor();
  await flows.nodes.nth(1).click();
  await flows.field('id').waitFor();
  await shot(page, 'flow-editor');
  const simulator = new SimulatorPage(page);
  await simulator.open();
  await simulator.do('run');
  await simulator.reached('waiting');
  await simulator.say(QUESTION);
  await simulator.gone(QUESTION);
  await simulator.reached('waiting');
  await shot(page, 'flow-simulator');
});

scenario('what failed', async (scene) => {
  const wire = await scene.wire();
  const { page } = await scene.visit({ ...WIDE, wire });
  const stage = new Stage(wire);
  const chat = new Chat(page);
  const answer = await chat.send(QUESTION);
  const part = await stage.next();
  part.text('Se pagan');
  part.fail({
    code: 'MODEL_UNAVAILABLE',
    message: 'El modelo no está disponible en este momento.',
    retryable: true,
    correlationId: '01M82B25R5713C9HDD0SH7KDRB',
  });
  await chat.ended(answer, 'failed');
  await shot(page, 'error');
});

scenario('on a telephone, in English, at night', async (scene) => {
  const viewport = { width: 390, height: 780 };
  const context = { viewport, locale: 'en-GB', colorScheme: 'dark' } as const;
  const { page } = await scene.visit({ context });
  const chat = new Chat(page);
  await chat.ended(await chat.send('How much is paid per kilometre?'));
  await shot(page, 'narrow-dark');
});
