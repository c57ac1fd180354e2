import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Announcer } from '../core/announcer';
import { Icon } from '../core/icon';

const COPIED_MS = 2_000;

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
        (click)="copy()"
      >
        <eira-icon [name]="copied() ? 'check' : 'copy'" />
      </button>
    </ng-container>
  `,
  host: { class: 'copyable' },
})
export class Copyable {
  private readonly announcer = inject(Announcer);
  readonly value = input.required<string>();
  /** What people call it. */
  readonly name = input.required<string>();
  protected readonly copied = signal(false);

  protected async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.value());
    this.copied.set(true);
    this.announcer.say('actions.copied');
    setTimeout(() => this.copied.set(false), COPIED_MS);
  }
}
