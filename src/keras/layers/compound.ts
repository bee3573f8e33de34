/**
 * For layers made of other layers (wrappers, MultiHeadAttention, RNN over cells): reading a layer object's definition and
 * arguments, making sublayers as Keras' own constructors do, cloning a layer, and one time step of a sequence.
 */
import type { Dim, Known, Unknown } from '../../graph/graph';
import type { InstanceValue, Value } from '../../python/values';
import { list, str, tuple } from '../../python/values';
import type { Machine } from '../../python/machine';
import type { CallContext, Config, LayerDefinition, TensorRef } from '../definition';

/** A layer object's definition (null for a custom layer) and constructor arguments; undefined when `value` is no layer. */
export function layerParts(
  value: Value,
): { readonly definition: LayerDefinition | null; readonly config: Config | null } | undefined {
  if (value.kind !== 'instance') return undefined;
  const data = value.data as { definition?: LayerDefinition | null; config?: Config | null } | null;
  return data && typeof data === 'object' && 'definition' in data && 'config' in data
    ? { definition: data.definition ?? null, config: data.config ?? null }
    : undefined;
}

/** Whether the value is certainly no layer object. */
export function certainlyNoLayer(value: Value): boolean {
  return value.kind !== 'unknown' && value.kind !== 'instance';
}

/**
 * The sublayer kept under `attribute`, made on first use: as Keras' constructors do with `self._query_dense = EinsumDense(…)`.
 * Undefined when the class cannot be had.
 */
export function sublayer(
  context: CallContext,
  attribute: string,
  className: string,
  keywords: Readonly<Record<string, Value>>,
): Value | undefined {
  const { machine, self } = context;
  const existing = self.attrs.get(attribute);
  if (existing) return existing;
  const module = machine.importModule('keras.layers');
  const cls = module && machine.findAttr(module, className);
  if (!cls || cls.kind !== 'class') return undefined;
  const made = machine.instantiate(cls, machine.args([], keywords));
  machine.setAttr(self, attribute, made);
  return made;
}

/**
 * A copy of a layer with some arguments changed, as `from_config(get_config())` would make it. Undefined where its
 * configuration is not known.
 */
export function cloneLayer(
  machine: Machine,
  layer: Value,
  overrides: Readonly<Record<string, Value>>,
): Value | undefined {
  const parts = layerParts(layer);
  if (!parts || layer.kind !== 'instance') return undefined;
  if (!parts.config || !parts.definition || layer.cls.def !== null)
    return cloneOwn(machine, layer, overrides);
  const keywords: Record<string, Value> = {};
  for (const name of [...parts.config.bound.given].filter(
    (entry) => entry !== 'args' && entry !== 'kwargs',
  )) {
    const value = cloneValue(machine, parts.config.value(name));
    if (value === undefined) return undefined;
    keywords[name] = value;
  }
  return machine.instantiate(layer.cls, machine.args([], { ...keywords, ...overrides }));
}

/** A layer of the program's own class by its `get_config` and `from_config`. */
function cloneOwn(
  machine: Machine,
  layer: InstanceValue,
  overrides: Readonly<Record<string, Value>>,
): Value | undefined {
  const config = machine.apply(machine.getAttr(layer, 'get_config'), []);
  if (config.kind !== 'dict') return undefined;
  const changed = machine.call(machine.builtin('dict'), machine.args([config], overrides));
  const made = machine.apply(machine.getAttr(layer.cls, 'from_config'), [changed]);
  return layerParts(made) === undefined ? undefined : made;
}

function cloneValue(machine: Machine, value: Value): Value | undefined {
  if (layerParts(value)) return cloneLayer(machine, value, {});
  if (value.kind === 'list' || value.kind === 'tuple') {
    const items = value.items.map((item) => cloneValue(machine, item));
    if (items.some((item) => item === undefined)) return undefined;
    return value.kind === 'list' ? list(items as Value[], value.tail) : tuple(items as Value[]);
  }
  return value;
}

/** The name of a layer object, `layer` when not known. */
export function layerName(machine: Machine, layer: Value): string {
  const name = machine.findAttr(layer, 'name');
  return name?.kind === 'str' ? name.value : 'layer';
}

export const named = (name: string): Value => str(name);

/** Tensors in the result of calling a layer or function: undefined entries are not tensors. */
export function tensorsOf(context: CallContext, result: Value): (TensorRef | undefined)[] {
  if (result.kind === 'tuple' || result.kind === 'list')
    return result.items.flatMap((item) => tensorsOf(context, item));
  return [context.tensor(result)];
}

/**
 * The tensor at one time step, `(batch, …)` from `(batch, time, …)`. For a recurrent layer (`carried`) the state brings
 * every earlier step along: then it depends on the whole time axis.
 */
export function timeStep(
  context: CallContext,
  input: TensorRef,
  dims: readonly Dim[],
  carried: boolean,
): TensorRef {
  const rest = dims.slice(2);
  const whole = { kind: 'range', start: 0, step: 1 } as const;
  return context.step({
    type: 'GetItem',
    primitive: carried
      ? { op: 'reduce', fn: 'other', axes: [1], keepDims: false }
      : { op: 'slice', items: [whole, { kind: 'index', index: null }, ...rest.map(() => whole)] },
    inputs: [input],
    outputs: [{ shape: [dims[0], ...rest], dtype: input.dtype }],
  })[0];
}

/** A dimension's length, from its formula where that is a plain number. */
export function lengthOf(dim: Dim | undefined): Known<number> {
  if (typeof dim === 'number') return dim;
  return typeof dim === 'object' && dim.kind === 'open' && typeof dim.formula === 'number'
    ? dim.formula
    : null;
}

export function lost(reason: string): Unknown {
  return { kind: 'unknown', reason };
}

export type LayerObject = InstanceValue;
