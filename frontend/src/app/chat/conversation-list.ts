import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  computed,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { AgentProblem, ConversationEntry } from '@eira/agents-client';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { whileSeen } from '../core/seen';
import { Conversations } from './conversations';
import { Group, groupedByDay } from './days';
import { ErrorCard } from './error-card';

const TYPING_MS = 250;
const AGAIN_MS = 30_000;

/** One's conversations: found by their titles, named anew, deleted. */
@Component({
  selector: 'eira-conversation-list',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, Icon, RouterLink, TranslocoDirective],
  templateUrl: './conversation-list.html',
})
export class ConversationList {
  private readonly router = inject(Router);
  protected readonly conversations = inject(Conversations);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('confirm');
  private typing: ReturnType<typeof setTimeout> | undefined;
  readonly open = input<string | null>(null);
  readonly chosen = output();
  readonly started = output();
  readonly renamed = output<{ readonly id: string; readonly title: string }>();

  protected readonly renaming = signal<string | null>(null);
  /** What the field of a title begins with. */
  protected readonly written = signal('');
  protected readonly erasing = signal<ConversationEntry | null>(null);
  protected readonly problem = signal<AgentProblem | null>(null);
  protected readonly groups = computed((): readonly Group[] =>
    groupedByDay(this.conversations.items(), new Date()),
  );

  constructor() {
    void this.conversations.find('');
    const gone = inject(DestroyRef);
    gone.onDestroy(() => clearTimeout(this.typing));
    gone.onDestroy(whileSeen(AGAIN_MS, () => this.lookAgain()));
  }

  /** What other tabs and devices did; not under the hands of who is writing a title. */
  private lookAgain(): void {
    if (this.renaming() === null) void this.conversations.refresh();
  }

  protected find(words: string): void {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.conversations.find(words), TYPING_MS);
  }

  /** The new one is to be seen in the list, whatever was looked for. */
  protected startNew(): void {
    clearTimeout(this.typing);
    if (this.conversations.words()) void this.conversations.find('');
    this.chosen.emit();
    this.started.emit();
  }

  protected rename(entry: ConversationEntry, field: HTMLInputElement): void {
    // The field loses the focus, too, when it goes: once is enough, and Escape is none.
    if (this.renaming() !== entry.conversationId) return;
    const title = field.value.trim();
    this.endRenaming(entry);
    if (!title || title === entry.title) return;
    void this.telling(this.conversations.rename(entry.conversationId, title)).then((done) => {
      if (done) this.renamed.emit({ id: entry.conversationId, title });
      else if (this.renaming() === null) this.startRenaming(entry, title);
    });
  }

  /** With the title that is there, or the one that could not be given, and why it could not. */
  protected startRenaming(entry: ConversationEntry, refused: string | null = null): void {
    if (refused === null) this.problem.set(null);
    this.written.set(refused ?? entry.title ?? '');
    this.renaming.set(entry.conversationId);
    // Who has gone on to something else is left there.
    const here = this.element.contains(document.activeElement);
    if (refused !== null && !here && document.activeElement !== document.body) return;
    setTimeout(() => this.element.querySelector<HTMLInputElement>('#new-title')?.select());
  }

  protected endRenaming(entry: ConversationEntry): void {
    this.renaming.set(null);
    this.focus(`[href$="${entry.conversationId}"]`);
  }

  protected askToErase(entry: ConversationEntry): void {
    this.problem.set(null);
    this.erasing.set(entry);
    this.dialog().nativeElement.showModal();
  }

  protected async erase(): Promise<void> {
    const entry = this.erasing();
    if (entry === null) return;
    if (!(await this.telling(this.conversations.erase(entry.conversationId)))) return;
    this.dialog().nativeElement.close();
    this.focus('a');
    if (entry.conversationId === this.open()) await this.router.navigateByUrl('/c/new');
  }

  /** Where the focus would be lost with what had it. */
  private focus(selector: string): void {
    setTimeout(() => this.element.querySelector<HTMLElement>(selector)?.focus());
  }

  private async telling(work: Promise<void>): Promise<boolean> {
    try {
      await work;
      this.problem.set(null);
      return true;
    } catch (error) {
      if (!(error instanceof AgentProblem)) throw error;
      this.problem.set(error);
      return false;
    }
  }
}
