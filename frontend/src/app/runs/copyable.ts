import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Copying } from '../core/copying';
import { Icon } from '../core/icon';

/** An id, to be looked for elsewhere. */
@Component({
  selector: 'eira-copyable',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <code>{{ value() }}</code>
      <button
        type="button"
        class="ghost"
        [attr.aria-label]="t('runs.copy', { what: name() })"
        [title]="t('runs.copy', { what: name() })"
        (click)="copying.copy(value())"
      >
        <eira-icon [name]="copying.copied() ? 'check' : 'copy'" />
      </button>
    </ng-container>
  `,
  host: { class: 'copyable' },
})
export class Copyable {
  readonly value = input.required<string>();
  /** What people call it. */
  readonly name = input.required<string>();
  protected readonly copying = new Copying();
}
