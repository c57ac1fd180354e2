import { NgComponentOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, Type, inject, signal } from '@angular/core';
import { SIMULATOR } from './simulator-slot';

/** The simulator's panel, loaded when it is opened. */
@Component({
  selector: 'eira-flow-simulation',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [NgComponentOutlet],
  template: '<ng-container *ngComponentOutlet="panel()" />',
})
export class Simulation {
  protected readonly panel = signal<Type<unknown> | null>(null);

  constructor() {
    void inject(SIMULATOR)?.().then((panel) => this.panel.set(panel));
  }
}
