import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { SimulationSession } from './session';

/** The variables that a simulation begins with. */
@Component({
  selector: 'eira-simulated-inputs',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <label class="field"
        ><span>{{ t('simulator.inputs') }}</span>
        <textarea
          #box
          rows="6"
          spellcheck="false"
          autocomplete="off"
          [value]="session.inputsText()"
          [attr.aria-invalid]="session.inputsWrong() ? true : null"
          (input)="session.inputsText.set(box.value)"
        ></textarea>
      </label>
      @if (session.inputsWrong(); as why) {
        <p class="wrong" role="alert">{{ t(why.key, why) }}</p>
      }
      <p class="muted">{{ t('simulator.inputs.text') }}</p>
    </ng-container>
  `,
})
export class InputsView {
  protected readonly session = inject(SimulationSession);
}
