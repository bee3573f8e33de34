/** Parser for the patterns of `match` statements. */
import type { Expr, Pattern } from '../ast';
import { KEYWORDS, MAX_DEPTH } from './cursor';
import { ExpressionParser } from './expressions';
import { T } from './tokens';

export class PatternParser extends ExpressionParser {
  /** Patterns of a `case`: a bare comma list is a sequence. */
  protected casePattern(): Pattern {
    const from = this.start;
    const first = this.starOrPattern();
    if (!this.isOp(','))
      return first.type === 'Star'
        ? { type: 'Sequence', patterns: [first], from, to: this.end(from) }
        : first;
    const patterns = [first];
    while (this.takeOp(',')) {
      if (this.isOp(':') || this.isWord('if')) break;
      patterns.push(this.starOrPattern());
    }
    return { type: 'Sequence', patterns, from, to: this.end(from) };
  }

  private starOrPattern(): Pattern {
    const from = this.start;
    if (!this.takeOp('*')) return this.asPattern();
    const word = this.word;
    if (this.at(T.Name)) this.i++;
    else this.problem('expected a name');
    return { type: 'Star', name: word === '_' || word === '' ? null : word, from, to: this.end(from) };
  }

  private asPattern(): Pattern {
    const from = this.start;
    if (this.depth > MAX_DEPTH) {
      this.problem('nested too deeply to follow');
      this.i++;
      return { type: 'As', pattern: null, name: null, from, to: this.end(from) };
    }
    this.depth++;
    let pattern = this.closed();
    if (this.isOp('|')) {
      const patterns = [pattern];
      while (this.takeOp('|')) patterns.push(this.closed());
      pattern = { type: 'Or', patterns, from, to: this.end(from) };
    }
    this.depth--;
    if (!this.takeWord('as')) return pattern;
    const name = this.word;
    if (this.at(T.Name)) this.i++;
    else this.problem('expected a name');
    return { type: 'As', pattern, name, from, to: this.end(from) };
  }

  private closed(): Pattern {
    const from = this.start;
    if (this.at(T.Name) && !KEYWORDS.has(this.word)) {
      if (this.peek(1) !== '.' && this.peek(1) !== '(') {
        const name = this.word;
        this.i++;
        return { type: 'As', pattern: null, name: name === '_' ? null : name, from, to: this.end(from) };
      }
      let target: Expr = this.name();
      while (this.takeOp('.')) {
        const attrFrom = this.start;
        const attr = this.word;
        if (!this.at(T.Name)) {
          this.problem('expected a name');
          break;
        }
        this.i++;
        target = { type: 'Attribute', value: target, attr, attrFrom, from, to: this.end(from) };
      }
      return this.isOp('(')
        ? this.classPattern(target, from)
        : { type: 'Value', value: target, from, to: this.end(from) };
    }
    if (this.isOp('(') || this.isOp('[')) return this.sequence(from);
    if (this.isOp('{')) return this.mapping(from);
    // Literals: numbers with sign, complex sums, strings, None, True, False.
    const value = this.bitwise(5);
    return { type: 'Value', value, from, to: this.end(from) };
  }

  private classPattern(cls: Expr, from: number): Pattern {
    const patterns: Pattern[] = [];
    const keywords: { name: string; pattern: Pattern }[] = [];
    this.i++;
    while (!this.isOp(')') && !this.at(T.Newline) && !this.at(T.End)) {
      if (this.at(T.Name) && this.peek(1) === '=') {
        const name = this.word;
        this.i += 2;
        keywords.push({ name, pattern: this.asPattern() });
      } else patterns.push(this.asPattern());
      if (!this.takeOp(',')) break;
    }
    this.expectOp(')');
    return { type: 'Class', cls, patterns, keywords, from, to: this.end(from) };
  }

  private sequence(from: number): Pattern {
    const close = this.isOp('(') ? ')' : ']';
    this.i++;
    const patterns: Pattern[] = [];
    let comma = false;
    while (!this.isOp(close) && !this.at(T.Newline) && !this.at(T.End)) {
      patterns.push(this.starOrPattern());
      if (!this.takeOp(',')) break;
      comma = true;
    }
    this.expectOp(close);
    if (close === ')' && patterns.length === 1 && !comma && patterns[0].type !== 'Star') return patterns[0];
    return { type: 'Sequence', patterns, from, to: this.end(from) };
  }

  private mapping(from: number): Pattern {
    this.i++;
    const keys: Expr[] = [];
    const patterns: Pattern[] = [];
    let rest: string | null = null;
    while (!this.isOp('}') && !this.at(T.Newline) && !this.at(T.End)) {
      if (this.takeOp('**')) {
        rest = this.word;
        if (this.at(T.Name)) this.i++;
        else this.problem('expected a name');
      } else {
        keys.push(this.bitwise(5));
        this.expectOp(':');
        patterns.push(this.asPattern());
      }
      if (!this.takeOp(',')) break;
    }
    this.expectOp('}');
    return { type: 'Mapping', keys, patterns, rest, from, to: this.end(from) };
  }
}
