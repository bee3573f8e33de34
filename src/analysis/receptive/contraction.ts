/** Follows input axes through products of tensors (`einsum`, `matmul`): contracted axes are read whole, the others stay. */
import { coverAxis, mergeAligned, NOTHING, plain, withAxes, type Axis, type FieldMap } from './map';
import type { Bounds } from './field';
import { parseEinsum } from '../einsum';

/** `lengths`: the result's axes, null where open or unknown; null when its rank is not known. */
export function einsumMap(
  inputs: readonly FieldMap[],
  equation: string,
  lengths: readonly (number | null)[] | null,
  bounds: Bounds,
): FieldMap {
  const parsed = parseEinsum(
    equation,
    inputs.map((map) => map.axes?.length ?? null),
    lengths?.length ?? null,
  );
  if (parsed === null || lengths === null) return scattered(inputs, bounds);
  return contract(inputs, parsed.operands, parsed.output, lengths, bounds);
}

export function matmulMap(
  inputs: readonly FieldMap[],
  options: { readonly transposeA: boolean; readonly transposeB: boolean },
  lengths: readonly (number | null)[] | null,
  bounds: Bounds,
): FieldMap {
  const ranks = inputs.map((map) => map.axes?.length ?? null);
  if (lengths === null || inputs.length !== 2 || ranks[0] === null || ranks[1] === null)
    return scattered(inputs, bounds);
  const rank = Math.max(ranks[0], ranks[1]);
  const batch = (own: number): string[] =>
    Array.from({ length: Math.max(0, own - 2) }, (_, i) => `b${rank - own + i}`);
  const a = ranks[0] === 1 ? ['k'] : [...batch(ranks[0]), ...(options.transposeA ? ['k', 'i'] : ['i', 'k'])];
  const b = ranks[1] === 1 ? ['k'] : [...batch(ranks[1]), ...(options.transposeB ? ['j', 'k'] : ['k', 'j'])];
  const output = [...batch(rank), ...(ranks[0] === 1 ? [] : ['i']), ...(ranks[1] === 1 ? [] : ['j'])];
  return contract(inputs, [a, b], output, lengths, bounds);
}

function contract(
  inputs: readonly FieldMap[],
  operands: readonly (readonly string[])[],
  output: readonly string[],
  lengths: readonly (number | null)[],
  bounds: Bounds,
): FieldMap {
  const maps = inputs.map((map, i) => {
    const labels = operands[i];
    if (map.axes === null || labels === undefined) return map;
    let result = map;
    labels.forEach((label, axis) => {
      if (!output.includes(label)) result = coverAxis(result, axis);
    });
    const axes: Axis[] = output.map((label, index) => {
      const from = labels.indexOf(label);
      return from < 0 ? plain(lengths[index] ?? null) : (result.axes?.[from] ?? plain(null));
    });
    return withAxes(result, axes);
  });
  const reached = maps.filter((map) => map.tracks.size > 0);
  return reached.length === 0 ? NOTHING : mergeAligned(reached, bounds);
}

function scattered(inputs: readonly FieldMap[], bounds: Bounds): FieldMap {
  return mergeAligned(
    inputs.map((map) => withAxes(map, null)),
    bounds,
  );
}
