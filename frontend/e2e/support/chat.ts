import type { Locator, Page } from 'playwright-core';

/** The chat page, by what a person sees of it. */
export class Chat {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Where a message is written. */
  get box(): Locator {
    return this.page.locator('eira-composer textarea');
  }

  /** Every answer there is, oldest first. */
  get answers(): Locator {
    return this.page.locator('article.answer');
  }

  get lastAnswer(): Locator {
    return this.answers.last();
  }

  /** Writes a message and sends it with Enter; gives the answer that comes, not yet finished. */
  async send(message: string): Promise<Locator> {
    const answer = this.answers.nth(await this.answers.count());
    await this.box.fill(message);
    await this.box.press('Enter');
    await answer.waitFor();
    return answer;
  }

  /** Waits until the answer has ended in this way; gives its words. */
  async ended(
    answer: Locator,
    as: 'done' | 'stopped' | 'failed' | 'waiting' = 'done',
  ): Promise<string> {
    await answer.and(this.page.locator(`[data-status="${as}"]`)).waitFor();
    return this.words(answer);
  }

  /** What an answer says so far. */
  async words(answer: Locator): Promise<string> {
    return (await answer.locator('eira-markdown').innerText()).trim();
  }
}
