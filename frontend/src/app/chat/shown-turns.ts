import { ActiveRun, ConversationView, Turn } from '@eira/agents-client';
import { ShownTurn, newTurn, storedTurn, withStored } from './turn';

/** What a page shows of a conversation, and what it has to hear for that. */
export interface Shown {
  readonly turns: readonly ShownTurn[];
  /** Runs that are under way and not heard here yet; each is the key of its turn. */
  readonly followed: readonly ActiveRun[];
  /** The answers that some of these give anew, by their keys. */
  readonly replaced: ReadonlyMap<string, ShownTurn>;
}

/**
 * The conversation as the server has it, beside what was `shown` of it and is `heard` by key; some
 * of that gives answers `anew`, by key as well.
 */
export function shownOf(
  view: ConversationView,
  shown: readonly ShownTurn[],
  heard: ReadonlyMap<string, unknown>,
  anew: ReadonlyMap<string, ShownTurn>,
): Shown {
  const known = new Map(shown.map((turn) => [turn.runId, turn]));
  const stored = (view.turns ?? []).map((turn) => {
    const before = known.get(turn.runId);
    return before ? withStored(before, turn) : storedTurn(turn);
  });
  const lastRun = shown.findLastIndex(({ runId }) => runId !== null);
  // What was asked last and did not become a run is known nowhere else.
  const heardHere = shown.filter(({ key }, at) => heard.has(key) || at > lastRun);
  const isHere = (runId: string): boolean => heardHere.some((turn) => turn.runId === runId);
  const followed = (view.active ?? []).filter(({ runId }) => !isHere(runId));
  // What is being answered anew takes the place of the answer that is stored.
  const replaced = new Map<string, ShownTurn>();
  for (const { runId, replaces } of followed) {
    const before = stored.find((turn) => turn.runId === replaces);
    if (before) replaced.set(runId, before);
  }
  const gone = new Set([...replaced.values()].map(({ runId }) => runId));
  for (const { key } of heardHere) gone.add(anew.get(key)?.runId ?? null);
  const isShown = ({ runId }: ShownTurn): boolean =>
    runId === null || !(isHere(runId) || gone.has(runId));
  const turns = [...stored.filter(isShown), ...followed.map(activeTurn), ...heardHere];
  return { turns, followed, replaced };
}

function activeTurn({ runId, message, receivedAt, question }: ActiveRun): ShownTurn {
  const turn = newTurn(message, Date.parse(receivedAt), runId);
  return question ? { ...turn, asking: [question] } : turn;
}

/** A flow waits for what its user says, and nothing is on its way. */
export function waits({ status, asking, answering }: ShownTurn): boolean {
  return status === 'running' && asking.length > 0 && answering === null;
}

/** A turn whose run is not known, in what the server has: it may have got there nevertheless. */
export function soughtIn(
  { active = [], turns = [] }: ConversationView,
  { message }: ShownTurn,
  replaced: ShownTurn | null,
  shown: readonly ShownTurn[],
): { readonly ended: Turn | undefined; readonly run: ActiveRun | undefined } {
  const known = new Set(shown.map(({ runId }) => runId));
  const isIt = (run: { readonly runId: string; readonly message: string }): boolean =>
    !known.has(run.runId) && run.message === message;
  const replaces = replaced?.runId ?? null;
  return {
    ended: turns.find(isIt),
    run: active.find((each) => isIt(each) && (each.replaces ?? null) === replaces),
  };
}

/** The server's code for a run that has nothing to answer anew from, or is not the newest. */
export const NOT_REGENERABLE = 'NOT_REGENERABLE';

/** It ended without an answer and without having changed anything: its message may be said again. */
export function didNothing({ status, effects, steps }: ShownTurn): boolean {
  const unanswered = status === 'failed' || status === 'stopped';
  return unanswered && effects.length === 0 && !steps.some(({ kind }) => kind === 'tool');
}

/** There is no answer to be given anew, which whoever asked for it knows: they may say it again. */
export function isToBeSent(turn: ShownTurn): boolean {
  return turn.error?.code === NOT_REGENERABLE && didNothing(turn);
}
