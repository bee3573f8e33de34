/** Recursive-descent parser for Python's compound statements and whole files; half-typed code gives `Error` statements and problems, never throws. */
import type { Expr, Handler, ModuleNode, Stmt, WithItem, Argument, MatchCase, Directive } from '../ast';
import { KEYWORDS, MAX_DEPTH } from './cursor';
import { SimpleStatementParser } from './simpleStatements';
import { T, tokenize, type TokenOptions } from './tokens';

/** Parses one source. `magics`: it is a notebook cell, whose `%`, `!` and `?` lines are passed over. */
export function parseModule(
  text: string,
  file: string,
  options: { readonly magics?: boolean } = {},
): ModuleNode {
  const source =
    options.magics && /^\s*%%(?!capture|time|timeit)/.test(text) ? text.replace(/[^\r\n]/g, ' ') : text;
  const tokenOptions: TokenOptions = { magics: options.magics };
  let tokens = tokenize(source, tokenOptions);
  if (tokens.unclosed) tokens = tokenize(source, { ...tokenOptions, recover: true });
  const parser = new StatementParser(file, source, tokens);
  const body = parser.module();
  const directives = tokens.comments.flatMap(({ from, to, trailing }): Directive[] => {
    const match = /^#\s*convlens\s*:\s*(.*?)\s*$/i.exec(source.slice(from, to));
    const lineFrom = Math.max(source.lastIndexOf('\n', from), source.lastIndexOf('\r', from)) + 1;
    return match === null ? [] : [{ from, to, lineFrom, text: match[1], file, trailing }];
  });
  return {
    file,
    source: text,
    text: source,
    body,
    errors: [...tokens.problems, ...parser.problems],
    directives,
  };
}

class StatementParser extends SimpleStatementParser {
  module(): Stmt[] {
    const body: Stmt[] = [];
    while (!this.at(T.End)) {
      if (this.at(T.Indent)) this.problem('unexpected indentation');
      if (this.at(T.Indent) || this.at(T.Dedent) || this.at(T.Newline)) {
        this.i++;
        continue;
      }
      this.statement(body);
    }
    return body;
  }

  /** Reads one statement (or several on a line with `;`) into `out`. */
  private statement(out: Stmt[]): void {
    const before = this.i;
    if (this.depth > MAX_DEPTH) {
      this.problem('nested too deeply to follow');
      this.skipStatement();
      return;
    }
    this.depth++;
    const compound = this.compound();
    if (compound !== undefined) out.push(compound);
    else this.simpleLine(out);
    this.depth--;
    if (this.i === before) {
      // Nothing fits here: leave the token behind so that reading goes on.
      this.problem('unexpected text');
      this.i++;
    }
  }

  private skipStatement(): void {
    while (!this.at(T.Newline) && !this.at(T.End)) this.i++;
    if (this.at(T.Newline)) this.i++;
    if (!this.at(T.Indent)) return;
    let level = 0;
    do {
      if (this.at(T.Indent)) level++;
      else if (this.at(T.Dedent)) level--;
      this.i++;
    } while (level > 0 && !this.at(T.End));
  }

  private simpleLine(out: Stmt[]): void {
    for (;;) {
      const problems = this.problems.length;
      const from = this.start;
      const statement = this.simple();
      if (!this.isOp(';') && !this.at(T.Newline) && !this.at(T.End) && !this.at(T.Dedent)) {
        this.problem('unexpected text');
        while (!this.isOp(';') && !this.at(T.Newline) && !this.at(T.End) && !this.at(T.Dedent)) this.i++;
      }
      if (this.problems.length > problems)
        out.push({ type: 'Error', partial: statement, from, to: Math.max(from, this.lastEnd) });
      else out.push(statement);
      if (!this.takeOp(';')) break;
      if (this.at(T.Newline) || this.at(T.End)) break;
    }
    if (this.at(T.Newline)) this.i++;
  }

  private compound(): Stmt | undefined {
    const from = this.start;
    if (this.at(T.Op)) return this.word === '@' ? this.decorated() : undefined;
    if (!this.at(T.Name)) return undefined;
    switch (this.word) {
      case 'if':
        return this.ifStatement();
      case 'while': {
        this.i++;
        const test = this.named();
        const body = this.block();
        const orelse = this.takeWord('else') ? this.block() : [];
        return { type: 'While', test, body, orelse, from, to: this.end(from) };
      }
      case 'for': {
        this.i++;
        const target = this.targetList();
        this.checkTarget(target);
        if (!this.takeWord('in')) this.problem("expected 'in'");
        const iter = this.expressionList();
        const body = this.block();
        const orelse = this.takeWord('else') ? this.block() : [];
        return { type: 'For', target, iter, body, orelse, from, to: this.end(from) };
      }
      case 'try':
        return this.tryStatement();
      case 'with':
        return this.withStatement();
      case 'def':
        return this.functionDef([], from, false);
      case 'class':
        return this.classDef([], from);
      case 'async': {
        const next = this.peek(1);
        if (next === 'def') {
          this.i++;
          return this.functionDef([], from, true);
        }
        if (next === 'for' || next === 'with') {
          this.i++;
          return this.compound();
        }
        return undefined;
      }
      case 'match':
        return this.atMatch() ? this.matchStatement() : undefined;
      default:
        return undefined;
    }
  }

  /** Whether `match` begins a statement: the line ends in `:` and the next one is an indented `case`. */
  private atMatch(): boolean {
    for (let k = this.i + 1; k < this.tokens.kinds.length; k++) {
      const kind = this.tokens.kinds[k];
      if (kind === T.End || kind === T.Dedent || kind === T.Indent) return false;
      if (kind !== T.Newline) continue;
      return (
        k > this.i + 2 &&
        this.tokens.texts[k - 1] === ':' &&
        this.tokens.kinds[k + 1] === T.Indent &&
        this.tokens.texts[k + 2] === 'case'
      );
    }
    return false;
  }

  private block(): Stmt[] {
    const body: Stmt[] = [];
    if (!this.takeOp(':')) {
      this.problem("expected ':'");
      while (!this.at(T.Newline) && !this.at(T.End) && !this.isOp(':')) this.i++;
      this.takeOp(':');
    }
    if (!this.at(T.Newline)) {
      if (!this.at(T.End) && !this.at(T.Dedent)) this.simpleLine(body);
      else this.problem('expected a block');
      return body;
    }
    this.i++;
    if (!this.at(T.Indent)) {
      this.problem('expected an indented block');
      return body;
    }
    this.i++;
    while (!this.at(T.Dedent) && !this.at(T.End)) {
      if (this.at(T.Newline)) {
        this.i++;
        continue;
      }
      if (this.at(T.Indent)) {
        this.problem('unexpected indentation');
        this.i++;
        while (!this.at(T.Dedent) && !this.at(T.End)) this.statement(body);
        if (this.at(T.Dedent)) this.i++;
        continue;
      }
      this.statement(body);
    }
    if (this.at(T.Dedent)) this.i++;
    return body;
  }

  private ifStatement(): Stmt {
    const from = this.start;
    this.i++;
    const test = this.named();
    const body = this.block();
    let orelse: Stmt[] = [];
    if (this.isWord('elif')) {
      // A long chain of elifs nests on the right: counted, so that it cannot overflow the stack.
      if (this.depth > MAX_DEPTH) {
        this.problem('nested too deeply to follow');
        this.skipStatement();
      } else {
        this.depth++;
        orelse = [this.ifStatement()];
        this.depth--;
      }
    } else if (this.takeWord('else')) orelse = this.block();
    return { type: 'If', test, body, orelse, from, to: this.end(from) };
  }

  private tryStatement(): Stmt {
    const from = this.start;
    this.i++;
    const body = this.block();
    const handlers: Handler[] = [];
    while (this.isWord('except')) {
      const at = this.start;
      this.i++;
      this.takeOp('*');
      let test: Expr | null = null;
      let name: string | null = null;
      if (!this.isOp(':')) {
        test = this.expression();
        if (this.isOp(',') && this.peekKind(1) === T.Name) {
          // `except A, B:` — since Python 3.14 a tuple, in Python 2 a binding.
          const elts = [test];
          while (this.takeOp(',')) elts.push(this.expression());
          test = { type: 'Tuple', elts, from: test.from, to: this.end(from) };
        }
        if (this.takeWord('as')) {
          if (this.at(T.Name)) {
            name = this.word;
            this.i++;
          } else this.problem('expected a name');
        }
      }
      handlers.push({ test, name, body: this.block(), from: at, to: this.end(at) });
    }
    const orelse = this.takeWord('else') ? this.block() : [];
    const hasFinally = this.isWord('finally');
    const finalbody = this.takeWord('finally') ? this.block() : [];
    if (handlers.length === 0 && !hasFinally)
      this.problem("expected 'except' or 'finally'", { from, to: from + 3 });
    return { type: 'Try', body, handlers, orelse, finalbody, from, to: this.end(from) };
  }

  private withStatement(): Stmt {
    const from = this.start;
    this.i++;
    const items = this.withItems();
    const body = this.block();
    return { type: 'With', items, body, from, to: this.end(from) };
  }

  private withItems(): WithItem[] {
    if (this.isOp('(')) {
      // `with (a as b, c as d):` — brackets around the items, when the matching bracket is followed by the colon.
      const saved = this.i;
      const problems = this.problems.length;
      this.i++;
      const items = this.withItemList(')');
      if (this.takeOp(')') && this.isOp(':') && items.length > 0 && this.problems.length === problems)
        return items;
      this.i = saved;
      this.problems.length = problems;
    }
    return this.withItemList(':');
  }

  private withItemList(close: string): WithItem[] {
    const items: WithItem[] = [];
    while (!this.isOp(close) && this.atExpression()) {
      const context = this.isWord('yield') ? this.yieldExpression() : this.expression();
      let target: Expr | null = null;
      if (this.takeWord('as')) {
        target = this.bitwise(1);
        this.checkTarget(target);
      }
      items.push({ context, target });
      if (!this.takeOp(',')) break;
    }
    return items;
  }

  private decorated(): Stmt {
    const from = this.start;
    const decorators: Expr[] = [];
    while (this.takeOp('@')) {
      decorators.push(this.named());
      if (this.at(T.Newline)) this.i++;
    }
    if (this.isWord('async') && this.peek(1) === 'def') {
      this.i++;
      return this.functionDef(decorators, from, true);
    }
    if (this.isWord('def')) return this.functionDef(decorators, from, false);
    if (this.isWord('class')) return this.classDef(decorators, from);
    this.problem('expected a function or class after the decorator');
    return { type: 'Error', partial: null, from, to: this.end(from) };
  }

  private functionDef(decorators: Expr[], from: number, isAsync: boolean): Stmt {
    this.i++;
    const nameFrom = this.start;
    let name = '';
    if (this.at(T.Name) && !KEYWORDS.has(this.word)) {
      name = this.word;
      this.i++;
    } else this.problem('expected a name');
    this.typeParameters();
    let params: ReturnType<typeof this.parameters> = [];
    if (this.takeOp('(')) {
      params = this.parameters(')', true);
      this.expectOp(')');
    } else this.problem("expected '('");
    const returns = this.takeOp('->') ? this.expressionList() : null;
    const outer = this.fn;
    const own = { isGenerator: false };
    this.fn = own;
    const body = this.block();
    this.fn = outer;
    return {
      type: 'FunctionDef',
      name,
      nameFrom,
      params,
      body,
      decorators,
      returns,
      isAsync,
      isGenerator: own.isGenerator,
      doc: docOf(body),
      from,
      to: this.end(from),
    };
  }

  private classDef(decorators: Expr[], from: number): Stmt {
    this.i++;
    const nameFrom = this.start;
    let name = '';
    if (this.at(T.Name) && !KEYWORDS.has(this.word)) {
      name = this.word;
      this.i++;
    } else this.problem('expected a name');
    this.typeParameters();
    const args: Argument[] = this.isOp('(') ? this.argumentList() : [];
    const body = this.block();
    return {
      type: 'ClassDef',
      name,
      nameFrom,
      args,
      body,
      decorators,
      doc: docOf(body),
      from,
      to: this.end(from),
    };
  }

  private matchStatement(): Stmt {
    const from = this.start;
    this.i++;
    const subject = this.expressionList();
    const cases: MatchCase[] = [];
    this.expectOp(':');
    if (this.at(T.Newline)) this.i++;
    if (this.at(T.Indent)) this.i++;
    while (this.isWord('case')) {
      const at = this.start;
      this.i++;
      const pattern = this.casePattern();
      const guard = this.takeWord('if') ? this.named() : null;
      cases.push({ pattern, guard, body: this.block(), from: at, to: this.end(at) });
    }
    while (!this.at(T.Dedent) && !this.at(T.End)) {
      this.problem('expected a case');
      this.skipStatement();
    }
    if (this.at(T.Dedent)) this.i++;
    return { type: 'Match', subject, cases, from, to: this.end(from) };
  }
}

function docOf(body: readonly Stmt[]): string | null {
  const first = body[0];
  return first?.type === 'Expr' && first.value.type === 'Constant' && first.value.value.kind === 'str'
    ? first.value.value.value
    : null;
}
