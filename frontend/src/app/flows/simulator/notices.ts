import type { SimulationNotice } from '@eira/flow-engine';

/** What is said of a node, and in how many of its executions. */
export interface CountedNotice extends Pick<SimulationNotice, 'code' | 'message'> {
  readonly node: string;
  readonly count: number;
}

/** With another one: the same of the same node is told once, where it was told first. */
export function counted(
  all: readonly CountedNotice[],
  { code, key, message }: SimulationNotice,
): readonly CountedNotice[] {
  const node = nodeOf(key);
  const at = all.findIndex(
    (each) => each.node === node && each.code === code && each.message === message,
  );
  const before = all[at];
  if (!before) return [...all, { code, message, node, count: 1 }];
  return all.with(at, { ...before, count: before.count + 1 });
}

/** Of the key of an execution the node. */
function nodeOf(key: string): string {
  return key.split('[')[0] ?? key;
}
