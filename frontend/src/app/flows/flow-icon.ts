import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

const PATHS = {
  agent_call: 'M4 5h16v11H10l-4 4v-4H4V5ZM9 10.5h.1M12 10.5h.1M15 10.5h.1',
  rest_call: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM4 12h16M12 4c3 3 3 13 0 16M12 4c-3 3-3 13 0 16',
  condition: 'M12 3.5 20.5 12 12 20.5 3.5 12 12 3.5Z',
  loop: 'M17 4l3 3-3 3M4 12V9a2 2 0 0 1 2-2h14M7 20l-3-3 3-3M20 12v3a2 2 0 0 1-2 2H4',
  assign_var: 'M5 9h14M5 15h14',
  response: 'M4 12 20 4l-5 16-3.5-6.5L4 12Zm7.5 1.5L20 4',
  use_profile: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6',
  secure_value: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  credential_profile: 'M14 10a4.5 4.5 0 1 0-3 3l1.5 1.5H15V17h2.5v2.5H20V16l-6-6ZM9 8.5h.1',
  undo: 'M5 8h9a5 5 0 0 1 0 10h-4M5 8l4-4M5 8l4 4',
  redo: 'M19 8h-9a5 5 0 0 0 0 10h4M19 8l-4-4M19 8l-4 4',
  layout: 'M4 5h6v5H4zM14 14h6v5h-6zM10 7.5h4a3 3 0 0 1 3 3V14',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  import: 'M12 4v11M7.5 10.5 12 15l4.5-4.5M4 20h16',
  export: 'M12 15V4M7.5 8.5 12 4l4.5 4.5M4 20h16',
  play: 'M7 4.5v15l12-7.5-12-7.5Z',
} as const;

export type FlowIconName = keyof typeof PATHS;

/** A drawing of the editor's; they come with it. */
@Component({
  selector: 'eira-flow-icon',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path [attr.d]="path()" />
  </svg>`,
  host: { class: 'icon' },
})
export class FlowIcon {
  readonly name = input.required<FlowIconName>();
  protected readonly path = computed(() => PATHS[this.name()]);
}
