/** Placeholders, variable scopes and `get_variable` of TensorFlow 1. */
import { nativeClass, property } from '../../python/library/classes';
import { fn, type Params } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import {
  FALSE,
  NONE,
  int,
  native,
  str,
  tuple,
  type CallArgs,
  type ClassValue,
  type InstanceValue,
  type NativeFunction,
  type Value,
} from '../../python/values';
import { dimsEqual, isKnownRank } from '../dims';
import { dtypeName, nameOpenDims } from '../model/input';
import { recorderOf, type Recorder } from '../model/recorder';
import { valueToShape } from '../model/shapes';
import { tensorDataOf } from '../model/structure';
import { opsLookup } from '../ops';
import type { VariableScope } from './state';

/** `tf.placeholder(dtype, shape)`: where a network begins. Without a shape nothing is known of it. */
export const placeholder: NativeFunction = fn(
  'placeholder(dtype=None, shape=None, name=None)',
  (machine, { dtype, shape, name }) => begin(recorderOf(machine), dtype, shape, name),
);

/** `tf.placeholder_with_default(input, shape)`. */
export const placeholderWithDefault: NativeFunction = fn(
  'placeholder_with_default(input, shape=None, name=None)',
  (machine, { input, shape, name }) => {
    const recorder = recorderOf(machine);
    const id = tensorDataOf(input)?.tensor;
    const dtype = id === undefined ? null : recorder.ref(id).dtype;
    // A plain number as the default is a setting such as a dropout rate, which a program may compute with.
    return begin(recorder, dtype === null ? NONE : str(dtype), shape, name);
  },
);

function begin(recorder: Recorder, dtype: Value, shape: Value, name: Value): Value {
  const stated =
    shape.kind === 'none'
      ? { kind: 'unknown' as const, reason: 'this placeholder states no shape' }
      : (valueToShape(shape) ?? { kind: 'unknown' as const, reason: 'the shape is not known' });
  const { plain } = recorder;
  const node = recorder.within(null, () =>
    recorder.begin({
      layer: null,
      type: 'Placeholder',
      name: name.kind === 'str' ? name.value : plain.defaultName('Placeholder'),
      inputs: [],
      primitive: { op: 'input' },
    }),
  );
  const [ref] = recorder.finish(node, [
    { shape: nameOpenDims(recorder, stated), dtype: dtypeName(dtype) ?? 'float32' },
  ]);
  recorder.graph.tensors[ref.tensor].name = node.name;
  plain.placeholders.add(ref.tensor);
  return recorder.valueOf(ref.tensor);
}

/** Payload of a scope object. */
interface ScopeData {
  readonly scope: VariableScope;
}

const scopeOf = (value: Value): VariableScope | undefined =>
  value.kind === 'instance' ? (value.data as ScopeData | null)?.scope : undefined;

function reuseOf(
  machine: Machine,
  value: Value | undefined,
  inherited: VariableScope['reuse'],
): VariableScope['reuse'] {
  if (value === undefined || value.kind === 'none') return inherited;
  if (value.kind === 'str') return 'auto';
  const truth = machine.truth(value);
  // Not known: what exists is found again, what does not is made.
  return truth === undefined ? 'auto' : truth || inherited;
}

const SCOPE_SIGNATURE =
  'variable_scope(name_or_scope=None, default_name=None, values=None, initializer=None, regularizer=None, caching_device=None, partitioner=None, custom_getter=None, reuse=None, dtype=None, use_resource=None, constraint=None, auxiliary_name_scope=True)';

function scopeFrom(machine: Machine, recorder: Recorder, p: Params): VariableScope {
  const { plain } = recorder;
  const named = p['name_or_scope'];
  const outer = plain.scope;
  const given = scopeOf(named);
  let name: string | null = null;
  if (given !== undefined) name = given.name;
  else if (named.kind === 'str') name = plain.fullName(named.value);
  else if (named.kind === 'none' && p['default_name'].kind === 'str')
    name = plain.fullName(plain.defaultName(p['default_name'].value));
  return {
    name,
    reuse: reuseOf(machine, p['reuse'], given?.reuse ?? outer.reuse),
    initializer: p['initializer'].kind === 'none' ? outer.initializer : p['initializer'],
    taken: new Map(),
  };
}

/** `tf.variable_scope(name_or_scope, default_name, reuse=…)`, a context manager that gives the scope. */
export function variableScopeClass(recorder: Recorder): ClassValue {
  const { machine, plain } = recorder;
  const read = (owner: Machine, args: CallArgs): VariableScope => {
    let scope: VariableScope = plain.scope;
    const bind = fn(SCOPE_SIGNATURE, (_owner, p) => {
      scope = scopeFrom(owner, recorder, p);
      return NONE;
    });
    owner.call(bind, args);
    return scope;
  };
  const cls: ClassValue = nativeClass(machine, 'VariableScope', {
    module: 'tensorflow',
    partial: true,
    attrs: [
      ['name', property((owner, { self }) => textOrUnknown(owner, scopeOf(self)?.name))],
      [
        'original_name_scope',
        property((owner, { self }) => textOrUnknown(owner, withSlash(scopeOf(self)?.name))),
      ],
    ],
    methods: [
      [
        '__enter__(self)',
        (_owner, { self }) => {
          const scope = scopeOf(self);
          if (scope !== undefined) plain.scopes.push(scope);
          return self;
        },
      ],
      [
        '__exit__(self, *args)',
        (_owner, { self }) => {
          const at = plain.scopes.lastIndexOf(scopeOf(self) ?? plain.scopes[0]);
          if (at > 0) plain.scopes.length = at;
          return FALSE;
        },
      ],
      [
        'reuse_variables(self)',
        (_owner, { self }) => {
          const scope = scopeOf(self);
          if (scope !== undefined) scope.reuse = true;
          return NONE;
        },
      ],
    ],
    hooks: {
      create: (owner, _self, args): ScopeData => ({ scope: read(owner, args) }),
    },
  });
  cls.attrs.set(
    '__init__',
    native('__init__', () => NONE),
  );
  return cls;
}

const withSlash = (name: string | null | undefined): string | null | undefined =>
  name === null || name === undefined ? name : `${name}/`;
const textOrUnknown = (machine: Machine, text: string | null | undefined): Value =>
  text === null || text === undefined ? machine.unknown('the name of this scope is not known') : str(text);

/** `tf.get_variable_scope()`. */
export const currentScope = (scopes: () => ClassValue): NativeFunction =>
  fn('get_variable_scope()', (machine) =>
    machine.allocate(scopes(), { scope: recorderOf(machine).plain.scope } satisfies ScopeData),
  );

/**
 * `tf.get_variable(name, shape, …)`: the variable of that name in the scope when it is given again, else a new one.
 * TensorFlow refuses a second variable of one name unless the scope says `reuse`.
 */
export const getVariable: NativeFunction = fn(
  'get_variable(name=None, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, *args, **kwargs)',
  (machine, p) => {
    const recorder = recorderOf(machine);
    const { plain } = recorder;
    const full = p['name'].kind === 'str' ? plain.fullName(p['name'].value) : null;
    const known = full === null ? undefined : plain.variables.get(full);
    if (
      known !== undefined &&
      plain.scope.reuse !== false &&
      agrees(recorder, known, wholeLengths(p['shape']))
    )
      return known;
    const make = opsLookup(recorder, 'get_variable');
    if (make === undefined) return machine.unknown('get_variable() is not modelled');
    const initializer = p['initializer'].kind === 'none' ? plain.scope.initializer : p['initializer'];
    const made = machine.apply(make, [], {
      name: full === null ? p['name'] : str(full),
      shape: wholeLengths(p['shape']),
      dtype: p['dtype'],
      ...(initializer === null ? {} : { initializer }),
      trainable: p['trainable'].kind === 'none' ? { kind: 'bool', value: true } : p['trainable'],
    });
    if (full !== null && made.kind === 'instance') plain.variables.set(full, made);
    return made;
  },
);

/** TensorFlow 1 takes a length such as 64 / 2 = 32.0, which Python 2 knew as an integer. */
function wholeLengths(shape: Value): Value {
  if (shape.kind !== 'list' && shape.kind !== 'tuple') return shape;
  return tuple(
    shape.items.map((item) =>
      item.kind === 'float' && Number.isInteger(item.value) ? int(item.value) : item,
    ),
  );
}

/** Whether the variable has the shape that is asked for, as far as both are known. */
function agrees(recorder: Recorder, variable: InstanceValue, asked: Value): boolean {
  const id = tensorDataOf(variable)?.tensor;
  const shape =
    asked.kind === 'int' ? [asked.value] : asked.kind === 'none' ? undefined : valueToShape(asked);
  if (id === undefined || shape === undefined || !isKnownRank(shape)) return true;
  const own = recorder.ref(id).shape;
  return (
    !isKnownRank(own) ||
    (own.length === shape.length && own.every((dim, axis) => dimsEqual(dim, shape[axis]) !== false))
  );
}
