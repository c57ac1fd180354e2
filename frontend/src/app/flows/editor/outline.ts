import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../../core/icon';
import { FlowIcon } from '../flow-icon';
import { NodeKey, places } from '../model/document';
import { BlockName, Kind, gistOf, kindOf, titleOf } from '../model/kinds';
import { FlowEditor } from './flow-editor';

interface Row {
  readonly key: NodeKey;
  readonly kind: Kind;
  readonly name: string;
  readonly gist: string;
  readonly block: BlockName | null;
  readonly level: number;
  readonly problem: 'error' | 'warning' | null;
}

/** All nodes as a tree, for who does not see or does not use the drawing; one tab stop, arrows within. */
@Component({
  selector: 'eira-flow-outline',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FlowIcon, Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div
        role="tree"
        class="outline"
        aria-multiselectable="true"
        [attr.aria-label]="t('flows.outline.title')"
      >
        @for (row of rows(); track row.key) {
          <div
            role="treeitem"
            [id]="'outline-' + row.key"
            [attr.aria-level]="row.level"
            [attr.aria-selected]="isChosen(row.key)"
            [attr.data-level]="row.level"
            [attr.data-kind]="row.kind"
            [tabindex]="row.key === stop() ? 0 : -1"
            (focus)="at.set(row.key)"
            (click)="choose(row.key, $event.ctrlKey || $event.metaKey)"
            (keydown)="press($event, row.key)"
          >
            <eira-flow-icon [name]="row.kind" />
            @if (row.block) {
              <span class="muted">{{ t('flows.block.' + row.block) }}</span>
            }
            <span>{{ row.name || t('flows.kind.' + row.kind) }}</span>
            <span class="muted gist">{{ row.gist }}</span>
            @if (row.problem) {
              <eira-icon name="alert" class="problem" [attr.data-problem]="row.problem" />
              <span class="sr-only">{{ t('flows.problem.' + row.problem) }}</span>
            }
          </div>
        }
      </div>
      @if (!rows().length) {
        <p class="muted">{{ t('flows.outline.empty') }}</p>
      }
    </ng-container>
  `,
})
export class FlowOutline {
  private readonly editor = inject(FlowEditor);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  readonly problems = input<ReadonlyMap<NodeKey, 'error' | 'warning'>>(new Map());
  /** Somebody wants to see and change this one. */
  readonly opened = output<NodeKey>();
  readonly deleted = output();
  readonly moved = output<1 | -1>();

  protected readonly at = signal<NodeKey | null>(null);
  protected readonly rows = computed((): readonly Row[] =>
    [...places(this.editor.document()).values()].map(({ node, depth, block, index }) => ({
      key: node.key,
      kind: kindOf(node.fields),
      name: titleOf(node.fields),
      gist: gistOf(node.fields),
      block: index === 0 ? block : null,
      level: depth + 1,
      problem: this.problems().get(node.key) ?? null,
    })),
  );
  protected readonly stop = computed((): NodeKey | null => {
    const keys = this.rows().map(({ key }) => key);
    const at = this.at();
    return at && keys.includes(at) ? at : (this.editor.current() ?? keys[0] ?? null);
  });

  protected isChosen(key: NodeKey): boolean {
    return this.editor.selection().has(key);
  }

  protected choose(key: NodeKey, also: boolean): void {
    const now = this.editor.selection();
    if (!also) this.editor.choose([key]);
    else this.editor.choose(now.has(key) ? [...now].filter((each) => each !== key) : [...now, key]);
  }

  protected press(event: KeyboardEvent, key: NodeKey): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) this.step(key, step, event);
    else if (event.key === 'Home') this.go(0, event);
    else if (event.key === 'End') this.go(this.rows().length - 1, event);
    else if (event.key === ' ') this.done(event, () => this.choose(key, true));
    else if (event.key === 'Enter') this.done(event, () => this.open(key));
    else if (event.key === 'Delete') this.done(event, () => this.delete(key));
  }

  focus(): void {
    this.row(this.stop())?.focus();
  }

  private step(key: NodeKey, step: number, event: KeyboardEvent): void {
    if (event.altKey) {
      this.done(event, () => {
        this.editor.choose([key]);
        this.moved.emit(step as 1 | -1);
        setTimeout(() => this.row(key)?.focus());
      });
      return;
    }
    this.go(this.rows().findIndex((row) => row.key === key) + step, event);
  }

  private go(index: number, event: KeyboardEvent): void {
    const row = this.rows()[index];
    if (!row) return;
    this.done(event, () => {
      this.row(row.key)?.focus();
      this.choose(row.key, event.shiftKey && !this.isChosen(row.key));
    });
  }

  private open(key: NodeKey): void {
    this.editor.choose([key]);
    this.opened.emit(key);
  }

  private delete(key: NodeKey): void {
    if (!this.isChosen(key)) this.editor.choose([key]);
    const index = this.rows().findIndex((row) => row.key === key);
    this.deleted.emit();
    setTimeout(() => {
      const next = this.rows()[Math.min(index, this.rows().length - 1)];
      if (next) this.row(next.key)?.focus();
    });
  }

  private done(event: KeyboardEvent, work: () => void): void {
    event.preventDefault();
    event.stopPropagation();
    work();
  }

  private row(key: NodeKey | null): HTMLElement | null {
    return key ? this.element.querySelector(`#outline-${key}`) : null;
  }
}
