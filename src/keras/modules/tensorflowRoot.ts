/** The names of `tensorflow` itself, outside of its submodules: variables, scopes, decorators, dtypes. */
import { fn } from '../../python/library/define';
import { nativeClass } from '../../python/library/classes';
import type { Machine } from '../../python/machine';
import {
  FALSE,
  NONE,
  TRUE,
  native,
  str,
  type ClassValue,
  type FunctionValue,
  type NativeFunction,
  type Value,
} from '../../python/values';
import { dtypeName } from '../model/input';
import type { Recorder } from '../model/recorder';
import { dimToLength, shapeToValue, valueToShape } from '../model/shapes';
import { asTensor } from '../model/structure';
import { opsLookup } from '../ops';
import { tensorflowVariable } from '../ops/createOps';
import {
  currentScope,
  getVariable,
  placeholder,
  placeholderWithDefault,
  variableScopeClass,
} from '../plain/variables';
import { kerasModule } from './kerasModules';
import { opaqueClass } from './lookup';

export const DTYPES = [
  'float16',
  'float32',
  'float64',
  'bfloat16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
  'complex64',
  'complex128',
  'half',
  'double',
];

/** `tf.<name>`; undefined where it is no name of the package itself. */
export function rootName(recorder: Recorder, machine: Machine, name: string): Value | undefined {
  switch (name) {
    case 'keras':
      return kerasModule(machine, []);
    case 'Variable':
      return tensorflowVariable;
    case 'Tensor':
      return recorder.classes.KerasTensor;
    case 'TensorShape':
      return recorder.classes.TensorShape;
    case '__version__':
      return str(recorder.kerasVersion === 2 ? '2.15.0' : '2.19.0');
    case 'newaxis':
      return NONE;
    case 'shape':
      return fn('shape(input, out_type=None, name=None)', (owner, { input }) => {
        const ref = asTensor(recorder, input);
        return ref === undefined
          ? owner.unknown('the shape of this is not known')
          : shapeToValue(ref.shape, dimToLength);
      });
    case 'size':
      return fn('size(input, **kwargs)', (owner, { input }) => owner.getAttr(input, 'size'));
    case 'rank':
      return fn('rank(input, name=None)', (owner, { input }) => owner.getAttr(input, 'ndim'));
    case 'function':
      return functionDecorator(recorder);
    case 'autograph':
    case 'custom_gradient':
    case 'recompute_grad':
      // A decorator, with or without arguments; what it wraps runs as it is.
      return native(name, (_machine, args) =>
        isCallable(args.positional[0]?.value) ? args.positional[0].value : passThrough,
      );
    case 'Module':
      return opaqueClass(machine, 'Module', 'tensorflow');
    case 'placeholder':
      return placeholder;
    case 'placeholder_with_default':
      return placeholderWithDefault;
    case 'get_variable':
      return getVariable;
    case 'variable_scope':
      return scopeClass(recorder);
    case 'get_variable_scope':
      return currentScope(() => scopeClass(recorder));
    case 'AUTO_REUSE':
      return str('AUTO_REUSE');
    case 'TensorSpec':
      return tensorSpec(recorder);
    case 'executing_eagerly':
      return native(name, () => TRUE);
    case 'is_tensor':
      return opsLookup(recorder, 'is_tensor');
    case 'device':
    case 'name_scope':
    case 'op_scope':
    case 'control_dependencies':
    case 'init_scope':
    case 'GradientTape':
    case 'Session':
    case 'Graph':
      return contextClass(machine, name);
    case 'disable_eager_execution':
    case 'enable_eager_execution':
    case 'disable_v2_behavior':
    case 'enable_v2_behavior':
    case 'reset_default_graph':
    case 'set_random_seed':
    case 'print':
      return native(name, () => NONE);
    case 'UnconnectedGradients':
      return FALSE;
    default:
      return DTYPES.includes(name) ? dtype(recorder, name) : undefined;
  }
}

/** `tf.function`: what it wraps runs as it is; `input_signature` says what it is called with. */
function functionDecorator(recorder: Recorder): NativeFunction {
  return native('function', (_machine, args) => {
    const wrapped = args.positional[0]?.value ?? args.keywords.get('func')?.value;
    const stated = args.keywords.get('input_signature')?.value ?? args.positional[1]?.value;
    const note = (value: Value): Value => {
      const target: FunctionValue | null =
        value.kind === 'function'
          ? value
          : value.kind === 'method' && value.fn.kind === 'function'
            ? value.fn
            : null;
      if (target !== null && (stated?.kind === 'list' || stated?.kind === 'tuple'))
        recorder.plain.signatures.set(target, stated.items);
      if (target !== null) {
        target.attrs ??= new Map();
        for (const [name, attr] of tracedAttributes(value)) target.attrs.set(name, attr);
        return value;
      }
      // A model or layer made into a function: called, it is called.
      return value.kind === 'instance'
        ? native('function', (owner, call) => owner.call(value, call), new Map(tracedAttributes(value)))
        : value;
    };
    if (isCallable(wrapped) && wrapped !== undefined) return note(wrapped);
    return native('decorator', (_owner, inner) => note(inner.positional[0]?.value ?? NONE));
  });
}

/** What a function of `tf.function` has besides being called. */
const tracedAttributes = (of: Value): [string, Value][] => [
  ['python_function', of],
  [
    'get_concrete_function',
    native('get_concrete_function', (machine) =>
      machine.unknown('a concrete function of tf.function is not followed'),
    ),
  ],
];

/** `tf.TensorSpec(shape, dtype)`: shape and dtype, as a program may ask for them. */
function tensorSpec(recorder: Recorder): ClassValue {
  const known = recorder.ops.get('tf:TensorSpec');
  if (known?.kind === 'class') return known;
  const cls = nativeClass(recorder.machine, 'TensorSpec', {
    module: 'tensorflow',
    partial: true,
    methods: [
      [
        '__init__(self, shape=None, dtype=None, name=None)',
        (_machine, { self, shape, dtype }) => {
          if (self.kind === 'instance') {
            self.attrs.set('shape', shape);
            self.attrs.set('dtype', dtype);
          }
          return NONE;
        },
      ],
    ],
  });
  recorder.ops.set('tf:TensorSpec', cls);
  return cls;
}

/** A tensor as a `tf.TensorSpec` describes it; undefined for anything else. */
export function specified(recorder: Recorder, value: Value): Value | undefined {
  if (value.kind !== 'instance' || value.cls.name !== 'TensorSpec') return undefined;
  const shape = value.attrs.get('shape') ?? NONE;
  return recorder.constant({
    shape:
      shape.kind === 'none'
        ? { kind: 'unknown', reason: 'the signature states no shape' }
        : (valueToShape(shape) ?? { kind: 'unknown', reason: 'the shape is not known' }),
    dtype: dtypeName(value.attrs.get('dtype') ?? NONE) ?? 'float32',
  });
}

function scopeClass(recorder: Recorder): ClassValue {
  const known = recorder.ops.get('tf:variable_scope');
  if (known?.kind === 'class') return known;
  const made = variableScopeClass(recorder);
  recorder.ops.set('tf:variable_scope', made);
  return made;
}

const passThrough = native('decorator', (_machine, args) => args.positional[0]?.value ?? NONE);

function isCallable(value: Value | undefined): boolean {
  return value !== undefined && ['function', 'method', 'native', 'class', 'instance'].includes(value.kind);
}

/** A context manager that gives itself and of which nothing else is known. */
function contextClass(machine: Machine, name: string): ClassValue {
  const cls = opaqueClass(machine, name, 'tensorflow');
  cls.attrs.set(
    '__enter__',
    native('__enter__', (_machine, args) => args.positional[0]?.value ?? NONE),
  );
  cls.attrs.set(
    '__exit__',
    native('__exit__', () => FALSE),
  );
  return cls;
}

/** `tf.float32`: equal to the string of its name, as `x.dtype` gives it. */
export function dtype(recorder: Recorder, name: string): Value {
  const known = recorder.ops.get(`dtype:${name}`);
  if (known !== undefined) return known;
  const { machine } = recorder;
  let cls = recorder.dtypeClass;
  if (cls === null) {
    cls = nativeClass(machine, 'DType', {
      module: 'tensorflow',
      attrs: [
        [
          '__eq__',
          fn('__eq__(self, other)', (_owner, { self, other }) => ({
            kind: 'bool',
            value: nameOf(self) === nameOf(other),
          })),
        ],
        [
          '__ne__',
          fn('__ne__(self, other)', (_owner, { self, other }) => ({
            kind: 'bool',
            value: nameOf(self) !== nameOf(other),
          })),
        ],
        ['__str__', fn('__str__(self)', (_owner, { self }) => str(nameOf(self)))],
      ],
      hooks: {
        getAttr: (owner, self, key) =>
          key === 'name'
            ? str(nameOf(self))
            : owner.findClassAttr(self.cls, key) === undefined && !key.startsWith('__')
              ? owner.unknown(`.${key} of a dtype is not modelled`)
              : undefined,
      },
    });
    recorder.dtypeClass = cls;
  }
  const canonical = name === 'half' ? 'float16' : name === 'double' ? 'float64' : name;
  const made = machine.allocate(cls, { dtype: canonical });
  recorder.ops.set(`dtype:${name}`, made);
  return made;
}

function nameOf(value: Value): string {
  if (value.kind === 'str') return value.value;
  return value.kind === 'instance' ? ((value.data as { dtype?: string } | null)?.dtype ?? '') : '';
}
