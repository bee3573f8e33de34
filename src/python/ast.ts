/**
 * The syntax tree that the interpreter walks: Python's own abstract grammar (the names of the standard module `ast`) with
 * offsets. Every node has `[from, to)` in UTF-16 offsets of the source it came from; only what is needed often as a
 * `SourceRange` (calls and arguments) holds one ready made.
 */
import type { SourceRange } from './source';
import type { Value } from './values';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One parsed source: a file, or one cell of a notebook. */
export interface ModuleNode {
  readonly file: string;
  /** The text as given, and as read: in a cell of a notebook other languages' lines are blanked. */
  readonly source: string;
  readonly text: string;
  readonly body: readonly Stmt[];
  readonly errors: readonly SyntaxProblem[];
  readonly directives: readonly Directive[];
}
export interface SyntaxProblem extends Span {
  readonly message: string;
}
/** A comment `# convlens: …`: `text` is what follows the colon, trimmed. */
export interface Directive extends Span {
  readonly text: string;
  readonly file: string;
  /** Where its line begins. */
  readonly lineFrom: number;
  /** True when code stands before it on the line. */
  readonly trailing: boolean;
}

// --- expressions -----------------------------------------------------------------------------------------------------

export type Expr =
  | Name
  | Constant
  | JoinedStr
  | TupleExpr
  | ListExpr
  | SetExpr
  | DictExpr
  | Starred
  | Attribute
  | Subscript
  | SliceExpr
  | Call
  | BinOp
  | UnaryOp
  | BoolOp
  | Compare
  | IfExp
  | Lambda
  | NamedExpr
  | Await
  | Yield
  | YieldFrom
  | Comp
  | DictComp
  | ErrorExpr;

export interface Name extends Span {
  readonly type: 'Name';
  readonly id: string;
}
/** A literal; its value is made once. */
export interface Constant extends Span {
  readonly type: 'Constant';
  readonly value: Value;
}
/** An f-string, or literals joined with one. */
export interface JoinedStr extends Span {
  readonly type: 'JoinedStr';
  readonly parts: readonly (string | FormattedValue)[];
}
export interface FormattedValue extends Span {
  readonly value: Expr;
  readonly conversion: '' | 's' | 'r' | 'a';
  readonly spec: JoinedStr | null;
  /** Source text printed before the value (`f"{x=}"`). */
  readonly selfDoc: string | null;
}
export interface TupleExpr extends Span {
  readonly type: 'Tuple';
  readonly elts: readonly Expr[];
}
export interface ListExpr extends Span {
  readonly type: 'List';
  readonly elts: readonly Expr[];
}
export interface SetExpr extends Span {
  readonly type: 'Set';
  readonly elts: readonly Expr[];
}
/** A null key: `**value`. */
export interface DictExpr extends Span {
  readonly type: 'Dict';
  readonly keys: readonly (Expr | null)[];
  readonly values: readonly Expr[];
}
export interface Starred extends Span {
  readonly type: 'Starred';
  readonly value: Expr;
}
export interface Attribute extends Span {
  readonly type: 'Attribute';
  readonly value: Expr;
  readonly attr: string;
  /** where the name begins; it ends at `to` */ readonly attrFrom: number;
}
export interface Subscript extends Span {
  readonly type: 'Subscript';
  readonly value: Expr;
  readonly index: Expr;
}
export interface SliceExpr extends Span {
  readonly type: 'Slice';
  readonly lower: Expr | null;
  readonly upper: Expr | null;
  readonly step: Expr | null;
}
export interface Argument extends Span {
  readonly kind: 'positional' | 'star' | 'keyword' | 'doubleStar';
  /** Keyword's name; '' otherwise. */
  readonly name: string;
  readonly nameRange: SourceRange | null;
  readonly value: Expr;
  /** Of the value. */
  readonly range: SourceRange;
}
export interface Call extends Span {
  readonly type: 'Call';
  readonly func: Expr;
  readonly args: readonly Argument[];
  readonly range: SourceRange;
  /** no star and no keyword arguments */ readonly plain: boolean;
}
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '<<' | '>>' | '&' | '|' | '^';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';
export interface BinOp extends Span {
  readonly type: 'BinOp';
  readonly op: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
}
export interface UnaryOp extends Span {
  readonly type: 'UnaryOp';
  readonly op: '-' | '+' | '~' | 'not';
  readonly operand: Expr;
}
export interface BoolOp extends Span {
  readonly type: 'BoolOp';
  readonly op: 'and' | 'or';
  readonly values: readonly Expr[];
}
export interface Compare extends Span {
  readonly type: 'Compare';
  readonly left: Expr;
  readonly ops: readonly CompareOperator[];
  readonly comparators: readonly Expr[];
}
export interface IfExp extends Span {
  readonly type: 'IfExp';
  readonly test: Expr;
  readonly body: Expr;
  readonly orelse: Expr;
}
export interface Lambda extends Span {
  readonly type: 'Lambda';
  readonly params: readonly Param[];
  readonly body: Expr;
  readonly isGenerator: boolean;
}
export interface NamedExpr extends Span {
  readonly type: 'NamedExpr';
  readonly target: Name;
  readonly value: Expr;
}
export interface Await extends Span {
  readonly type: 'Await';
  readonly value: Expr;
}
export interface Yield extends Span {
  readonly type: 'Yield';
  readonly value: Expr | null;
}
export interface YieldFrom extends Span {
  readonly type: 'YieldFrom';
  readonly value: Expr;
}
export interface Comp extends Span {
  readonly type: 'ListComp' | 'SetComp' | 'GeneratorExp';
  readonly elt: Expr;
  readonly generators: readonly Comprehension[];
}
export interface DictComp extends Span {
  readonly type: 'DictComp';
  readonly key: Expr;
  readonly value: Expr;
  readonly generators: readonly Comprehension[];
}
export interface Comprehension {
  readonly target: Expr;
  readonly iter: Expr;
  readonly ifs: readonly Expr[];
}
/** Where an expression should stand and none could be read. */
export interface ErrorExpr extends Span {
  readonly type: 'Error';
}

/** A parameter of a `def` or `lambda`. */
export interface Param extends Span {
  readonly name: string;
  readonly kind: 'positionalOnly' | 'positional' | 'args' | 'keyword' | 'kwargs';
  readonly default: Expr | null;
  readonly annotation: Expr | null;
}

// --- statements ------------------------------------------------------------------------------------------------------

export type Stmt =
  | ExprStmt
  | Assign
  | AnnAssign
  | AugAssign
  | Delete
  | Pass
  | Break
  | Continue
  | Return
  | Raise
  | ScopeStmt
  | Assert
  | Import
  | ImportFrom
  | If
  | While
  | For
  | Try
  | With
  | FunctionDef
  | ClassDef
  | Match
  | TypeAlias
  | ErrorStmt;

export interface ExprStmt extends Span {
  readonly type: 'Expr';
  readonly value: Expr;
}
export interface Assign extends Span {
  readonly type: 'Assign';
  readonly targets: readonly Expr[];
  readonly value: Expr;
}
export interface AnnAssign extends Span {
  readonly type: 'AnnAssign';
  readonly target: Expr;
  readonly annotation: Expr;
  readonly value: Expr | null;
}
export interface AugAssign extends Span {
  readonly type: 'AugAssign';
  readonly target: Expr;
  readonly op: BinaryOperator;
  readonly value: Expr;
}
export interface Delete extends Span {
  readonly type: 'Delete';
  readonly targets: readonly Expr[];
}
export interface Pass extends Span {
  readonly type: 'Pass';
}
export interface Break extends Span {
  readonly type: 'Break';
}
export interface Continue extends Span {
  readonly type: 'Continue';
}
export interface Return extends Span {
  readonly type: 'Return';
  readonly value: Expr | null;
}
export interface Raise extends Span {
  readonly type: 'Raise';
  readonly exc: Expr | null;
  readonly cause: Expr | null;
}
export interface ScopeStmt extends Span {
  readonly type: 'Global' | 'Nonlocal';
  readonly names: readonly string[];
}
export interface Assert extends Span {
  readonly type: 'Assert';
  readonly test: Expr;
  readonly message: Expr | null;
}
export interface Alias extends Span {
  readonly name: string;
  readonly asName: string | null;
  /** where the bound name stands */ readonly nameFrom: number;
  readonly nameTo: number;
}
export interface Import extends Span {
  readonly type: 'Import';
  readonly names: readonly Alias[];
}
/** `level`: number of leading dots. `names` is `'*'` for a star import. */
export interface ImportFrom extends Span {
  readonly type: 'ImportFrom';
  readonly module: string;
  readonly level: number;
  readonly names: readonly Alias[] | '*';
}
export interface If extends Span {
  readonly type: 'If';
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}
export interface While extends Span {
  readonly type: 'While';
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}
export interface For extends Span {
  readonly type: 'For';
  readonly target: Expr;
  readonly iter: Expr;
  readonly body: readonly Stmt[];
  readonly orelse: readonly Stmt[];
}
export interface Try extends Span {
  readonly type: 'Try';
  readonly body: readonly Stmt[];
  readonly handlers: readonly Handler[];
  readonly orelse: readonly Stmt[];
  readonly finalbody: readonly Stmt[];
}
export interface Handler extends Span {
  readonly test: Expr | null;
  readonly name: string | null;
  readonly body: readonly Stmt[];
}
export interface With extends Span {
  readonly type: 'With';
  readonly items: readonly WithItem[];
  readonly body: readonly Stmt[];
}
export interface WithItem {
  readonly context: Expr;
  readonly target: Expr | null;
}
export interface FunctionDef extends Span {
  readonly type: 'FunctionDef';
  readonly name: string;
  readonly nameFrom: number;
  readonly params: readonly Param[];
  readonly body: readonly Stmt[];
  readonly decorators: readonly Expr[];
  readonly returns: Expr | null;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly doc: string | null;
}
export interface ClassDef extends Span {
  readonly type: 'ClassDef';
  readonly name: string;
  readonly nameFrom: number;
  /** Bases and keywords (`metaclass=…`). */
  readonly args: readonly Argument[];
  readonly body: readonly Stmt[];
  readonly decorators: readonly Expr[];
  readonly doc: string | null;
}
export interface Match extends Span {
  readonly type: 'Match';
  readonly subject: Expr;
  readonly cases: readonly MatchCase[];
}
export interface MatchCase extends Span {
  readonly pattern: Pattern;
  readonly guard: Expr | null;
  readonly body: readonly Stmt[];
}
export interface TypeAlias extends Span {
  readonly type: 'TypeAlias';
  readonly name: Name;
  readonly value: Expr;
}
/** A statement that could not be read wholly; the targets of `partial`, as far as it has any, become unknown. */
export interface ErrorStmt extends Span {
  readonly type: 'Error';
  readonly partial: Stmt | null;
}

// --- patterns of `match` -----------------------------------------------------------------------------------------------

export type Pattern =
  | (Span & { readonly type: 'Value'; readonly value: Expr })
  /** `_` when `name` is null and `pattern` is null. */
  | (Span & { readonly type: 'As'; readonly pattern: Pattern | null; readonly name: string | null })
  | (Span & { readonly type: 'Or'; readonly patterns: readonly Pattern[] })
  | (Span & { readonly type: 'Sequence'; readonly patterns: readonly Pattern[] })
  | (Span & { readonly type: 'Star'; readonly name: string | null })
  | (Span & {
      readonly type: 'Mapping';
      readonly keys: readonly Expr[];
      readonly patterns: readonly Pattern[];
      readonly rest: string | null;
    })
  | (Span & {
      readonly type: 'Class';
      readonly cls: Expr;
      readonly patterns: readonly Pattern[];
      readonly keywords: readonly { readonly name: string; readonly pattern: Pattern }[];
    });
