/** Kernels that move a window: convolution (plain, grouped, depthwise, transposed) and pooling. One thread makes one or four outputs. */
import type { Expression } from '../expression';
import { sizeOf, type AdaptiveMaxOp, type ConvOp, type PoolOp, type WindowAxis } from '../ops';
import { writeExpression } from './expressions';
import { unravel, Writer, type KernelSource } from './writer';

/** Where a thread stands: image number and output position along each axis. */
export function position(
  writer: Writer,
  axes: readonly WindowAxis[],
  column: string,
  row: string,
  n: number,
): { readonly image: string; readonly at: string[] } {
  const leading = [n, ...axes.slice(0, -1).map((axis) => axis.output)];
  const parts = unravel(writer, row, leading);
  return { image: parts[0], at: [...parts.slice(1), column] };
}

/**
 * Loops over the taps that fall inside the input: `body(tap, source)` with the flat tap and the flat input position. Bounds are
 * tested only where a window can reach outside.
 */
export function forTaps(
  writer: Writer,
  axes: readonly WindowAxis[],
  transposed: boolean,
  at: readonly string[],
  body: (tap: string, source: string) => void,
): void {
  const descend = (d: number, tap: string, source: string): void => {
    if (d === axes.length) {
      body(tap, source);
      return;
    }
    const axis = axes[d];
    const each = (t: string): void => {
      let index: string;
      let test: string | null;
      if (transposed) {
        const reach = writer.let('w', `${at[d]} + ${axis.padBefore} - ${t} * ${axis.dilation}`);
        index = axis.stride === 1 ? reach : writer.let('w', `Math.floor(${reach} / ${axis.stride})`);
        test = `${reach} >= 0 && ${index} < ${axis.input}${axis.stride === 1 ? '' : ` && ${reach} - ${index} * ${axis.stride} == 0`}`;
      } else {
        index = writer.let('w', `${at[d]} * ${axis.stride} + ${t} * ${axis.dilation} - ${axis.padBefore}`);
        const last = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation - axis.padBefore;
        const tests = [
          ...(axis.padBefore > 0 ? [`${index} >= 0`] : []),
          ...(last >= axis.input ? [`${index} < ${axis.input}`] : []),
        ];
        test = tests.length ? tests.join(' && ') : null;
      }
      if (test !== null) writer.open(`if (${test})`);
      const nextTap =
        t === '0' && tap === '0'
          ? '0'
          : axis.kernel === 1
            ? tap
            : writer.let('w', tap === '0' ? t : `${tap} * ${axis.kernel} + ${t}`);
      descend(
        d + 1,
        nextTap,
        source === '0' ? index : writer.let('w', `${source} * ${axis.input} + ${index}`),
      );
      if (test !== null) writer.close();
    };
    if (axis.kernel === 1) each('0');
    else writer.loop(axis.kernel, each);
  };
  descend(0, '0', '0');
}

/** Bias and epilogue; `extra` is the first further input. */
export function finish(
  writer: Writer,
  sums: readonly string[],
  channel: string,
  bias: boolean,
  epilogue: Expression | null,
  first: number,
  inputs: number,
): string[] {
  let values = [...sums];
  let next = first;
  if (bias) {
    const biases = writer.read(next++, channel);
    values = values.map((value, k) => writer.let('f', `${value} + ${biases[k]}`));
  }
  if (!epilogue) return values;
  const extra = Array.from({ length: inputs - next }, (_, i) => writer.read(next + i, channel));
  return values.map((value, k) =>
    writer.let('f', writeExpression(writer, epilogue, [value, ...extra.map((own) => own[k])])),
  );
}

export function convKernel(op: ConvOp, inputs: number, texels: boolean): KernelSource {
  const { inChannels, outChannels, groups } = op;
  const inPerGroup = inChannels / groups;
  const outPerGroup = outChannels / groups;
  const aligned = op.depthwise
    ? inChannels === outChannels && inChannels % 4 === 0
    : inPerGroup % 4 === 0 && outPerGroup % 4 === 0;
  const writer = new Writer(!texels ? 'scalar' : aligned ? 'texel' : 'lane');
  const inUnits = inChannels / writer.width;
  const inPositions = sizeOf(op.axes.map((axis) => axis.input));
  const columns = op.axes[op.axes.length - 1].output;
  const rows = op.n * sizeOf(op.axes.slice(0, -1).map((axis) => axis.output));
  return writer.grid(inputs, rows, columns, outChannels, (c, column, row) => {
    const { image, at } = position(writer, op.axes, column, row, op.n);
    const sums = writer.each('s', () => '0.0');
    const base = image === '0' ? '' : `${image} * ${inPositions * inUnits} + `;
    forTaps(writer, op.axes, op.transposed, at, (tap, source) => {
      const from = writer.let('x', `${base}${source} * ${inUnits}`);
      if (op.depthwise) depthwiseTap(writer, op, c, tap, from, sums);
      else if (op.transposed) transposedTap(writer, op, c, tap, from, sums);
      else plainTap(writer, op, c, tap, from, sums);
    });
    return finish(writer, sums, c, op.bias, op.epilogue, 2, inputs);
  });
}

function depthwiseTap(
  writer: Writer,
  op: ConvOp,
  c: string,
  tap: string,
  from: string,
  sums: readonly string[],
): void {
  const multiplier = op.outChannels / op.inChannels;
  const channel = multiplier === 1 ? c : `Math.floor(${c} / ${multiplier})`;
  const x = writer.read(0, `${from} + ${channel}`);
  const weights = writer.read(1, `${tap} * ${op.outChannels / writer.width} + ${c}`);
  sums.forEach((sum, k) => writer.line(`${sum} = ${sum} + ${x[k]} * ${weights[k]};`));
}

/** In texel mode a unit of four inputs meets four rows of four weights. */
function plainTap(
  writer: Writer,
  op: ConvOp,
  c: string,
  tap: string,
  from: string,
  sums: readonly string[],
): void {
  const { width } = writer;
  const inUnits = op.inChannels / op.groups / width;
  const outUnits = op.outChannels / width;
  const start =
    op.groups === 1
      ? from
      : writer.let('x', `${from} + Math.floor(${c} / ${outUnits / op.groups}) * ${inUnits}`);
  const weights = writer.let('x', `${tap} * ${inUnits * width * outUnits} + ${c}`);
  writer.loop(inUnits, (i) => {
    const x = writer.read(0, `${start} + ${i}`);
    const own = x.map((_, j) =>
      writer.read(1, `${weights} + ${i} * ${width * outUnits}${j ? ` + ${j * outUnits}` : ''}`),
    );
    sums.forEach((sum, k) =>
      writer.line(`${sum} = ${sum} + ${x.map((value, j) => `${value} * ${own[j][k]}`).join(' + ')};`),
    );
  });
}

/** The kernel runs `[…, out, in]`: each output has its weights side by side. */
function transposedTap(
  writer: Writer,
  op: ConvOp,
  c: string,
  tap: string,
  from: string,
  sums: readonly string[],
): void {
  const { width } = writer;
  const inUnits = op.inChannels / width;
  const weights = writer.let('x', `${tap} * ${op.outChannels * inUnits} + ${c} * ${width * inUnits}`);
  writer.loop(inUnits, (i) => {
    const x = writer.read(0, `${from} + ${i}`);
    sums.forEach((sum, k) => {
      const own = writer.read(1, `${weights} + ${i}${k ? ` + ${k * inUnits}` : ''}`);
      writer.line(`${sum} = ${sum} + ${x.map((value, j) => `${value} * ${own[j]}`).join(' + ')};`);
    });
  });
}

export function poolKernel(op: PoolOp, texels: boolean): KernelSource {
  const writer = new Writer(!texels ? 'scalar' : op.channels % 4 === 0 ? 'texel' : 'lane');
  const units = op.channels / writer.width;
  const inPositions = sizeOf(op.axes.map((axis) => axis.input));
  const columns = op.axes[op.axes.length - 1].output;
  const rows = op.n * sizeOf(op.axes.slice(0, -1).map((axis) => axis.output));
  return writer.grid(1, rows, columns, op.channels, (c, column, row) => {
    const { image, at } = position(writer, op.axes, column, row, op.n);
    const base = image === '0' ? '' : `${image} * ${inPositions * units} + `;
    const results = writer.each('s', () => (op.mode === 'max' ? '-3.4e38' : '0.0'));
    const count = op.mode === 'average' ? writer.let('m', '0.0') : null;
    forTaps(writer, op.axes, false, at, (_tap, source) => {
      const x = writer.read(0, `${base}${source} * ${units} + ${c}`);
      results.forEach((result, k) =>
        writer.line(
          op.mode === 'max'
            ? `${result} = Math.max(${result}, ${x[k]});`
            : `${result} = ${result} + ${x[k]};`,
        ),
      );
      if (count) writer.line(`${count} = ${count} + 1.0;`);
    });
    return count ? results.map((result) => `${result} / ${count}`) : results;
  });
}

/** Bin o of an axis covers `[⌊o·length/bins⌋, ⌈(o + 1)·length/bins⌉)`: at most ⌈length/bins⌉ + 1 positions. */
export function adaptiveMaxKernel(op: AdaptiveMaxOp, texels: boolean): KernelSource {
  const writer = new Writer(!texels ? 'scalar' : op.channels % 4 === 0 ? 'texel' : 'lane');
  const units = op.channels / writer.width;
  return writer.flat(1, op.n * sizeOf(op.outputs) * op.channels, (index) => {
    const [image, ...rest] = unravel(writer, index, [op.n, ...op.outputs, units]);
    const c = rest[op.outputs.length];
    const results = writer.each('s', () => '-3.4e38');
    const descend = (d: number, source: string): void => {
      if (d === op.outputs.length) {
        writer
          .read(0, `${source} * ${units} + ${c}`)
          .forEach((value, k) => writer.line(`${results[k]} = Math.max(${results[k]}, ${value});`));
        return;
      }
      const [length, bins] = [op.inputs[d], op.outputs[d]];
      const from = writer.let('b', `Math.floor(${rest[d]} * ${length} / ${bins})`);
      const to = writer.let('b', `Math.ceil((${rest[d]} + 1) * ${length} / ${bins})`);
      writer.loop(Math.min(length, Math.ceil(length / bins) + 1), (i) => {
        const at = writer.let('a', `${from} + ${i}`);
        writer.open(`if (${at} < ${to})`);
        descend(d + 1, writer.let('w', `${source} * ${length} + ${at}`));
        writer.close();
      });
    };
    descend(0, image);
    return results;
  });
}
