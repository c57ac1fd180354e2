import type { Json, SimulationEvent, Source } from '@eira/flow-engine';

/** A line of the chat. `of`: the node whose answer it is; null of what the flow or the user says. */
export interface Said {
  readonly key: string;
  readonly who: 'user' | 'flow' | 'node';
  readonly of: string | null;
  readonly text: string;
  readonly writing: boolean;
  readonly source: Source | null;
  readonly citations: readonly Json[];
}

type Heard = Exclude<SimulationEvent, { kind: 'status' | 'move' | 'notice' }>;

/** The chat behind one more event. */
export function heard(said: readonly Said[], event: Heard): readonly Said[] {
  switch (event.kind) {
    case 'delta':
      return grown(said, event.key, event.node, event.text);
    case 'say':
    case 'ask': {
      const { key, node, text, citations } = event;
      const line = { key, who: 'flow', of: node, text, writing: false, source: null } as const;
      return [...said, { ...line, citations }];
    }
    case 'input':
      return [...said, spoken(event.key, event.text)];
    case 'node':
      return ended(said, event);
  }
}

export function spoken(key: string, text: string): Said {
  return { key, who: 'user', of: null, text, writing: false, source: 'user', citations: [] };
}

function grown(said: readonly Said[], key: string, of: string, text: string): readonly Said[] {
  const at = said.findIndex((each) => each.key === key && each.writing);
  const before = said[at];
  if (before) return said.with(at, { ...before, text: before.text + text });
  const line = { key, who: 'node', of, text, writing: true, source: null } as const;
  return [...said, { ...line, citations: [] }];
}

/** What was written is what came of it in the end: an answer may have begun anew. */
function ended(
  said: readonly Said[],
  { record }: Extract<Heard, { kind: 'node' }>,
): readonly Said[] {
  if (record.status === 'running') return said;
  const at = said.findIndex((each) => each.key === record.key && each.writing);
  const before = said[at];
  if (!before) return said;
  const output = record.output as { text?: unknown } | null | undefined;
  const text = typeof output?.text === 'string' ? output.text : before.text;
  return said.with(at, { ...before, text, writing: false, source: record.source });
}
