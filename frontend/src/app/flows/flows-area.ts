import { ChangeDetectionStrategy, Component, ViewEncapsulation, inject } from '@angular/core';
import { Area } from '../area';
import { Who } from '../core/who';

/** The pages of flows, and the styles that they share. */
@Component({
  selector: 'eira-flows-area',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Area],
  template: '<eira-area class="flows-area" of="flows" [may]="who.readsFlows()" />',
  styleUrl: './flows-area.css',
  encapsulation: ViewEncapsulation.None,
})
export class FlowsArea {
  protected readonly who = inject(Who);
}
