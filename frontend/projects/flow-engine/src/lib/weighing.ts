/** How much a flow holds, so that one of few lines cannot fill the memory of who runs it.
 *
 * A list that holds another one twice takes no room until somebody writes it as JSON, so each place
 * counts. */
import { Going, NodeError } from './going';
import type { Json } from './json-values';
import { LIMITS } from './language';
import { TOO_LARGE, weightOf } from './room';
import type { Branch, FlowAction } from './running';

/** Values with their weights, by identity: none of them is changed once it is held. */
type Known = ReadonlyMap<Json, number>;

/** What all branches hold, and what one step of the flow has to be done. */
export class Scales {
  private readonly known = new Map<string, Known>();
  private readonly weights = new Map<string, number>();
  private wanted = 0;

  /** Throws NodeError when it is too much. */
  putAll(going: Going): void {
    this.put(going.branch);
    if (going.is === 'spreads') {
      for (const each of going.rounds) this.put(each, going.branch.key);
    } else if (going.is !== 'ends' && going.action !== undefined) {
      this.want(going.action);
    }
  }

  /** `like` is a branch that holds much of the same. Throws NodeError when all is too much. */
  put(branch: Branch, like = branch.key): void {
    const before = this.known.get(branch.key) ?? this.known.get(like);
    const known = new Map<Json, number>();
    let sum = 0;
    for (const value of held(branch)) {
      const weight = before?.get(value) ?? known.get(value) ?? weightOf(value);
      known.set(value, weight);
      sum += weight;
    }
    this.known.set(branch.key, known);
    this.weights.set(branch.key, sum);
    this.check();
  }

  drop(key: string): void {
    this.known.delete(key);
    this.weights.delete(key);
  }

  /** What was to be done before is not held any more. */
  beginStep(): void {
    this.wanted = 0;
  }

  private want(action: FlowAction): void {
    for (const each of Object.values(action)) this.wanted += weightOf(each as Json);
    this.check();
  }

  private check(): void {
    let sum = this.wanted;
    for (const each of this.weights.values()) sum += each;
    if (sum > LIMITS.variables) throw new NodeError(TOO_LARGE, String(LIMITS.variables));
  }
}

function* held(branch: Branch): Iterable<Json> {
  yield* Object.values(branch.variables);
  for (const each of branch.assignments) yield each.value;
  for (const frame of branch.frames) {
    yield frame.items;
    yield frame.results as Json[];
    yield* Object.values(frame.kept);
    for (const each of Object.values(frame.ended)) {
      yield each.result;
      for (const assignment of each.assignments) yield assignment.value;
    }
  }
}
