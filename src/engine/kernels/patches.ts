/** Kernels of im2col and col2im: each window's elements side by side, and their sums back in place. */
import { sizeOf, type PatchesOp } from '../ops';
import { forTaps, position } from './windows';
import { unravel, Writer, type KernelSource } from './writer';

export function patchesKernel(op: PatchesOp, texels: boolean): KernelSource {
  const writer = new Writer(!texels ? 'scalar' : op.channels % 4 === 0 ? 'texel' : 'lane');
  return op.kind === 'unfold' ? unfoldKernel(op, writer) : foldKernel(op, writer);
}

function unfoldKernel(op: PatchesOp, writer: Writer): KernelSource {
  const units = op.channels / writer.width;
  const outputs = op.axes.map((axis) => axis.output);
  const kernels = op.axes.map((axis) => axis.kernel);
  const count = op.n * sizeOf(outputs) * sizeOf(kernels) * op.channels;
  return writer.flat(1, count, (flat) => {
    const [image, ...rest] = unravel(writer, flat, [op.n, ...outputs, ...kernels, units]);
    const rank = op.axes.length;
    const tests: string[] = [];
    let source = image;
    op.axes.forEach((axis, d) => {
      const index = writer.let(
        'w',
        `${rest[d]} * ${axis.stride} + ${rest[rank + d]} * ${axis.dilation} - (${axis.padBefore})`,
      );
      tests.push(`${index} >= 0`, `${index} < ${axis.input}`);
      source = writer.let('w', source === '0' ? index : `${source} * ${axis.input} + ${index}`);
    });
    const result = writer.each('r', () => '0.0');
    writer.open(`if (${tests.join(' && ')})`);
    const c = rest[2 * rank];
    writer
      .read(0, `${source} * ${units}${c === '0' ? '' : ` + ${c}`}`)
      .forEach((value, k) => writer.line(`${result[k]} = ${value};`));
    writer.close();
    return result;
  });
}

function foldKernel(op: PatchesOp, writer: Writer): KernelSource {
  const units = op.channels / writer.width;
  // Seen from the folded side, windows are those of a transposed convolution.
  const axes = op.axes.map((axis) => ({ ...axis, input: axis.output, output: axis.input }));
  const columns = axes[axes.length - 1].output;
  const rows = op.n * sizeOf(axes.slice(0, -1).map((axis) => axis.output));
  const positions = sizeOf(axes.map((axis) => axis.input));
  const taps = sizeOf(axes.map((axis) => axis.kernel));
  return writer.grid(1, rows, columns, op.channels, (c, column, row) => {
    const { image, at } = position(writer, axes, column, row, op.n);
    const sums = writer.each('s', () => '0.0');
    const base = image === '0' ? '' : `${image} * ${positions} + `;
    forTaps(writer, axes, true, at, (tap, source) => {
      const place = writer.let('x', `(${base}${source}) * ${taps} + ${tap}`);
      writer
        .read(0, `${place} * ${units} + ${c}`)
        .forEach((value, k) => writer.line(`${sums[k]} = ${sums[k]} + ${value};`));
    });
    return sums;
  });
}
