/** The arguments of a layer's constructor as its definition reads them: typed, and null where they are not known. */
import type { Known } from '../../graph/graph';
import type { Bound, Machine } from '../../python/machine';
import { NONE, type Value } from '../../python/values';
import type { Config } from '../definition';
import { ACTIVATIONS } from '../names';
import { recorderOf } from './recorder';

export class LayerConfig implements Config {
  private memory: Map<string, unknown> | null = null;

  /** Made when first asked for: few layers remember anything. */
  get memo(): Map<string, unknown> {
    return (this.memory ??= new Map());
  }

  constructor(
    readonly machine: Machine,
    readonly bound: Bound,
    readonly kerasVersion: 2 | 3,
    readonly computeDtype: string | null,
    readonly variableDtype: string | null = computeDtype,
  ) {}

  value(name: string): Value {
    return this.bound.values.get(name) ?? NONE;
  }

  given(name: string): boolean {
    return this.bound.has(name);
  }

  int(name: string): Known<number> {
    return asInt(this.value(name));
  }

  float(name: string): Known<number> {
    const value = this.value(name);
    return value.kind === 'float' || value.kind === 'int'
      ? value.value
      : value.kind === 'bool'
        ? Number(value.value)
        : null;
  }

  flag(name: string): Known<boolean> {
    return this.machine.truth(this.value(name)) ?? null;
  }

  string(name: string): Known<string> {
    const value = this.value(name);
    return value.kind === 'str' ? value.value : null;
  }

  isNone(name: string): boolean {
    return this.value(name).kind === 'none';
  }

  ints(name: string, rank: number): Known<number>[] {
    const value = this.value(name);
    if (value.kind === 'int') return new Array<number>(rank).fill(value.value);
    if (value.kind === 'tuple' && value.items.length === rank) return value.items.map(asInt);
    const items =
      value.kind === 'tuple' || value.kind === 'list' || value.kind === 'range'
        ? this.machine.iterate(value)
        : undefined;
    if (items !== undefined)
      return Array.from({ length: rank }, (_, i) =>
        items.items[i] === undefined ? null : asInt(items.items[i]),
      );
    return Array.from({ length: rank }, () => asInt(value));
  }

  activation(name: string): string | null {
    return activationName(this.machine, this.value(name));
  }

  channelsFirst(): Known<boolean> {
    const value = this.value('data_format');
    if (value.kind === 'none') return recorderOf(this.machine).channelsFirstDefault;
    return value.kind === 'str' ? value.value.toLowerCase() === 'channels_first' : null;
  }
}

/** Keras casts between these by itself; integers, bools and strings stay. */
export const isFloat = (dtype: string): boolean => /^b?float/.test(dtype);

/** `mixed_float16` computes in `float16`. */
export function computeDtypeOf(policy: string): string {
  return policy.replace(/^mixed_/, '');
}

/** `mixed_float16` keeps variables in `float32`. */
export function variableDtypeOf(policy: string): string {
  return policy.startsWith('mixed_') ? 'float32' : policy;
}

export function asInt(value: Value): Known<number> {
  if (value.kind === 'int') return value.value;
  return value.kind === 'bool' ? Number(value.value) : null;
}

/** An activation's name as Keras serialises it; `custom` for other callables, null when not known. */
export function activationName(machine: Machine, value: Value): string | null {
  switch (value.kind) {
    case 'none':
      return 'linear';
    case 'str':
      return value.value === 'swish' ? 'silu' : value.value === 'hard_swish' ? 'hard_silu' : value.value;
    case 'native':
      return ACTIVATIONS.includes(value.name) ? (value.name === 'swish' ? 'silu' : value.name) : 'custom';
    case 'function':
    case 'method':
      return 'custom';
    case 'instance': {
      const builtin = value.cls.mro.find(
        (cls) => LAYER_ACTIVATIONS[cls.name] !== undefined && cls.module.startsWith('keras'),
      );
      if (builtin !== undefined) return LAYER_ACTIVATIONS[builtin.name];
      return machine.findAttr(value, '__call__') === undefined ? null : 'custom';
    }
    default:
      return null;
  }
}

/** Layers used as activations, where they compute a named function with its default arguments. */
const LAYER_ACTIVATIONS: Readonly<Record<string, string>> = {};
