/** All operations on tensors by name, for `keras.ops`, `tf.*` and `keras.backend` to refer to. */
import { fn } from '../../python/library/define';
import { NONE, native, type NativeFunction, type Value } from '../../python/values';
import { recorderOf, type Recorder } from '../model/recorder';
import { asTensor } from '../model/structure';
import { dimToLength, shapeToValue } from '../model/shapes';
import { arrangeOps } from './arrangeOps';
import { concatOps } from './concatOps';
import { countOps } from './countOps';
import { createOp } from './createOps';
import { elementwiseOp, variadicOps } from './elementwiseOps';
import { opFunction, type OpDefinition } from './opFunction';
import { productOps } from './productOps';
import { kerasFunction } from './kerasFunction';
import { ACTIVATION_FUNCTIONS, IMAGE, OPS } from './kerasSignatures';
import { imageOps } from './imageOps';
import { joinOps } from './joinOps';
import { linalgOps } from './linalgOps';
import { lookupOps } from './lookupOps';
import { networkOps } from './networkOps';
import { moments, reduceOp } from './reduceOps';
import { repeatOps } from './repeatOps';
import { signalOps } from './signalOps';
import { sliceOps } from './sliceOps';
import { windowOps } from './windowOps';

/** Other names of the same operations in `keras.ops`. */
const ALIASES: Readonly<Record<string, string>> = {
  concat: 'concatenate',
  swish: 'silu',
  hard_swish: 'hard_silu',
  flatten: 'ravel',
  'image.resize': 'resize',
  'random.dropout': 'linear',
  'random.shuffle': 'linear',
  'nn.normalize': 'unit_normalize',
  normalize: 'unit_normalize',
  cond_where: 'where',
};

const NAMESPACES = ['numpy', 'nn', 'math', 'image', 'core', 'linalg'];

/** Operations with a rule of their own; what stands later gives way to what stands before it. */
const TABLE = new Map<string, OpDefinition>(
  [sliceOps, windowOps, signalOps, countOps, imageOps, lookupOps, repeatOps, concatOps, arrangeOps, joinOps]
    .concat([networkOps, linalgOps, productOps, variadicOps])
    .flatMap((table) => Object.entries(table)),
);

/** The definition of an operation under its name in Keras. */
export function opDefinition(name: string): OpDefinition | undefined {
  return (
    TABLE.get(name) ?? (name === 'moments' ? moments : undefined) ?? elementwiseOp(name) ?? reduceOp(name)
  );
}

/** A function of `keras.ops` by name (`mean`, `nn.relu`); undefined when it is not modelled. */
export function opsLookup(recorder: Recorder, name: string): Value | undefined {
  const known = recorder.ops.get(name);
  if (known !== undefined) return known;
  const made = make(recorder, name);
  if (made !== undefined) recorder.ops.set(name, made);
  return made;
}

/**
 * `keras.ops.<name>` as Keras 3 takes it: only by the parameters that it has there.
 * `signatures`: those of its module, by the plain name.
 */
export function kerasLookup(
  recorder: Recorder,
  name: string,
  signatures: Readonly<Record<string, string>> = { ...IMAGE, ...OPS },
  prefix = '',
): Value | undefined {
  const key = `keras:${prefix}${name}`;
  const known = recorder.ops.get(key);
  if (known !== undefined) return known;
  const signature = signatures[name];
  const op =
    opsLookup(recorder, prefix + name) ??
    // What is called right is unknown; what is called wrong is said all the same.
    (signature === undefined
      ? undefined
      : native(name, (machine) => machine.unknown(`keras.ops.${prefix}${name} is not modelled`)));
  if (op?.kind !== 'native' || signature === undefined) return op;
  const label = prefix === '' && IMAGE[name] === signature ? `image.${name}` : prefix + name;
  const made = kerasFunction(op, ALIASES[prefix + name] ?? prefix + name, signature, label);
  recorder.ops.set(key, made);
  return made;
}

function make(recorder: Recorder, name: string): Value | undefined {
  const plain = ALIASES[name] ?? name;
  if (plain === 'get_item')
    return native('get_item', (machine, { positional, keywords }) => {
      const [x, key] = ['x', 'key'].map(
        (part, i) => positional[i]?.value ?? keywords.get(part)?.value ?? NONE,
      );
      return machine.invoke(x, '__getitem__', [key]);
    });
  if (plain === 'shape') return shapeFunction;
  if (plain === 'ndim')
    return native('ndim', (machine, args) =>
      args.positional[0] === undefined
        ? machine.unknown('ndim() of nothing')
        : machine.getAttr(args.positional[0].value, 'ndim'),
    );
  if (NAMESPACES.includes(plain)) {
    return {
      kind: 'module',
      name: `keras.ops.${plain}`,
      attrs: new Map(),
      open: true,
      lookup: (key) =>
        kerasLookup(recorder, key) ?? recorder.machine.unknown(`keras.ops.${key} is not modelled`),
    };
  }
  const definition = opDefinition(plain);
  if (definition !== undefined) return opFunction(definition, name);
  return createOp(plain) ?? special(plain);
}

/** Functions that run other functions or look at structure. */
function special(name: string): NativeFunction | undefined {
  switch (name) {
    case 'is_tensor':
      return native(name, (machine, args) =>
        args.positional[0]?.value.kind === 'unknown'
          ? machine.unknown('not known')
          : {
              kind: 'bool',
              value: asTensor(recorderOf(machine), args.positional[0]?.value ?? NONE) !== undefined,
            },
      );
    case 'cond':
      return fn(
        'cond(pred, true_fn, false_fn, **kwargs)',
        (machine, { pred, true_fn: yes, false_fn: no }) => {
          const truth = machine.truth(pred);
          if (truth !== undefined) return machine.apply(truth ? yes : no, []);
          return machine.join(machine.apply(yes, []), machine.apply(no, []));
        },
      );
    case 'vectorized_map':
    case 'map':
      return native(name, (machine) => machine.unknown(`the result of ${name}() is not followed`));
    default:
      return undefined;
  }
}

const shapeFunction = fn('shape(x, **kwargs)', (machine, { x }) => {
  const recorder = recorderOf(machine);
  const ref = asTensor(recorder, x);
  if (ref === undefined) return machine.unknown('the shape of this is not known');
  // A symbolic tensor of Keras has None where its length is open; within a layer's call the length is a number.
  return shapeToValue(ref.shape, recorder.inCall ? dimToLength : undefined);
});

/** `keras.activations.<name>`: a function by the activation's own name, so that layers tell which it is. */
export function activationFunction(name: string): Value {
  const known = activations.get(name);
  if (known !== undefined) return known;
  const definition = opDefinition(ALIASES[name] ?? name);
  const made: Value =
    definition === undefined
      ? native(name, (machine, args) => {
          const ref = asTensor(recorderOf(machine), args.positional[0]?.value ?? NONE);
          return ref === undefined
            ? machine.unknown(`${name}() of this is not known`)
            : recorderOf(machine).constant(ref);
        })
      : kerasFunction(
          opFunction({ ...definition, ...(DEFAULTS[name] ? { defaults: DEFAULTS[name] } : {}) }, name),
          ALIASES[name] ?? name,
          ACTIVATION_FUNCTIONS[name] ?? '(x)',
          `activations.${name}`,
        );
  activations.set(name, made);
  return made;
}

/** Where an activation's defaults are not those of the operation of that name. */
const DEFAULTS: Readonly<Record<string, OpDefinition['defaults']>> = { gelu: { approximate: false } };

const activations = new Map<string, Value>();
