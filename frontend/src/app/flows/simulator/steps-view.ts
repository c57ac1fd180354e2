import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  signal,
} from '@angular/core';
import type { NodeRecord } from '@eira/flow-engine';
import { TranslocoDirective } from '@jsverse/transloco';
import { LanguageChoice } from '../../core/language';
import { FlowEditor } from '../editor/flow-editor';
import { FlowIcon } from '../flow-icon';
import { SimulationSession } from './session';

const AT_ONCE = 200;
const PARTS = ['input', 'output', 'variables'] as const;

/** What each node was given and came to: rows that arrows walk through, and the chosen one whole. */
@Component({
  selector: 'eira-simulated-steps',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FlowIcon, TranslocoDirective],
  templateUrl: './steps-view.html',
  host: { class: 'simulated-steps' },
})
export class StepsView {
  protected readonly session = inject(SimulationSession);
  protected readonly language = inject(LanguageChoice);
  private readonly editor = inject(FlowEditor);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly limit = signal(AT_ONCE);
  private readonly picked = signal<string | null>(null);
  protected readonly parts = PARTS;
  protected readonly rows = computed(() => this.session.records().slice(-this.limit()));
  protected readonly earlier = computed(() => this.session.records().length - this.rows().length);
  /** Unless somebody has chosen one, the newest. */
  protected readonly chosen = computed((): NodeRecord | null => {
    const rows = this.rows();
    return rows.find(({ key }) => key === this.picked()) ?? rows.at(-1) ?? null;
  });

  protected choose(record: NodeRecord): void {
    this.picked.set(record.key);
    const key = this.session.keyOf(record.node);
    if (key) this.editor.choose([key]);
  }

  protected more(): void {
    this.limit.update((limit) => limit + AT_ONCE);
  }

  protected walk(event: KeyboardEvent): void {
    const rows = this.rows();
    const at = rows.findIndex(({ key }) => key === this.chosen()?.key);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    const record = to === undefined ? undefined : rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (!record) return;
    event.preventDefault();
    this.choose(record);
    setTimeout(() => this.element.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus());
  }

  protected written(record: NodeRecord, part: (typeof PARTS)[number]): string {
    const value = record[part];
    return value === undefined ? '—' : JSON.stringify(value, null, 2);
  }
}
