import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { FFlowModule } from '@foblex/flow';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../../core/icon';
import { FlowIcon } from '../flow-icon';
import { Drawn } from './drawing';

/** What is in a drawn node, rendered again only when it has changed itself: flows are large. */
@Component({
  selector: 'eira-flow-node',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [FFlowModule, FlowIcon, Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @let it = node();
      <p class="head">
        <eira-flow-icon [name]="it.kind" />
        <span class="kind">{{ t('flows.kind.' + it.kind) }}</span>
        @if (it.start) {
          <span class="start">{{ t('flows.start') }}</span>
        }
        @if (it.problem) {
          <eira-icon name="alert" class="problem" />
        }
      </p>
      <p class="name">{{ it.name || '—' }}</p>
      <p class="gist">{{ it.gist }}</p>
      @if (it.badges.length) {
        <p class="badges">
          @for (badge of it.badges; track badge) {
            <span
              class="tag"
              [class.warn]="badge !== 'rag'"
              [title]="t('flows.badge.' + badge + '.text')"
              >{{ t('flows.badge.' + badge) }}</span
            >
          }
        </p>
      }
    </ng-container>
    <span fConnector fConnectorType="target" class="port in" [fConnectorId]="node().key + ':in'">
    </span>
    <span class="ports" *transloco="let t">
      @for (port of node().ports; track port) {
        <span class="out" [attr.data-port]="port">
          @if (node().ports.length > 1) {
            <span class="port-name">{{ t('flows.port.' + node().kind + '.' + port) }}</span>
          }
          <span
            fConnector
            fConnectorType="source"
            class="port"
            [fConnectorId]="node().key + ':' + port"
          ></span>
        </span>
      }
    </span>
  `,
})
export class NodeView {
  readonly node = input.required<Drawn>();
}
