import { NgComponentOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, Type, inject, signal } from '@angular/core';
import { ErrorCard } from '../../chat/error-card';
import { SIMULATOR } from './simulator-slot';

/** What the page is made of comes from where nobody answers. */
const LOST = { code: 'NETWORK', message: '', correlationId: null } as const;

/** The simulator's panel, loaded when it is opened. */
@Component({
  selector: 'eira-flow-simulation',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ErrorCard, NgComponentOutlet],
  template: `
    @if (lost()) {
      <eira-error-card [error]="problem" (retry)="load()" />
    }
    <ng-container *ngComponentOutlet="panel()" />
  `,
})
export class Simulation {
  private readonly simulator = inject(SIMULATOR);
  protected readonly problem = LOST;
  protected readonly panel = signal<Type<unknown> | null>(null);
  protected readonly lost = signal(false);

  constructor() {
    void this.load();
  }

  protected async load(): Promise<void> {
    this.lost.set(false);
    try {
      this.panel.set((await this.simulator?.()) ?? null);
    } catch (error) {
      // So browsers say that a script could not be loaded.
      if (!(error instanceof TypeError)) throw error;
      this.lost.set(true);
    }
  }
}
