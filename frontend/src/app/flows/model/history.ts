/** What was done, to be undone and done again; a history is never changed either. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** What the last step was about: further ones of the same are one with it. */
  readonly about: string | null;
}

const LONGEST = 500;

export function begun<T>(present: T): History<T> {
  return { past: [], present, future: [], about: null };
}

/** One step further; steps with the same `about`, right behind each other, are undone as one. */
export function stepped<T>(
  history: History<T>,
  present: T,
  about: string | null = null,
): History<T> {
  if (present === history.present) return history;
  const merges = about !== null && about === history.about;
  const past = merges ? history.past : [...history.past, history.present].slice(-LONGEST);
  return { past, present, future: [], about };
}

/** What comes next is a step of its own, whatever it is about. */
export function settled<T>(history: History<T>): History<T> {
  return history.about === null ? history : { ...history, about: null };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  const future = [history.present, ...history.future];
  return { past: history.past.slice(0, -1), present: before, future, about: null };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, about: null };
}
