import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { FlowEditor } from '../editor/flow-editor';
import { FlowNode, places, writeNode } from '../model/document';
import { JsonObject } from '../model/json';
import { kindOf, titleOf } from '../model/kinds';
import { variablesAt } from '../model/scope';
import { Wrong, readVariables } from './json-text';
import { SimulationSession } from './session';

/** The plan's «Probar»: one node alone, with the variables that it is given. */
@Component({
  selector: 'eira-simulated-trial',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (node(); as one) {
        <p>{{ t('simulator.trial.of', { name: name(), kind: t('flows.kind.' + kind()) }) }}</p>
        <label class="field"
          ><span>{{ t('simulator.trial.variables') }}</span>
          <textarea
            #box
            rows="6"
            spellcheck="false"
            autocomplete="off"
            [value]="text()"
            [attr.aria-invalid]="wrong() ? true : null"
            (input)="write(box.value)"
          ></textarea>
        </label>
        @if (wrong(); as why) {
          <p class="wrong" role="alert">{{ t(why.key, why) }}</p>
        }
        <label class="field"
          ><span>{{ t('simulator.trial.profile') }}</span>
          <input #profile type="text" autocomplete="off" />
        </label>
        <button
          type="button"
          class="primary"
          [disabled]="session.hindrance() === 'mocks'"
          (click)="try(one, profile.value.trim())"
        >
          {{ t('simulator.trial.try') }}
        </button>
      } @else {
        <p class="muted">{{ t('simulator.trial.none') }}</p>
      }
    </ng-container>
  `,
  host: { class: 'simulated-trial' },
})
export class TrialView {
  private readonly editor = inject(FlowEditor);
  protected readonly session = inject(SimulationSession);
  private readonly texts = signal<Readonly<Record<string, string>>>({});
  protected readonly wrong = signal<Wrong | null>(null);
  protected readonly node = computed((): FlowNode | null => {
    const key = this.editor.current();
    return key ? (places(this.editor.document()).get(key)?.node ?? null) : null;
  });
  protected readonly kind = computed(() => kindOf(this.node()?.fields ?? {}));
  protected readonly name = computed(() => titleOf(this.node()?.fields ?? {}) || '—');
  /** What was written for this node, or the values that it came to in the last run. */
  protected readonly text = computed(() => {
    const node = this.node();
    if (!node) return '';
    const written = this.texts()[node.key];
    if (written !== undefined) return written;
    const known = this.session.records().findLast(({ variables }) => variables)?.variables ?? {};
    const wanted = variablesAt(this.editor.document(), node.key).map(({ name }) => [
      name,
      known[name] ?? '',
    ]);
    return JSON.stringify(Object.fromEntries(wanted), null, 2);
  });

  protected write(text: string): void {
    const node = this.node();
    if (node) this.texts.update((texts) => ({ ...texts, [node.key]: text }));
    this.wrong.set(null);
  }

  protected try(node: FlowNode, profile: string): void {
    const read = readVariables(this.text());
    if ('wrong' in read) {
      this.wrong.set(read.wrong);
      return;
    }
    this.wrong.set(null);
    void this.session.try(node.key, alone(node), read.value, profile);
  }
}

/** Without what follows it: of a loop the body is what it does. */
function alone(node: FlowNode): JsonObject {
  if (kindOf(node.fields) === 'loop') return writeNode(node);
  const blocks = Object.keys(node.blocks);
  return Object.fromEntries(Object.entries(node.fields).filter(([name]) => !blocks.includes(name)));
}
