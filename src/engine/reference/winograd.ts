/** Winograd's transforms F(2×2, 3×3) by their matrices: V = Bᵀ·d·B of each 4×4 tile of the input, Y = Aᵀ·M·A of the products. */
import type { WinogradOp } from '../ops';
import type { Allocate, Numbers } from './arrays';
import { finish } from './convolution';

/** `[n, y, x, C]` → `[16, n·tiles, C]`. */
export function winogradInput({ of }: WinogradOp, [x]: readonly Numbers[], allocate: Allocate): Numbers {
  const [vertical, horizontal] = of.axes;
  const rows = Math.ceil(vertical.output / 2);
  const columns = Math.ceil(horizontal.output / 2);
  const tiles = of.n * rows * columns;
  const channels = of.inChannels;
  const out = allocate(16 * tiles * channels);
  const d = new Float64Array(16);
  for (let tile = 0; tile < tiles; tile++) {
    const column = tile % columns;
    const row = Math.floor(tile / columns) % rows;
    const image = Math.floor(tile / (columns * rows));
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < 16; i++) {
        const y = 2 * row + (i >> 2) - vertical.padBefore;
        const at = 2 * column + (i & 3) - horizontal.padBefore;
        const inside = y >= 0 && y < vertical.input && at >= 0 && at < horizontal.input;
        d[i] = inside ? x[((image * vertical.input + y) * horizontal.input + at) * channels + c] : 0;
      }
      const lines = transform(d, 4, [
        [0, 2, -1],
        [1, 2, 1],
        [2, 1, -1],
        [1, 3, -1],
      ]);
      for (let i = 0; i < 16; i++) out[(i * tiles + tile) * channels + c] = lines[i];
    }
  }
  return out;
}

/** Rows then columns: each result is `d[a] + sign·d[b]`. */
function transform(
  d: Float64Array,
  size: number,
  pairs: readonly (readonly [number, number, number])[],
): Float64Array {
  const half = new Float64Array(16);
  const out = new Float64Array(16);
  pairs.forEach(([a, b, sign], y) => {
    for (let x = 0; x < size; x++) half[y * 4 + x] = d[a * 4 + x] + sign * d[b * 4 + x];
  });
  for (let y = 0; y < size; y++)
    pairs.forEach(([a, b, sign], x) => (out[y * 4 + x] = half[y * 4 + a] + sign * half[y * 4 + b]));
  return out;
}

/** `[16, n·tiles, F]` → `[n, y, x, F]`, with the convolution's bias and epilogue. */
export function winogradOutput({ of }: WinogradOp, inputs: readonly Numbers[], allocate: Allocate): Numbers {
  const [products] = inputs;
  const [vertical, horizontal] = of.axes;
  const rows = Math.ceil(vertical.output / 2);
  const columns = Math.ceil(horizontal.output / 2);
  const tiles = of.n * rows * columns;
  const filters = of.outChannels;
  const sums = new Float64Array(of.n * vertical.output * horizontal.output * filters);
  for (let tile = 0; tile < tiles; tile++) {
    const column = tile % columns;
    const row = Math.floor(tile / columns) % rows;
    const image = Math.floor(tile / (columns * rows));
    for (let f = 0; f < filters; f++) {
      const m = (i: number): number => products[(i * tiles + tile) * filters + f];
      const half: number[] = [];
      for (let x = 0; x < 4; x++) {
        half[x] = m(x) + m(4 + x) + m(8 + x);
        half[4 + x] = m(4 + x) - m(8 + x) - m(12 + x);
      }
      for (let y = 0; y < 2; y++) {
        const own = [
          half[4 * y] + half[4 * y + 1] + half[4 * y + 2],
          half[4 * y + 1] - half[4 * y + 2] - half[4 * y + 3],
        ];
        for (let x = 0; x < 2; x++) {
          const [py, px] = [2 * row + y, 2 * column + x];
          if (py < vertical.output && px < horizontal.output)
            sums[((image * vertical.output + py) * horizontal.output + px) * filters + f] = own[x];
        }
      }
    }
  }
  const out = allocate(sums.length);
  finish(of, sums, [products, products, ...inputs.slice(1)], out, 0);
  return out;
}
