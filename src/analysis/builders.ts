/**
 * Functions that make models: which function of the file returns which models, and at which calls. Found by following each
 * model from where it is made outwards through the calls around it, as far as every function hands it on by `return`.
 */
import type { LayerId, Model, ModelGraph, SourceRange } from '../graph/graph';
import type { ClassDef, Expr, FunctionDef, Return, Stmt } from '../python/ast';
import { parseModule } from '../python/syntax/parser';
import type { ProgramText } from './program';

/** A function of the file and the models that its calls return, in order of the calls. Ranges are of the whole program's text. */
export interface Builder {
  readonly name: string;
  /** The name in the `def` line. */
  readonly at: SourceRange;
  readonly models: readonly number[];
}

/** A class of models in the file and its instances. */
export interface ModelClass {
  readonly name: string;
  readonly at: SourceRange;
  readonly models: readonly number[];
}

/** A call expression and the models that it gave. */
export interface ModelCall {
  readonly range: SourceRange;
  /** What is called, as written. */
  readonly name: string;
  readonly models: readonly number[];
}

export interface Builders {
  readonly functions: readonly Builder[];
  readonly classes: readonly ModelClass[];
  /** Calls that give models, of functions in this file or another one. */
  readonly calls: readonly ModelCall[];
}

interface Definition {
  readonly def: FunctionDef;
  readonly shift: number;
  readonly returns: Expr[];
}

/** The builders of a program of one file or notebook; reads its text again. Plain data. */
export function builders(program: ProgramText, graph: ModelGraph): Builders {
  const definitions: Definition[] = [];
  const classes: Collected['classes'] = [];
  const assigned: Collected['assigned'] = [];
  for (const cell of program.cells) {
    const { body } = parseModule(cell.text, program.path, { magics: program.notebook });
    collect({ body, shift: cell.from, within: null }, { definitions, classes, assigned });
  }
  const named = modelNames(program, graph);
  const functions = new Map<Definition, number[]>();
  const calls = new Map<string, { range: SourceRange; models: number[] }>();
  const given = (at: SourceRange, index: number): void => {
    const key = `${at.from}:${at.to}`;
    const call = calls.get(key) ?? { range: at, models: [] };
    if (!call.models.includes(index)) call.models.push(index);
    calls.set(key, call);
  };
  graph.models.forEach((model, index) => {
    const { site } = graph.layers[model.layer];
    for (const [i, range] of [site.range, ...site.stack].entries()) {
      if (range.file !== program.path) break;
      const definition = innermost(definitions, range);
      if (definition === null || !returns(definition, range, model, named)) break;
      functions.set(definition, [...(functions.get(definition) ?? []), index]);
      const call = site.stack[i];
      if (call === undefined) break;
      if (call.file === program.path) given(call, index);
    }
  });
  for (const { call, target, shift } of assigned) {
    graph.models.forEach((model, index) => {
      const { range } = graph.layers[model.layer].site;
      const made = range.file === program.path && range.from === call.from + shift;
      if (!made && named.has(`${target.from + shift}:${target.to + shift}:${model.layer}`))
        given({ file: program.path, from: call.from + shift, to: call.to + shift }, index);
    });
  }
  const range = (from: number, length: number): SourceRange => ({
    file: program.path,
    from,
    to: from + length,
  });
  return {
    functions: [...functions].map(([{ def, shift }, models]) => ({
      name: def.name,
      at: range(def.nameFrom + shift, def.name.length),
      models,
    })),
    classes: classes.flatMap(({ def, shift }) => {
      const models = graph.models.flatMap((model, index) =>
        graph.layers[model.layer].type === def.name ? [index] : [],
      );
      return models.length === 0
        ? []
        : [{ name: def.name, at: range(def.nameFrom + shift, def.name.length), models }];
    }),
    calls: [...calls.values()].map(({ range: at, models }) => ({
      range: at,
      name: program.text.slice(at.from, program.text.indexOf('(', at.from)).trim(),
      models,
    })),
  };
}

/** Where a name was seen to be a model's layer: `from:to:layer`. */
function modelNames(program: ProgramText, graph: ModelGraph): ReadonlySet<string> {
  const models = new Set<LayerId>(graph.models.map((model) => model.layer));
  const names = new Set<string>();
  for (const { range, seen } of graph.observations) {
    if (seen.kind === 'layer' && range.file === program.path && models.has(seen.layer))
      names.add(`${range.from}:${range.to}:${seen.layer}`);
  }
  return names;
}

/** True when a `return` of the function gives the model: the expression at `range` itself, or a name that holds the model. */
function returns(
  { returns: expressions, shift }: Definition,
  range: SourceRange,
  model: Model,
  named: ReadonlySet<string>,
): boolean {
  const gives = (expr: Expr): boolean => {
    if (expr.type === 'Tuple' || expr.type === 'List') return expr.elts.some(gives);
    const [from, to] = [expr.from + shift, expr.to + shift];
    return (from === range.from && to === range.to) || named.has(`${from}:${to}:${model.layer}`);
  };
  return expressions.some(gives);
}

function innermost(definitions: readonly Definition[], range: SourceRange): Definition | null {
  let best: Definition | null = null;
  for (const candidate of definitions) {
    const { def, shift } = candidate;
    if (def.from + shift > range.from || def.to + shift < range.to) continue;
    if (best === null || def.to - def.from < best.def.to - best.def.from) best = candidate;
  }
  return best;
}

interface Collected {
  readonly definitions: Definition[];
  readonly classes: { readonly def: ClassDef; readonly shift: number }[];
  /** Assignments of a call's result to one name. */
  readonly assigned: { readonly call: Expr; readonly target: Expr; readonly shift: number }[];
}

/** Functions with their own `return`s, assignments of calls, and classes, at any depth of the statements. */
function collect(
  {
    body,
    shift,
    within,
  }: { readonly body: readonly Stmt[]; readonly shift: number; readonly within: Definition | null },
  found: Collected,
): void {
  const into = (statements: readonly Stmt[], owner: Definition | null = within): void =>
    collect({ body: statements, shift, within: owner }, found);
  for (const statement of body) {
    switch (statement.type) {
      case 'FunctionDef': {
        const definition = { def: statement, shift, returns: [] };
        found.definitions.push(definition);
        into(statement.body, definition);
        break;
      }
      case 'ClassDef':
        found.classes.push({ def: statement, shift });
        into(statement.body, null);
        break;
      case 'Assign': {
        const [target] = statement.targets;
        if (statement.value.type === 'Call' && target?.type === 'Name')
          found.assigned.push({ call: statement.value, target, shift });
        break;
      }
      case 'Return':
        keepReturn(statement, within);
        break;
      default:
        for (const nested of nestedBodies(statement)) into(nested);
    }
  }
}

function keepReturn({ value }: Return, within: Definition | null): void {
  if (value !== null) within?.returns.push(value);
}

/** The statement lists of a compound statement. */
function nestedBodies(statement: Stmt): readonly (readonly Stmt[])[] {
  switch (statement.type) {
    case 'If':
    case 'While':
    case 'For':
      return [statement.body, statement.orelse];
    case 'With':
      return [statement.body];
    case 'Try':
      return [
        statement.body,
        ...statement.handlers.map((handler) => handler.body),
        statement.orelse,
        statement.finalbody,
      ];
    case 'Match':
      return statement.cases.map((one) => one.body);
    default:
      return [];
  }
}
