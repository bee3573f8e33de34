/** Identity, Masking, Lambda and the opaque layers that wrap other frameworks. Sources: Keras `layers/core/*.py`. */
import type { Dim, Shape } from '../../../graph/graph';
import { PyRaise } from '../../../python/machine';
import { list, tuple, type Value } from '../../../python/values';
import { computeDtype, elementsOf, intOf } from '../../arguments';
import {
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type LayerDefinition,
  type TensorRef,
} from '../../definition';
import { OPEN, isKnownRank, unknownDim } from '../../dims';
import { signature } from '../../signature';
import { onlyInput, sameShape, spec } from '../shared';
import { mapStructure } from '../../model/structure';
import { tensorsOf } from '../compound';

const identity: LayerDefinition = {
  name: 'Identity',
  parameters: [],
  call: (context) => ({
    outputs: context.inputs.map(sameShape),
    structure: context.inputIsList ? 'list' : 'single',
    primitive: { op: 'identity' },
  }),
  fallback: (_config, inputs) => inputs.map(sameShape),
};

const masking: LayerDefinition = {
  name: 'Masking',
  parameters: signature('mask_value=0.0'),
  call: (context) => ({
    outputs: [spec(onlyInput(context).shape, computeDtype(context.config))],
    primitive: { op: 'identity' },
  }),
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
};

/** A shape as the program sees it: a tuple of ints and None. */
function shapeValue(context: CallContext, shape: Shape): Value {
  if (!isKnownRank(shape)) return context.machine.unknown(shape.reason);
  return tuple(
    shape.map((dim): Value => {
      if (typeof dim === 'number') return { kind: 'int', value: dim };
      if (dim.kind === 'unknown') return context.machine.unknown(dim.reason);
      return dim.formula === undefined
        ? { kind: 'none' }
        : { kind: 'symbolic', expr: dim.formula, isNone: true };
    }),
  );
}

/** A shape that the program gives: undefined when it is none. */
function shapeOfValue(value: Value): readonly Dim[] | undefined {
  return elementsOf(value)?.map((element): Dim => {
    const length = intOf(element);
    if (length !== null) return length;
    if (element.kind === 'none') return OPEN;
    if (element.kind === 'symbolic') return { kind: 'open', formula: element.expr };
    return unknownDim(
      element.kind === 'unknown' ? element.reason : 'a length of `output_shape` is not known',
    );
  });
}

/** The shape that `output_shape` states, with the batch axis; undefined when it is not given or not known. */
function statedShape(context: CallContext, config: Config): Shape | undefined {
  const value = config.value('output_shape');
  const [input] = context.inputs;
  if (value.kind === 'none' || input === undefined) return undefined;
  if (value.kind === 'function' || value.kind === 'native' || value.kind === 'method') {
    const shapes = context.inputs.map((entry) => shapeValue(context, entry.shape));
    const result = context.machine.apply(value, [context.inputIsList ? list(shapes) : shapes[0]]);
    return shapeOfValue(result) ?? { kind: 'unknown', reason: 'what `output_shape` returns is not known' };
  }
  const rest = shapeOfValue(value);
  if (!rest) return { kind: 'unknown', reason: 'the argument output_shape is not known' };
  return [isKnownRank(input.shape) && input.shape.length ? input.shape[0] : OPEN, ...rest];
}

/** Runs the function on the tensors; an exception that it certainly raises is Keras' error. */
function runFunction(context: CallContext): Value {
  const { config, machine } = context;
  const keywords: Record<string, Value> = {};
  const given = config.value('arguments');
  if (given.kind === 'dict')
    for (const { key, value } of given.entries.values()) if (key.kind === 'str') keywords[key.value] = value;
  for (const name of ['mask', 'training'])
    if (takes(config.value('function'), name))
      keywords[name] = context.callArgs.get(name) ?? { kind: 'none' };
  try {
    return context.callLayer(config.value('function'), context.inputs, keywords, [], givenStructure(context));
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    const message = error.value.kind === 'instance' ? machine.str(error.value) : undefined;
    throw new KerasError(
      'lambda-failed',
      `The function raises ${error.value.kind === 'instance' ? error.value.cls.name : 'an exception'}${message ? `: ${message}` : ''}.`,
      "We could not automatically infer the shape of the Lambda's output. Please specify the `output_shape` argument for this Lambda layer.",
      { argument: 'function', exception: 'NotImplementedError' },
    );
  }
}

/** What a list, tuple or dictionary of tensors holds, as the program gave it; undefined for one tensor. */
function givenStructure(context: CallContext): Value | undefined {
  const given = context.callArgs.get('inputs');
  if (given === undefined || !['list', 'tuple', 'dict'].includes(given.kind)) return undefined;
  return mapStructure(given, (leaf) => {
    const ref = context.tensor(leaf);
    return ref === undefined ? leaf : context.value(ref);
  });
}

function takes(fn: Value, name: string): boolean {
  const target = fn.kind === 'method' ? fn.fn : fn;
  if (target.kind !== 'function') return false;
  const { params } = target.def as { params?: readonly { name?: string }[] };
  return Array.isArray(params) && params.some((parameter: { name?: string }) => parameter.name === name);
}

const lambda: LayerDefinition = {
  name: 'Lambda',
  parameters: signature('function, output_shape=None, mask=None, arguments=None'),
  callParameters: signature('inputs, mask=None, training=None'),
  call(context): CallResult {
    const { config } = context;
    const stated = config.kerasVersion === 3 ? statedShape(context, config) : undefined;
    const result = runFunction(context);
    const dtype = (ref: TensorRef | undefined): string | null =>
      config.kerasVersion === 3 ? computeDtype(config) : (ref?.dtype ?? null);
    const refs = tensorsOf(context, result);
    const structure = result.kind === 'list' ? 'list' : result.kind === 'tuple' ? 'tuple' : 'single';
    if (result.kind === 'unknown' || refs.some((ref) => ref === undefined) || refs.length === 0) {
      const reason = result.kind === 'unknown' ? result.reason : 'what the function returns is not known';
      return {
        outputs: [spec(stated ?? { kind: 'unknown', reason }, dtype(undefined))],
        primitive: { op: 'opaque', reason },
        unknown: stated ? undefined : reason,
      };
    }
    const known = refs.filter((ref): ref is TensorRef => ref !== undefined);
    if (stated && known.length === 1) return { outputs: [spec(stated, dtype(known[0]))] };
    const passed = known.every((ref) => context.inputs.some((input) => input.tensor === ref.tensor));
    if (passed)
      return {
        outputs: known.map((ref) => spec(ref.shape, dtype(ref))),
        structure,
        primitive: { op: 'identity' },
      };
    return {
      outputs: known.map((ref) => (ref.dtype === dtype(ref) ? ref : spec(ref.shape, dtype(ref)))),
      structure,
    };
  },
  fallback: (config) => [
    spec({ kind: 'unknown', reason: 'the function of this Lambda fails' }, computeDtype(config)),
  ],
};

/** Layers that hold a model of another kind: nothing is known of them, and nothing is wrong. */
function opaque(name: string, parameters: string): LayerDefinition {
  const reason = `what ${name} computes is not known`;
  return {
    name,
    parameters: signature(parameters),
    callParameters: signature('inputs, *args, training=False, **kwargs'),
    call: () => ({
      outputs: [spec({ kind: 'unknown', reason }, null)],
      primitive: { op: 'opaque', reason },
      unknown: reason,
    }),
  };
}

export const simpleLayers: readonly LayerDefinition[] = [
  identity,
  masking,
  lambda,
  opaque(
    'TFSMLayer',
    "filepath, call_endpoint='serve', call_training_endpoint=None, trainable=True, name=None, dtype=None",
  ),
  opaque('TorchModuleWrapper', 'module, name=None, output_shape=None'),
  opaque(
    'JaxLayer',
    'call_fn, init_fn=None, params=None, state=None, seed=None, native_serialization_platforms=None',
  ),
  opaque('FlaxLayer', 'module, method=None, variables=None'),
];
