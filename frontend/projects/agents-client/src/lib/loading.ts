import { lost } from './problems';

/**
 * A part of this library that is loaded when it is needed. Where nobody answers for it, it fails like
 * a call that nobody answered.
 */
export function loading<T>(part: Promise<T>): Promise<T> {
  return part.catch((error: unknown) => {
    throw lost(error);
  });
}
