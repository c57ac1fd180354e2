import { ConversationEntry } from '@eira/agents-client';

export type Day = 'today' | 'yesterday' | 'week' | 'earlier';

export interface Group {
  readonly name: Day;
  readonly items: readonly ConversationEntry[];
}

const DAY_MS = 86_400_000;

/** Conversations by when they were used last, in their order; days are those of this machine. */
export function groupedByDay(entries: readonly ConversationEntry[], now: Date): readonly Group[] {
  const groups = new Map<Day, ConversationEntry[]>();
  for (const entry of entries) {
    const day = dayOf(new Date(entry.updatedAt), now);
    groups.set(day, [...(groups.get(day) ?? []), entry]);
  }
  return [...groups].map(([name, items]) => ({ name, items }));
}

function dayOf(at: Date, now: Date): Day {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const time = at.getTime();
  if (time >= midnight) return 'today';
  if (time >= midnight - DAY_MS) return 'yesterday';
  return time >= midnight - 6 * DAY_MS ? 'week' : 'earlier';
}
