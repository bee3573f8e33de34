/** Walks a token list: what the expression, pattern and statement parsers share. */
import type { Span, SyntaxProblem } from '../ast';
import type { SourceRange } from '../source';
import { T, type Tokens } from './tokens';

/** Nesting beyond this is given up (and says so) rather than overflowing the stack. */
export const MAX_DEPTH = 150;

export class Cursor {
  protected i = 0;
  protected depth = 0;
  readonly problems: SyntaxProblem[] = [];
  /** Innermost function being read: set when a `yield` is met. */
  protected fn: { isGenerator: boolean } = { isGenerator: false };

  constructor(
    readonly file: string,
    readonly text: string,
    protected readonly tokens: Tokens,
  ) {}

  protected get kind(): T {
    return this.tokens.kinds[this.i];
  }
  protected at(kind: T): boolean {
    return this.tokens.kinds[this.i] === kind;
  }
  /** Text of the current name or operator; '' for other tokens. */
  protected get word(): string {
    return this.tokens.texts[this.i];
  }
  protected get start(): number {
    return this.tokens.starts[this.i];
  }
  /** End of the token before. */
  protected get lastEnd(): number {
    return this.i === 0 ? 0 : this.tokens.ends[this.i - 1];
  }
  /** End of a node that began at `from`, even when nothing of it was there. */
  protected end(from: number): number {
    return Math.max(from, this.lastEnd);
  }
  protected peek(ahead: number): string {
    return this.tokens.texts[Math.min(this.i + ahead, this.tokens.texts.length - 1)];
  }
  protected peekKind(ahead: number): T {
    return this.tokens.kinds[Math.min(this.i + ahead, this.tokens.kinds.length - 1)];
  }
  protected isOp(op: string): boolean {
    return this.word === op && this.at(T.Op);
  }
  protected isWord(word: string): boolean {
    return this.word === word && this.at(T.Name);
  }
  protected takeOp(op: string): boolean {
    if (!this.isOp(op)) return false;
    this.i++;
    return true;
  }
  protected takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.i++;
    return true;
  }
  protected expectOp(op: string): void {
    if (!this.takeOp(op)) this.problem(`expected '${op}'`);
  }
  protected problem(
    message: string,
    span: Span = { from: this.start, to: Math.max(this.start, this.tokens.ends[this.i]) },
  ): void {
    this.problems.push({ from: span.from, to: span.to, message });
  }
  protected range(from: number, to: number): SourceRange {
    return { file: this.file, from, to };
  }
}

/** Words that cannot be names. */
export const KEYWORDS = new Set([
  'False',
  'None',
  'True',
  'and',
  'as',
  'assert',
  'async',
  'await',
  'break',
  'class',
  'continue',
  'def',
  'del',
  'elif',
  'else',
  'except',
  'finally',
  'for',
  'from',
  'global',
  'if',
  'import',
  'in',
  'is',
  'lambda',
  'nonlocal',
  'not',
  'or',
  'pass',
  'raise',
  'return',
  'try',
  'while',
  'with',
  'yield',
]);
