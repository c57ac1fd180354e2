import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Announcer } from '../core/announcer';
import { Copying } from '../core/copying';
import { Icon } from '../core/icon';
import { ShownTurn } from './turn';

export interface Rated {
  readonly rating: 'up' | 'down';
  readonly comment?: string;
}

/** What can be done with an answer: copy it, have it given anew, say what one thinks of it. */
@Component({
  selector: 'eira-turn-actions',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="actions" role="group" [attr.aria-label]="t('actions.title')">
        @if (turn().text) {
          <button
            type="button"
            class="ghost"
            [attr.aria-label]="t('actions.copy')"
            [title]="t('actions.copy')"
            (click)="copying.copy(turn().text)"
          >
            <eira-icon [name]="copying.copied() ? 'check' : 'copy'" />
          </button>
        }
        @if (turn().runId) {
          <button
            type="button"
            class="ghost"
            [attr.aria-label]="t('actions.up')"
            [title]="t('actions.up')"
            [attr.aria-pressed]="turn().rating === 'up'"
            (click)="rated.emit({ rating: 'up' })"
          >
            <eira-icon name="up" />
          </button>
          <button
            type="button"
            class="ghost"
            [attr.aria-label]="t('actions.down')"
            [title]="t('actions.down')"
            [attr.aria-pressed]="turn().rating === 'down'"
            #down
            (click)="dislike()"
          >
            <eira-icon name="down" />
          </button>
        }
        @if (regenerates() && turn().runId) {
          <button
            type="button"
            class="ghost"
            [title]="t('actions.regenerateHint')"
            (click)="regenerate.emit()"
          >
            <eira-icon name="redo" /><span>{{ t('actions.regenerate') }}</span>
          </button>
        }
      </div>
      @if (explaining()) {
        <form class="card why-not" (submit)="explain($event)">
          <label
            ><span>{{ t('feedback.what') }}</span>
            <textarea #comment name="comment" rows="2" maxlength="2000"></textarea>
          </label>
          <div class="buttons">
            <button type="submit" class="primary">{{ t('feedback.send') }}</button>
            <button type="button" (click)="endExplaining()">{{ t('common.cancel') }}</button>
          </div>
        </form>
      }
    </ng-container>
  `,
})
export class TurnActions {
  private readonly announcer = inject(Announcer);
  private readonly comment = viewChild<ElementRef<HTMLTextAreaElement>>('comment');
  private readonly down = viewChild<ElementRef<HTMLElement>>('down');
  readonly turn = input.required<ShownTurn>();
  readonly regenerates = input(false);
  readonly regenerate = output();
  readonly rated = output<Rated>();
  protected readonly copying = new Copying();
  protected readonly explaining = signal(false);

  protected dislike(): void {
    this.rated.emit({ rating: 'down' });
    this.explaining.set(true);
    setTimeout(() => this.comment()?.nativeElement.focus());
  }

  /** The focus goes back to where it came from. */
  protected endExplaining(): void {
    this.down()?.nativeElement.focus();
    this.explaining.set(false);
  }

  protected explain(event: Event): void {
    event.preventDefault();
    const comment = this.comment()?.nativeElement.value.trim();
    this.endExplaining();
    if (!comment) return;
    this.rated.emit({ rating: 'down', comment });
    this.announcer.say('feedback.thanks');
  }
}
