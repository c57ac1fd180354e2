import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';

type Tab = 'steps' | 'trial' | 'mocks' | 'profiles' | 'inputs';
type Deed = 'run' | 'step' | 'pause' | 'stop' | 'reset' | 'breakpoint' | 'record';

/** The simulator's panel, by what a person sees and does there. */
export class SimulatorPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get panel(): Locator {
    return this.page.locator('.simulator');
  }

  get rows(): Locator {
    return this.panel.locator('tr[data-key]');
  }

  get said(): Locator {
    return this.panel.locator('.simulated-chat ol > li');
  }

  get box(): Locator {
    return this.panel.locator('#simulated-message');
  }

  get calls(): Locator {
    return this.panel.locator('.sim-bar select');
  }

  row(key: string): Locator {
    return this.panel.locator(`tr[data-key="${key}"]`);
  }

  /** What is told of the chosen step. */
  part(name: 'input' | 'output' | 'variables'): Locator {
    return this.panel.locator(`pre[data-part="${name}"]`);
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'Simular' }).click();
    await this.panel.locator('.sim-bar').waitFor();
  }

  async close(): Promise<void> {
    await this.page.getByRole('button', { name: 'Simular' }).click();
    await this.panel.waitFor({ state: 'hidden' });
  }

  async do(deed: Deed): Promise<void> {
    await this.panel.locator(`[data-do="${deed}"]`).click();
  }

  async tab(tab: Tab): Promise<void> {
    await this.panel.locator(`[data-tab="${tab}"]`).click();
  }

  async reached(status: string): Promise<void> {
    await this.panel.locator(`.state[data-status="${status}"]`).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.box.press('Enter');
  }

  /** What was said is there, and the flow goes on. */
  async gone(text: string): Promise<void> {
    await this.said.filter({ hasText: text }).first().waitFor();
  }

  async addProfile(name: string, keys: Readonly<Record<string, string>>): Promise<void> {
    await this.tab('profiles');
    await this.panel.locator('#new-profile').fill(name);
    await this.panel.locator('#new-profile').press('Enter');
    const profile = this.panel.locator(`[data-profile="${name}"]`);
    for (const [tool, key] of Object.entries(keys)) {
      await profile.locator(`input[data-tool="${tool}"]`).fill(key);
    }
  }

  /** The keys of what was run, in the order in which it began. */
  async trace(): Promise<string[]> {
    await this.tab('steps');
    return this.rows.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key') ?? ''));
  }

  /** The nodes that something was made up for. */
  async madeUp(): Promise<string[]> {
    await this.tab('steps');
    const rows = this.rows.filter({ has: this.page.locator('.tag.warn') });
    const keys = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-key')));
    return [...new Set(keys.map((key) => key?.split('[')[0] ?? ''))];
  }

  /** The recording of the run that has ended. */
  async tape(): Promise<string> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.do('record')]);
    return readFile(await download.path(), 'utf8');
  }

  async insert(tape: string): Promise<void> {
    const buffer = Buffer.from(tape);
    const file = { name: 'tape.json', mimeType: 'application/json', buffer };
    await this.panel.locator('input[type="file"]').setInputFiles(file);
  }
}
