import { DestroyRef, Injectable, computed, inject, signal } from '@angular/core';
import type { ProfileKeys, SecureMocks } from '@eira/flow-engine';

/** What may be typed in for one profile. All but the keys is no secret. */
export interface TypedProfile {
  readonly name: string;
  /** Of the model, where the backend allows it. */
  readonly endpoint: string;
  /** By tool. */
  readonly keys: Readonly<Record<string, string>>;
  /** Where searches look that name none. */
  readonly indexes: readonly string[];
}

/**
 * Profiles and values that were typed in for the simulator: in the memory of the page alone, for all
 * flows that are simulated in it, until it is reloaded or left, or somebody signs out.
 */
@Injectable({ providedIn: 'root' })
export class Typed {
  private readonly list = signal<readonly TypedProfile[]>([]);
  private readonly values = signal<SecureMocks>({});

  readonly profiles = this.list.asReadonly();
  readonly secureMocks = this.values.asReadonly();
  /** Aliases whose values are no made-up ones: those are not shown. */
  readonly real = signal<ReadonlySet<string>>(new Set());
  readonly keys = computed((): ProfileKeys =>
    Object.fromEntries(this.list().map(({ name, keys }) => [name, keys])),
  );
  readonly isEmpty = computed(
    () => this.list().length === 0 && Object.keys(this.values()).length === 0,
  );

  constructor() {
    inject(DestroyRef).onDestroy(() => this.forget());
  }

  of(name: string): TypedProfile | undefined {
    return this.list().find((each) => each.name === name);
  }

  /** False for a name that is empty or there already. */
  add(name: string): boolean {
    if (name === '' || this.of(name)) return false;
    this.list.update((list) => [...list, { name, endpoint: '', keys: {}, indexes: [] }]);
    return true;
  }

  change(name: string, change: Partial<Omit<TypedProfile, 'name'>>): void {
    this.list.update((list) =>
      list.map((each) => (each.name === name ? { ...each, ...change } : each)),
    );
  }

  setKey(name: string, tool: string, key: string): void {
    const others = without(this.of(name)?.keys ?? {}, tool);
    this.change(name, { keys: key ? { ...others, [tool]: key } : others });
  }

  remove(name: string): void {
    this.list.update((list) => list.filter((each) => each.name !== name));
  }

  setValue(alias: string, value: string): void {
    const others = without(this.values(), alias);
    this.values.set(value ? { ...others, [alias]: value } : others);
  }

  /** What was typed in for the other is not taken for this one. */
  setReal(alias: string, real: boolean): void {
    this.setValue(alias, '');
    this.real.update((aliases) => {
      const others = [...aliases].filter((each) => each !== alias);
      return new Set(real ? [...others, alias] : others);
    });
  }

  forget(): void {
    this.list.set([]);
    this.values.set({});
    this.real.set(new Set());
  }
}

function without<T>(all: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(all).filter(([each]) => each !== name));
}
