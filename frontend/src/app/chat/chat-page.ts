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
import { Announcer } from '../core/announcer';
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
/** As in the styles: where the list lies over the rest, and where the timeline does. */
const NARROW = '(max-width: 52rem)';
const RATHER_NARROW = '(max-width: 64rem)';

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
    '(document:keydown.escape)': 'closeAside()',
    '(window:resize)': 'widened()',
  },
})
export class ChatPage {
  private readonly injector = inject(Injector);
  private readonly router = inject(Router);
  private readonly conversations = inject(Conversations);
  private readonly announcer = inject(Announcer);
  protected readonly thread = inject(Thread);
  protected readonly who = inject(Who);
  private readonly composer = viewChild(Composer);
  private readonly end = viewChild(AtBottom);
  private readonly menu = viewChild<ElementRef<HTMLElement>>('menu');
  private readonly clock = viewChild<ElementRef<HTMLElement>>('clock');
  private readonly timeline = viewChild('timeline', { read: ElementRef });
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  /** Of the route: a conversation's id, or `new`. */
  readonly id = input(NEW);

  protected readonly showsList = signal(false);
  protected readonly showsTimeline = signal(false);
  private readonly isRatherNarrow = signal(matchMedia(RATHER_NARROW).matches);
  /** The timeline is there and lies over the rest, which nobody can use meanwhile. */
  protected readonly covered = computed(
    () => this.timeline() !== undefined && this.isRatherNarrow(),
  );
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

  private readonly question = computed(() => this.thread.asked()?.asking[0]);
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
      if (this.question()) this.announcer.say('chat.announce.question');
    });
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
    const asked = this.thread.asked();
    if (!asked) return this.thread.send(message);
    await this.thread.answer(asked, message);
    this.composer()?.restore();
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
    this.thread.problem.set(null);
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
    this.focusThen(() => this.element.querySelector<HTMLElement>('.conversations a'));
  }

  /** Whatever lies over the rest. */
  protected closeAside(): void {
    if (this.covered()) this.closeTimeline();
    if (!this.showsList()) return;
    this.showsList.set(false);
    this.focusThen(() => this.menu()?.nativeElement);
  }

  /** The button that closes it goes with it. */
  protected closeTimeline(): void {
    this.showsTimeline.set(false);
    this.focusThen(() => this.clock()?.nativeElement);
  }

  protected widened(): void {
    if (!matchMedia(NARROW).matches) this.showsList.set(false);
    this.isRatherNarrow.set(matchMedia(RATHER_NARROW).matches);
  }

  /** What was being read stays where it is; the button may be needed no more. */
  protected async loadOlder(): Promise<void> {
    const id = this.thread.id();
    const keep = this.end()?.keep('.turn');
    await this.thread.loadOlder();
    if (this.thread.id() !== id) return;
    afterNextRender({ mixedReadWrite: () => keep?.() }, { injector: this.injector });
    if (this.thread.older() === null) this.focusThen(() => this.element.querySelector('.scroll'));
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
    this.focusThen(() => [...this.element.querySelectorAll('article.answer')].at(-1));
  }

  /** As soon as what has changed is to be seen. */
  private focusThen(find: () => Element | null | undefined): void {
    const focus = (): void => {
      const found = find();
      if (found instanceof HTMLElement) found.focus({ preventScroll: true });
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
