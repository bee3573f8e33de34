/** Parser for whole expressions: names, literals, displays, comprehensions, lambdas and f-strings on top of the operators. */
import type { Comprehension, Constant, Expr, FormattedValue, JoinedStr, Lambda, Param } from '../ast';
import { ELLIPSIS, FALSE, NONE, TRUE, str, type Value } from '../values';
import { KEYWORDS, MAX_DEPTH } from './cursor';
import { literalValue, numberValue, openLiteral, splitFormat } from './literals';
import { OperatorParser } from './operators';
import { T, tokenize } from './tokens';

const WORD_VALUES: Readonly<Record<string, Value>> = { None: NONE, True: TRUE, False: FALSE };

export class ExpressionParser extends OperatorParser {
  protected atom(): Expr {
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

  protected atFor(): boolean {
    return this.isWord('for') || (this.isWord('async') && this.peek(1) === 'for');
  }

  protected comprehensions(): Comprehension[] {
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

  protected lambda(): Lambda {
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
}
