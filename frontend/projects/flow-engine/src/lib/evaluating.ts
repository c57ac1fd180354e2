/** What an expression comes to: CEL's meanings, over JSON. */
import { RE2JS, RE2JSException } from 're2js';
import { Comparison, Expression, Operator, parse, WordedError } from './expressions';
import {
  compareTexts,
  cut,
  equal,
  has,
  isList,
  isObject,
  Json,
  JsonObject,
  lengthOf,
  plain,
  textOf,
  Variables,
} from './json-values';
import { LANGUAGE, LIMITS } from './language';

const NUMBER = new RegExp(`^(?:${LANGUAGE.expressions.number})$`);

/** It comes to nothing. */
export class EvaluationError extends WordedError {}

/** Not to be made up for by the other side of an `||`. */
class TooMuchError extends EvaluationError {}

/** A JSON value. Throws ExpressionError, EvaluationError. */
export function evaluate(text: string, variables: Variables): Json {
  const names = { [LANGUAGE.expressions.all]: variables, ...variables };
  const found = plain(new Evaluation(names, { left: LIMITS.work }).value(parse(text)));
  if (found === undefined) throw new EvaluationError('no_json');
  return found;
}

/** `work` is what may still be done, shared by all parts. */
class Evaluation {
  constructor(
    private readonly names: Variables,
    private readonly work: { left: number },
  ) {}

  value(expression: Expression): Json {
    this.spend(1);
    if (expression.is === 'literal') return expression.value;
    if (expression.is === 'name') return member(this.names, expression.name, 'variable');
    if (expression.is === 'binary') return this.binary(expression);
    if (expression.is === 'macro') return this.macro(expression);
    if (expression.is === 'unary') return negative(expression.operator, this.value(expression.of));
    if (expression.is === 'choice') {
      const { when, then, otherwise } = expression;
      return this.value(truth(this.value(when)) ? then : otherwise);
    }
    return 'of' in expression ? this.found(expression) : this.made(expression);
  }

  private spend(work: number): void {
    this.work.left -= work;
    if (this.work.left < 0) throw new TooMuchError('too_much');
  }

  private found(expression: Extract<Expression, { is: 'member' | 'index' }>): Json {
    const of = this.value(expression.of);
    if (expression.is === 'index') return itemAt(of, this.value(expression.at));
    if (!isObject(of)) {
      throw new EvaluationError('no_object', { name: cut(expression.name, 64) });
    }
    return expression.asked ? has(of, expression.name) : member(of, expression.name, 'member');
  }

  private made(expression: Extract<Expression, { is: 'list' | 'object' | 'call' }>): Json {
    if (expression.is === 'list') return expression.items.map((each) => this.value(each));
    if (expression.is === 'object') return this.object(expression.members);
    const given = expression.args.map((each) => this.value(each));
    for (const each of given) if (typeof each === 'string') this.spend(weight(each));
    return FUNCTIONS[expression.name]?.(given[0] ?? null, given[1] ?? null) ?? null;
  }

  private object(members: readonly (readonly [Expression, Expression])[]): JsonObject {
    const found = new Map<string, Json>();
    for (const [name, value] of members) {
      const key = this.value(name);
      if (typeof key !== 'string' || found.has(key)) {
        throw new EvaluationError('members');
      }
      found.set(key, this.value(value));
    }
    return Object.fromEntries(found);
  }

  private binary({ operator, left, right }: Extract<Expression, { is: 'binary' }>): Json {
    if (operator === '&&' || operator === '||') {
      return either([() => this.value(left), () => this.value(right)], operator === '||');
    }
    const [a, b] = [this.value(left), this.value(right)];
    this.spend(weight(a) + weight(b));
    return operated(operator, a, b);
  }

  private macro({ macro, over, name, body }: Extract<Expression, { is: 'macro' }>): Json {
    const of = this.value(over);
    if (!isList(of) && !isObject(of)) {
      throw new EvaluationError('no_list', { name: macro });
    }
    const items = isList(of) ? of : Object.keys(of);
    const each = (item: Json): Json =>
      new Evaluation({ ...this.names, [name]: item }, this.work).value(body);
    switch (macro) {
      case 'map':
        return items.map(each);
      case 'filter':
        return items.filter((item) => truth(each(item)));
      case 'exists_one':
        return items.filter((item) => truth(each(item))).length === 1;
      default:
        return either(
          items.map((item) => () => each(item)),
          macro === 'exists',
        );
    }
  }
}

function member(of: Variables, name: string, what: 'member' | 'variable'): Json {
  const found = has(of, name) ? of[name] : undefined;
  if (found === undefined) throw new EvaluationError(`no_${what}`, { name: cut(name, 64) });
  return found;
}

/** What it costs to look at all of it, in parts of an expression. */
function weight(value: Json): number {
  if (typeof value === 'string') return Math.floor(lengthOf(value) / LIMITS.charactersOfAPart);
  if (isList(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : 0;
}

/** Whether one side decides. What goes wrong on one does not matter if another decides, as the
 * specification of CEL has it. Throws EvaluationError. */
function either(sides: readonly (() => Json)[], decides: boolean): boolean {
  let wrong: EvaluationError | undefined;
  for (const side of sides) {
    try {
      if (truth(side()) === decides) return decides;
    } catch (error) {
      if (!(error instanceof EvaluationError) || error instanceof TooMuchError) throw error;
      wrong ??= error;
    }
  }
  if (wrong !== undefined) throw wrong;
  return !decides;
}

function truth(value: Json): boolean {
  if (typeof value !== 'boolean') throw new EvaluationError('no_truth');
  return value;
}

function negative(operator: '!' | '-', value: Json): Json {
  if (operator === '!') return !truth(value);
  if (typeof value !== 'number') {
    throw new EvaluationError('no_number', { name: '-' });
  }
  return -value;
}

function itemAt(of: Json, at: Json): Json {
  if (isList(of) && typeof at === 'number' && Number.isInteger(at) && at >= 0) {
    const found = of[at];
    if (found !== undefined) return found;
  }
  if (isObject(of) && typeof at === 'string' && has(of, at)) return of[at] ?? null;
  throw new EvaluationError('no_place');
}

function operated(operator: Exclude<Operator, '&&' | '||'>, left: Json, right: Json): Json {
  if (operator === '==') return equal(left, right);
  if (operator === '!=') return !equal(left, right);
  if (operator === 'in') return within(left, right);
  if (operator === '+') return added(left, right);
  if (operator in COUNTING) return counted(operator as keyof typeof COUNTING, left, right);
  return compared(operator as Comparison, left, right);
}

function within(item: Json, of: Json): boolean {
  if (isList(of)) return of.some((each) => equal(item, each));
  if (isObject(of)) return typeof item === 'string' && has(of, item);
  throw new EvaluationError('no_list', { name: 'in' });
}

function added(left: Json, right: Json): Json {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (isList(left) && isList(right)) return [...left, ...right];
  return counted('+', left, right);
}

function counted(operator: '+' | '-' | '*' | '/' | '%', left: Json, right: Json): number {
  if (typeof left !== 'number' || typeof right !== 'number') {
    throw new EvaluationError('operator', { name: operator });
  }
  if (DIVIDING.has(operator) && right === 0) throw new EvaluationError('division');
  const found = COUNTING[operator](left, right);
  if (operator === '%' && !Number.isFinite(left)) throw new EvaluationError('division');
  return found;
}

const DIVIDING: ReadonlySet<string> = new Set(['/', '%']);
const COUNTING = {
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
  '*': (left: number, right: number) => left * right,
  '/': (left: number, right: number) => left / right,
  '%': (left: number, right: number) => left % right,
} as const;

function compared(operator: Comparison, left: Json, right: Json): boolean {
  let apart: number;
  if (typeof left === 'string' && typeof right === 'string') apart = compareTexts(left, right);
  else if (typeof left === 'number' && typeof right === 'number') apart = signOf(left, right);
  else throw new EvaluationError('operator', { name: operator });
  return COMPARING[operator](apart);
}

const COMPARING: Readonly<Record<Comparison, (apart: number) => boolean>> = {
  '<': (apart) => apart < 0,
  '<=': (apart) => apart <= 0,
  '>': (apart) => apart > 0,
  '>=': (apart) => apart >= 0,
};

/** NaN where one of them is none: no comparison holds then. */
function signOf(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : NaN;
}

function texts(of: Json, part: Json): [string, string] {
  if (typeof of === 'string' && typeof part === 'string') return [of, part];
  throw new EvaluationError('no_text');
}

type Given = (of: Json, part: Json) => Json;

const FUNCTIONS: Readonly<Record<string, Given>> = {
  size: (of) => {
    if (typeof of === 'string') return lengthOf(of);
    if (isList(of)) return of.length;
    if (isObject(of)) return Object.keys(of).length;
    throw new EvaluationError('no_size');
  },
  double: (of) => {
    if (typeof of === 'number') return of;
    if (typeof of === 'string' && NUMBER.test(of)) return Number(of);
    throw new EvaluationError('no_number', { name: 'double' });
  },
  string: (of) => {
    if (typeof of === 'object') {
      throw new EvaluationError('no_plain');
    }
    return textOf(of);
  },
  contains: (of, part) => {
    const [text, wanted] = texts(of, part);
    return text.includes(wanted);
  },
  startsWith: (of, part) => {
    const [text, wanted] = texts(of, part);
    return text.startsWith(wanted);
  },
  endsWith: (of, part) => {
    const [text, wanted] = texts(of, part);
    return text.endsWith(wanted);
  },
  matches: (of, part) => {
    const [text, pattern] = texts(of, part);
    try {
      // RE2 takes time in proportion to the text, whatever the pattern is.
      return RE2JS.compile(pattern).matcher(text).find();
    } catch (wrong) {
      if (!(wrong instanceof RE2JSException)) throw wrong;
      throw new EvaluationError('no_pattern');
    }
  },
};
