/** Expressions in CEL: read with the parser of cel-js, into a tree of our own (ADR 34).
 *
 * What may be written is CEL without messages, types, times and bytes. All numbers are doubles,
 * those that are written in the expression too. */
import { ASTNode, ParseError, parse as parseCel } from '@marcbachmann/cel-js';
import { cut, lengthOf } from './json-values';
import { LANGUAGE, LIMITS, say } from './language';

const { functions, macros, reserved } = LANGUAGE.expressions;
const STRING = new RegExp(LANGUAGE.expressions.string, 'g');
const SIGN = new RegExp(LANGUAGE.expressions.sign, 'g');
const REFUSED = LANGUAGE.expressions.refused.map((pattern) => new RegExp(pattern));

type Reason =
  | 'at'
  | 'nesting'
  | 'refused'
  | 'chain'
  | 'choice'
  | 'too_long'
  | 'unsupported'
  | 'word'
  | 'has'
  | 'macro'
  | 'function'
  | 'arguments'
  | 'no_json'
  | 'too_much'
  | 'no_variable'
  | 'no_object'
  | 'no_member'
  | 'members'
  | 'no_list'
  | 'no_truth'
  | 'no_number'
  | 'no_place'
  | 'operator'
  | 'division'
  | 'no_size'
  | 'no_plain'
  | 'no_text'
  | 'no_pattern';

/** What is wrong with an expression: `reason` is the key of a sentence, to which `values` belong;
 * `detail` is that in English, for a developer. None has values of variables. */
export abstract class WordedError extends Error {
  readonly reason: string;
  readonly detail: string;

  constructor(
    reason: Reason,
    readonly values: Readonly<Record<string, string | number>> = {},
  ) {
    const key = `expression_${reason}`;
    const detail = say(key, 'en', values) ?? key;
    super(detail);
    this.reason = key;
    this.detail = detail;
  }
}

/** It cannot be read. */
export class ExpressionError extends WordedError {}

export type Comparison = '<' | '<=' | '>' | '>=';
export type Counting = '-' | '*' | '/' | '%';
export type Operator = '==' | '!=' | 'in' | '+' | '&&' | '||' | Comparison | Counting;

/** `asked` of a member: not its value is meant, but whether it is there (`has`). */
export type Expression =
  | { readonly is: 'literal'; readonly value: boolean | number | string | null }
  | { readonly is: 'name'; readonly name: string }
  | {
      readonly is: 'member';
      readonly of: Expression;
      readonly name: string;
      readonly asked: boolean;
    }
  | { readonly is: 'index'; readonly of: Expression; readonly at: Expression }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly is: 'list'; readonly items: readonly Expression[] }
  | { readonly is: 'object'; readonly members: readonly (readonly [Expression, Expression])[] }
  | { readonly is: 'unary'; readonly operator: '!' | '-'; readonly of: Expression }
  | {
      readonly is: 'binary';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly is: 'choice';
      readonly when: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | {
      readonly is: 'macro';
      readonly macro: string;
      readonly over: Expression;
      readonly name: string;
      readonly body: Expression;
    };

const known = new Map<string, Expression>();
const MOST_KNOWN = 1_024;

/** Throws ExpressionError. */
export function parse(text: string): Expression {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (deepestBracket(text) > LIMITS.nesting) {
    throw new ExpressionError('nesting');
  }
  const bare = text.replace(STRING, (each) => `«${'·'.repeat(each.length - 2)}»`);
  if (REFUSED.some((pattern) => pattern.test(bare))) {
    throw new ExpressionError('refused');
  }
  if (hasChain(bare)) {
    throw new ExpressionError('chain');
  }
  const found = new Reading(bare).read(grammar(text));
  if (depthOf(found) > LIMITS.expressionDepth) throw new ExpressionError('too_long');
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, found);
  return found;
}

/** Whether there are comparisons side by side: which of them is the first one is not said alike by
 * all parsers. */
function hasChain(bare: string): boolean {
  const counts: number[] = [];
  return [...bare.matchAll(SIGN)].some(({ groups }) => {
    const count = counts.pop() ?? 0;
    if (groups?.['relation'] !== undefined) {
      counts.push(count + 1);
      return count > 0;
    }
    if (groups?.['opening'] !== undefined) counts.push(count, 0);
    else if (groups?.['closing'] === undefined) counts.push(0);
    return false;
  });
}

function deepestBracket(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    depth += Number('([{'.includes(character)) - Number(')]}'.includes(character));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function grammar(text: string): ASTNode {
  try {
    return parseCel(text).ast;
  } catch (wrong) {
    if (!(wrong instanceof ParseError)) throw wrong;
    const before = text.slice(0, wrong.range?.start ?? 0).split('\n');
    const column = lengthOf(before.at(-1) ?? '') + 1;
    throw new ExpressionError('at', { line: before.length, column });
  }
}

function depthOf(expression: Expression): number {
  return 1 + Math.max(0, ...partsOf(expression).map(depthOf));
}

type Kinds = Expression['is'];
type Of<Kind extends Kinds> = Extract<Expression, { is: Kind }>;

const PARTS: { readonly [Kind in Kinds]: (of: Of<Kind>) => readonly Expression[] } = {
  literal: () => [],
  name: () => [],
  member: ({ of }) => [of],
  unary: ({ of }) => [of],
  index: ({ of, at }) => [of, at],
  call: ({ args }) => args,
  list: ({ items }) => items,
  object: ({ members }) => members.flat(),
  binary: ({ left, right }) => [left, right],
  choice: ({ when, then, otherwise }) => [when, then, otherwise],
  macro: ({ over, body }) => [over, body],
};

export function partsOf<Kind extends Kinds>(expression: Of<Kind>): readonly Expression[] {
  return PARTS[expression.is](expression);
}

type AstOf<Op extends ASTNode['op']> = Extract<ASTNode, { op: Op }>;
type Reads = { readonly [Op in ASTNode['op']]?: (node: AstOf<Op>) => Expression };

/** `bare` is what is read, without what stands in texts. */
class Reading {
  constructor(private readonly bare: string) {}

  readonly read = (node: ASTNode): Expression => {
    const reads = this.reads[node.op] as ((node: ASTNode) => Expression) | undefined;
    return reads?.(node) ?? this.binary(node as AstOf<Operator>);
  };

  private readonly reads: Reads = {
    value: ({ args }) => ({ is: 'literal', value: literal(args) }),
    id: ({ args }) => named(args),
    '.': ({ args: [of, name] }) => ({ is: 'member', of: this.read(of), name, asked: false }),
    '[]': ({ args: [of, at] }) => ({ is: 'index', of: this.read(of), at: this.read(at) }),
    call: ({ args: [name, args] }) => called(name, args.map(this.read)),
    rcall: ({ args: [name, of, args] }) => method(name, this.read(of), args.map(this.read)),
    '.?': optional,
    '[?]': optional,
    list: ({ args }) => ({ is: 'list', items: args.map(this.read) }),
    map: ({ args }) => ({
      is: 'object',
      members: args.map(([name, value]) => [this.read(name), this.read(value)] as const),
    }),
    '?:': (node) => this.choice(node),
    '!_': ({ args }) => ({ is: 'unary', operator: '!', of: this.read(args) }),
    '-_': ({ args }) => negative(this.read(args)),
  };

  private binary({ op, args: [left, right] }: AstOf<Operator>): Expression {
    return { is: 'binary', operator: op, left: this.read(left), right: this.read(right) };
  }

  private choice({ args: [when, then, otherwise] }: AstOf<'?:'>): Expression {
    // CEL has a choice behind `?` in brackets only.
    if (then.op === '?:' && !this.isInBrackets(this.bare.indexOf('?', when.end) + 1)) {
      throw new ExpressionError('choice');
    }
    return {
      is: 'choice',
      when: this.read(when),
      then: this.read(then),
      otherwise: this.read(otherwise),
    };
  }

  /** Whether all up to the `:` is. */
  private isInBrackets(from: number): boolean {
    let depth = 0;
    const rest = this.bare.slice(from).trimStart();
    for (let place = 0; place < rest.length; place += 1) {
      depth += Number('([{'.includes(rest.charAt(place)));
      depth -= Number(')]}'.includes(rest.charAt(place)));
      if (depth === 0)
        return (
          place > 0 &&
          rest
            .slice(place + 1)
            .trimStart()
            .startsWith(':')
        );
    }
    return false;
  }
}

function named(name: string): Expression {
  if (reserved.includes(name) && name !== LANGUAGE.expressions.all) {
    throw new ExpressionError('word');
  }
  return { is: 'name', name };
}

function optional(): Expression {
  throw new ExpressionError('unsupported');
}

/** A number with its sign is one part. */
function negative(of: Expression): Expression {
  if (of.is === 'literal' && typeof of.value === 'number') {
    return { is: 'literal', value: -of.value };
  }
  return { is: 'unary', operator: '-', of };
}

function literal(value: unknown): boolean | number | string | null {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) {
    return value as boolean | number | string | null;
  }
  throw new ExpressionError('unsupported');
}

function called(name: string, args: readonly Expression[]): Expression {
  if (name !== 'has') return call(name, args);
  const [member] = args;
  if (args.length !== 1 || member?.is !== 'member') {
    throw new ExpressionError('has');
  }
  return { ...member, asked: true };
}

function method(name: string, over: Expression, args: readonly Expression[]): Expression {
  if (!macros.includes(name)) return call(name, [over, ...args]);
  const [item, body] = args;
  if (args.length !== 2 || item?.is !== 'name' || body === undefined) {
    throw new ExpressionError('macro', { name });
  }
  return { is: 'macro', macro: name, over, name: item.name, body };
}

function call(name: string, args: readonly Expression[]): Expression {
  const counts = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (counts === undefined) throw new ExpressionError('function', { name: cut(name, 40) });
  if (!counts.includes(args.length)) {
    throw new ExpressionError('arguments', { name });
  }
  return { is: 'call', name, args };
}
