/** Kernels of Winograd's transforms F(2×2, 3×3). Each thread makes one of the 16 numbers of a tile, or one of its four outputs. */
import type { WinogradOp } from '../ops';
import { finish } from './windows';
import { unravel, Writer, type KernelSource } from './writer';

/**
 * Row i of Bᵀ takes `first[i]` and `second[i]` of the tile's rows: the second positive for 1, negative else.
 * Bᵀ = (1, 0, −1, 0), (0, 1, 1, 0), (0, −1, 1, 0), (0, 1, 0, −1).
 */
export function winogradInputKernel({ of }: WinogradOp, texels: boolean): KernelSource {
  const writer = new Writer(!texels ? 'scalar' : of.inChannels % 4 === 0 ? 'texel' : 'lane');
  const [vertical, horizontal] = of.axes;
  const rows = Math.ceil(vertical.output / 2);
  const columns = Math.ceil(horizontal.output / 2);
  const units = of.inChannels / writer.width;
  const count = 16 * of.n * rows * columns * of.inChannels;
  return writer.flat(1, count, (flat) => {
    const [ty, tx, image, row, column, c] = unravel(writer, flat, [4, 4, of.n, rows, columns, units]);
    const pair = (t: string): readonly [string, string, string] => {
      const first = writer.let('f', `${t}`);
      const second = writer.let('g', '2.0');
      const sign = writer.let('h', '-1.0');
      writer.open(`if (${t} == 0)`);
      writer.line(`${first} = 0.0;`);
      writer.close();
      writer.open(`if (${t} == 1)`);
      writer.line(`${sign} = 1.0;`);
      writer.close();
      writer.open(`if (${t} == 2)`);
      writer.line(`${second} = 1.0;`);
      writer.close();
      writer.open(`if (${t} == 3)`);
      writer.line(`${first} = 1.0;`);
      writer.line(`${second} = 3.0;`);
      writer.close();
      return [first, second, sign];
    };
    const [y0, y1, ySign] = pair(ty);
    const [x0, x1, xSign] = pair(tx);
    const sums = writer.each('s', () => '0.0');
    const top = writer.let('p', `${row} * 2 - (${vertical.padBefore})`);
    const left = writer.let('p', `${column} * 2 - (${horizontal.padBefore})`);
    const take = (y: string, x: string, factor: string): void => {
      const py = writer.let('y', `${top} + ${y}`);
      const px = writer.let('x', `${left} + ${x}`);
      writer.open(
        `if (${py} >= 0 && ${py} < ${vertical.input} && ${px} >= 0 && ${px} < ${horizontal.input})`,
      );
      const at = writer.let(
        'i',
        `((${image} * ${vertical.input} + ${py}) * ${horizontal.input} + ${px}) * ${units} + ${c}`,
      );
      writer
        .read(0, at)
        .forEach((value, k) => writer.line(`${sums[k]} = ${sums[k]} + ${value} * ${factor};`));
      writer.close();
    };
    take(y0, x0, '1.0');
    take(y0, x1, xSign);
    take(y1, x0, ySign);
    take(y1, x1, writer.let('q', `${ySign} * ${xSign}`));
    return sums;
  });
}

/** Aᵀ = (1, 1, 1, 0), (0, 1, −1, −1): an output takes three rows and three columns of the 16 products. */
export function winogradOutputKernel({ of }: WinogradOp, inputs: number, texels: boolean): KernelSource {
  const writer = new Writer(!texels ? 'scalar' : of.outChannels % 4 === 0 ? 'texel' : 'lane');
  const [vertical, horizontal] = of.axes;
  const rows = Math.ceil(vertical.output / 2);
  const columns = Math.ceil(horizontal.output / 2);
  const units = of.outChannels / writer.width;
  const tiles = of.n * rows * columns;
  return writer.grid(inputs, of.n * vertical.output, horizontal.output, of.outChannels, (c, x, line) => {
    const [image, y] = unravel(writer, line, [of.n, vertical.output]);
    const row = writer.let('r', `Math.floor(${y} / 2)`);
    const column = writer.let('r', `Math.floor(${x} / 2)`);
    // Odd outputs start one further in the tile and take the last two negatively.
    const oddY = writer.let('o', `${y} - ${row} * 2`);
    const oddX = writer.let('o', `${x} - ${column} * 2`);
    const signY = writer.let('o', `1.0 - 2.0 * ${oddY}`);
    const signX = writer.let('o', `1.0 - 2.0 * ${oddX}`);
    const tile = writer.let('t', `(${image} * ${rows} + ${row}) * ${columns} + ${column}`);
    const sums = writer.each('s', () => '0.0');
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const place = writer.let(
          'i',
          `(((${oddY} + ${i}) * 4 + ${oddX} + ${j}) * ${tiles} + ${tile}) * ${units} + ${c}`,
        );
        const factor = [...(i ? [signY] : []), ...(j ? [signX] : [])].join(' * ');
        writer
          .read(0, place)
          .forEach((value, k) =>
            writer.line(`${sums[k]} = ${sums[k]} + ${value}${factor ? ` * ${factor}` : ''};`),
          );
      }
    }
    return finish(writer, sums, c, of.bias, of.epilogue, 1, inputs);
  });
}
