import { DOCUMENT, Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { TranslocoLoader, TranslocoService } from '@jsverse/transloco';
import { store, stored } from './stored';

export const LANGUAGES = ['es', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const preferred = (): Language => (navigator.language.startsWith('en') ? 'en' : 'es');

/** The language of the page and of what the API answers; changed at run time. */
@Injectable({ providedIn: 'root' })
export class LanguageChoice {
  private readonly transloco = inject(TranslocoService);
  private readonly root = inject(DOCUMENT).documentElement;
  readonly language = signal<Language>(stored('language', LANGUAGES) ?? preferred());

  private readonly dates = computed(
    () => new Intl.DateTimeFormat(this.language(), { dateStyle: 'medium', timeStyle: 'short' }),
  );
  private readonly days = computed(
    () => new Intl.DateTimeFormat(this.language(), { dateStyle: 'medium', timeZone: 'UTC' }),
  );
  private readonly times = computed(
    () => new Intl.DateTimeFormat(this.language(), { timeStyle: 'medium' }),
  );
  private readonly numbers = computed(
    () => new Intl.NumberFormat(this.language(), { maximumFractionDigits: 1 }),
  );

  constructor() {
    effect(() => {
      const language = this.language();
      this.root.lang = language;
      this.transloco.setActiveLang(language);
    });
  }

  choose(language: Language): void {
    store('language', language);
    this.language.set(language);
  }

  /** Calls this each time that another one is chosen; from where effects can be made. */
  whenChanged(work: () => void): void {
    let last = this.language();
    effect(() => {
      const now = this.language();
      if (now === last) return;
      last = now;
      untracked(work);
    });
  }

  date(at: string | number): string {
    return this.dates().format(new Date(at));
  }

  /** A day of the calendar, wherever it is: `2026-12-01`. */
  day(day: string): string {
    return this.days().format(new Date(`${day}T00:00:00Z`));
  }

  time(at: string | number): string {
    return this.times().format(new Date(at));
  }

  number(value: number): string {
    return this.numbers().format(value);
  }

  /** `850 ms`, `3,2 s`, `2 min 5 s`. */
  duration(ms: number): string {
    if (ms < 1_000) return `${Math.round(ms)} ms`;
    if (ms < 60_000) return `${this.numbers().format(ms / 1_000)} s`;
    return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
  }
}

/** Reads `i18n/es.json` and `i18n/en.json`. */
@Injectable({ providedIn: 'root' })
export class Sentences implements TranslocoLoader {
  async getTranslation(language: string): Promise<Record<string, string>> {
    const response = await fetch(`i18n/${language}.json`);
    if (!response.ok) throw new Error(`i18n/${language}.json: HTTP ${response.status}`);
    return (await response.json()) as Record<string, string>;
  }
}
