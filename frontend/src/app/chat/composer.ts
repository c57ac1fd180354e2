import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';
import { LanguageChoice } from '../core/language';
import { Drafts } from './drafts';

const LONGEST = 8_000;

/** Where a message is written. Enter sends it, unless it ends a composition; Shift+Enter is a line. */
@Component({
  selector: 'eira-composer',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <form class="composer" *transloco="let t" (submit)="send($event)">
      <label class="sr-only" for="message">{{ t('composer.label') }}</label>
      <textarea
        #box
        id="message"
        rows="1"
        aria-describedby="composer-hint"
        [attr.aria-invalid]="excess() > 0 ? true : null"
        [placeholder]="t(asked() ? 'composer.answer' : 'composer.placeholder')"
        (input)="note(box.value)"
        (keydown.enter)="enter($event)"
      ></textarea>
      @if (running()) {
        <button
          type="button"
          class="primary round"
          [attr.aria-label]="t(stopping() ? 'chat.stopping' : 'composer.stop')"
          [title]="t(stopping() ? 'chat.stopping' : 'composer.stop')"
          [disabled]="stopping()"
          (click)="stop.emit()"
        >
          <eira-icon name="stop" />
        </button>
      }
      @if (!blocked()) {
        <button
          type="submit"
          class="primary round"
          [attr.aria-label]="t('composer.send')"
          [title]="t('composer.send')"
          [disabled]="!text().trim() || excess() > 0"
        >
          <eira-icon name="send" />
        </button>
      }
      @if (excess() > 0) {
        <p class="wrong" role="alert">{{ t('composer.excess', told()) }}</p>
      }
      <p id="composer-hint" class="hint">{{ t('composer.hint') }}</p>
    </form>
  `,
})
export class Composer {
  private readonly drafts = inject(Drafts);
  private readonly language = inject(LanguageChoice);
  private readonly box = viewChild<ElementRef<HTMLTextAreaElement>>('box');
  readonly running = input(false);
  /** What runs waits for an answer. */
  readonly asked = input(false);
  /** What runs is to stop, and it takes its time. */
  readonly stopping = input(false);
  /** Whose text it is: each conversation keeps its own while another is open. */
  readonly of = input<string | null>(null);
  readonly sent = output<string>();
  readonly stop = output();
  protected readonly text = signal('');
  protected readonly blocked = computed(() => this.running() && !this.asked());
  /** So many characters are more than the server takes. Nothing of them is cut off. */
  protected readonly excess = computed(() => this.text().trim().length - LONGEST);
  protected readonly told = computed(() => ({
    longest: this.language.number(LONGEST),
    excess: this.language.number(this.excess()),
  }));

  constructor() {
    effect(() => {
      const [draft, box] = [this.drafts.of(this.of()), this.box()?.nativeElement];
      if (box && box.value !== draft) untracked(() => this.put(draft));
    });
  }

  /** Puts the text there, to be looked over and sent. */
  write(text: string): void {
    this.put(text);
    this.focus();
  }

  /** What was sent and not taken is there to be sent again. */
  restore(): void {
    this.put(this.drafts.of(this.of()));
  }

  focus(): void {
    this.box()?.nativeElement.focus();
  }

  protected enter(event: Event): void {
    // An input method takes its choice with Enter, too.
    const { shiftKey, isComposing, key } = event as KeyboardEvent;
    if (shiftKey || isComposing || key === 'Process') return;
    this.send(event);
  }

  protected send(event: Event): void {
    event.preventDefault();
    const message = this.text().trim();
    if (!message || this.excess() > 0 || this.blocked()) return;
    this.put('');
    this.sent.emit(message);
    this.focus();
  }

  protected note(text: string): void {
    this.text.set(text);
    this.drafts.keep(this.of(), text);
  }

  private put(text: string): void {
    const box = this.box()?.nativeElement;
    if (box) box.value = text;
    this.note(text);
  }
}
