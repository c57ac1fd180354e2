import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  effect,
  inject,
  viewChild,
} from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Pending } from './approvals/pending';
import { Account } from './core/account';
import { Announcer } from './core/announcer';
import { Icon } from './core/icon';
import { LANGUAGES, LanguageChoice } from './core/language';
import { Who } from './core/who';
import { THEMES, ThemeChoice } from './core/theme';

const DRAWN = { system: 'screen', light: 'sun', dark: 'moon' } as const;

/** What is around every page. */
@Component({
  selector: 'eira-root',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective],
  templateUrl: './app.html',
})
export class App {
  protected readonly account = inject(Account);
  protected readonly who = inject(Who);
  protected readonly pending = inject(Pending);
  protected readonly announcer = inject(Announcer);
  protected readonly language = inject(LanguageChoice);
  protected readonly theme = inject(ThemeChoice);
  protected readonly languages = LANGUAGES;
  protected readonly drawn = DRAWN;
  private readonly content = viewChild.required<ElementRef<HTMLElement>>('content');

  constructor() {
    effect((onCleanup) => {
      // What the server says in words, it says in this language.
      this.language.language();
      if (this.who.decides()) onCleanup(this.pending.watch());
    });
  }

  /** The address stays: its fragment would belong to the base of all pages. */
  protected toContent(event: Event): void {
    event.preventDefault();
    (document.getElementById('message') ?? this.content().nativeElement).focus();
  }

  protected nextTheme(): void {
    const at = THEMES.indexOf(this.theme.theme());
    this.theme.theme.set(THEMES[(at + 1) % THEMES.length] ?? 'system');
  }
}
