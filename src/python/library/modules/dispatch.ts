/** `functools.singledispatch` and `singledispatchmethod`: a function chosen by the class of its first argument. */
import type { Expr } from '../../ast';
import type { Machine } from '../../machine';
import {
  NONE,
  native,
  str,
  unknown,
  type CallArgs,
  type ClassValue,
  type FunctionValue,
  type InstanceValue,
  type Scope,
  type Value,
} from '../../values';
import { nativeClass } from '../classes';
import { fn } from '../define';

/** Payload of a dispatching function. */
interface Dispatch {
  readonly fallback: Value;
  readonly rules: Map<Value, Value>;
}

const dispatchOf = (value: Value): Dispatch => (value as InstanceValue).data as Dispatch;

/** The rule for an argument: that of the nearest ancestor of its class; undefined when its class is not known. */
function choose(machine: Machine, { rules, fallback }: Dispatch, value: Value): Value | undefined {
  if (value.kind === 'unknown') return undefined;
  return nearest(machine, rules, machine.typeOf(value), (cls) => machine.isInstance(value, cls)) ?? fallback;
}

function nearest(
  machine: Machine,
  rules: Dispatch['rules'],
  cls: ClassValue,
  belongs: (cls: ClassValue) => boolean | undefined,
): Value | undefined {
  const object = machine.builtin('object');
  for (const ancestor of cls.mro) {
    const rule = ancestor === object ? undefined : rules.get(ancestor);
    if (rule !== undefined) return rule;
  }
  // An abstract class (`collections.abc.Sequence`, `numbers.Number`) may count the class among its own.
  for (const [key, rule] of rules) if (key.kind === 'class' && belongs(key) === true) return rule;
  return rules.get(object);
}

/** The classes that an annotation names, as far as names lead to them: `int`, `np.ndarray`, `int | float`, `"Spec"`. */
function annotated(machine: Machine, owner: FunctionValue, expr: Expr): Value[] {
  switch (expr.type) {
    case 'Name': {
      for (let scope: Scope | null = owner.closure; scope !== null; scope = scope.parent) {
        const found = scope.vars.get(expr.id);
        if (found !== undefined) return [found];
      }
      return [owner.globals.vars.get(expr.id) ?? machine.builtin(expr.id)];
    }
    case 'Attribute':
      return annotated(machine, owner, expr.value).flatMap(
        (value) => machine.findAttr(value, expr.attr) ?? [],
      );
    case 'BinOp':
      return [...annotated(machine, owner, expr.left), ...annotated(machine, owner, expr.right)];
    case 'Constant':
      if (expr.value.kind === 'none') return [machine.typeOf(expr.value)];
      return expr.value.kind === 'str'
        ? expr.value.value
            .split('|')
            .map((part) => part.trim())
            .filter((part) => /^\w+$/.test(part))
            .flatMap((id) =>
              id === 'None'
                ? [machine.typeOf(NONE)]
                : annotated(machine, owner, { type: 'Name', id, from: expr.from, to: expr.to }),
            )
        : [];
    case 'Subscript': {
      if (expr.value.type === 'Name' && (expr.value.id === 'Union' || expr.value.id === 'Optional')) {
        const parts = expr.index.type === 'Tuple' ? expr.index.elts : [expr.index];
        return parts.flatMap((part) => annotated(machine, owner, part));
      }
      return annotated(machine, owner, expr.value);
    }
    default:
      return [];
  }
}

/** `register(cls)`, `register(cls, function)` and `@register` over an annotated function. */
function register(machine: Machine, dispatch: Dispatch, skip: number, args: CallArgs): Value {
  const [first, second] = args.positional.map(({ value }) => value);
  const enter = (classes: readonly Value[], rule: Value): Value => {
    for (const cls of classes) dispatch.rules.set(cls, rule);
    return rule;
  };
  const plain = first?.kind === 'wrapped' ? first.fn : first;
  if (plain?.kind === 'function') {
    const param = plain.def.params[skip];
    return enter(param?.annotation ? annotated(machine, plain, param.annotation) : [], first);
  }
  const classes = first === undefined ? [] : [first];
  if (second !== undefined) return enter(classes, second);
  return fn('register(function)', (_m, { function: rule }) => enter(classes, rule));
}

function dispatcher(machine: Machine, name: string, skip: number): ClassValue {
  const made = nativeClass(machine, name, {
    module: 'functools',
    hooks: {
      create: (_m, _self, args): Dispatch => ({
        fallback: args.positional[0]?.value ?? unknown('nothing to dispatch to'),
        rules: new Map(),
      }),
      getAttr: (m, self, attr) => {
        const dispatch = dispatchOf(self);
        switch (attr) {
          case 'register':
            return native(attr, (owner, args) => register(owner, dispatch, skip, args));
          case 'dispatch':
            return fn('dispatch(cls)', (owner, { cls }) =>
              cls.kind === 'class'
                ? (nearest(owner, dispatch.rules, cls, (other) => owner.isSubclass(cls, other)) ??
                  dispatch.fallback)
                : unknown('the class is not known'),
            );
          case '__wrapped__':
            return dispatch.fallback;
          case '__name__':
            return m.findAttr(dispatch.fallback, attr) ?? str(name);
        }
        return undefined;
      },
    },
    methods: [['__init__(self, function)', (_m, { self }) => self]],
  });
  const run = (owner: Machine, self: Value, bound: Value | null, args: CallArgs): Value => {
    const first = args.positional[0]?.value;
    const rule = first === undefined ? undefined : choose(owner, dispatchOf(self), first);
    if (rule === undefined) return unknown('which function is chosen is not known', args.range);
    if (bound === null) return owner.call(rule, args);
    const function_ = rule.kind === 'wrapped' ? rule.fn : rule;
    const before = rule.kind === 'wrapped' && rule.mode === 'static' ? [] : [{ value: bound, range: null }];
    return owner.call(function_, { ...args, positional: [...before, ...args.positional] });
  };
  if (skip === 0)
    made.attrs.set(
      '__call__',
      native('__call__', (owner, args) =>
        run(owner, args.positional[0].value, null, { ...args, positional: args.positional.slice(1) }),
      ),
    );
  else
    made.attrs.set(
      '__get__',
      fn('__get__(self, obj, cls=None)', (_m, { self, obj }) =>
        native('dispatch', (owner, args) => run(owner, self, obj, args)),
      ),
    );
  return made;
}

/** The two classes of `functools`. */
export const dispatchers = (machine: Machine): readonly [string, Value][] => [
  ['singledispatch', dispatcher(machine, 'singledispatch', 0)],
  ['singledispatchmethod', dispatcher(machine, 'singledispatchmethod', 1)],
];
