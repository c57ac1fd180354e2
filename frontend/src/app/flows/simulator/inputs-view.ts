import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Wrong, readVariables } from './json-text';
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
          [value]="begin"
          [attr.aria-invalid]="wrong() ? true : null"
          (input)="write(box.value)"
        ></textarea>
      </label>
      @if (wrong(); as why) {
        <p class="wrong" role="alert">{{ t(why.key, why) }}</p>
      }
      <p class="muted">{{ t('simulator.inputs.text') }}</p>
    </ng-container>
  `,
})
export class InputsView {
  private readonly session = inject(SimulationSession);
  protected readonly begin = JSON.stringify(this.session.inputs(), null, 2);
  protected readonly wrong = signal<Wrong | null>(null);

  protected write(text: string): void {
    const read = readVariables(text);
    this.wrong.set('wrong' in read ? read.wrong : null);
    if ('value' in read) this.session.inputs.set(read.value);
  }
}
