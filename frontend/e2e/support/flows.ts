import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { platform } from './platform.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The pages of flows, by what a person sees and does there. */
export class Flows {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get nodes(): Locator {
    return this.page.locator('.flow-node');
  }

  get lines(): Locator {
    return this.page.locator('f-connection');
  }

  get canvas(): Locator {
    return this.page.locator('f-flow');
  }

  get saved(): Locator {
    return this.page.locator('.flow-bar .saved');
  }

  get outline(): Locator {
    return this.page.getByRole('treeitem');
  }

  node(id: string): Locator {
    return this.nodes.filter({ has: this.page.locator('.name', { hasText: exactly(id) }) });
  }

  field(name: string): Locator {
    return this.page.locator(`[id^="field-"][id$="-${name}"]`);
  }

  tool(name: string): Locator {
    return this.page.locator('.flow-tools').getByRole('button', { name });
  }

  /** A flow without anything in it. */
  async begin(): Promise<void> {
    await this.page.goto(new URL('/flows', platform.page).href);
    await this.page.getByRole('link', { name: 'Nuevo flujo' }).click();
    await this.canvas.waitFor();
  }

  /** Marta, after a reload, which forgets who it was. */
  async signInAgain(): Promise<void> {
    const again = this.page.locator('button[name="user"][value="marta"]');
    await again.or(this.canvas).first().waitFor();
    if (await again.isVisible()) await again.click();
    await this.page.waitForURL(`${platform.page}/**`);
    await this.canvas.waitFor();
  }

  async panel(name: 'Nodos' | 'Esquema' | 'Problemas'): Promise<void> {
    await this.page.locator('.tabs button').filter({ hasText: name }).click();
  }

  /** Drags a part from the palette to this place of the canvas. */
  async drop(kind: string, x: number, y: number): Promise<void> {
    const count = await this.nodes.count();
    const part = await boxOf(this.page.locator(`#palette-${kind}`));
    const canvas = await boxOf(this.canvas);
    await this.drag(middle(part), { x: canvas.x + x, y: canvas.y + y });
    await this.nodes.nth(count).waitFor();
  }

  /** Drags a line from a port to another node. */
  async join(from: string, port: string, to: string): Promise<void> {
    const begin = await boxOf(this.node(from).locator(`.out[data-port="${port}"] .port`));
    const end = await boxOf(this.node(to).locator('.port.in'));
    await this.drag(middle(begin), middle(end));
  }

  async drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(from.x + 4, from.y + 4, { steps: 3 });
    await mouse.move(to.x, to.y, { steps: 12 });
    await mouse.up();
  }

  async save(): Promise<void> {
    await this.page.getByRole('button', { name: 'Guardar', exact: true }).click();
    await this.saved.filter({ hasText: 'Guardado' }).waitFor();
  }

  /** The flow as JSON, by the dialog that exports it. */
  async exported(purpose: 'Tal como está' | 'Para producción' = 'Tal como está'): Promise<string> {
    await this.page.getByRole('button', { name: 'Exportar' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Exportar el flujo' });
    const text = await this.textFor(dialog, 'whole');
    const json = purpose === 'Tal como está' ? text : await this.textForProduction(dialog);
    await dialog.getByRole('button', { name: 'Cerrar' }).click();
    return json;
  }

  private async textForProduction(dialog: Locator): Promise<string> {
    await dialog.getByLabel('Para producción').check();
    return this.textFor(dialog, 'production');
  }

  /** As soon as it is that of this purpose. */
  private textFor(dialog: Locator, purpose: string): Promise<string> {
    const box = dialog.locator(`textarea[data-purpose="${purpose}"]`);
    return eventually(`the flow is written for ${purpose}`, async () => {
      const [text] = await box.evaluateAll((boxes) =>
        boxes.map((each) => (each as HTMLTextAreaElement).value),
      );
      return text === '' ? undefined : text;
    });
  }

  async bring(json: string): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Importar' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Importar un flujo' });
    await dialog.getByLabel('O pega aquí el JSON').fill(json);
    await dialog.getByRole('button', { name: 'Importar', exact: true }).click();
    return dialog;
  }
}

export async function boxOf(locator: Locator): Promise<Box> {
  const box = await locator.boundingBox();
  assert.ok(box, `${locator.toString()} is to be seen`);
  return box;
}

export function middle({ x, y, width, height }: Box): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text}$`);
}
