/** Expressions in CEL: read with the parser of cel-js, into a tree of our own (ADR 34).
 *
 * What may be written is CEL without messages, types, times and bytes. All numbers are doubles,
 * those that are written in the expression too. */
import { ASTNode, ParseError, parse as parseCel } from '@marcbachmann/cel-js';
import { cut } from './json-values';
import { LANGUAGE, LIMITS } from './language';

const { functions, macros } = LANGUAGE.expressions;

/** It cannot be read. `detail` says more, for a developer: in English, without values. */
export class ExpressionError extends Error {
  constructor(readonly detail: string) {
    super(detail);
  }
}

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
    throw new ExpressionError('too many brackets within brackets');
  }
  const found = read(grammar(text));
  if (depthOf(found) > LIMITS.expressionDepth) throw new ExpressionError('too long');
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, found);
  return found;
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
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new ExpressionError(`line ${before.length}, column ${column}`);
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

type Reading = Partial<Record<ASTNode['op'], (node: never) => Expression>>;

function read(node: ASTNode): Expression {
  const reads = (READ as Reading)[node.op] as ((node: ASTNode) => Expression) | undefined;
  return reads?.(node) ?? binary(node as AstOf<Operator>);
}

type AstOf<Op extends ASTNode['op']> = Extract<ASTNode, { op: Op }>;

const READ = {
  value: ({ args }: AstOf<'value'>) => ({ is: 'literal', value: literal(args) }),
  id: ({ args }: AstOf<'id'>) => ({ is: 'name', name: args }),
  '.': ({ args: [of, name] }: AstOf<'.'>) => ({ is: 'member', of: read(of), name, asked: false }),
  '[]': ({ args: [of, at] }: AstOf<'[]'>) => ({ is: 'index', of: read(of), at: read(at) }),
  call: ({ args: [name, args] }: AstOf<'call'>) => called(name, args.map(read)),
  rcall: ({ args: [name, of, args] }: AstOf<'rcall'>) => method(name, read(of), args.map(read)),
  '.?': optional,
  '[?]': optional,
  list: ({ args }: AstOf<'list'>) => ({ is: 'list', items: args.map(read) }),
  map: ({ args }: AstOf<'map'>) => ({
    is: 'object',
    members: args.map(([name, value]) => [read(name), read(value)] as const),
  }),
  '?:': ({ args: [when, then, otherwise] }: AstOf<'?:'>) => ({
    is: 'choice',
    when: read(when),
    then: read(then),
    otherwise: read(otherwise),
  }),
  '!_': ({ args }: AstOf<'!_'>) => ({ is: 'unary', operator: '!', of: read(args) }),
  '-_': ({ args }: AstOf<'-_'>) => negative(read(args)),
} as const satisfies Partial<Record<ASTNode['op'], (node: never) => Expression>>;

function binary({ op, args: [left, right] }: AstOf<Operator>): Expression {
  return { is: 'binary', operator: op, left: read(left), right: read(right) };
}

function optional(): Expression {
  throw new ExpressionError('optional values are not part of the flow language');
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
  throw new ExpressionError('bytes and unsigned numbers are not part of the flow language');
}

function called(name: string, args: readonly Expression[]): Expression {
  if (name !== 'has') return call(name, args);
  const [member] = args;
  if (args.length !== 1 || member?.is !== 'member') {
    throw new ExpressionError('has takes one member: has(a.b)');
  }
  return { ...member, asked: true };
}

function method(name: string, over: Expression, args: readonly Expression[]): Expression {
  if (!macros.includes(name)) return call(name, [over, ...args]);
  const [item, body] = args;
  if (args.length !== 2 || item?.is !== 'name' || body === undefined) {
    throw new ExpressionError(`${name} takes a name and an expression`);
  }
  return { is: 'macro', macro: name, over, name: item.name, body };
}

function call(name: string, args: readonly Expression[]): Expression {
  const counts = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (counts === undefined) throw new ExpressionError(`there is no function ${cut(name, 40)}`);
  if (!counts.includes(args.length)) {
    throw new ExpressionError(`${name} has the wrong number of arguments`);
  }
  return { is: 'call', name, args };
}
