/**
 * Follows input axes through a reshape: the parts of the old axes, in row-major order, are dealt out to the new axes.
 * Joining axes keeps every part; splitting is possible between parts and within parts that run along no input axis.
 */
import { cover } from './field';
import {
  dimsOf,
  lose,
  mapTrack,
  plain,
  withAxes,
  withTracks,
  type Axis,
  type DimId,
  type FieldMap,
  type Part,
  type Track,
} from './map';

/** `lengths`: the new shape, null where open or unknown. */
export function reshapeMap(map: FieldMap, lengths: readonly (number | null)[]): FieldMap {
  if (map.axes === null) return lose(map, 'the rank of a tensor on the way is not known');
  // An axis of one position needs no axis: what its single unit sees does not move.
  const single = map.axes.flat().filter((part) => part.length === 1);
  const settled = new Map<DimId, Track>();
  for (const dim of single.flatMap((part) => part.dims)) {
    const track = map.tracks.get(dim);
    if (track)
      settled.set(
        dim,
        mapTrack(track, (field) => cover(field, 1)),
      );
  }
  const from = withTracks(map, settled);
  const dealt = deal(
    map.axes.flat().filter((part) => part.length !== 1),
    lengths,
  );
  if (dealt === null) {
    const moving = map.axes.flatMap(dimsOf).filter((dim) => !settled.has(dim));
    return lose(withAxes(from, lengths.map(plain)), 'a reshape on the way mixes positions', moving);
  }
  return lose(withAxes(from, dealt.axes), 'a reshape on the way splits an axis', dealt.lost);
}

function deal(
  parts: readonly Part[],
  lengths: readonly (number | null)[],
): { axes: Axis[]; lost: DimId[] } | null {
  const queue = [...parts];
  const axes: Axis[] = [];
  const lost: DimId[] = [];
  for (let index = 0; index < lengths.length; index++) {
    const wanted = lengths[index];
    if (wanted === null) {
      const taken = takeOpen(queue, lengths.slice(index + 1));
      if (taken === null) return null;
      axes.push(taken);
      continue;
    }
    const taken: Part[] = [];
    let got = 1;
    while (got < wanted) {
      const part = queue.shift();
      if (part === undefined || part.length === null) return null;
      const missing = wanted / got;
      if (missing % part.length === 0) {
        taken.push(part);
        got *= part.length;
      } else if (Number.isInteger(missing) && part.length % missing === 0) {
        lost.push(...part.dims);
        taken.push({ length: missing, dims: [] });
        queue.unshift({ length: part.length / missing, dims: [] });
        got = wanted;
      } else {
        return null;
      }
    }
    axes.push(taken.length === 0 ? [{ length: wanted, dims: [] }] : taken);
  }
  return queue.length > 0 ? null : { axes, lost };
}

/** An open axis takes everything up to what the axes after it need; they need known lengths for that. */
function takeOpen(queue: Part[], after: readonly (number | null)[]): Axis | null {
  if (queue.length === 0) return [{ length: null, dims: [] }];
  if (after.includes(null)) {
    const first = queue.shift() as Part;
    return first.length === null || dimsOf([first]).length === 0 ? [first] : null;
  }
  let needed = after.reduce<number>((total, length) => total * (length ?? 1), 1);
  let keep = queue.length;
  while (needed > 1 && keep > 0) {
    const last = queue[keep - 1];
    if (last.length === null || needed % last.length !== 0) break;
    needed /= last.length;
    keep--;
  }
  if (needed > 1) {
    const split = queue[keep - 1];
    if (split === undefined || split.length === null || split.dims.length > 0 || split.length % needed !== 0)
      return null;
    const taken = [...queue.splice(0, keep - 1), { length: split.length / needed, dims: [] }];
    queue[0] = { length: needed, dims: [] };
    return taken;
  }
  const taken = queue.splice(0, keep);
  return taken.length === 0 ? [{ length: 1, dims: [] }] : taken;
}
