/** Recursive-descent parser for Python expressions, by precedence as in the language reference. */
import type {
  Argument,
  BinaryOperator,
  CompareOperator,
  Comprehension,
  Constant,
  Expr,
  FormattedValue,
  JoinedStr,
  Lambda,
  Name,
  Param,
} from '../ast';
import { ELLIPSIS, FALSE, NONE, TRUE, str, type Value } from '../values';
import { Cursor, KEYWORDS, MAX_DEPTH } from './cursor';
import { literalValue, numberValue, openLiteral, splitFormat } from './literals';
import { T, tokenize } from './tokens';

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
const WORD_VALUES: Readonly<Record<string, Value>> = { None: NONE, True: TRUE, False: FALSE };

export class ExpressionParser extends Cursor {
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

  private or(): Expr {
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

  private atom(): Expr {
    const from = this.start;
    switch (this.kind) {
      case T.Name: {
        const value = Object.hasOwn(WORD_VALUES, this.word) ? WORD_VALUES[this.word] : undefined;
        if (value !== undefined) {
          this.i++;
          return { type: 'Constant', value, from, to: this.end(from) };
        }
        if (!KEYWORDS.has(this.word)) return this.name();
        if (this.word === 'lambda') return this.lambda();
        if (this.word === 'yield') return this.yieldExpression();
        break;
      }
      case T.Number:
        this.i++;
        return {
          type: 'Constant',
          value: numberValue(this.text.slice(from, this.lastEnd)),
          from,
          to: this.end(from),
        };
      case T.String:
        return this.strings();
      case T.Op:
        switch (this.word) {
          case '(':
            return this.nest(() => this.parenthesised());
          case '[':
            return this.nest(() => this.bracketed());
          case '{':
            return this.nest(() => this.braced());
          case '...':
            this.i++;
            return { type: 'Constant', value: ELLIPSIS, from, to: this.end(from) };
        }
        break;
      case T.Bad:
        this.problem('unexpected character');
        this.i++;
        return { type: 'Error', from, to: this.end(from) };
    }
    this.problem('expected an expression');
    return { type: 'Error', from, to: from };
  }

  private nest(read: () => Expr): Expr {
    if (this.depth > MAX_DEPTH) return this.tooDeep();
    this.depth++;
    try {
      return read();
    } finally {
      this.depth--;
    }
  }

  private parenthesised(): Expr {
    const from = this.start;
    this.i++;
    if (this.takeOp(')')) return { type: 'Tuple', elts: [], from, to: this.end(from) };
    if (this.isWord('yield')) {
      const value = this.yieldExpression();
      this.expectOp(')');
      return value;
    }
    const first = this.starOrNamed();
    if (this.atFor()) {
      const generators = this.comprehensions();
      this.expectOp(')');
      return { type: 'GeneratorExp', elt: first, generators, from, to: this.end(from) };
    }
    if (!this.isOp(',')) {
      this.expectOp(')');
      return first;
    }
    const elts = [first];
    while (this.takeOp(',')) {
      if (!this.atExpression()) break;
      elts.push(this.starOrNamed());
    }
    this.expectOp(')');
    return { type: 'Tuple', elts, from, to: this.end(from) };
  }

  private bracketed(): Expr {
    const from = this.start;
    this.i++;
    const elts: Expr[] = [];
    if (!this.isOp(']')) {
      elts.push(this.starOrNamed());
      if (this.atFor()) {
        const generators = this.comprehensions();
        this.expectOp(']');
        return { type: 'ListComp', elt: elts[0], generators, from, to: this.end(from) };
      }
      while (this.takeOp(',')) {
        if (!this.atExpression()) break;
        elts.push(this.starOrNamed());
      }
    }
    this.expectOp(']');
    return { type: 'List', elts, from, to: this.end(from) };
  }

  private braced(): Expr {
    const from = this.start;
    this.i++;
    const keys: (Expr | null)[] = [];
    const values: Expr[] = [];
    const elts: Expr[] = [];
    while (this.atExpression()) {
      if (this.takeOp('**')) {
        keys.push(null);
        values.push(this.bitwise(1));
      } else {
        const first = this.starOrNamed();
        if (this.takeOp(':')) {
          const value = this.expression();
          if (this.atFor()) {
            const generators = this.comprehensions();
            this.expectOp('}');
            return { type: 'DictComp', key: first, value, generators, from, to: this.end(from) };
          }
          keys.push(first);
          values.push(value);
        } else {
          if (this.atFor()) {
            const generators = this.comprehensions();
            this.expectOp('}');
            return { type: 'SetComp', elt: first, generators, from, to: this.end(from) };
          }
          elts.push(first);
        }
      }
      if (!this.takeOp(',')) break;
    }
    this.expectOp('}');
    if (elts.length > 0 && keys.length === 0) return { type: 'Set', elts, from, to: this.end(from) };
    if (elts.length > 0) this.problem("expected ':'", { from, to: this.end(from) });
    return { type: 'Dict', keys, values, from, to: this.end(from) };
  }

  private atFor(): boolean {
    return this.isWord('for') || (this.isWord('async') && this.peek(1) === 'for');
  }

  private comprehensions(): Comprehension[] {
    const generators: Comprehension[] = [];
    while (this.atFor()) {
      this.takeWord('async');
      this.i++;
      const target = this.targetList();
      if (!this.takeWord('in')) this.problem("expected 'in'");
      const iter = this.or();
      const ifs: Expr[] = [];
      while (this.takeWord('if')) ifs.push(this.comprehensionCondition());
      generators.push({ target, iter, ifs });
    }
    return generators;
  }

  private comprehensionCondition(): Expr {
    if (this.isWord('lambda')) return this.lambda();
    if (this.at(T.Name) && this.peek(1) === ':=') return this.named();
    return this.or();
  }

  protected yieldExpression(): Expr {
    const from = this.start;
    this.i++;
    this.fn.isGenerator = true;
    if (this.takeWord('from')) {
      const value = this.expression();
      return { type: 'YieldFrom', value, from, to: this.end(from) };
    }
    const value = this.atExpression() ? this.expressionList() : null;
    return { type: 'Yield', value, from, to: this.end(from) };
  }

  private lambda(): Lambda {
    const from = this.start;
    this.i++;
    const params = this.parameters(':', false);
    this.expectOp(':');
    const outer = this.fn;
    const own = { isGenerator: false };
    this.fn = own;
    const body = this.expression();
    this.fn = outer;
    return { type: 'Lambda', params, body, isGenerator: own.isGenerator, from, to: this.end(from) };
  }

  /** Parameters up to `close` (not taken). */
  protected parameters(close: string, annotated: boolean): Param[] {
    const params: Param[] = [];
    let afterStar = false;
    while (!this.isOp(close) && !this.at(T.Newline) && !this.at(T.End)) {
      const from = this.start;
      if (this.takeOp('/')) {
        for (let k = 0; k < params.length; k++) {
          if (params[k].kind === 'positional') params[k] = { ...params[k], kind: 'positionalOnly' };
        }
      } else {
        let kind: Param['kind'] = afterStar ? 'keyword' : 'positional';
        if (this.takeOp('*')) {
          afterStar = true;
          kind = 'args';
        } else if (this.takeOp('**')) kind = 'kwargs';
        if (this.at(T.Name) && !KEYWORDS.has(this.word)) {
          const name = this.word;
          this.i++;
          let annotation: Expr | null = null;
          if (annotated && this.takeOp(':')) annotation = this.starOrNamed();
          const fallback = this.takeOp('=') ? this.expression() : null;
          params.push({ name, kind, default: fallback, annotation, from, to: this.end(from) });
        } else if (kind !== 'args') {
          this.problem('expected a parameter');
          break;
        }
      }
      if (!this.takeOp(',')) break;
    }
    return params;
  }

  // --- strings ------------------------------------------------------------------------------------------------------

  /** One or more adjacent literals. */
  private strings(): Expr {
    const from = this.start;
    const parts: (string | FormattedValue)[] = [];
    let single: Value | undefined;
    let count = 0;
    let isFormat = false;
    while (this.at(T.String)) {
      const literal = openLiteral(this.text, this.start, this.tokens.ends[this.i]);
      count++;
      if (/[ft]/.test(literal.prefix)) {
        isFormat = true;
        parts.push(...this.formatParts(literal.from, literal.to, literal.prefix.includes('r')));
      } else {
        single = literalValue(this.text, literal);
        parts.push('value' in single ? String(single.value) : '');
      }
      this.i++;
    }
    const to = this.lastEnd;
    if (isFormat) return { type: 'JoinedStr', parts, from, to };
    if (count === 1 && single !== undefined) return { type: 'Constant', value: single, from, to };
    const joined = parts.join('');
    const value: Value = single?.kind === 'bytes' ? { kind: 'bytes', value: joined } : str(joined);
    const constant: Constant = { type: 'Constant', value, from, to };
    return constant;
  }

  private formatParts(from: number, to: number, raw: boolean): (string | FormattedValue)[] {
    return splitFormat(this.text, from, to, raw).map((part) => {
      if (part.kind === 'text') return part.value;
      const spec: JoinedStr | null =
        part.spec === null
          ? null
          : {
              type: 'JoinedStr',
              parts: this.depth < MAX_DEPTH ? this.formatParts(part.spec[0], part.spec[1], raw) : [],
              from: part.spec[0],
              to: part.spec[1],
            };
      return {
        value: this.embedded(part.expr[0], part.expr[1]),
        conversion: part.conversion === '' && part.selfDoc !== null && spec === null ? 'r' : part.conversion,
        spec,
        selfDoc: part.selfDoc,
        from: part.whole[0],
        to: part.whole[1],
      };
    });
  }

  /** Parses the expression of a replacement field, which stands at `[from, to)` of the text. */
  private embedded(from: number, to: number): Expr {
    if (this.depth > MAX_DEPTH) return this.tooDeep();
    const tokens = tokenize(`(${this.text.slice(from, to)})`);
    for (let k = 0; k < tokens.starts.length; k++) {
      tokens.starts[k] += from - 1;
      tokens.ends[k] += from - 1;
    }
    const inner = new ExpressionParser(this.file, this.text, tokens);
    inner.depth = this.depth + 1;
    inner.fn = this.fn;
    const value = inner.expression();
    this.problems.push(...inner.problems);
    return inner.problems.length > 0 ? { type: 'Error', from, to } : value;
  }

  private tooDeep(): Expr {
    const from = this.start;
    this.problem('nested too deeply to follow');
    if (!this.at(T.Newline) && !this.at(T.End)) this.i++;
    return { type: 'Error', from, to: this.end(from) };
  }
}
