/** The room that values take as JSON, and how much of it one node may fill. */
import { isList, isObject, Json, lengthOf } from './json-values';
import { LIMITS } from './language';

export const TOO_LARGE = 'variables_too_large';

/** A node would make more of its variables than a run may keep. */
export class NoRoomError extends Error {
  constructor() {
    super(TOO_LARGE);
  }
}

/** What the texts and values of one node may still come to. */
export class Room {
  private left = LIMITS.variables;

  /** The value. Throws NoRoomError. */
  take<Value extends Json>(value: Value): Value {
    this.left -= weightOf(value);
    if (this.left < 0) throw new NoRoomError();
    return value;
  }
}

/** Characters of it as JSON, at least; counted no further than what a run may keep. */
export function weightOf(value: Json): number {
  const rest: Json[] = [value];
  let weight = 0;
  while (rest.length > 0 && weight <= LIMITS.variables) {
    const next = rest.pop() ?? null;
    if (typeof next === 'string') {
      weight += lengthOf(next) + 2;
    } else if (isList(next)) {
      weight += 1 + next.length;
      for (const each of next) rest.push(each);
    } else if (isObject(next)) {
      weight += 1;
      for (const [name, each] of Object.entries(next)) {
        weight += lengthOf(name) + 4;
        rest.push(each);
      }
    } else {
      weight += 1;
    }
  }
  return weight;
}
