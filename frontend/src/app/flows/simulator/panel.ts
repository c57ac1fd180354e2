import {
  ChangeDetectionStrategy,
  Component,
  ViewEncapsulation,
  computed,
  effect,
  inject,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { readTape, type Calls } from '@eira/flow-engine';
import { TranslocoDirective, provideTranslocoScope } from '@jsverse/transloco';
import { Icon } from '../../core/icon';
import { saveJson } from '../../core/saving';
import { FlowEditor } from '../editor/flow-editor';
import { FlowIcon } from '../flow-icon';
import { written } from '../model/json';
import { SimulatorBackend } from './backend';
import { ChatView } from './chat-view';
import { ConnectionView } from './connection-view';
import { InputsView } from './inputs-view';
import { MockDrafts } from './mock-drafts';
import { MocksView } from './mocks-view';
import { ProfilesView } from './profiles-view';
import { SimulationSession } from './session';
import { StepsView } from './steps-view';
import { TrialView } from './trial-view';

const TABS = ['steps', 'trial', 'mocks', 'profiles', 'inputs'] as const;
const CALLS: readonly Calls[] = ['mocks', 'auto', 'backend'];
const LONGEST_TAPE = 5_000_000;

/**
 * The simulator: beside the canvas, all of it in the memory of the page. While it is closed nothing
 * runs, and what was written into it is kept.
 */
@Component({
  selector: 'eira-simulator',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    ChatView,
    ConnectionView,
    FlowIcon,
    Icon,
    InputsView,
    MocksView,
    ProfilesView,
    StepsView,
    TranslocoDirective,
    TrialView,
  ],
  templateUrl: './panel.html',
  styleUrl: './panel.css',
  encapsulation: ViewEncapsulation.None,
  providers: [provideTranslocoScope('simulator'), MockDrafts, SimulationSession, SimulatorBackend],
  host: { class: 'simulator', '(document:keydown.f9)': 'mark()' },
})
export class SimulatorPanel {
  protected readonly session = inject(SimulationSession);
  protected readonly drafts = inject(MockDrafts);
  protected readonly editor = inject(FlowEditor);
  private readonly chat = viewChild(ChatView);
  protected readonly tabs = TABS;
  protected readonly choices = CALLS;
  protected readonly tab = signal<(typeof TABS)[number]>('steps');
  protected readonly refused = signal(false);
  protected readonly marked = computed(() => {
    const marked = this.session.breakpoints();
    return this.editor.chosen().some((key) => marked.has(key));
  });
  protected readonly at = computed(() => {
    const id = this.session.at() ?? '';
    const label = this.session.labelOf(id);
    return label ? `${label} (${id})` : id;
  });
  protected readonly canGo = computed(
    () => !this.session.isBusy() && !this.session.waits() && !this.session.hindrance(),
  );

  constructor() {
    effect(() => {
      if (!this.editor.simulating()) untracked(() => this.session.reset());
    });
  }

  protected async run(): Promise<void> {
    this.tab.set('steps');
    await this.session.run();
    if (this.session.waits() || this.session.lacksMessage()) this.chat()?.focus();
  }

  protected async step(): Promise<void> {
    this.tab.set('steps');
    await this.session.step();
    if (this.session.waits() || this.session.lacksMessage()) this.chat()?.focus();
  }

  protected mark(): void {
    if (!this.editor.simulating()) return;
    for (const key of this.editor.chosen()) this.session.toggleBreakpoint(key);
  }

  protected setCalls(calls: string): void {
    const chosen = CALLS.find((each) => each === calls);
    if (chosen) this.session.calls.set(chosen);
  }

  protected download(): void {
    const tape = this.session.tape();
    if (tape) saveJson('tape', written(tape as never));
  }

  protected async open(box: HTMLInputElement): Promise<void> {
    const file = box.files?.[0];
    if (!file) return;
    const text = file.size > LONGEST_TAPE ? '' : await file.text();
    box.value = '';
    const tape = taped(text);
    this.refused.set(tape === undefined);
    if (tape) {
      this.session.reset();
      this.session.opened.set(tape);
    }
  }

  protected eject(): void {
    this.session.reset();
    this.session.opened.set(null);
  }
}

function taped(text: string): ReturnType<typeof readTape> {
  try {
    return readTape(JSON.parse(text));
  } catch {
    return undefined;
  }
}
