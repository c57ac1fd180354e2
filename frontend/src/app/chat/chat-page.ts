import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  Injector,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { titled } from '../core/page-title';
import { Who } from '../core/who';
import { AtBottom } from './at-bottom';
import { Composer } from './composer';
import { ConversationList } from './conversation-list';
import { Conversations } from './conversations';
import { ErrorCard } from './error-card';
import { Thread } from './thread';
import { Timeline } from './timeline';
import { ShownTurn } from './turn';
import { TurnView } from './turn-view';

const NEW = 'new';
/** As in the styles: 52rem. */
const NARROW_PX = 832;

/** Conversations at one side, the open one at the other. */
@Component({
  selector: 'eira-chat-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AtBottom,
    Composer,
    ConversationList,
    ErrorCard,
    Icon,
    RouterLink,
    Timeline,
    TranslocoDirective,
    TurnView,
  ],
  providers: [Thread],
  templateUrl: './chat-page.html',
  host: {
    class: 'chat-page',
    '(document:visibilitychange)': 'seenAgain()',
    '(window:focus)': 'seenAgain()',
    '(document:keydown.escape)': 'closeList()',
    '(window:resize)': 'widened()',
  },
})
export class ChatPage {
  private readonly injector = inject(Injector);
  private readonly router = inject(Router);
  private readonly conversations = inject(Conversations);
  protected readonly thread = inject(Thread);
  protected readonly who = inject(Who);
  private readonly composer = viewChild(Composer);
  private readonly end = viewChild(AtBottom);
  private readonly menu = viewChild<ElementRef<HTMLElement>>('menu');
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  /** Of the route: a conversation's id, or `new`. */
  readonly id = input(NEW);

  protected readonly showsList = signal(false);
  protected readonly showsTimeline = signal(false);
  protected readonly starters = ['one', 'two', 'three'];
  protected readonly isNew = computed(
    () => this.thread.turns().length === 0 && !this.thread.loading() && !this.thread.problem(),
  );
  /** As it is in the list, where it may have been named anew. */
  protected readonly title = computed(() => {
    const id = this.thread.id();
    const entry = this.conversations.items().find((each) => each.conversationId === id);
    return entry?.title ?? this.thread.title();
  });

  protected readonly heading = computed(() => {
    if (this.thread.gone()) return 'chat.gone';
    return this.thread.id() && this.thread.loading() ? 'common.loading' : 'chat.newTitle';
  });
  /** Of which conversation the timeline is shown; not of one that is about to go. */
  protected readonly timelineOf = computed(() => {
    const id = this.thread.id();
    const there = !this.thread.gone() && id !== this.conversations.leaving();
    return this.showsTimeline() && there ? id : null;
  });
  /** As the answers call them. */
  protected readonly toolNames = computed(() => {
    const turns = this.thread.turns();
    const effects = turns.flatMap((turn) => turn.effects);
    const steps = turns.flatMap((turn) => turn.steps.filter((step) => step.kind === 'tool'));
    return Object.fromEntries([
      ...steps.map(({ name, label }) => [name, label]),
      ...effects.map(({ tool, label }) => [tool, label ?? tool]),
    ]) as Readonly<Record<string, string>>;
  });

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => void this.open(id === NEW ? null : id));
    });
    titled(this.heading, this.title);
    effect(() => {
      const id = this.thread.id();
      if (id !== null && untracked(this.id) !== id) {
        void this.router.navigate(['/c', id], { replaceUrl: true });
        // The new one is to be seen in the list, whatever was looked for.
        if (untracked(this.conversations.words)) void this.conversations.find('');
      }
    });
  }

  protected async send(message: string): Promise<void> {
    this.goToEnd();
    await this.thread.send(message);
  }

  protected async retry(turn: ShownTurn): Promise<void> {
    const retried = this.thread.retry(turn);
    this.goToAnswer();
    await retried;
  }

  protected regenerate(turn: ShownTurn): void {
    this.thread.regenerate(turn);
    this.goToAnswer();
  }

  /** The button that was pressed goes with what was wrong. */
  protected async lookAgain(): Promise<void> {
    this.composer()?.focus();
    await this.thread.refresh();
  }

  /** The button that was pressed is about to go; who writes on is in the right place. */
  protected goToEnd(): void {
    this.end()?.goThere();
    this.composer()?.focus();
  }

  /** On a narrow page, where the list lies over the rest. */
  protected openList(): void {
    this.showsList.set(true);
    setTimeout(() => this.element.querySelector<HTMLElement>('.conversations a')?.focus());
  }

  protected closeList(): void {
    if (!this.showsList()) return;
    this.showsList.set(false);
    setTimeout(() => this.menu()?.nativeElement.focus());
  }

  protected widened(): void {
    if (innerWidth > NARROW_PX) this.showsList.set(false);
  }

  /** The list may be of others by now: of those that are looked for. */
  protected named(id: string, title: string): void {
    if (id === this.thread.id()) this.thread.title.set(title);
  }

  /** Also where the address is that of a new one already. */
  protected startNew(): void {
    if (this.id() === NEW) void this.open(null);
  }

  protected async stop(): Promise<void> {
    const running = this.thread.running();
    this.composer()?.focus();
    if (running) await this.thread.stop(running);
  }

  /** The button that was pressed is about to go; what it asked for is in its place. */
  private goToAnswer(): void {
    this.end()?.goThere();
    const focus = (): void => {
      const answers = this.element.querySelectorAll<HTMLElement>('article.answer');
      [...answers].at(-1)?.focus({ preventScroll: true });
    };
    afterNextRender(focus, { injector: this.injector });
  }

  protected seenAgain(): void {
    const isSeen = document.visibilityState === 'visible';
    if (isSeen && !this.thread.loading()) void this.thread.refresh();
  }

  private async open(id: string | null): Promise<void> {
    const opened = this.thread.open(id);
    this.showsList.set(false);
    this.end()?.goThere();
    if (id === null) {
      this.showsTimeline.set(false);
      setTimeout(() => this.composer()?.focus());
    }
    await opened;
  }
}
