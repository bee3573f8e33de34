/** Parser for the statements of one line: assignments, imports, `return`, `del`, … */
import type { Alias, BinaryOperator, Expr, Stmt } from '../ast';
import { KEYWORDS } from './cursor';
import { PatternParser } from './patterns';
import { T } from './tokens';

const AUGMENTED = new Set(['+=', '-=', '*=', '/=', '//=', '%=', '**=', '@=', '<<=', '>>=', '&=', '|=', '^=']);

export class SimpleStatementParser extends PatternParser {
  protected simple(): Stmt {
    const from = this.start;
    if (this.at(T.Name)) {
      switch (this.word) {
        case 'pass':
          this.i++;
          return { type: 'Pass', from, to: this.end(from) };
        case 'break':
          this.i++;
          return { type: 'Break', from, to: this.end(from) };
        case 'continue':
          this.i++;
          return { type: 'Continue', from, to: this.end(from) };
        case 'return': {
          this.i++;
          const value = this.atExpression() ? this.expressionList() : null;
          return { type: 'Return', value, from, to: this.end(from) };
        }
        case 'raise': {
          this.i++;
          const exc = this.atExpression() ? this.expression() : null;
          const cause = this.takeWord('from') ? this.expression() : null;
          return { type: 'Raise', exc, cause, from, to: this.end(from) };
        }
        case 'global':
        case 'nonlocal': {
          const type = this.word === 'global' ? 'Global' : 'Nonlocal';
          const names: string[] = [];
          do {
            this.i++;
            if (!this.at(T.Name)) {
              this.problem('expected a name');
              break;
            }
            names.push(this.word);
            this.i++;
          } while (this.isOp(','));
          return { type, names, from, to: this.end(from) };
        }
        case 'assert': {
          this.i++;
          const test = this.expression();
          const message = this.takeOp(',') ? this.expression() : null;
          return { type: 'Assert', test, message, from, to: this.end(from) };
        }
        case 'del': {
          this.i++;
          const targets = this.expressionList();
          return {
            type: 'Delete',
            targets: targets.type === 'Tuple' ? targets.elts : [targets],
            from,
            to: this.end(from),
          };
        }
        case 'import':
          return this.importNames();
        case 'from':
          return this.importFrom();
        case 'type':
          if (
            this.peekKind(1) === T.Name &&
            !KEYWORDS.has(this.peek(1)) &&
            (this.peek(2) === '=' || this.peek(2) === '[')
          ) {
            this.i++;
            const name = this.name();
            this.typeParameters();
            this.expectOp('=');
            const value = this.expression();
            return { type: 'TypeAlias', name, value, from, to: this.end(from) };
          }
          break;
      }
    }
    return this.assignment();
  }

  private assignment(): Stmt {
    const from = this.start;
    const first = this.valueList();
    if (this.isOp('=')) {
      const targets: Expr[] = [];
      let value = first;
      while (this.takeOp('=')) {
        targets.push(value);
        value = this.valueList();
      }
      for (const target of targets) this.checkTarget(target);
      return { type: 'Assign', targets, value, from, to: this.end(from) };
    }
    if (this.takeOp(':')) {
      const annotation = this.expression();
      const value = this.takeOp('=') ? this.valueList() : null;
      this.checkTarget(first);
      return { type: 'AnnAssign', target: first, annotation, value, from, to: this.end(from) };
    }
    if (this.at(T.Op) && AUGMENTED.has(this.word)) {
      const op = this.word.slice(0, -1) as BinaryOperator;
      this.i++;
      const value = this.valueList();
      this.checkTarget(first);
      return { type: 'AugAssign', target: first, op, value, from, to: this.end(from) };
    }
    return { type: 'Expr', value: first, from, to: this.end(from) };
  }

  protected checkTarget(target: Expr): void {
    switch (target.type) {
      case 'Name':
      case 'Attribute':
      case 'Subscript':
        return;
      case 'Starred':
        return this.checkTarget(target.value);
      case 'Tuple':
      case 'List':
        for (const element of target.elts) this.checkTarget(element);
        return;
      default:
        this.problem('cannot assign to this', target);
    }
  }

  // --- imports --------------------------------------------------------------------------------------------------------

  private dotted(): string {
    let name = '';
    for (;;) {
      if (!this.at(T.Name) || KEYWORDS.has(this.word)) {
        this.problem('expected a name');
        return name;
      }
      name += this.word;
      this.i++;
      if (!this.isOp('.')) return name;
      this.i++;
      name += '.';
    }
  }

  private alias(name: string, from: number, nameTo: number): Alias {
    let nameFrom = from;
    let to = nameTo;
    let asName: string | null = null;
    if (this.takeWord('as')) {
      nameFrom = this.start;
      if (this.at(T.Name)) {
        asName = this.word;
        this.i++;
      } else this.problem('expected a name');
      to = this.lastEnd;
    }
    // Where the name is missing, the place for it may lie behind a comment: the span is empty there, never reversed.
    const end = Math.max(to, nameFrom);
    return { name, asName, nameFrom, nameTo: end, from, to: end };
  }

  private importNames(): Stmt {
    const from = this.start;
    const names: Alias[] = [];
    do {
      this.i++;
      const at = this.start;
      const name = this.dotted();
      names.push(this.alias(name, at, this.lastEnd));
    } while (this.isOp(','));
    return { type: 'Import', names, from, to: this.end(from) };
  }

  private importFrom(): Stmt {
    const from = this.start;
    this.i++;
    let level = 0;
    while (this.isOp('.') || this.isOp('...')) {
      level += this.word.length;
      this.i++;
    }
    const module = this.isWord('import') && level > 0 ? '' : this.dotted();
    if (!this.takeWord('import')) this.problem("expected 'import'");
    if (this.takeOp('*')) return { type: 'ImportFrom', module, level, names: '*', from, to: this.end(from) };
    const bracket = this.takeOp('(');
    const names: Alias[] = [];
    while (this.at(T.Name) && !KEYWORDS.has(this.word)) {
      const at = this.start;
      const name = this.word;
      this.i++;
      names.push(this.alias(name, at, this.lastEnd));
      if (!this.takeOp(',')) break;
    }
    if (bracket) this.expectOp(')');
    if (names.length === 0) this.problem('expected a name');
    return { type: 'ImportFrom', module, level, names, from, to: this.end(from) };
  }

  protected typeParameters(): void {
    if (!this.isOp('[')) return;
    let level = 0;
    do {
      if (this.isOp('[')) level++;
      else if (this.isOp(']')) level--;
      this.i++;
    } while (level > 0 && !this.at(T.End) && !this.at(T.Newline));
  }
}
