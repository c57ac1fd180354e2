/** Runs flows, as a pure machine of states: no clock, no chance, nothing outside is touched.
 *
 * `begin` and `advance` answer the next state, what has to be done for it, and what has happened.
 * Who runs a flow does the actions, in any order, and brings back what came of each. */
import { Node, nodeOf, savedAs } from './flow';
import { asNodeError, Going, keyOf, loopOf, NodeError } from './going';
import { after, Program } from './graph';
import type { Json, Variables } from './json-values';
import { LIMITS, Port } from './language';
import { endRound, join } from './looping';
import {
  Branch,
  FlowAction,
  FlowFailure,
  FlowOutcome,
  FlowState,
  MAIN,
  NodeEvent,
  NodeStatus,
} from './running';
import { answered, take } from './stepping';
import { Scales } from './weighing';

/** A way that was gone; `to` is null at the end of a round or of the flow. */
export interface Move {
  readonly from: string;
  readonly port: Port;
  readonly to: string | null;
}

/** `actions` are new ones; those of before that have no outcome yet stay to be done. */
export interface Advance {
  readonly state: FlowState;
  readonly actions: readonly FlowAction[];
  readonly events: readonly NodeEvent[];
  readonly moves: readonly Move[];
}

/** No action of this branch waits for an outcome. */
export class OutOfTurnError extends Error {
  constructor(branch: string) {
    super(`nothing waits in the branch ${JSON.stringify(branch)}`);
  }
}

/** `inputs` are variables, over those of `meta.variables`; the user's words are `message`. */
export function begin(program: Program, inputs: Variables): Advance {
  return Run.begun(program, inputs).finish();
}

/** A run that has failed stays as it is. Throws OutOfTurnError. */
export function advance(
  program: Program,
  state: FlowState,
  branch: string,
  outcome: FlowOutcome,
): Advance {
  if (state.status === 'failed') return { state, actions: [], events: [], moves: [] };
  const run = Run.of(program, state);
  run.settle(branch, outcome);
  return run.finish();
}

/** `output` is what a node came to, where that is no action's outcome. */
export interface Told extends NodeEvent {
  readonly branch: string;
  readonly output?: Json;
}

const FIRST: Omit<Branch, 'variables'> = {
  key: MAIN,
  pending: null,
  frames: [],
  profile: null,
  parent: null,
  loop: null,
  rounds: [],
  own: [],
  assignments: [],
};

/** A run that can be looked at between two nodes. */
export class Run {
  actions: FlowAction[] = [];
  events: Told[] = [];
  moves: Move[] = [];
  failure: FlowFailure | null = null;
  private readonly branches: Map<string, Branch>;
  /** Branches that can go on, and where. */
  private readonly ready: [string, string | null][] = [];
  private readonly scales = new Scales();
  private steps: number;
  private over: boolean;

  private constructor(
    readonly program: Program,
    { branches, steps, status }: FlowState,
  ) {
    this.branches = new Map(Object.entries(branches));
    this.steps = steps;
    this.over = status === 'done';
  }

  static begun(program: Program, inputs: Variables): Run {
    const variables = { ...program.flow.meta.variables, ...inputs };
    const branches = { [MAIN]: { ...FIRST, variables } };
    const run = new Run(program, { status: 'running', branches, steps: 0, failure: null });
    run.ready.push([MAIN, program.graph.start]);
    return run;
  }

  static of(program: Program, state: FlowState): Run {
    const run = new Run(program, state);
    for (const each of run.branches.values()) run.scales.put(each);
    return run;
  }

  get state(): FlowState {
    return {
      status: this.failure ? 'failed' : this.over ? 'done' : 'running',
      branches: Object.fromEntries(this.branches),
      steps: this.steps,
      failure: this.failure,
    };
  }

  variablesOf(branch: string): Variables {
    return this.branches.get(branch)?.variables ?? {};
  }

  /** The node that `one` takes, null where a block ends, undefined where nothing can go on. */
  get next(): string | null | undefined {
    const first = this.failure === null ? this.ready[0] : undefined;
    if (first === undefined) return undefined;
    const [key, at] = first;
    return at === loopOf(this.branch(key)) ? null : at;
  }

  /** Goes on until every branch waits for something, or all is over. */
  finish(): Advance {
    while (this.one());
    const { actions, events, moves } = this;
    const told = events.map(({ key, node, status, saveAs }) => ({ key, node, status, saveAs }));
    return { state: this.state, actions, events: told, moves };
  }

  /** Takes one node, or ends one round; false where nothing can go on. */
  one(): boolean {
    const first = this.failure === null ? this.ready.shift() : undefined;
    if (first === undefined) return false;
    const [key, at] = first;
    const branch = this.branch(key);
    const loop = loopOf(branch);
    const ends = at === null || at === loop;
    const name = ends ? loop : at;
    const node = name === null ? undefined : nodeOf(this.program.flow, name);
    this.attempt(node, branch, () => {
      const going = ends || node === undefined ? this.endRound(branch) : this.take(branch, node);
      this.scales.putAll(going);
      return this.follow(going);
    });
    return true;
  }

  /** What came of the action that a branch waits for. Throws OutOfTurnError. */
  settle(key: string, outcome: FlowOutcome): void {
    const waiting = this.branches.get(key);
    if (waiting?.pending == null) throw new OutOfTurnError(key);
    this.scales.beginStep();
    const node = nodeOf(this.program.flow, waiting.pending);
    const branch = { ...waiting, pending: null };
    this.branches.set(key, branch);
    if (outcome.kind === 'ok') {
      this.settled(branch, node, outcome.value, 'done');
    } else if ('on_error' in node.form && node.form.on_error === 'continue') {
      const { code, message = '', retryable = false } = outcome;
      this.settled(branch, node, { error: { code, message, retryable } }, 'failed');
    } else {
      this.fail(branch, node, new NodeError(outcome.code), outcome.retryable);
      this.ready.push([key, after(this.program, node.id)]);
    }
  }

  private settled(branch: Branch, node: Node, value: Json, status: NodeStatus): void {
    const at = after(this.program, node.id);
    this.branches.set(branch.key, answered(branch, node, value));
    this.tell(branch, node, status);
    this.moves.push({ from: node.id, port: 'next', to: at });
    this.ready.push([branch.key, at]);
  }

  private branch(key: string): Branch {
    const branch = this.branches.get(key);
    if (branch === undefined) throw new Error(`there is no branch ${key}`);
    return branch;
  }

  /** The branch goes on before all others, as long as it can. */
  private attempt(
    node: Node | undefined,
    branch: Branch,
    doIt: () => [string, string | null] | null,
  ): void {
    try {
      const following = doIt();
      if (following !== null) this.ready.unshift(following);
    } catch (wrong) {
      const error = asNodeError(wrong);
      if (error === undefined || node === undefined) throw wrong;
      this.branches.set(branch.key, branch);
      this.fail(branch, node, error);
    }
  }

  private take(branch: Branch, node: Node): Going {
    if (node.simOnly && !this.program.simulating) {
      const at = after(this.program, node.id);
      return { is: 'goes', branch, at, from: node.id, port: 'next' };
    }
    this.count();
    this.tell(branch, node, 'started');
    return take(this.program, branch, node);
  }

  private endRound(branch: Branch): Going {
    this.count();
    return endRound(this.program, branch);
  }

  private count(): void {
    this.steps += 1;
    if (this.steps > LIMITS.steps) throw new NodeError('too_many_steps', String(LIMITS.steps));
  }

  /** Where the same branch goes on, if it does. */
  private follow(going: Going): [string, string | null] | null {
    this.branches.set(going.branch.key, going.branch);
    switch (going.is) {
      case 'goes':
        if (going.done !== undefined) {
          this.tell(going.branch, nodeOf(this.program.flow, going.done), 'done', going.output);
        }
        if (going.action !== undefined) this.actions.push(going.action);
        this.moves.push({ from: going.from, port: going.port, to: going.at });
        return [going.branch.key, going.at];
      case 'waits':
        this.actions.push(going.action);
        return null;
      case 'spreads': {
        const to = after(this.program, going.loop, 'body');
        for (const each of going.rounds) {
          this.branches.set(each.key, each);
          this.ready.push([each.key, to]);
          this.moves.push({ from: going.loop, port: 'body', to });
        }
        return null;
      }
      case 'ends':
        return this.end(going.branch, going.result);
    }
  }

  private end(branch: Branch, result: Json): [string, string | null] | null {
    if (branch.parent === null) {
      this.over = true;
      return null;
    }
    this.branches.delete(branch.key);
    this.scales.drop(branch.key);
    const waiting = this.branch(branch.parent);
    let following: [string, string | null] | null = null;
    this.attempt(nodeOf(this.program.flow, branch.loop ?? ''), waiting, () => {
      const [going, parent] = join(this.program, waiting, branch, result);
      this.scales.put(parent);
      if (going !== null) this.scales.putAll(going);
      this.branches.set(parent.key, parent);
      following = going === null ? null : this.follow(going);
      return null;
    });
    return following;
  }

  private tell(branch: Branch, node: Node, status: NodeStatus, output?: Json): void {
    this.events.push({
      key: keyOf(node.id, branch),
      node: node.id,
      status,
      saveAs: savedAs(node) ?? null,
      branch: branch.key,
      ...(output !== undefined && { output }),
    });
  }

  private fail(branch: Branch, node: Node, error: NodeError, retryable = false): void {
    const { code, detail, worded } = error;
    const said = worded && { reason: worded.reason, values: worded.values };
    this.failure = { code, node: keyOf(node.id, branch), detail, ...said, retryable };
    this.tell(branch, node, 'failed');
  }
}
