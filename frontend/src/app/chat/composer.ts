import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../core/icon';

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
        [maxLength]="longest"
        [placeholder]="t('composer.placeholder')"
        (input)="text.set(box.value)"
        (keydown.enter)="enter($event)"
      ></textarea>
      @if (running()) {
        <button
          type="button"
          class="primary round"
          [attr.aria-label]="t('composer.stop')"
          [title]="t('composer.stop')"
          (click)="stop.emit()"
        >
          <eira-icon name="stop" />
        </button>
      } @else {
        <button
          type="submit"
          class="primary round"
          [attr.aria-label]="t('composer.send')"
          [title]="t('composer.send')"
          [disabled]="!text().trim()"
        >
          <eira-icon name="send" />
        </button>
      }
      <p id="composer-hint" class="hint">{{ t('composer.hint') }}</p>
    </form>
  `,
})
export class Composer {
  private readonly box = viewChild.required<ElementRef<HTMLTextAreaElement>>('box');
  readonly running = input(false);
  readonly sent = output<string>();
  readonly stop = output();
  protected readonly longest = LONGEST;
  protected readonly text = signal('');

  /** Puts the text there, to be looked over and sent. */
  write(text: string): void {
    this.put(text);
    this.focus();
  }

  focus(): void {
    this.box().nativeElement.focus();
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
    if (!message || this.running()) return;
    this.put('');
    this.sent.emit(message);
    this.focus();
  }

  private put(text: string): void {
    this.box().nativeElement.value = text;
    this.text.set(text);
  }
}
