/** Shapes and values as Python and NumPy print them, for quoting Keras' own sentences. */
import { isOpen, isUnknown, type Dim, type Known } from '../graph/graph';
import type { Value } from '../python/values';
import type { Config } from './definition';

/** `(None, 28, 28)`; `?` for a dimension that is not known. */
export function tupleText(dims: readonly (Dim | Known<number>)[]): string {
  const parts = dims.map(dimText);
  return parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(', ')})`;
}

/** `[None, 28, 28]`. */
export function listText(dims: readonly (Dim | Known<number>)[]): string {
  return `[${dims.map(dimText).join(', ')}]`;
}

/** `[None 28 28]`, as a NumPy array prints. */
export function arrayText(dims: readonly (Dim | Known<number>)[]): string {
  return `[${dims.map(dimText).join(' ')}]`;
}

function dimText(dim: Dim | Known<number>): string {
  if (dim === null || isUnknown(dim)) return '?';
  return typeof dim === 'object' && isOpen(dim) ? 'None' : String(dim);
}

/** Python's repr of an argument, `…` where it is not known. */
export function argumentText(config: Config, name: string): string {
  return valueText(config, config.value(name));
}

export function valueText(config: Config, value: Value): string {
  if (value.kind === 'str') return value.value;
  if (value.kind === 'symbolic') return value.isNone ? 'None' : '…';
  return config.machine.repr(value) ?? '…';
}
