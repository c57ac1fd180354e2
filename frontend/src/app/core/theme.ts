import { DOCUMENT, Injectable, effect, inject, signal } from '@angular/core';
import { store, stored } from './stored';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Light, dark, or as the machine has it. */
@Injectable({ providedIn: 'root' })
export class ThemeChoice {
  private readonly root = inject(DOCUMENT).documentElement;
  readonly theme = signal<Theme>(stored('theme', THEMES) ?? 'system');

  constructor() {
    effect(() => {
      const theme = this.theme();
      this.root.dataset['theme'] = theme;
      store('theme', theme === 'system' ? null : theme);
    });
  }
}
