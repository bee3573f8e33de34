/** The transposes of what moves elements, for gradients: im2col and col2im, pooling, gather, look-ups. */
import {
  sizeOf,
  type AdaptiveMaxGradientOp,
  type EmbeddingGradientOp,
  type PatchesOp,
  type PoolGradientOp,
  type ScatterOp,
} from '../ops';
import { forEachBin } from './algebra';
import type { Allocate, Numbers } from './arrays';
import { forEachTap } from './convolution';
import { sourceIndex } from './movement';

export function unfold(op: PatchesOp, [x]: readonly Numbers[], allocate: Allocate): Numbers {
  return patches(op, (out, inside, folded, c) => (out[folded + c] = x[inside + c]), allocate);
}

export function fold(op: PatchesOp, [columns]: readonly Numbers[], allocate: Allocate): Numbers {
  return patches(op, (out, inside, folded, c) => (out[inside + c] += columns[folded + c]), allocate);
}

function patches(
  op: PatchesOp,
  move: (out: Numbers, inside: number, folded: number, channel: number) => void,
  allocate: Allocate,
): Numbers {
  const { n, axes, channels } = op;
  const inside = sizeOf(axes.map((axis) => axis.input));
  const positions = sizeOf(axes.map((axis) => axis.output));
  const taps = sizeOf(axes.map((axis) => axis.kernel));
  const out = allocate(n * channels * (op.kind === 'unfold' ? positions * taps : inside));
  for (let image = 0; image < n; image++) {
    forEachTap(axes, false, (position, tap, source) => {
      const from = (image * inside + source) * channels;
      const to = ((image * positions + position) * taps + tap) * channels;
      for (let c = 0; c < channels; c++) move(out, from, to, c);
    });
  }
  return out;
}

export function poolGradient(
  { of }: PoolGradientOp,
  [x, dy]: readonly Numbers[],
  allocate: Allocate,
): Numbers {
  const { channels, axes, n } = of;
  const inside = sizeOf(axes.map((axis) => axis.input));
  const positions = sizeOf(axes.map((axis) => axis.output));
  const out = allocate(n * inside * channels);
  for (let image = 0; image < n; image++) {
    const winners = new Int32Array(positions * channels).fill(-1);
    const counts = new Float64Array(positions);
    forEachTap(axes, false, (position, _tap, source) => {
      counts[position]++;
      if (of.mode !== 'max') return;
      const from = (image * inside + source) * channels;
      for (let c = 0; c < channels; c++) {
        const best = winners[position * channels + c];
        if (best < 0 || x[from + c] > x[(image * inside + best) * channels + c])
          winners[position * channels + c] = source;
      }
    });
    if (of.mode === 'max') {
      winners.forEach((source, i) => {
        if (source >= 0)
          out[(image * inside + source) * channels + (i % channels)] += dy[image * positions * channels + i];
      });
    } else {
      forEachTap(axes, false, (position, _tap, source) => {
        const from = (image * positions + position) * channels;
        for (let c = 0; c < channels; c++)
          out[(image * inside + source) * channels + c] += dy[from + c] / counts[position];
      });
    }
  }
  return out;
}

export function scatter({ of }: ScatterOp, [dy]: readonly Numbers[], allocate: Allocate): Numbers {
  const out = allocate(sizeOf(of.inShape));
  const tables = of.axes.map((axis, d) =>
    Int32Array.from({ length: axis.from === null ? 1 : of.outShape[axis.from] }, (_, o) =>
      sourceIndex(axis, o, of.inShape[d]),
    ),
  );
  const at = new Array<number>(of.outShape.length).fill(0);
  for (let i = 0; i < dy.length; i++) {
    let source = 0;
    for (let d = 0; d < of.axes.length && source >= 0; d++) {
      const { from } = of.axes[d];
      const index = tables[d][from === null ? 0 : at[from]];
      source = index < 0 ? -1 : source * of.inShape[d] + index;
    }
    if (source >= 0) out[source] += dy[i];
    for (let d = at.length - 1; d >= 0; d--) {
      if (++at[d] < of.outShape[d]) break;
      at[d] = 0;
    }
  }
  return out;
}

export function embeddingGradient(
  { of }: EmbeddingGradientOp,
  [indices, dy]: readonly Numbers[],
  allocate: Allocate,
): Numbers {
  const out = allocate(of.rows * of.width);
  for (let i = 0; i < of.count; i++) {
    const row = Math.trunc(indices[i]);
    if (row < 0 || row >= of.rows) continue;
    for (let c = 0; c < of.width; c++) out[row * of.width + c] += dy[i * of.width + c];
  }
  return out;
}

export function adaptiveMaxGradient(
  { of }: AdaptiveMaxGradientOp,
  [x, dy]: readonly Numbers[],
  allocate: Allocate,
): Numbers {
  const out = allocate(of.n * sizeOf(of.inputs) * of.channels);
  const best = new Int32Array(of.n * sizeOf(of.outputs) * of.channels).fill(-1);
  forEachBin(of, (to, from) => {
    for (let c = 0; c < of.channels; c++)
      if (best[to + c] < 0 || x[from + c] > x[best[to + c]]) best[to + c] = from + c;
  });
  best.forEach((from, to) => {
    if (from >= 0) out[from] += dy[to];
  });
  return out;
}
