import { ChangeDetectionStrategy, Component, Type } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { spanish } from '../../../testing/fake-server';
import { Simulation } from './simulation';
import { SIMULATOR } from './simulator-slot';

@Component({ template: 'El simulador', changeDetection: ChangeDetectionStrategy.OnPush })
class Panel {}

describe('the simulator that cannot be loaded', () => {
  it('is told, and loaded when it is tried again', async () => {
    const answers: (() => Promise<Type<unknown>>)[] = [
      () => Promise.reject(new TypeError('Failed to fetch')),
      () => Promise.resolve(Panel),
    ];
    const simulator = (): Promise<Type<unknown>> => answers.shift()?.() ?? Promise.resolve(Panel);
    TestBed.configureTestingModule({
      providers: [spanish(), { provide: SIMULATOR, useValue: simulator }],
    });
    const fixture = TestBed.createComponent(Simulation);
    await fixture.whenStable();
    const element = fixture.nativeElement as HTMLElement;
    expect(element.querySelector('[role="alert"]')).not.toBeNull();
    element.querySelector('button')?.click();
    await fixture.whenStable();
    expect(element.textContent).toContain('El simulador');
    expect(element.querySelector('[role="alert"]')).toBeNull();
  });
});
