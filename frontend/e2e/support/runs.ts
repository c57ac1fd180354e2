import type { Locator, Page } from 'playwright-core';

/** The pages of who operates runs, by what a person sees of them. */
export class Runs {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get list(): Locator {
    return this.page.locator('.runs li');
  }

  /** What is told of the run that is open; its heading has the state. */
  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  get steps(): Locator {
    return this.page.locator('eira-run-page .steps > li');
  }

  /** By the link in the bar, which only operators have. */
  get link(): Locator {
    return this.page.locator('.pages a[href^="/runs"]');
  }

  /** Opens the newest run of the conversation that this page shows. */
  async openNewestOfThisConversation(): Promise<void> {
    const id = new URL(this.page.url()).pathname.split('/').at(-1) ?? '';
    await this.link.click();
    await this.list.first().waitFor();
    const found = this.page.waitForResponse((answer) => answer.url().includes(id));
    await this.page.locator('input[name="conversationId"]').fill(id);
    await this.page.locator('input[name="conversationId"]').press('Enter');
    await found;
    await this.page.waitForURL(/conversationId=/);
    await this.list.first().locator('a').click();
    await this.steps.first().waitFor();
  }

  /** Waits until the run that is open is in this state. */
  async reached(words: string): Promise<void> {
    await this.heading.filter({ hasText: words }).waitFor();
  }
}
