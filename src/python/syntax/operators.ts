/** Parser for operators, calls, attributes and subscripts, by precedence as in the language reference. */
import type { Argument, BinaryOperator, CompareOperator, Comprehension, Expr, Name } from '../ast';
import { Cursor, KEYWORDS, MAX_DEPTH } from './cursor';
import { T } from './tokens';

/** Binding strength of binary operators; all but `**` group to the left. */
const STRENGTH: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '//': 6,
  '%': 6,
  '@': 6,
};
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** Calls, attributes and subscripts in one chain. */
const MAX_LINKS = 400;

export abstract class OperatorParser extends Cursor {
  /** Names, literals and what stands in brackets (atoms.ts). */
  protected abstract atom(): Expr;
  protected abstract lambda(): Expr;
  protected abstract yieldExpression(): Expr;
  protected abstract atFor(): boolean;
  protected abstract comprehensions(): Comprehension[];

  /** `test` of the grammar: conditional expression, lambda, or what binds tighter. */
  expression(): Expr {
    if (this.depth > MAX_DEPTH) return this.tooDeep();
    this.depth++;
    try {
      if (this.isWord('lambda')) return this.lambda();
      const from = this.start;
      const body = this.or();
      if (!this.isWord('if')) return body;
      this.i++;
      const test = this.or();
      if (!this.takeWord('else')) {
        this.problem("expected 'else'");
        return { type: 'Error', from, to: this.end(from) };
      }
      const orelse = this.expression();
      return { type: 'IfExp', test, body, orelse, from, to: this.end(from) };
    } finally {
      this.depth--;
    }
  }

  /** An expression that may be a walrus. */
  named(): Expr {
    if (this.at(T.Name) && this.peek(1) === ':=' && !KEYWORDS.has(this.word)) {
      const target = this.name();
      this.i++;
      const value = this.expression();
      return { type: 'NamedExpr', target, value, from: target.from, to: this.end(target.from) };
    }
    return this.expression();
  }

  protected starOrNamed(): Expr {
    if (!this.isOp('*')) return this.named();
    const from = this.start;
    this.i++;
    const value = this.bitwise(1);
    return { type: 'Starred', value, from, to: this.end(from) };
  }

  /** `a, *b, c`: a tuple when there is a comma. */
  expressionList(): Expr {
    const from = this.start;
    const first = this.starOrNamed();
    if (!this.isOp(',')) return first;
    const elts = [first];
    while (this.takeOp(',')) {
      if (!this.atExpression()) break;
      elts.push(this.starOrNamed());
    }
    return { type: 'Tuple', elts, from, to: this.end(from) };
  }

  /** Right side of an assignment: may be a bare `yield`. */
  valueList(): Expr {
    return this.isWord('yield') ? this.yieldExpression() : this.expressionList();
  }

  /** Targets of `for` and comprehensions: stops before `in`. */
  targetList(): Expr {
    const from = this.start;
    const one = (): Expr => {
      if (!this.isOp('*')) return this.bitwise(1);
      const at = this.start;
      this.i++;
      const value = this.bitwise(1);
      return { type: 'Starred', value, from: at, to: this.end(at) };
    };
    const first = one();
    if (!this.isOp(',')) return first;
    const elts = [first];
    while (this.takeOp(',')) {
      if (this.isWord('in') || !this.atExpression()) break;
      elts.push(one());
    }
    return { type: 'Tuple', elts, from, to: this.end(from) };
  }

  protected atExpression(): boolean {
    switch (this.kind) {
      case T.Name:
        return !KEYWORDS.has(this.word) || /^(?:None|True|False|not|lambda|await|yield)$/.test(this.word);
      case T.Number:
      case T.String:
      case T.Bad:
        return true;
      case T.Op:
        return /^(?:[([{+\-~*]|\.\.\.|\*\*)$/.test(this.word);
      default:
        return false;
    }
  }

  protected or(): Expr {
    const from = this.start;
    const first = this.and();
    if (!this.isWord('or')) return first;
    const values = [first];
    while (this.takeWord('or')) values.push(this.and());
    return { type: 'BoolOp', op: 'or', values, from, to: this.end(from) };
  }

  private and(): Expr {
    const from = this.start;
    const first = this.not();
    if (!this.isWord('and')) return first;
    const values = [first];
    while (this.takeWord('and')) values.push(this.not());
    return { type: 'BoolOp', op: 'and', values, from, to: this.end(from) };
  }

  private not(): Expr {
    if (!this.isWord('not')) return this.comparison();
    if (this.depth > MAX_DEPTH) return this.tooDeep();
    const from = this.start;
    this.i++;
    this.depth++;
    const operand = this.not();
    this.depth--;
    return { type: 'UnaryOp', op: 'not', operand, from, to: this.end(from) };
  }

  private comparison(): Expr {
    const from = this.start;
    const left = this.bitwise(1);
    let op = this.comparisonOperator();
    if (op === undefined) return left;
    const ops: CompareOperator[] = [];
    const comparators: Expr[] = [];
    while (op !== undefined) {
      ops.push(op);
      comparators.push(this.bitwise(1));
      op = this.comparisonOperator();
    }
    return { type: 'Compare', left, ops, comparators, from, to: this.end(from) };
  }

  private comparisonOperator(): CompareOperator | undefined {
    const word = this.word;
    if (this.at(T.Op) && COMPARISONS.has(word)) {
      this.i++;
      return word as CompareOperator;
    }
    if (!this.at(T.Name)) return undefined;
    if (word === 'in') {
      this.i++;
      return 'in';
    }
    if (word === 'not' && this.peek(1) === 'in') {
      this.i += 2;
      return 'not in';
    }
    if (word === 'is') {
      this.i++;
      return this.takeWord('not') ? 'is not' : 'is';
    }
    return undefined;
  }

  protected bitwise(minimum: number): Expr {
    const from = this.start;
    let left = this.unary();
    for (;;) {
      const strength = this.at(T.Op) ? STRENGTH[this.word] : undefined;
      if (strength === undefined || strength < minimum) return left;
      const op = this.word as BinaryOperator;
      this.i++;
      const right = this.bitwise(strength + 1);
      left = { type: 'BinOp', op, left, right, from, to: this.end(from) };
    }
  }

  private unary(): Expr {
    const word = this.word;
    if (this.at(T.Op) && (word === '-' || word === '+' || word === '~')) {
      if (this.depth > MAX_DEPTH) return this.tooDeep();
      const from = this.start;
      this.i++;
      this.depth++;
      const operand = this.unary();
      this.depth--;
      return { type: 'UnaryOp', op: word, operand, from, to: this.end(from) };
    }
    const from = this.start;
    const base = this.awaited();
    if (!this.takeOp('**')) return base;
    const right = this.unary();
    return { type: 'BinOp', op: '**', left: base, right, from, to: this.end(from) };
  }

  private awaited(): Expr {
    if (!this.isWord('await')) return this.primary();
    const from = this.start;
    this.i++;
    const value = this.primary();
    return { type: 'Await', value, from, to: this.end(from) };
  }

  private primary(): Expr {
    const from = this.start;
    let expr = this.atom();
    for (let links = 0; ; links++) {
      if (links > MAX_LINKS) return this.tooDeep();
      if (this.isOp('.')) {
        this.i++;
        if (this.at(T.Name)) {
          const attrFrom = this.start;
          const attr = this.word;
          this.i++;
          expr = { type: 'Attribute', value: expr, attr, attrFrom, from, to: this.end(from) };
        } else {
          this.problem('expected a name');
          return { type: 'Error', from, to: this.end(from) };
        }
      } else if (this.isOp('(')) {
        const args = this.argumentList();
        const plain = args.every((argument) => argument.kind === 'positional');
        expr = {
          type: 'Call',
          func: expr,
          args,
          plain,
          range: this.range(from, this.lastEnd),
          from,
          to: this.end(from),
        };
      } else if (this.isOp('[')) {
        this.i++;
        const index = this.subscriptIndex();
        this.expectOp(']');
        expr = { type: 'Subscript', value: expr, index, from, to: this.end(from) };
      } else return expr;
    }
  }

  /** `(…)` with the cursor at the opening bracket. */
  protected argumentList(): Argument[] {
    const args: Argument[] = [];
    this.i++;
    while (!this.isOp(')') && !this.at(T.Newline) && !this.at(T.End)) {
      const before = this.i;
      args.push(this.argument());
      if (!this.takeOp(',') && !this.isOp(')')) {
        this.problem("expected ',' or ')'");
        if (this.i === before || !this.atExpression()) this.i = Math.max(this.i, before);
        break;
      }
    }
    this.expectOp(')');
    return args;
  }

  private argument(): Argument {
    const from = this.start;
    if (this.isOp('*') || this.isOp('**')) {
      const kind = this.word === '*' ? 'star' : 'doubleStar';
      this.i++;
      const value = this.expression();
      return {
        kind,
        name: '',
        nameRange: null,
        value,
        range: this.range(value.from, value.to),
        from,
        to: this.end(from),
      };
    }
    if (this.at(T.Name) && this.peek(1) === '=' && this.peekKind(1) === T.Op && !KEYWORDS.has(this.word)) {
      const name = this.word;
      const nameRange = this.range(this.start, this.tokens.ends[this.i]);
      this.i += 2;
      const value = this.expression();
      return {
        kind: 'keyword',
        name,
        nameRange,
        value,
        range: this.range(value.from, value.to),
        from,
        to: this.end(from),
      };
    }
    let value = this.named();
    if (this.atFor()) {
      const generators = this.comprehensions();
      value = { type: 'GeneratorExp', elt: value, generators, from, to: this.end(from) };
    }
    return {
      kind: 'positional',
      name: '',
      nameRange: null,
      value,
      range: this.range(value.from, value.to),
      from,
      to: this.end(from),
    };
  }

  private subscriptIndex(): Expr {
    const from = this.start;
    const first = this.subscriptItem();
    if (!this.isOp(',')) return first;
    const elts = [first];
    while (this.takeOp(',')) {
      if (this.isOp(']')) break;
      elts.push(this.subscriptItem());
    }
    return { type: 'Tuple', elts, from, to: this.end(from) };
  }

  private subscriptItem(): Expr {
    const from = this.start;
    const bound = (): Expr | null =>
      this.isOp(':') || this.isOp(',') || this.isOp(']') ? null : this.expression();
    if (!this.isOp(':')) {
      const item = this.starOrNamed();
      if (!this.isOp(':')) return item;
      this.i++;
      return this.slice(from, item, bound);
    }
    this.i++;
    return this.slice(from, null, bound);
  }

  private slice(from: number, lower: Expr | null, bound: () => Expr | null): Expr {
    const upper = bound();
    const step = this.takeOp(':') ? bound() : null;
    return { type: 'Slice', lower, upper, step, from, to: this.end(from) };
  }

  protected name(): Name {
    const node: Name = { type: 'Name', id: this.word, from: this.start, to: this.tokens.ends[this.i] };
    this.i++;
    return node;
  }

  protected tooDeep(): Expr {
    const from = this.start;
    this.problem('nested too deeply to follow');
    if (!this.at(T.Newline) && !this.at(T.End)) this.i++;
    return { type: 'Error', from, to: this.end(from) };
  }
}
