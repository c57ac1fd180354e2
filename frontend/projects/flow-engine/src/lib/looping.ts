/** Loops: one round after the other, or side by side. */
import { evaluate } from './evaluating';
import { LoopForm, nodeOf } from './flow';
import { assigned, Going, keyOf, NodeError, withVariable } from './going';
import { after, Program } from './graph';
import { isList, Json, JsonObject, Variables } from './json-values';
import { concealed } from './leaking';
import { Branch, Frame, numbersOf } from './running';
import { resolve } from './templates';

/** Throws NodeError, and what templates and expressions throw. */
export function enter(program: Program, branch: Branch, name: string, loop: LoopForm): Going {
  const items = loop.over === undefined ? null : resolve(loop.over, branch.variables);
  if (items !== null && !isList(items)) throw new NodeError('loop_not_a_list');
  if (items !== null && items.length > loop.max_iterations) {
    throw new NodeError('loop_limit', String(loop.max_iterations));
  }
  const kept = chosen(branch.variables, (each) => namesOf(loop, items).includes(each));
  const frame: Frame = { loop: name, items, index: 0, results: [], kept, ended: {} };
  if (!loop.parallel) return beginRound(program, pushed(branch, frame), loop);
  const first = Math.min(items?.length ?? 0, loop.max_parallel);
  const rounds = Array.from({ length: first }, (_, index) => round(branch, frame, loop, index));
  const parked = pushed(branch, { ...frame, index: first });
  if (rounds.length === 0) return leave(program, parked, loop, []);
  return { is: 'spreads', branch: parked, loop: name, rounds };
}

/** Of the innermost loop; of the branch, where it is itself a round. */
export function endRound(program: Program, branch: Branch): Going {
  const frame = branch.frames.at(-1);
  if (frame === undefined) {
    const result = branch.loop === null ? null : collected(formOf(program, branch.loop), branch);
    return { is: 'ends', branch, result };
  }
  const loop = formOf(program, frame.loop);
  const results = loop.save_as === undefined ? [] : [...frame.results, collected(loop, branch)];
  const following = { ...frame, index: frame.index + 1, results };
  return beginRound(program, replaced(branch, following), loop);
}

/** What the end of a round means for the branch that waits for it: the next round, or how it goes on
 * itself; null while others are under way. */
export function join(
  program: Program,
  waiting: Branch,
  child: Branch,
  result: Json,
): [Going | null, Branch] {
  const before = frameOf(waiting);
  const loop = formOf(program, before.loop);
  const items = before.items?.length ?? 0;
  const number = child.rounds.at(-1) ?? 0;
  const ended = {
    ...before.ended,
    [String(number)]: { result, assignments: child.assignments },
  };
  const frame = { ...before, ended };
  if (frame.index < items) {
    const following = round(popped(waiting), frame, loop, frame.index);
    const branch = replaced(waiting, { ...frame, index: frame.index + 1 });
    return [{ is: 'spreads', branch, loop: frame.loop, rounds: [following] }, branch];
  }
  let parent = replaced(waiting, frame);
  const numbers = Object.keys(ended).map(Number);
  if (numbers.length < items) return [null, parent];
  const rounds = numbers.sort((a, b) => a - b).map((each) => ended[String(each)]);
  for (const each of rounds) {
    for (const assignment of each?.assignments ?? []) parent = assigned(parent, assignment);
  }
  const results = rounds.map((each) => each?.result ?? null);
  return [leave(program, parent, loop, results), parent];
}

function beginRound(program: Program, entered: Branch, loop: LoopForm): Going {
  const frame = frameOf(entered);
  if (frame.items !== null && frame.index >= frame.items.length) {
    return leave(program, entered, loop, frame.results);
  }
  const branch = within(entered, loop, frame, frame.index);
  if (loop.while !== undefined) {
    const goesOn = evaluate(loop.while, concealed({ ...branch.variables }) as JsonObject);
    if (typeof goesOn !== 'boolean') throw new NodeError('condition_not_boolean');
    if (!goesOn) return leave(program, branch, loop, frame.results);
    if (frame.index >= loop.max_iterations) {
      throw new NodeError('loop_limit', String(loop.max_iterations));
    }
  }
  const at = after(program, frame.loop, 'body');
  return { is: 'goes', branch, at, from: frame.loop, port: 'body' };
}

/** With the item and its number. */
function within(branch: Branch, loop: LoopForm, frame: Frame, index: number): Branch {
  const numbered = withVariable(branch, loop.index_as, index);
  if (frame.items === null) return numbered;
  return withVariable(numbered, loop.item_as, frame.items[index] ?? null);
}

function round(branch: Branch, frame: Frame, loop: LoopForm, index: number): Branch {
  const child: Branch = {
    key: `${keyOf(frame.loop, branch)}[${index}]`,
    pending: null,
    frames: [],
    variables: branch.variables,
    profile: branch.profile,
    parent: branch.key,
    loop: frame.loop,
    rounds: [...numbersOf(branch), index],
    own: [],
    assignments: [],
  };
  return within(child, loop, frame, index);
}

function collected(loop: LoopForm, branch: Branch): Json {
  return loop.save_as === undefined ? null : resolve(loop.collect ?? null, branch.variables);
}

/** Behind the last round: its own names are again what they were before. */
function leave(program: Program, within: Branch, loop: LoopForm, results: readonly Json[]): Going {
  const frame = frameOf(within);
  const branch = popped(within);
  const names = loop.parallel ? [] : namesOf(loop, frame.items);
  const rest = chosen(branch.variables, (name) => !names.includes(name));
  const variables = loop.parallel ? branch.variables : { ...rest, ...frame.kept };
  const { loop: name } = frame;
  return {
    is: 'goes',
    branch: withVariable({ ...branch, variables }, loop.save_as, [...results]),
    at: after(program, name),
    done: name,
    from: name,
    port: 'next',
    ...(loop.save_as !== undefined && { output: [...results] }),
  };
}

function namesOf(loop: LoopForm, items: Json[] | null): string[] {
  return items === null ? [loop.index_as] : [loop.item_as, loop.index_as];
}

function chosen(variables: Variables, wanted: (name: string) => boolean): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => wanted(name)));
}

function formOf(program: Program, name: string): LoopForm {
  const { form } = nodeOf(program.flow, name);
  if (form.type !== 'loop') throw new Error(`${name} is no loop`);
  return form;
}

function frameOf(branch: Branch): Frame {
  const frame = branch.frames.at(-1);
  if (frame === undefined) throw new Error('the branch is in no loop');
  return frame;
}

function pushed(branch: Branch, frame: Frame): Branch {
  return { ...branch, frames: [...branch.frames, frame] };
}

function popped(branch: Branch): Branch {
  return { ...branch, frames: branch.frames.slice(0, -1) };
}

function replaced(branch: Branch, frame: Frame): Branch {
  return pushed(popped(branch), frame);
}
