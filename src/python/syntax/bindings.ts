/** Which names the text binds around a place: in the functions and classes that hold it, and in the module's own code. */
import type { Alias, Expr, ModuleNode, Param, Pattern, Stmt } from '../ast';

/**
 * Names that any statement of the scopes around `position` binds, whether it has run or not, and those that any function
 * declares `global`. What is not among them no run of this text can define, imports with a star and `exec` apart.
 */
export function namesAround(modules: readonly ModuleNode[], file: string, position: number): Set<string> {
  const names = new Set<string>();
  for (const module of modules) collect(module.body, names, module.file === file ? position : -1, true);
  return names;
}

/** Binds of `body` itself; of the functions in it, those that hold `position`, and everybody's `global` names. */
function collect(body: readonly Stmt[], names: Set<string>, position: number, inside: boolean): void {
  for (const statement of body) collectStatement(statement, names, position, inside);
}

function collectStatement(statement: Stmt, names: Set<string>, position: number, inside: boolean): void {
  const block = (body: readonly Stmt[]): void => collect(body, names, position, inside);
  const bind = (expr: Expr | null): void => {
    if (inside && expr !== null) targets(expr, names);
  };
  walrus(statement, names, inside);
  switch (statement.type) {
    case 'Assign':
      statement.targets.forEach(bind);
      return;
    case 'AnnAssign':
    case 'AugAssign':
      bind(statement.target);
      return;
    case 'Global':
      for (const name of statement.names) names.add(name);
      return;
    case 'Import':
      if (inside) for (const alias of statement.names) names.add(alias.asName ?? alias.name.split('.')[0]);
      return;
    case 'ImportFrom':
      if (inside && statement.names !== '*')
        for (const alias of statement.names as readonly Alias[]) names.add(alias.asName ?? alias.name);
      return;
    case 'If':
    case 'While':
      block(statement.body);
      block(statement.orelse);
      return;
    case 'For':
      bind(statement.target);
      block(statement.body);
      block(statement.orelse);
      return;
    case 'Try':
      block(statement.body);
      for (const handler of statement.handlers) {
        if (inside && handler.name !== null) names.add(handler.name);
        block(handler.body);
      }
      block(statement.orelse);
      block(statement.finalbody);
      return;
    case 'With':
      for (const item of statement.items) bind(item.target);
      block(statement.body);
      return;
    case 'Match':
      for (const option of statement.cases) {
        if (inside) captures(option.pattern, names);
        block(option.body);
      }
      return;
    case 'FunctionDef':
    case 'ClassDef': {
      if (inside) names.add(statement.name);
      const holds = statement.from <= position && position < statement.to;
      if (holds && statement.type === 'FunctionDef') parameters(statement.params, names);
      collect(statement.body, names, position, holds);
      return;
    }
    case 'TypeAlias':
      if (inside) names.add(statement.name.id);
      return;
    case 'Error':
      if (statement.partial !== null) collectStatement(statement.partial, names, position, inside);
      return;
    default:
  }
}

function parameters(params: readonly Param[], names: Set<string>): void {
  for (const param of params) names.add(param.name);
}

function targets(expr: Expr, names: Set<string>): void {
  if (expr.type === 'Name') names.add(expr.id);
  else if (expr.type === 'Tuple' || expr.type === 'List')
    for (const element of expr.elts) targets(element, names);
  else if (expr.type === 'Starred') targets(expr.value, names);
}

/** Names bound inside expressions, wherever they stand: by `:=`, in comprehensions and as parameters of a `lambda`. */
function walrus(node: unknown, names: Set<string>, inside: boolean): void {
  if (!inside || typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const item of node) walrus(item, names, inside);
    return;
  }
  const { type } = node as { type?: string };
  if (type === 'Constant' || type === 'FunctionDef' || type === 'ClassDef') return;
  if (type === 'NamedExpr') targets((node as { target: Expr }).target, names);
  if (type === 'Lambda') parameters((node as { params: readonly Param[] }).params, names);
  if (type === undefined && 'iter' in node && 'ifs' in node)
    targets((node as unknown as { target: Expr }).target, names);
  for (const child of Object.values(node)) if (typeof child === 'object') walrus(child, names, inside);
}

function captures(pattern: Pattern, names: Set<string>): void {
  switch (pattern.type) {
    case 'As':
      if (pattern.name !== null) names.add(pattern.name);
      if (pattern.pattern !== null) captures(pattern.pattern, names);
      return;
    case 'Star':
      if (pattern.name !== null) names.add(pattern.name);
      return;
    case 'Mapping':
      if (pattern.rest !== null) names.add(pattern.rest);
      for (const part of pattern.patterns) captures(part, names);
      return;
    case 'Or':
    case 'Sequence':
      for (const part of pattern.patterns) captures(part, names);
      return;
    case 'Class':
      for (const part of pattern.patterns) captures(part, names);
      for (const { pattern: part } of pattern.keywords) captures(part, names);
      return;
    case 'Value':
  }
}
