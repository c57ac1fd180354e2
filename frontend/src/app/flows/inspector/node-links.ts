import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { FlowEditor } from '../editor/flow-editor';
import { NodeKey, places } from '../model/document';
import { connect, disconnect } from '../model/edits';
import { BlockName, Port, kindOf, nameOf, portsOf } from '../model/kinds';
import { linksOf } from '../model/links';

/** Where each port of a node leads: what lines show, as fields that keys reach. */
@Component({
  selector: 'eira-node-links',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <section *transloco="let t" class="node-links" [attr.aria-label]="t('flows.links')">
      <h3>{{ t('flows.links') }}</h3>
      @for (each of ports(); track each.port) {
        <label>
          <span>{{ t('flows.port.' + kind() + '.' + each.port) }}</span>
          <select #to (change)="lead(each.port, to.value)">
            <option value="" [selected]="!each.to">{{ t('flows.links.nowhere') }}</option>
            @for (other of others(); track other.key) {
              <option [value]="other.key" [selected]="other.key === each.to">
                {{ other.name }}
              </option>
            }
          </select>
        </label>
      }
      @for (block of blocks(); track block) {
        <button type="button" class="chip" [attr.data-block]="block" (click)="fill(block)">
          + {{ t('flows.into.' + block) }}
        </button>
      }
    </section>
  `,
})
export class NodeLinks {
  private readonly editor = inject(FlowEditor);
  readonly of = input.required<NodeKey>();
  /** The next node that is added goes into a block of this one: somebody wants to choose it. */
  readonly filling = output();

  protected readonly kind = computed(() => {
    const place = places(this.editor.document()).get(this.of());
    return place ? kindOf(place.node.fields) : 'response';
  });
  protected readonly ports = computed(() => {
    const links = linksOf(this.editor.document());
    const leads = (port: Port): NodeKey | null =>
      links.find((each) => each.from === this.of() && each.port === port)?.to ?? null;
    return portsOf(this.kind()).map((port) => ({ port, to: leads(port) }));
  });
  protected readonly others = computed(() =>
    [...places(this.editor.document()).values()]
      .filter(({ node }) => node.key !== this.of())
      .map(({ node: { key, fields } }) => ({
        key,
        name: nameOf(fields),
      })),
  );

  protected readonly blocks = this.editor.blocks;

  protected fill(block: BlockName): void {
    this.editor.into.set(block);
    this.filling.emit();
  }

  protected lead(port: Port, to: string): void {
    const from = this.of();
    this.editor.place((document) => {
      if (to) return connect(document, from, port, to);
      const links = linksOf(document).filter((each) => each.from === from && each.port === port);
      return disconnect(document, links);
    });
  }
}
