/**
 * Imports: modules of native libraries, then the program's own files, then the standard library's natives, then the search
 * path. Modules written in source are interpreted; one that is not found is an open module whose names are unknown.
 */
import type { Alias, Import, ImportFrom, ModuleNode } from '../ast';
import type { ModuleValue, Scope, Value } from '../values';
import { NONE, list, str, unknown } from '../values';
import { standardModules } from '../library';
import { parseModule } from '../syntax/parser';
import type { Activation } from './activation';
import { bindName } from './assignment';
import { at } from './expressions';
import { onLibraryFuel, runTop } from './guard';
import type { Interpreter } from './interpreter';
import { isInterpreters, isWorthReading } from './relevance';

// --- paths -------------------------------------------------------------------------------------------------------------------

export function directoryOf(path: string): string {
  const plain = path.replace(/#cell\d+$/, '');
  const slash = Math.max(plain.lastIndexOf('/'), plain.lastIndexOf('\\'));
  return slash < 0 ? '' : slash === 0 ? '/' : plain.slice(0, slash);
}

function inside(directory: string, path: string): string {
  return directory === '' ? path : directory.endsWith('/') ? directory + path : `${directory}/${path}`;
}

/** How many directories above the program's own are looked in for the packages that it belongs to. */
const MAX_PARENTS = 8;

export function programRoots(vm: Interpreter): string[] {
  const roots = [directoryOf(vm.mainFile)];
  for (let i = 0; i < MAX_PARENTS; i++) {
    const last = roots[roots.length - 1];
    const parent = directoryOf(last);
    if (parent === last || parent === '' || /^[a-z-]+:\/{0,2}$/i.test(parent)) {
      if (last !== '' && parent === '' && !last.includes(':')) roots.push('');
      break;
    }
    roots.push(parent);
  }
  return roots;
}

// --- finding -------------------------------------------------------------------------------------------------------------------

interface Found {
  readonly path: string;
  readonly text: string;
}

function readSource(vm: Interpreter, path: string): Found | 'pending' | undefined {
  const text = vm.options.reader?.read(path);
  if (text === undefined || text === 'pending') return text;
  return { path, text };
}

function findIn(vm: Interpreter, directory: string, relative: string): Found | 'pending' | undefined {
  const packaged = readSource(
    vm,
    inside(directory, relative === '' ? '__init__.py' : `${relative}/__init__.py`),
  );
  if (packaged !== undefined) return packaged;
  return relative === '' ? undefined : readSource(vm, inside(directory, `${relative}.py`));
}

/** `import name` as a whole: the module itself, its parents loaded before it. Undefined when it is nowhere. */
export function importByName(vm: Interpreter, name: string): ModuleValue | undefined {
  const known = vm.modules.get(name);
  if (known !== undefined) return known;
  const parts = name.split('.');
  if (parts.some((part) => part === '') || parts.length > 30) return undefined;
  let parent: ModuleValue | undefined;
  if (parts.length > 1) {
    parent = importByName(vm, parts.slice(0, -1).join('.'));
    const again = vm.modules.get(name);
    if (again !== undefined) return again;
  }
  const made = locate(vm, name);
  if (made === undefined) return undefined;
  vm.modules.set(name, made);
  const last = parts[parts.length - 1];
  if (parent !== undefined && !parent.attrs.has(last)) parent.attrs.set(last, made);
  return made;
}

/**
 * Order: native libraries; files beside the program, which shadow the standard library as in Python; the standard library
 * and what else is native (a package of such a name beside the program is taken to be that very library); packages that
 * the program belongs to, in the directories above; the search path; native stand-ins for what is nowhere.
 */
function locate(vm: Interpreter, name: string): ModuleValue | undefined {
  for (const library of vm.options.modules ?? []) {
    const made = library(name, vm);
    if (made !== undefined) return made;
  }
  const relative = name.replaceAll('.', '/');
  const standard = standardModules(name, vm);
  const [beside, ...above] = vm.roots;
  // A module of a package does not see its neighbours as top-level names: `numpy.py` beside it is not `numpy`.
  const shadows = standard === undefined || readSource(vm, inside(beside, '__init__.py')) === undefined;
  const own =
    standard === undefined
      ? findIn(vm, beside, relative)
      : shadows
        ? readSource(vm, inside(beside, `${relative}.py`))
        : undefined;
  if (own !== undefined) return loadFound(vm, name, own);
  if (standard !== undefined) return standard;
  // The rest of a library that is native in part is not read from its files: its inside is not what it is known for.
  const top = name.split('.')[0];
  if (top !== name && standardModules(top, vm) !== undefined) return undefined;
  for (const root of above) {
    const found = findIn(vm, root, relative);
    if (found !== undefined) return loadFound(vm, name, found);
  }
  let passedOver = false;
  for (const root of vm.options.searchPath ?? []) {
    const found = findIn(vm, root, relative);
    if (found === undefined) continue;
    const worth =
      found === 'pending' ||
      !isInterpreters(root) ||
      !inPackageFolder(found, root, relative) ||
      isWorthReading(vm, root, top, found.path);
    if (worth === true) return loadLibrary(vm, name, found);
    if (worth === 'pending') return loadFound(vm, name, 'pending');
    passedOver = true;
  }
  for (const library of vm.options.fallbacks ?? []) {
    const made = library(name, vm);
    if (made !== undefined) return made;
  }
  return passedOver
    ? openModule(name, `module ${name} is not read: nothing near in it imports Keras or TensorFlow`)
    : undefined;
}

/** Whether a module found below `root` lies in a package rather than in a file of its own. */
function inPackageFolder(found: Found, root: string, relative: string): boolean {
  return found.path !== inside(root, `${relative}.py`) || relative.includes('/');
}

function loadFound(vm: Interpreter, name: string, found: Found | 'pending'): ModuleValue {
  return found === 'pending'
    ? openModule(name, `module ${name} is still being read`)
    : loadSource(vm, name, found);
}

/** A package of the search path: read on its own share of the fuel. */
function loadLibrary(vm: Interpreter, name: string, found: Found | 'pending'): ModuleValue {
  if (found === 'pending') return loadFound(vm, name, found);
  let made: ModuleValue | undefined;
  if (onLibraryFuel(vm, () => (made = loadSource(vm, name, found))) && made !== undefined) return made;
  if (!vm.problems.some((problem) => problem.kind === 'fuel')) {
    vm.problems.push({
      kind: 'fuel',
      message: `packages such as ${name} are too long to follow to their end`,
      range: vm.callStack()[0] ?? null,
    });
  }
  // What was under way when the fuel ended is known in part only.
  for (const module of vm.loading)
    Object.assign(module, openModule(module.name, `module ${module.name} is too long to follow to its end`), {
      attrs: module.attrs,
    });
  vm.loading.clear();
  return vm.modules.get(name) ?? openModule(name, `module ${name} is too long to follow to its end`);
}

function openModule(name: string, reason: string): ModuleValue {
  return {
    kind: 'module',
    name,
    attrs: new Map(),
    open: true,
    lookup: (attr) => (attr.startsWith('__') ? undefined : unknown(reason)),
  };
}

/** Interprets a source file as a module, once. */
function loadSource(vm: Interpreter, name: string, found: Found): ModuleValue {
  const loaded = vm.files.get(found.path);
  if (loaded !== undefined) return loaded;
  const node = parse(vm, found.path, found.text);
  const isPackage = found.path.endsWith('/__init__.py') || found.path === '__init__.py';
  const attrs = new Map<string, Value>([
    ['__name__', str(name)],
    ['__file__', str(found.path)],
    ['__package__', str(isPackage ? name : name.split('.').slice(0, -1).join('.'))],
    ['__doc__', NONE],
  ]);
  if (isPackage) attrs.set('__path__', list([str(directoryOf(found.path))]));
  const module: ModuleValue = { kind: 'module', name, attrs, open: node.errors.length > 0 };
  // Known before it runs: a module that imports its importer sees what there is so far.
  vm.files.set(found.path, module);
  vm.modules.set(name, module);
  vm.loading.add(module);
  runModule(vm, [node], attrs);
  vm.loading.delete(module);
  return module;
}

export function parse(vm: Interpreter, file: string, text: string, magics = false): ModuleNode {
  const cached = vm.options.parsed?.get(file);
  let node = cached;
  if (cached === undefined || cached.source !== text) {
    vm.spend(text.length >> 5);
    node = parseModule(text, file, { magics });
    vm.options.parsed?.set(file, node);
  }
  vm.sources.set(file, node!);
  return node!;
}

/** Runs parsed sources, one after the other, in one module scope. */
export function runModule(vm: Interpreter, nodes: readonly ModuleNode[], vars: Map<string, Value>): Scope {
  const scope: Scope = { kind: 'module', vars, parent: null, globals: null, declared: null };
  const name = vars.get('__name__');
  const activation: Activation = {
    name: name?.kind === 'str' ? name.value : '__main__',
    fn: null,
    callSite: null,
    file: nodes[0]?.file ?? '',
    scope,
    result: NONE,
    yields: null,
    open: [],
    owner: null,
    self: null,
    handling: null,
  };
  const depth = vm.frames.length;
  const outer = vm.moduleHandlers;
  vm.moduleHandlers = vm.handlers.length;
  vm.frames.push(activation);
  try {
    for (const node of nodes) {
      activation.file = node.file;
      runTop(vm, activation, node);
    }
  } finally {
    vm.frames.length = depth;
    vm.moduleHandlers = outer;
  }
  return scope;
}

// --- statements ------------------------------------------------------------------------------------------------------------------

/** Why a module's names are not known; tells the run once. */
function missing(
  vm: Interpreter,
  activation: Activation,
  name: string,
  statement: Import | ImportFrom,
): ModuleValue {
  const made = openModule(name, `module ${name} is not available`);
  vm.modules.set(name, made);
  vm.problems.push({
    kind: 'import',
    message: `module ${name} was not found; what comes from it is unknown`,
    range: at(activation, statement),
  });
  return made;
}

export function executeImport(vm: Interpreter, activation: Activation, statement: Import | ImportFrom): void {
  vm.spend(5);
  if (!vm.inLibrary && !inPackage(vm, activation.file)) noteImported(vm, statement);
  if (statement.type === 'Import') {
    for (const alias of statement.names) importOne(vm, activation, statement, alias);
    return;
  }
  if (statement.level === 0 && statement.module === '__future__') return;
  const module =
    statement.level > 0
      ? relativeModule(vm, activation, statement)
      : absoluteModule(vm, activation, statement.module, statement);
  if (statement.names === '*') {
    importStar(vm, activation, module);
    return;
  }
  for (const alias of statement.names) {
    const value = importedName(vm, activation, module, alias, statement);
    bindImported(vm, activation, alias.asName ?? alias.name, alias, value);
  }
}

/** Whether a file lies in a folder of packages, and the program does not. */
function inPackage(vm: Interpreter, file: string): boolean {
  return (vm.options.searchPath ?? []).some(
    (folder) => file.startsWith(folder) && !vm.mainFile.startsWith(folder),
  );
}

function noteImported(vm: Interpreter, statement: Import | ImportFrom): void {
  if (statement.type === 'Import') {
    for (const alias of statement.names) vm.imported.add(alias.name);
    return;
  }
  if (statement.level > 0) return;
  vm.imported.add(statement.module);
  if (statement.names !== '*')
    for (const alias of statement.names) vm.imported.add(`${statement.module}.${alias.name}`);
}

function bindImported(
  vm: Interpreter,
  activation: Activation,
  name: string,
  alias: Alias,
  value: Value,
): void {
  if (name === '') return;
  bindName(vm, activation, name, value);
  vm.observer.bind?.(
    name,
    { file: activation.file, from: alias.nameFrom, to: alias.nameTo },
    value,
    activation.scope,
  );
}

function absoluteModule(
  vm: Interpreter,
  activation: Activation,
  name: string,
  statement: Import | ImportFrom,
): ModuleValue {
  return importByName(vm, name) ?? missing(vm, activation, name, statement);
}

function importOne(vm: Interpreter, activation: Activation, statement: Import, alias: Alias): void {
  const module = absoluteModule(vm, activation, alias.name, statement);
  if (alias.asName !== null) {
    bindImported(vm, activation, alias.asName, alias, module);
    return;
  }
  // `import a.b.c` binds `a`, with its submodules within reach.
  const parts = alias.name.split('.');
  let inner = module;
  for (let i = parts.length - 1; i > 0; i--) {
    const outerName = parts.slice(0, i).join('.');
    let outer = vm.modules.get(outerName) ?? importByName(vm, outerName);
    if (outer === undefined) {
      outer = openModule(outerName, `module ${outerName} is not available`);
      vm.modules.set(outerName, outer);
    }
    if (!outer.attrs.has(parts[i])) outer.attrs.set(parts[i], inner);
    inner = outer;
  }
  bindImported(vm, activation, parts[0], { ...alias, nameTo: alias.nameFrom + parts[0].length }, inner);
}

function importedName(
  vm: Interpreter,
  activation: Activation,
  module: ModuleValue,
  alias: Alias,
  statement: ImportFrom,
): Value {
  const own = module.attrs.get(alias.name);
  if (own !== undefined) return own;
  const submodule =
    statement.level > 0
      ? relativeSubmodule(vm, activation, statement, alias.name)
      : importByName(vm, `${statement.module}.${alias.name}`);
  if (submodule !== undefined) return submodule;
  const found = vm.findAttr(module, alias.name);
  if (found !== undefined) return found;
  if (vm.wouldCatch('ImportError'))
    return vm.raise('ImportError', `cannot import name '${alias.name}' from '${module.name}'`);
  return unknown(`${module.name} defines no "${alias.name}" that could be found`, at(activation, alias));
}

function importStar(vm: Interpreter, activation: Activation, module: ModuleValue): void {
  const listed = module.attrs.get('__all__');
  const names = listed === undefined ? undefined : vm.iterate(listed);
  if (names !== undefined && names.tail === null) {
    for (const name of names.items) {
      if (name.kind === 'str')
        bindName(
          vm,
          activation,
          name.value,
          vm.findAttr(module, name.value) ??
            importByName(vm, `${module.name}.${name.value}`) ??
            unknown(`${module.name} defines no "${name.value}" that could be found`),
        );
    }
  } else {
    for (const [name, value] of [...module.attrs])
      if (!name.startsWith('_')) bindName(vm, activation, name, value);
  }
  const scope = activation.scope.globals ?? activation.scope;
  if (module.open || module.lookup !== undefined)
    vm.stars.set(scope, [...(vm.stars.get(scope) ?? []), module]);
  // A module read as source may itself have star imports of modules that are not listed.
  const inner = vm.starsOf(module);
  if (inner.length > 0) vm.stars.set(scope, [...(vm.stars.get(scope) ?? []), ...inner]);
}

// --- relative imports ---------------------------------------------------------------------------------------------------------------

function relativeBase(activation: Activation, level: number): string {
  let directory = directoryOf(activation.file);
  for (let i = 1; i < level; i++) directory = directoryOf(directory);
  return directory;
}

/** The dotted name of what `from ..a import b` in this module names; undefined where the module has no known package. */
function absoluteName(activation: Activation, level: number, module: string): string | undefined {
  const globals = activation.scope.globals ?? activation.scope;
  const pkg = globals.vars.get('__package__');
  if (pkg?.kind !== 'str' || pkg.value === '') return undefined;
  const parts = pkg.value.split('.');
  if (parts.length < level) return undefined;
  const base = parts.slice(0, parts.length - (level - 1));
  return module === '' ? base.join('.') : [...base, module].join('.');
}

function relativeModule(vm: Interpreter, activation: Activation, statement: ImportFrom): ModuleValue {
  const name = absoluteName(activation, statement.level, statement.module);
  if (name !== undefined) {
    const found = importByName(vm, name);
    if (found !== undefined) return found;
  }
  const written = '.'.repeat(statement.level) + statement.module;
  const base = relativeBase(activation, statement.level);
  const relative = statement.module.replaceAll('.', '/');
  const found = findIn(vm, base, relative);
  if (found !== undefined)
    return loadFound(
      vm,
      name ?? (statement.module === '' ? base.split('/').pop()! : statement.module),
      found,
    );
  // A package directory without an `__init__.py`: its modules are found one by one.
  if (statement.module === '') {
    const reason = `module ${written} is not available`;
    return {
      kind: 'module',
      name: name ?? written,
      attrs: new Map(),
      open: true,
      lookup: () => unknown(reason),
    };
  }
  return missing(vm, activation, name ?? written, statement);
}

function relativeSubmodule(
  vm: Interpreter,
  activation: Activation,
  statement: ImportFrom,
  name: string,
): ModuleValue | undefined {
  const absolute = absoluteName(
    activation,
    statement.level,
    statement.module === '' ? name : `${statement.module}.${name}`,
  );
  if (absolute !== undefined) {
    const found = importByName(vm, absolute);
    if (found !== undefined) return found;
  }
  const prefix = statement.module === '' ? '' : `${statement.module.replaceAll('.', '/')}/`;
  const found = findIn(vm, relativeBase(activation, statement.level), prefix + name);
  return found === undefined ? undefined : loadFound(vm, absolute ?? name, found);
}
