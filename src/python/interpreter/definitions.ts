/** `def` and `class` with their decorators. */
import type { ClassDef, FunctionDef } from '../ast';
import type { FunctionValue, Scope, Value } from '../values';
import { NONE } from '../values';
import type { Activation } from './activation';
import { evaluateArguments } from './arguments';
import { bindName } from './assignment';
import { call } from './calls';
import { at, evaluate, evaluateDefaults } from './expressions';
import type { Interpreter } from './interpreter';
import { newClass } from './metaclasses';
import { execute } from './statements';

export function defineFunction(vm: Interpreter, activation: Activation, def: FunctionDef): void {
  const scope = activation.scope;
  const fn: FunctionValue = {
    kind: 'function',
    name: def.name,
    qualname: activation.scope.kind === 'class' ? `${activation.name}.${def.name}` : def.name,
    def,
    file: activation.file,
    closure: scope,
    globals: scope.globals ?? scope,
    defaults: evaluateDefaults(vm, activation, def.params),
    owner: scope.kind === 'class' ? null : activation.owner,
    attrs: null,
    calls: 0,
  };
  vm.functions.push(fn);
  bindDefinition(vm, activation, def, decorate(vm, activation, def, fn));
}

/** Decorators from the innermost out. One that is not known leaves what it decorates as it is: model code relies on it. */
function decorate(vm: Interpreter, activation: Activation, def: FunctionDef | ClassDef, value: Value): Value {
  let decorated = value;
  for (let i = def.decorators.length - 1; i >= 0; i--) {
    const expr = def.decorators[i];
    const decorator = evaluate(vm, activation, expr);
    if (decorator.kind === 'unknown') {
      if (decorated.kind === 'function') decorated.decorator ??= decorator;
      continue;
    }
    const result = call(vm, decorator, {
      positional: [{ value: decorated, range: null }],
      keywords: new Map(),
      openPositional: null,
      openKeywords: null,
      range: at(activation, expr),
    });
    if (result.kind !== 'unknown') decorated = result;
    else if (decorated.kind === 'function') decorated.decorator ??= result;
  }
  return decorated;
}

function bindDefinition(
  vm: Interpreter,
  activation: Activation,
  def: FunctionDef | ClassDef,
  value: Value,
): void {
  if (def.name === '') return;
  bindName(vm, activation, def.name, value);
  vm.observer.bind?.(
    def.name,
    { file: activation.file, from: def.nameFrom, to: def.nameFrom + def.name.length },
    value,
    activation.scope,
  );
}

export function defineClass(vm: Interpreter, activation: Activation, def: ClassDef): void {
  const args = evaluateArguments(vm, activation, {
    args: def.args,
    plain: false,
    range: at(activation, def),
  });
  const bases = args.positional.map((arg) => arg.value);
  if (args.openPositional !== null) bases.push(args.openPositional);
  const scope: Scope = {
    kind: 'class',
    vars: new Map(),
    parent: activation.scope,
    globals: activation.scope.globals ?? activation.scope,
    declared: null,
  };
  const body: Activation = {
    name: def.name,
    fn: null,
    callSite: null,
    file: activation.file,
    scope,
    result: NONE,
    yields: null,
    open: [],
    owner: null,
    self: null,
    handling: null,
  };
  vm.frames.push(body);
  const depth = vm.frames.length;
  execute(vm, body, def.body);
  vm.frames.length = depth - 1;
  const moduleName = (activation.scope.globals ?? activation.scope).vars.get('__name__');
  const cls = newClass(
    vm,
    {
      def,
      file: activation.file,
      module: moduleName?.kind === 'str' ? moduleName.value : '__main__',
    },
    def.name,
    bases,
    scope.vars,
    args.keywords,
  );
  bindDefinition(vm, activation, def, decorate(vm, activation, def, cls));
}
