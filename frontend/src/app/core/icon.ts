import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

const PATHS = {
  chat: 'M4 5h16v11H10l-4 4v-4H4V5Z',
  send: 'M4 12 20 4l-5 16-3.5-6.5L4 12Zm7.5 1.5L20 4',
  stop: 'M7 7h10v10H7z',
  plus: 'M12 5v14M5 12h14',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 20 20',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  edit: 'M4 20h4L19 9l-4-4L4 16v4ZM13 7l4 4',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  redo: 'M19 12a7 7 0 1 1-2.1-5M19 4v4h-4',
  up: 'M7 11v9H4v-9h3Zm0 0 4-7c1.5 0 2.5 1 2.2 2.6L12.7 10H18c1.3 0 2.2 1.2 1.9 2.4l-1.5 6A2 2 0 0 1 16.5 20H7',
  down: 'M17 13V4h3v9h-3Zm0 0-4 7c-1.5 0-2.5-1-2.2-2.6l.5-3.4H6c-1.3 0-2.2-1.2-1.9-2.4l1.5-6A2 2 0 0 1 7.5 4H17',
  clock: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 8v4.5l3 2',
  alert: 'M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17v.3',
  book: 'M12 6.5C10 5 7 4.5 4 5v13.5c3-.5 6 0 8 1.5 2-1.5 5-2 8-1.5V5c-3-.5-6 0-8 1.5Zm0 0V20',
  link: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  shield: 'M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6l-7-2.5Z',
  chevron: 'm9 6 6 6-6 6',
  arrow: 'M12 5v14M6 13l6 6 6-6',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  screen: 'M3 5h18v11H3zM9 20h6M12 16v4',
  person: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  pulse: 'M3 12h4l3-7 4 14 3-7h4',
  back: 'M15 6l-6 6 6 6',
  flow: 'M4 4h6v5H4zM14 15h6v5h-6zM7 9v4a4 4 0 0 0 4 4h3',
  question:
    'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM9.7 9.7a2.4 2.4 0 1 1 3.4 2.2c-.8.4-1.1.9-1.1 1.6M12 16.2v.3',
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing that goes with words, or with the accessible name of its button; of its own it says nothing. */
@Component({
  selector: 'eira-icon',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path [attr.d]="path()" />
  </svg>`,
  host: { class: 'icon' },
})
export class Icon {
  readonly name = input.required<IconName>();
  protected readonly path = computed(() => PATHS[this.name()]);
}
