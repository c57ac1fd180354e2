import type { Locator, Page } from 'playwright-core';
import { Flows } from './flows.ts';

type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** A node as a file has it. */
export interface Node {
  readonly type: string;
  readonly id: string;
  readonly label?: string;
  readonly then?: readonly Node[];
  readonly else?: readonly Node[];
  readonly body?: readonly Node[];
  readonly credentials?: JsonObject;
  readonly ui?: unknown;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly port?: string;
}

export interface Flow {
  readonly meta: JsonObject;
  readonly nodes: readonly Node[];
  readonly edges?: readonly Edge[];
}

const BLOCKS = ['then', 'else', 'body'] as const;
type Block = (typeof BLOCKS)[number];
/** Not fields of the form, or (the mark of the simulator's own nodes) there from the beginning. */
const ELSEWHERE = new Set<string>(['type', 'ui', '__sim_only', ...BLOCKS]);
const FIRST = 'id';
/** Without a profile all fields are there. */
const LAST = 'agent_profile';
/** What a new node of this type says. */
const FRESH: Readonly<Record<string, string>> = { agent_call: LAST, loop: 'over' };

/**
 * Builds flows by hand: each node from the palette, each field by its label in the form, each line
 * by the field that says where a port leads. It reads and changes nothing but the page.
 */
export class FlowBuilder {
  private readonly page: Page;
  private readonly flows: Flows;
  private chosen: Node | null = null;

  constructor(page: Page) {
    this.page = page;
    this.flows = new Flows(page);
  }

  private get form(): Locator {
    return this.page.locator('eira-flow-inspector');
  }

  /** Into an editor without anything in it. */
  async build(flow: Flow): Promise<void> {
    await this.fill(this.form, flow.meta);
    if (flow.edges) await this.addByEdges(flow.nodes, flow.edges);
    else await this.addInOrder(flow.nodes, null);
  }

  /** One behind the other: in a block, or (with an edge for each line) outside of blocks. */
  private async addInOrder(
    nodes: readonly Node[],
    into: { readonly node: Node; readonly block: Block } | null,
  ): Promise<void> {
    let before: Node | null = null;
    for (const node of nodes) {
      if (before) await this.choose(before);
      else if (into) await this.fillBlock(into.node, into.block);
      await this.add(node);
      for (const block of BLOCKS) {
        const inner = node[block];
        if (inner) await this.addInOrder(inner, { node, block });
      }
      before = node;
    }
  }

  /** Each behind the first one that leads to it; what other edges say is said by the ports' fields. */
  private async addByEdges(nodes: readonly Node[], edges: readonly Edge[]): Promise<void> {
    const drawn = new Set<Edge>();
    for (const node of nodes) {
      const edge = edges.find(({ to }) => to === node.id);
      const from = nodes.find(({ id }) => id === edge?.from);
      if (from) await this.choose(from);
      if (edge) drawn.add(edge);
      await this.add(node);
    }
    for (const edge of edges.filter((each) => !drawn.has(each))) {
      const [from, to] = [edge.from, edge.to].map((id) => nodes.find((node) => node.id === id));
      if (!from || !to) throw new Error(`${edge.from} or ${edge.to} is no node`);
      await this.choose(from);
      await this.form
        .locator('.node-links select')
        .last()
        .selectOption({ label: nameOf(to) });
    }
  }

  /** From the palette, behind what is chosen; then its form is filled in. */
  private async add(node: Node): Promise<void> {
    await this.page.locator(`.palette button[data-kind="${node.type}"]`).click();
    await this.page.waitForFunction((stem) => {
      const fields = [...document.querySelectorAll('eira-flow-inspector [id$="-id"]')];
      return fields.some((each) => 'value' in each && String(each.value).startsWith(stem));
    }, `${node.type}_`);
    this.chosen = node;
    await this.clear(node);
    await this.fill(this.form, { ...node } as unknown as JsonObject);
  }

  /** What a new node says, and this one does not, or not yet. */
  private async clear(node: Node): Promise<void> {
    const name = FRESH[node.type];
    if (name !== undefined && (name === LAST || !(name in node)))
      await this.say(this.form, name, '');
  }

  private async choose(node: Node): Promise<void> {
    if (this.chosen === node) return;
    this.chosen = node;
    await this.flows.panel('Esquema');
    const name = this.page.locator('span:not(.muted)', { hasText: exactly(nameOf(node)) });
    await this.flows.outline.filter({ has: name }).click();
    await this.flows.panel('Nodos');
  }

  private async fillBlock(node: Node, block: Block): Promise<void> {
    await this.choose(node);
    await this.form.locator(`.node-links button[data-block="${block}"]`).click();
  }

  private async fill(within: Locator, values: JsonObject): Promise<void> {
    const names = Object.keys(values).filter((name) => !ELSEWHERE.has(name));
    const place = (name: string): number => (name === FIRST ? -1 : Number(name === LAST));
    for (const name of names.sort((left, right) => place(left) - place(right))) {
      await this.say(within, name, values[name] ?? null);
    }
  }

  private async say(within: Locator, name: string, value: Json): Promise<void> {
    const field = await this.shown(within, name);
    if (await isThere(field.locator(':scope > details'))) await this.fillFolder(field, value);
    else if (await isThere(field.locator('eira-keys'))) await this.typeKeys(field, value);
    else if (await isThere(field.locator(':scope > fieldset'))) await this.fillItems(field, value);
    else if (await isThere(field.locator(':scope > select'))) {
      await field.locator(':scope > select').selectOption(textOf(value));
    } else {
      await this.write(within, name, textOf(value));
    }
  }

  private async write(within: Locator, name: string, text: string): Promise<void> {
    const field = await this.shown(within, name);
    await field.locator(':scope > input, :scope > eira-template-box textarea').fill(text);
  }

  private async fillFolder(field: Locator, value: Json): Promise<void> {
    const folder = field.locator(':scope > details');
    if ((await folder.getAttribute('open')) === null)
      await folder.locator(':scope > summary').click();
    await this.fill(folder.locator(':scope > .inner'), value as JsonObject);
  }

  /** Keys of the simulator, by tool. */
  private async typeKeys(field: Locator, value: Json): Promise<void> {
    for (const [tool, key] of Object.entries(value as JsonObject)) {
      await field.locator('.chip', { hasText: exactly(`+ ${tool}`) }).click();
      await field.locator('tbody tr').last().locator('input').fill(textOf(key));
    }
  }

  /** A list, or names with their values. */
  private async fillItems(field: Locator, value: Json): Promise<void> {
    const add = field.getByRole('button', { name: 'Añadir', exact: true });
    const items = field.locator('ul.items > li');
    const entries = Array.isArray(value)
      ? (value as readonly Json[]).map((each) => [null, each] as const)
      : Object.entries(value as JsonObject);
    for (const [index, [name, each]] of entries.entries()) {
      await add.click();
      const boxes = items.nth(index).locator('input');
      await boxes.first().waitFor();
      if (name !== null) {
        await boxes.first().fill(name);
        await boxes.first().press('Tab');
        // The box beside it is that of the new name only when the form knows it.
        await items.nth(index).getByLabel(`Valor de ${name}`, { exact: true }).waitFor();
      }
      await boxes.last().fill(textOf(each));
      await boxes.last().press('Tab');
    }
  }

  /** The field of this label, which may be among those that are folded away. */
  private async shown(within: Locator, name: string): Promise<Locator> {
    const field = this.field(within, name);
    await field.waitFor({ state: 'attached' });
    if (!(await field.isVisible())) {
      await field.locator('xpath=ancestor::details[1]/summary').click();
    }
    return field;
  }

  private field(within: Locator, name: string): Locator {
    const labels = ['label', 'details > summary', 'fieldset > legend'];
    const label = labels.map((each) => `:scope > ${each} > code`).join(', ');
    return within
      .locator(':scope > eira-field, :scope > details.group > eira-field')
      .filter({ has: this.page.locator(label, { hasText: exactly(name) }) });
  }
}

/**
 * The same flow as somebody builds it in the editor, where lines outside of blocks are edges: in the
 * order of the file without positions, and edges in no order.
 */
export function asBuilt(flow: Flow): unknown {
  const inOrder = flow.nodes.slice(1).map(({ id }, at) => ({ from: flow.nodes[at]?.id, to: id }));
  const edges = (flow.edges ?? inOrder).map((edge) => JSON.stringify(Object.entries(edge).sort()));
  return { meta: flow.meta, nodes: flow.nodes.map(unplaced), edges: edges.sort() };
}

function unplaced(node: Node): object {
  const members = Object.entries({ ...node, ...withoutKeys(node) }).filter(
    ([name]) => name !== 'ui',
  );
  const blocks = BLOCKS.flatMap((block) => {
    const inner = node[block];
    return inner ? [[block, inner.map(unplaced)] as const] : [];
  });
  return { ...Object.fromEntries(members), ...Object.fromEntries(blocks) };
}

/** What was typed in for the simulator leaves the editor in no export. */
function withoutKeys({ type, credentials }: Node): object {
  if (type !== 'credential_profile' || !credentials) return {};
  return { credentials: Object.fromEntries(Object.keys(credentials).map((tool) => [tool, ''])) };
}

function nameOf(node: Node): string {
  return node.label ? `${node.label} (${node.id})` : node.id;
}

/** As one types it: texts as they are, all else as JSON. */
function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function isThere(locator: Locator): Promise<boolean> {
  return (await locator.count()) > 0;
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
