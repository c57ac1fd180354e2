import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { checkAxe } from './support/axe.ts';
import { eventually } from './support/eventually.ts';
import { Flows, boxOf, middle } from './support/flows.ts';
import { scenario } from './support/scenario.ts';
import { fitsItsWidth } from './support/watch.ts';

interface Written {
  readonly meta: { readonly name: string };
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  readonly edges: readonly Readonly<Record<string, unknown>>[];
}

const NESTED = {
  meta: { name: 'Anidado' },
  nodes: [
    { type: 'agent_call', id: 'ask', agent_profile: 'rag', message: 'Hola', save_as: 'r1' },
    {
      type: 'condition',
      id: 'fork',
      expression: 'size(r1.citations) > 0',
      then: [{ type: 'response', id: 'yes', text: '${r1.text}' }],
      else: [{ type: 'response', id: 'no', text: 'No hay' }],
    },
    { type: 'response', id: 'end', text: 'Fin' },
  ],
};

async function readFlow(flows: Flows): Promise<Written> {
  return JSON.parse(await flows.exported()) as Written;
}

async function count(what: string, flows: Flows, nodes: number, lines: number): Promise<void> {
  await eventually(
    what,
    async () => (await flows.nodes.count()) === nodes && (await flows.lines.count()) === lines,
  );
}

scenario(
  'a flow is built with the mouse, undone, done again, saved and found again',
  async (scene) => {
    const { page } = await scene.visit({ as: 'marta' });
    const flows = new Flows(page);
    await flows.begin();
    const name = `Ratón ${Date.now()}`;
    await page.getByLabel('Nombre del flujo').fill(name);
    await flows.drop('agent_call', 60, 120);
    await flows.drop('condition', 340, 120);
    await flows.drop('response', 600, 60);
    await flows.join('agent_call_1', 'next', 'condition_1');
    await flows.join('condition_1', 'true', 'response_1');
    await count('all is drawn', flows, 3, 2);
    const told = 'Conexión de condition_1 (Sí) a response_1';
    await page.locator(`f-connection[aria-label="${told}"]`).waitFor({ state: 'attached' });

    await flows.node('response_1').click();
    await flows.field('text').fill('Hecho');
    await flows.node('condition_1').click();
    await flows.field('expression').fill('true');
    await flows.node('agent_call_1').click();
    await flows.field('message').fill('Hola');
    const before = await boxOf(flows.node('response_1'));
    await flows.drag(middle(before), { x: middle(before).x + 40, y: middle(before).y + 140 });
    await eventually('it has been moved', async () => {
      const now = await boxOf(flows.node('response_1'));
      return Math.abs(now.y - before.y - 140) < 4;
    });
    await flows.tool('Deshacer').click();
    await eventually('it is back', async () => {
      const now = await boxOf(flows.node('response_1'));
      return Math.abs(now.y - before.y) < 4;
    });
    // What was typed into a field is one step.
    await flows.tool('Deshacer').click();
    await flows.node('agent_call_1').locator('.gist', { hasText: /^$/ }).waitFor();
    await flows.tool('Rehacer').click();
    await flows.node('agent_call_1').locator('.gist', { hasText: 'Hola' }).waitFor();

    await flows.save();
    await page.waitForURL(/\/flows\/\w{8,}$/);
    await page.reload();
    await flows.signInAgain();
    await count('it is as it was saved', flows, 3, 2);
    const flow = await readFlow(flows);
    assert.equal(flow.meta.name, name);
    assert.deepEqual(flow.edges, [
      { from: 'agent_call_1', to: 'condition_1' },
      { from: 'condition_1', to: 'response_1', port: 'true' },
    ]);
    await page.getByRole('link', { name: 'Volver a los flujos' }).click();
    await page.getByRole('link', { name, exact: true }).waitFor();
  },
);

scenario('a flow is built with keys alone', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  const flows = new Flows(page);
  await flows.begin();
  const { keyboard } = page;
  await page.locator('#palette-search').focus();
  for (const words of ['agente', 'respuesta', 'condicion']) {
    await keyboard.type(words);
    await keyboard.press('Enter');
    await keyboard.press('ControlOrMeta+a');
  }
  await count('each was put behind the one before', flows, 3, 2);

  // The tree: to the first node, and from it to its fields.
  await page.locator('.tabs button').nth(1).focus();
  await keyboard.press('Enter');
  await flows.outline.first().waitFor();
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('Home');
  await eventually('the first row', async () => (await focused(page)) === 'outline-n1');
  await keyboard.press('ArrowDown');
  await eventually('the second row', async () => (await focused(page)) === 'outline-n2');
  await keyboard.press('Enter');
  const heading = page.locator('eira-flow-inspector h2:focus');
  await heading.filter({ hasText: 'Respuesta' }).waitFor();
  assert.equal(await flows.field('id').inputValue(), 'response_1');

  // A line to another node: by the field of the port, and on the canvas.
  await page.locator('.node-links select').focus();
  await keyboard.press('Home');
  await count('the line is gone', flows, 3, 1);
  await flows.canvas.focus();
  await keyboard.press('c');
  await keyboard.press('Enter');
  await count('a line is there', flows, 3, 2);

  const before = await boxOf(flows.node('response_1'));
  await keyboard.press('Space');
  for (let step = 0; step < 4; step += 1) await keyboard.press('ArrowDown');
  await keyboard.press('Space');
  await eventually('it has moved', async () => {
    const now = await boxOf(flows.node('response_1'));
    return now.y > before.y + 20;
  });
  await keyboard.press('Delete');
  await count('it is gone with its lines', flows, 2, 0);
  await keyboard.press('ControlOrMeta+z');
  await count('it is back', flows, 3, 2);
  await keyboard.press('ControlOrMeta+Shift+z');
  await count('and gone again', flows, 2, 0);
});

scenario('nodes are copied as JSON, from one flow to another', async (scene) => {
  const { page, context } = await scene.visit({ as: 'marta' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const flows = new Flows(page);
  await flows.begin();
  await flows.bring(JSON.stringify(NESTED));
  await count('all of it is drawn', flows, 5, 6);
  await flows.canvas.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+c');
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const copied = JSON.parse(text) as Written;
  assert.deepEqual(
    copied.nodes.map(({ id }) => id),
    ['ask', 'fork', 'end'],
  );
  await page.keyboard.press('ControlOrMeta+v');
  await count('all of it is there twice', flows, 10, 13);
  await page.keyboard.press('ControlOrMeta+x');
  await count('as before', flows, 5, 6);
});

scenario('what cannot be imported is named by its place', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  const flows = new Flows(page);
  await flows.begin();
  const dialog = await flows.bring('{"nodes": [{"type": "agent"}, {"type": "loop", "body": 5}]}');
  const said = dialog.getByRole('alert');
  await said.getByText('/nodes/0/type').waitFor();
  assert.match(await said.innerText(), /No hay nodos de este tipo: "agent"/);
  assert.match(await said.innerText(), /\/nodes\/1\/body Aquí debe haber una lista/);
  await dialog.getByLabel('O pega aquí el JSON').fill('{"nodes": [1,]}');
  await dialog.getByRole('button', { name: 'Importar', exact: true }).click();
  await said.getByText('1:14').waitFor();
  const refuses = async (text: string, path: string): Promise<void> => {
    await dialog.getByLabel('O pega aquí el JSON').fill(text);
    await dialog.getByRole('button', { name: 'Importar', exact: true }).click();
    await said.getByText(path, { exact: true }).waitFor();
  };
  const node = '{"type":"assign_var","name":"x","value":1e400}';
  await refuses(`{"nodes":[${node},{"a":1,"a":2}]}`, '/nodes/0/value');
  assert.match(await said.innerText(), /\/nodes\/1\/a Este nombre está dos veces/);
  const many = JSON.stringify(Array(2_000).fill({ type: 'response', text: 'x' }));
  await refuses(many, '/500');
  await refuses(
    `${'[{"type":"loop","body":'.repeat(3_000)}[]${'}]'.repeat(3_000)}`,
    '/0/body'.repeat(15) + '/0',
  );
  await checkAxe(page);
  await dialog.getByRole('button', { name: 'Cancelar' }).click();
  await count('nothing of it was drawn', flows, 0, 0);
});

scenario(
  'an export repeats what was imported, and one for production says what it left out',
  async (scene) => {
    const { page } = await scene.visit({ as: 'marta' });
    const flows = new Flows(page);
    await flows.begin();
    const secret = `canary-${Date.now()}`;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.postData() ?? ''));
    const nodes = [
      { type: 'credential_profile', profile: 'pruebas', credentials: {}, __sim_only: true },
      { type: 'agent_call', message: 'Hola', context: { z: 1, a: 2 }, ui: { colour: 'red' } },
    ];
    const unknown = { later: [{ b: 1, a: null }], nodes, edges: null, zzz: 1 };
    await flows.bring(JSON.stringify(unknown));
    await count('it is drawn', flows, 2, 1);
    assert.equal(await flows.exported(), `${JSON.stringify(unknown, null, 2)}\n`);
    await flows.bring(JSON.stringify(nodes));
    await count('it is drawn', flows, 2, 1);

    await flows.nodes.first().click();
    await page
      .getByText('Este nodo solo funciona en el simulador. No se exportará.')
      .first()
      .waitFor();
    const keys = page.locator('eira-field fieldset').filter({ hasText: 'credentials' });
    await keys.getByRole('button', { name: 'Añadir openai' }).click();
    await keys.locator('input[type="password"]').fill(secret);
    const made = JSON.parse(await flows.exported('Para producción')) as Written & {
      meta: { default_credential_profile: string };
    };
    assert.equal(made.meta.default_credential_profile, 'pruebas');
    assert.deepEqual(
      made.nodes.map(({ type }) => type),
      ['agent_call'],
    );
    assert.ok(!(await flows.exported()).includes(secret));
    await flows.save();
    assert.ok(asked.some((body) => body.includes('credential_profile')));
    assert.ok(!asked.some((body) => body.includes(secret)));
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    assert.ok(!kept.includes(secret));
  },
);

scenario('problems lead to the field that they are about', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  const flows = new Flows(page);
  await flows.begin();
  await flows.bring(
    JSON.stringify({
      nodes: [
        { type: 'agent_call', id: 'ask', agent_profile: 'rag', message: 'a', save_as: 'r1' },
        { type: 'response', id: 'say', text: '${r2.text}', wait: 5 },
      ],
    }),
  );
  await flows.panel('Problemas');
  await page.getByRole('button', { name: /wait/ }).click();
  await eventually('its field has the focus', async () => (await focused(page)).endsWith('-wait'));
  await flows
    .node('say')
    .filter({ has: page.locator('.problem') })
    .waitFor();
  await flows.node('ask').locator('.tag', { hasText: 'RAG' }).waitFor();

  // Variables are suggested while one types.
  await flows.field('text').fill('');
  await flows.field('text').pressSequentially('Dice ${r');
  await page.getByRole('option', { name: 'r1.text' }).click();
  assert.equal(await flows.field('text').inputValue(), 'Dice ${r1.text}');
});

scenario(
  'who was faster is not overwritten, and nothing unsaved is lost unasked',
  async (scene) => {
    const { page, watch } = await scene.visit({ as: 'marta' });
    const flows = new Flows(page);
    await flows.begin();
    await page.getByLabel('Nombre del flujo').fill(`De dos ${Date.now()}`);
    await flows.drop('response', 200, 100);
    await flows.save();
    await page.waitForURL(/\/flows\/\w{8,}$/);

    const other = await scene.visit({ as: 'marta', at: new URL(page.url()).pathname });
    const theirs = new Flows(other.page);
    await theirs.node('response_1').click();
    await theirs.field('text').fill('de otra');
    await theirs.save();

    await flows.node('response_1').click();
    await flows.field('text').fill('mía');
    watch.tolerate(/412/);
    await page.getByRole('button', { name: 'Guardar', exact: true }).click();
    const conflict = page.getByRole('dialog', { name: 'Otra persona guardó este flujo' });
    await conflict.waitFor();
    await checkAxe(page);
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'Volver a los flujos' }).click();
    const leaving = page.getByRole('dialog', { name: '¿Salir sin guardar?' });
    await leaving.getByRole('button', { name: 'Seguir aquí' }).click();
    assert.equal(await flows.field('text').inputValue(), 'mía');

    await page.getByRole('button', { name: 'Guardar', exact: true }).click();
    await conflict.getByRole('button', { name: 'Guardar la mía como la más nueva' }).click();
    await flows.saved.filter({ hasText: 'versión 3' }).waitFor();

    await page.getByRole('button', { name: 'Versiones' }).click();
    await page.getByRole('button', { name: 'Retomar versión 2' }).click();
    await flows.node('response_1').locator('.gist', { hasText: 'de otra' }).waitFor();
    await flows.save();
    await flows.saved.filter({ hasText: 'versión 4' }).waitFor();
  },
);

scenario('stored flows are found, copied, read in their versions and deleted', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  const flows = new Flows(page);
  const name = `Lista ${Date.now()}`;
  await page.goto(new URL('/flows', page.url()).href);
  await page.getByRole('link', { name: 'Importar' }).click();
  const dialog = page.getByRole('dialog', { name: 'Importar un flujo' });
  await dialog
    .getByLabel('O pega aquí el JSON')
    .fill(JSON.stringify({ ...NESTED, meta: { name } }));
  await dialog.getByRole('button', { name: 'Importar', exact: true }).click();
  await flows.save();
  await page.getByRole('link', { name: 'Volver a los flujos' }).click();

  await page.getByLabel('Buscar por nombre').fill(name);
  await page.getByRole('button', { name: `Duplicar «${name}»` }).click();
  await count('the copy is open', flows, 5, 6);
  assert.equal(await page.getByLabel('Nombre del flujo').inputValue(), `${name} (copia)`);
  await page.getByRole('link', { name: 'Volver a los flujos' }).click();
  await page.getByLabel('Buscar por nombre').fill(name);
  const found = page.locator('.flows li');
  await eventually('both are there', async () => (await found.count()) === 2);

  await page.getByRole('link', { name: `Versiones de «${name}»` }).click();
  const versions = page.getByRole('dialog', { name: 'Versiones' });
  await versions.getByText('versión 1').waitFor();
  await checkAxe(page);
  await versions.getByRole('button', { name: 'Cerrar' }).click();
  await page.getByRole('link', { name: 'Volver a los flujos' }).click();
  await page.getByLabel('Buscar por nombre').fill(name);
  await eventually('both are there', async () => (await found.count()) === 2);
  await page.getByRole('button', { name: `Eliminar «${name} (copia)»` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Eliminar', exact: true }).click();
  await eventually('it is gone', async () => (await found.count()) === 1);
});

scenario('who may only read flows is offered nothing else', async (scene) => {
  const { page } = await scene.visit({ as: 'luis' });
  await page.locator('.pages a[href="/flows"]').click();
  await page.getByRole('heading', { name: 'Flujos', exact: true }).waitFor();
  await page.getByLabel('Buscar por nombre').fill('nada se llama así');
  await page.getByText('Ningún nombre tiene esas palabras.').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Nuevo flujo' }).count(), 0);
});

scenario('the editor is for everybody, at every width, light and dark', async (scene) => {
  const { page } = await scene.visit({ as: 'marta' });
  const flows = new Flows(page);
  await flows.begin();
  await flows.bring(JSON.stringify(NESTED));
  await flows.node('ask').click();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const panel of ['Nodos', 'Esquema', 'Problemas'] as const) {
      await flows.panel(panel);
      await checkAxe(page);
    }
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      assert.ok(await fitsItsWidth(page), `it fits ${width} px`);
    }
    await page.setViewportSize({ width: 320, height: 800 });
    await checkAxe(page);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Outline' }).waitFor();
  await page.getByRole('link', { name: 'Back to the flows' }).click();
  await page.getByRole('button', { name: 'Leave without saving' }).click();
  await page.getByRole('heading', { name: 'Flows', exact: true }).waitFor();
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    assert.ok(await fitsItsWidth(page), `the list fits ${width} px`);
    await checkAxe(page);
  }
});

async function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.id ?? '');
}
