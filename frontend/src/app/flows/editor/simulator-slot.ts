import { InjectionToken, Type } from '@angular/core';

/**
 * Where the simulator's panel comes from, once it is opened: a component beside the canvas that
 * injects `FlowEditor` (the document, what is chosen, `states` and `lit`, which it may set).
 */
export const SIMULATOR = new InjectionToken<(() => Promise<Type<unknown>>) | null>(
  'the simulator',
  {
    factory: () => null,
  },
);
