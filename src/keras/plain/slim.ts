/**
 * `tf.contrib.layers` and `tf.contrib.slim` (tensorflow/contrib/layers/python/layers/layers.py): layers as functions with
 * normaliser and activation, whose defaults `arg_scope` sets.
 */
import { nativeClass } from '../../python/library/classes';
import { fn, type Params } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import {
  FALSE,
  NONE,
  TRUE,
  int,
  list,
  native,
  str,
  type CallArgs,
  type ClassValue,
  type NativeFunction,
  type Value,
} from '../../python/values';
import { recorderOf, type Recorder } from '../model/recorder';
import { tensorDataOf } from '../model/structure';
import { opsLookup } from '../ops';
import { applyLayer } from './layers';
import type { ArgumentScope } from './state';

type Body = (call: SlimCall) => Value;

/** One call of a slim function, with the scope's defaults put in. */
interface SlimCall {
  readonly machine: Machine;
  readonly recorder: Recorder;
  readonly p: Params;
  readonly args: CallArgs;
}

interface SlimRule {
  readonly signature: string;
  readonly body: Body;
}

const TAIL =
  'reuse=None, variables_collections=None, outputs_collections=None, trainable=True, scope=None, **kwargs';
const NORMALISED =
  'normalizer_fn=None, normalizer_params=None, weights_initializer=None, weights_regularizer=None, biases_initializer=0, biases_regularizer=None';

/** Marks `activation_fn` that was not given: the default is ReLU, and None means none at all. */
const RELU = '\u0000relu';

const convolution = (rank: 1 | 2 | 3): SlimRule => ({
  signature: `(inputs, num_outputs, kernel_size, stride=1, padding='SAME', data_format=None, rate=1, activation_fn='${RELU}', ${NORMALISED}, ${TAIL})`,
  body: (call) =>
    withNormaliser(call, `Conv${rank}D`, 'Conv', {
      filters: call.p['num_outputs'],
      kernel_size: call.p['kernel_size'],
      strides: call.p['stride'],
      padding: lower(call.p['padding']),
      dilation_rate: call.p['rate'],
      ...format(call.p['data_format']),
    }),
});

const pool = (cls: string, base: string): SlimRule => ({
  signature:
    "(inputs, kernel_size, stride=2, padding='VALID', data_format='NHWC', outputs_collections=None, scope=None)",
  body: (call) =>
    layer(call, cls, base, {
      pool_size: call.p['kernel_size'],
      strides: call.p['stride'],
      padding: lower(call.p['padding']),
      ...format(call.p['data_format']),
    }),
});

const fullyConnected: SlimRule = {
  signature: `(inputs, num_outputs, activation_fn='${RELU}', ${NORMALISED}, ${TAIL})`,
  body: (call) => withNormaliser(call, 'Dense', 'fully_connected', { units: call.p['num_outputs'] }),
};

const batchNorm: SlimRule = {
  signature:
    '(inputs, decay=0.999, center=True, scale=False, epsilon=0.001, activation_fn=None, param_initializers=None, param_regularizers=None, updates_collections=None, is_training=True, reuse=None, variables_collections=None, outputs_collections=None, trainable=True, batch_weights=None, fused=None, data_format=None, zero_debias_moving_mean=False, scope=None, **kwargs)',
  body: (call) =>
    activate(
      call,
      layer(call, 'BatchNormalization', 'BatchNorm', {
        momentum: call.p['decay'],
        center: call.p['center'],
        scale: call.p['scale'],
        epsilon: call.p['epsilon'],
        ...(channelsFirst(call.p['data_format']) ? { axis: int(1) } : {}),
      }),
    ),
};

const RULES: Readonly<Record<string, SlimRule>> = {
  conv1d: convolution(1),
  conv2d: convolution(2),
  conv3d: convolution(3),
  conv2d_transpose: {
    signature: `(inputs, num_outputs, kernel_size, stride=1, padding='SAME', data_format='NHWC', activation_fn='${RELU}', ${NORMALISED}, ${TAIL})`,
    body: (call) =>
      withNormaliser(call, 'Conv2DTranspose', 'Conv2d_transpose', {
        filters: call.p['num_outputs'],
        kernel_size: call.p['kernel_size'],
        strides: call.p['stride'],
        padding: lower(call.p['padding']),
        ...format(call.p['data_format']),
      }),
  },
  separable_conv2d: {
    signature: `(inputs, num_outputs, kernel_size, depth_multiplier=1, stride=1, padding='SAME', data_format='NHWC', rate=1, activation_fn='${RELU}', normalizer_fn=None, normalizer_params=None, weights_initializer=None, pointwise_initializer=None, weights_regularizer=None, biases_initializer=0, biases_regularizer=None, ${TAIL})`,
    body: (call) => {
      const shared = {
        kernel_size: call.p['kernel_size'],
        strides: call.p['stride'],
        padding: lower(call.p['padding']),
        depth_multiplier: call.p['depth_multiplier'],
        dilation_rate: call.p['rate'],
        ...format(call.p['data_format']),
      };
      // Without outputs only the depthwise half is there.
      return call.p['num_outputs'].kind === 'none'
        ? withNormaliser(call, 'DepthwiseConv2D', 'SeparableConv2d', shared)
        : withNormaliser(call, 'SeparableConv2D', 'SeparableConv2d', {
            filters: call.p['num_outputs'],
            ...shared,
          });
    },
  },
  max_pool2d: pool('MaxPooling2D', 'MaxPool2D'),
  avg_pool2d: pool('AveragePooling2D', 'AvgPool2D'),
  max_pool3d: pool('MaxPooling3D', 'MaxPool3D'),
  avg_pool3d: pool('AveragePooling3D', 'AvgPool3D'),
  fully_connected: fullyConnected,
  batch_norm: batchNorm,
  flatten: {
    signature: '(inputs, outputs_collections=None, scope=None)',
    body: (call) => layer(call, 'Flatten', 'Flatten', {}),
  },
  dropout: {
    signature:
      '(inputs, keep_prob=0.5, noise_shape=None, is_training=True, outputs_collections=None, scope=None, seed=None)',
    body: (call) => {
      const keep = call.p['keep_prob'];
      const rate: Value =
        keep.kind === 'float' || keep.kind === 'int'
          ? { kind: 'float', value: 1 - keep.value }
          : { kind: 'float', value: 0.5 };
      return layer(call, 'Dropout', 'Dropout', { rate });
    },
  },
  layer_norm: {
    signature:
      '(inputs, center=True, scale=True, activation_fn=None, reuse=None, variables_collections=None, outputs_collections=None, trainable=True, begin_norm_axis=1, begin_params_axis=-1, scope=None)',
    body: (call) =>
      activate(
        call,
        layer(call, 'LayerNormalization', 'LayerNorm', {
          center: call.p['center'],
          scale: call.p['scale'],
        }),
      ),
  },
  softmax: {
    signature: '(logits, scope=None)',
    body: ({ machine, recorder, p }) =>
      machine.apply(opsLookup(recorder, 'softmax') ?? NONE, [], { x: p['logits'] }),
  },
};

const ALIASES: Readonly<Record<string, string>> = {
  convolution: 'conv2d',
  convolution1d: 'conv1d',
  convolution2d: 'conv2d',
  convolution3d: 'conv3d',
  convolution2d_transpose: 'conv2d_transpose',
  separable_convolution2d: 'separable_conv2d',
  linear: 'fully_connected',
  relu: 'fully_connected',
};

const lower = (value: Value): Value => (value.kind === 'str' ? str(value.value.toLowerCase()) : value);
const channelsFirst = (value: Value): boolean => value.kind === 'str' && value.value.startsWith('NC');
const format = (value: Value): Record<string, Value> =>
  channelsFirst(value) ? { data_format: str('channels_first') } : {};

function layer(
  { recorder, p, args }: SlimCall,
  cls: string,
  base: string,
  keywords: Readonly<Record<string, Value>>,
  inputs: Value = p['inputs'],
  name: Value = p['scope'] ?? NONE,
): Value {
  return applyLayer(recorder, { cls, keywords, inputs, name, base, reuse: p['reuse'] ?? NONE, args });
}

/** The layer, then what normalises it in place of its bias, then the activation. */
function withNormaliser(
  call: SlimCall,
  cls: string,
  base: string,
  keywords: Readonly<Record<string, Value>>,
): Value {
  const { machine, p } = call;
  const normaliser = p['normalizer_fn'];
  const bare = normaliser.kind === 'none';
  const own = p['scope'].kind === 'str' ? p['scope'] : str(call.recorder.plain.defaultName(base));
  const result = layer(
    call,
    cls,
    base,
    { ...keywords, use_bias: bare && p['biases_initializer'].kind !== 'none' ? TRUE : FALSE },
    p['inputs'],
    own,
  );
  if (bare) return activate(call, result);
  const given = p['normalizer_params'];
  const more: Record<string, Value> = {};
  if (given.kind === 'dict')
    for (const { key, value } of given.entries.values()) if (key.kind === 'str') more[key.value] = value;
  const scoped: Record<string, Value> = own.kind === 'str' ? { scope: str(`${own.value}/BatchNorm`) } : {};
  const takesScope = normaliser.kind === 'native';
  return activate(
    call,
    machine.call(
      normaliser,
      machine.args([result], { ...(takesScope ? scoped : {}), ...more }, call.args.range),
    ),
  );
}

function activate({ machine, recorder, p, args }: SlimCall, x: Value): Value {
  const activation = p['activation_fn'];
  if (activation.kind === 'none') return x;
  if (activation.kind === 'str' && activation.value === RELU) {
    const relu = opsLookup(recorder, 'relu');
    return relu === undefined ? x : machine.call(relu, machine.args([x], {}, args.range));
  }
  return machine.call(activation, machine.args([x], {}, args.range));
}

const made = new Map<string, NativeFunction>();

/** A function of `tf.contrib.layers` or slim; undefined for names that are none. */
export function slimFunction(recorder: Recorder, name: string): Value | undefined {
  switch (name) {
    case 'arg_scope':
      return argumentScopeClass(recorder);
    case 'add_arg_scope':
      return addArgumentScope;
    case 'repeat':
      return repeat;
    case 'stack':
      return stack;
  }
  const key = ALIASES[name] ?? name;
  if (!Object.hasOwn(RULES, key)) return undefined;
  let found = made.get(key);
  if (found === undefined) made.set(key, (found = slimRule(key, RULES[key], name === 'linear')));
  return found;
}

function slimRule(name: string, rule: SlimRule, linear: boolean): NativeFunction {
  const bind = `${name}${rule.signature}`;
  const own: NativeFunction = native(name, (machine, args) => {
    const recorder = recorderOf(machine);
    const run = fn(bind, (_owner, p) =>
      rule.body({ machine, recorder, p: linear ? { ...p, activation_fn: NONE } : p, args }),
    );
    return machine.call(run, withDefaults(recorder, own, args, parameterNames(rule.signature)));
  });
  return own;
}

const parameterNames = (signature: string): readonly string[] =>
  signature
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim().split('=')[0]);

/** The arguments with those that the argument scopes give for `key`, where the call does not say otherwise. */
function withDefaults(recorder: Recorder, key: Value, args: CallArgs, names: readonly string[]): CallArgs {
  const keywords = new Map<string, CallArgs['keywords'] extends ReadonlyMap<string, infer A> ? A : never>();
  const taken = new Set(names.slice(0, args.positional.length));
  const scope = recorder.plain.argumentScopes.at(-1);
  for (const [name, value] of scope?.get(keyOf(key)) ?? [])
    if (!taken.has(name)) keywords.set(name, { value, range: null, nameRange: null });
  for (const [name, arg] of args.keywords) keywords.set(name, arg);
  return { ...args, keywords };
}

/** What names a function in a scope: its own name is enough, as slim's functions have one each. */
function keyOf(value: Value): string {
  if (value.kind === 'native') return value.name;
  if (value.kind === 'function') return `${value.file}:${value.qualname}`;
  return '';
}

interface ScopeData {
  readonly scope: ArgumentScope;
}

const scopeClasses = new WeakMap<Recorder, ClassValue>();

/** `slim.arg_scope([functions], **defaults)` or `slim.arg_scope(scope)`: a context manager that gives the scope. */
function argumentScopeClass(recorder: Recorder): ClassValue {
  const known = scopeClasses.get(recorder);
  if (known !== undefined) return known;
  const { machine, plain } = recorder;
  const cls = nativeClass(machine, 'arg_scope', {
    module: 'tensorflow.contrib.slim',
    partial: true,
    methods: [
      ['__init__(self, *args, **kwargs)', () => NONE],
      [
        '__enter__(self)',
        (_owner, { self }) => {
          if (self.kind === 'instance') plain.argumentScopes.push((self.data as ScopeData).scope);
          return self;
        },
      ],
      [
        '__exit__(self, *args)',
        (_owner, { self }) => {
          const at =
            self.kind === 'instance' ? plain.argumentScopes.lastIndexOf((self.data as ScopeData).scope) : -1;
          if (at >= 0) plain.argumentScopes.length = at;
          return FALSE;
        },
      ],
    ],
    hooks: {
      create: (owner, _self, args): ScopeData => ({
        scope: scopeFrom(owner, plain.argumentScopes.at(-1), args),
      }),
    },
  });
  scopeClasses.set(recorder, cls);
  return cls;
}

function scopeFrom(machine: Machine, outer: ArgumentScope | undefined, args: CallArgs): ArgumentScope {
  const first = args.positional[0]?.value ?? args.keywords.get('list_ops_or_scope')?.value;
  if (first?.kind === 'instance') return (first.data as Partial<ScopeData> | null)?.scope ?? new Map();
  const scope = new Map([...(outer ?? [])].map(([key, values]) => [key, new Map(values)] as const));
  const functions = first === undefined ? undefined : machine.iterate(first);
  for (const item of functions?.items ?? []) {
    const key = keyOf(item);
    const values = scope.get(key) ?? new Map<string, Value>();
    for (const [name, { value }] of args.keywords) if (name !== 'list_ops_or_scope') values.set(name, value);
    scope.set(key, values);
  }
  return scope;
}

/** `@add_arg_scope`: the program's own function takes defaults from scopes as well. */
const addArgumentScope = fn('add_arg_scope(func)', (_machine, { func }) => {
  if (func.kind !== 'function') return func;
  const names = func.def.params.map((param) => param.name);
  const wrapped: NativeFunction = native(keyOf(func), (machine, args) =>
    machine.call(func, withDefaults(recorderOf(machine), wrapped, args, names)),
  );
  return wrapped;
});

/** `slim.repeat(inputs, repetitions, layer, *args, scope=…)`: layers `scope/scope_1`, `scope/scope_2`, … */
const repeat = fn('repeat(inputs, repetitions, layer, *args, **kwargs)', (machine, p, args) => {
  const { repetitions, layer: function_ } = p;
  if (repetitions.kind !== 'int') return machine.unknown('how often this is repeated is not known');
  const rest = machine.iterate(p['args'])?.items ?? [];
  const keywords: Record<string, Value> = {};
  for (const [name, { value }] of args.keywords) keywords[name] = value;
  const scope = keywords['scope']?.kind === 'str' ? keywords['scope'].value : keyOf(function_);
  let x = p['inputs'];
  for (let i = 1; i <= repetitions.value && tensorDataOf(x) !== undefined; i++)
    x = machine.call(
      function_,
      machine.args([x, ...rest], { ...keywords, scope: str(`${scope}/${scope}_${i}`) }, args.range),
    );
  return x;
});

/** `slim.stack(inputs, layer, [arguments, …], scope=…)`. */
const stack = fn('stack(inputs, layer, stack_args, **kwargs)', (machine, p, args) => {
  const items = machine.iterate(p['stack_args'])?.items;
  if (items === undefined) return machine.unknown('what is stacked is not known');
  const keywords: Record<string, Value> = {};
  for (const [name, { value }] of args.keywords) keywords[name] = value;
  const scope = keywords['scope']?.kind === 'str' ? keywords['scope'].value : 'stack';
  return items.reduce<Value>((x, item, i) => {
    const own = item.kind === 'list' || item.kind === 'tuple' ? item : list([item]);
    return machine.call(
      p['layer'],
      machine.args([x, ...own.items], { ...keywords, scope: str(`${scope}/${scope}_${i + 1}`) }, args.range),
    );
  }, p['inputs']);
});
