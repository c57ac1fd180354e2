import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { AgentProblem, FlowEntry, FlowService } from '@eira/agents-client';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { ErrorCard } from '../../chat/error-card';
import { Icon } from '../../core/icon';
import { LanguageChoice } from '../../core/language';
import { titled } from '../../core/page-title';
import { Who } from '../../core/who';
import { FlowIcon } from '../flow-icon';
import { isDocument, read, write } from '../model/document';
import { setMeta } from '../model/edits';
import { Json } from '../model/json';

const TYPING_MS = 250;

/** The stored flows of one's organization: opened, begun, copied, deleted. */
@Component({
  selector: 'eira-flows-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, FlowIcon, Icon, RouterLink, TranslocoDirective],
  templateUrl: './flows-page.html',
  host: { class: 'page' },
})
export class FlowsPage {
  private readonly flows = inject(FlowService);
  private readonly router = inject(Router);
  private readonly transloco = inject(TranslocoService);
  protected readonly language = inject(LanguageChoice);
  protected readonly who = inject(Who);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('confirm');
  private typing: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  protected readonly items = signal<readonly FlowEntry[]>([]);
  protected readonly words = signal('');
  protected readonly next = signal<string | null>(null);
  protected readonly loading = signal(false);
  protected readonly problem = signal<AgentProblem | null>(null);
  protected readonly deleting = signal<FlowEntry | null>(null);

  constructor() {
    titled(() => 'app.flows');
    void this.look();
    inject(DestroyRef).onDestroy(() => clearTimeout(this.typing));
  }

  protected find(words: string): void {
    this.words.set(words);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.look(), TYPING_MS);
  }

  /** From the beginning, or what follows. */
  protected async look(after: string | null = null): Promise<void> {
    const asked = ++this.asked;
    this.loading.set(true);
    await this.telling(async () => {
      const page = await this.flows.list({ q: this.words(), after });
      if (asked !== this.asked) return;
      this.items.update((items) => (after === null ? page.items : [...items, ...page.items]));
      this.next.set(page.next ?? null);
    });
    if (asked === this.asked) this.loading.set(false);
  }

  /** A copy of its own, which is opened. */
  protected async copy(entry: FlowEntry): Promise<void> {
    await this.telling(async () => {
      const { view } = await this.flows.read(entry.flowId);
      const made = read(view.flow as Json);
      const name = this.transloco.translate('flows.copyOf', { name: entry.name ?? '' });
      const flow = isDocument(made) ? write(setMeta(made, ['name'], name)) : view.flow;
      const created = await this.flows.create(flow as object);
      await this.router.navigate(['/flows', created.view.flowId]);
    });
  }

  protected askToDelete(entry: FlowEntry): void {
    this.problem.set(null);
    this.deleting.set(entry);
    this.dialog().nativeElement.showModal();
  }

  protected async delete(): Promise<void> {
    const entry = this.deleting();
    if (entry === null) return;
    await this.telling(async () => {
      await this.flows.delete(entry.flowId);
      this.items.update((items) => items.filter(({ flowId }) => flowId !== entry.flowId));
      this.dialog().nativeElement.close();
    });
  }

  private async telling(work: () => Promise<void>): Promise<void> {
    this.problem.set(null);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
    }
  }
}
