import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  Injector,
  afterNextRender,
  computed,
  inject,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { AtBottom } from '../../chat/at-bottom';
import { Icon } from '../../core/icon';
import { isObject, textOf } from '../model/json';
import { SimulatorBackend } from './backend';
import { SimulationSession } from './session';

/** What the flow says as it comes, and what the user says to it: to begin, and where it asks. */
@Component({
  selector: 'eira-simulated-chat',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AtBottom, Icon, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h3>{{ t('simulator.chat') }}</h3>
      <div
        class="lines"
        eiraAtBottom
        tabindex="0"
        role="log"
        [attr.aria-label]="t('simulator.chat')"
      >
        <ol>
          @for (line of session.said(); track $index) {
            <li
              [attr.data-who]="line.who"
              [attr.data-key]="line.key"
              [attr.aria-busy]="line.writing"
            >
              <p class="who">
                @if (line.who === 'node' && line.of) {
                  @if (session.labelOf(line.of); as label) {
                    {{ label }}&ngsp;
                  }
                  <code>{{ line.of }}</code>
                } @else {
                  {{ t('simulator.chat.' + line.who) }}
                }
                @if (line.source === 'mock') {
                  <span class="tag warn" [title]="t('simulator.mock.text')">DEV MOCK</span>
                }
                @if (line.writing) {
                  <span class="muted">{{ t('simulator.chat.writing') }}</span>
                }
              </p>
              <p class="text">{{ line.text }}</p>
              @if (line.citations.length) {
                <ul class="muted">
                  @for (each of line.citations; track $index) {
                    <li>{{ titleOf(each) }}</li>
                  }
                </ul>
              }
            </li>
          }
        </ol>
      </div>
      @for (each of backend.waiting(); track each.approvalId) {
        <p class="notice">
          {{ t('simulator.chat.approval', { tool: each.label ?? each.tool }) }}
          <a routerLink="/approvals">{{ t('app.approvals') }}</a>
        </p>
      }
      <form (submit)="say($event)">
        <label class="sr-only" for="simulated-message">{{ t('simulator.chat.message') }}</label>
        <input
          #box
          id="simulated-message"
          type="text"
          maxlength="8000"
          autocomplete="off"
          [placeholder]="t(session.waits() ? 'simulator.chat.answer' : 'simulator.chat.begin')"
          [disabled]="isShut()"
        />
        <button
          type="submit"
          class="primary"
          [attr.aria-label]="t('simulator.chat.send')"
          [title]="t('simulator.chat.send')"
          [disabled]="isShut()"
        >
          <eira-icon name="send" />
        </button>
      </form>
    </ng-container>
  `,
  host: { class: 'simulated-chat' },
})
export class ChatView {
  protected readonly session = inject(SimulationSession);
  protected readonly backend = inject(SimulatorBackend);
  private readonly injector = inject(Injector);
  private readonly box = viewChild.required<ElementRef<HTMLInputElement>>('box');

  protected readonly isShut = computed(() => {
    const goesOn = this.session.begun() && !this.session.isOver() && !this.session.waits();
    return goesOn || this.session.hindrance() !== null;
  });

  /** As soon as all is drawn that was done until now: that may have pushed it out of sight. */
  focus(): void {
    const show = (): void => {
      const box = this.box().nativeElement;
      box.focus();
      box.scrollIntoView({ block: 'nearest' });
    };
    afterNextRender(show, { injector: this.injector });
  }

  protected say(event: Event): void {
    event.preventDefault();
    const box = this.box().nativeElement;
    const text = box.value.trim();
    if (!text) return;
    box.value = '';
    void this.go(text);
  }

  private async go(text: string): Promise<void> {
    await (this.session.waits() ? this.session.answer(text) : this.session.run(text));
    if (this.session.waits()) this.focus();
  }

  protected titleOf(citation: unknown): string {
    if (!isObject(citation)) return String(citation);
    const { number, title, source, url } = citation;
    const mark = typeof number === 'number' ? `[${number}] ` : '';
    return mark + (textOf(title) || textOf(source) || textOf(url));
  }
}
