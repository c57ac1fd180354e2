import { ChangeDetectionStrategy, Component, ViewEncapsulation, inject } from '@angular/core';
import { Area } from '../area';
import { Who } from '../core/who';

/** The pages of who operates runs, and the styles that they share. */
@Component({
  selector: 'eira-runs-area',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Area],
  template: '<eira-area class="runs-area" of="runs" [may]="who.operates()" />',
  styleUrl: './runs-area.css',
  encapsulation: ViewEncapsulation.None,
})
export class RunsArea {
  protected readonly who = inject(Who);
}
