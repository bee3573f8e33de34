/** Kernels that move elements, and elementwise arithmetic: gather, concatenate, embed, map. */
import { sizeOf, type ConcatOp, type EmbeddingOp, type GatherAxis, type GatherOp, type MapOp } from '../ops';
import { broadcastStrides } from '../reference/movement';
import { literal, writeExpression } from './expressions';
import { unravel, weighted, Writer, type KernelSource } from './writer';

const stridesOf = (shape: readonly number[]): number[] => shape.map((_, d) => sizeOf(shape.slice(d + 1)));

/** Whether the kernel may move four elements at a time: the innermost axis stays whole and in fours. */
function movesTexels(op: GatherOp): boolean {
  const inner = op.axes[op.axes.length - 1];
  const inLength = op.inShape[op.inShape.length - 1];
  const outLength = op.outShape[op.outShape.length - 1];
  const direct =
    inner.from === op.outShape.length - 1 && inner.mul === 1 && inner.div === 1 && inner.outside === 'inside';
  const usedTwice = op.axes.filter((axis) => axis.from === op.outShape.length - 1).length > 1;
  return direct && !usedTwice && inner.add % 4 === 0 && inLength % 4 === 0 && outLength % 4 === 0;
}

export function gatherKernel(op: GatherOp, texels: boolean): KernelSource {
  const writer = new Writer(!texels ? 'scalar' : movesTexels(op) ? 'texel' : 'lane');
  const inner = op.inShape.length - 1;
  const inUnits = op.inShape.map((length, d) => (d === inner ? length / writer.width : length));
  const outUnits = op.outShape.map((length, d) =>
    d === op.outShape.length - 1 ? length / writer.width : length,
  );
  const strides = stridesOf(inUnits);
  return writer.flat(1, sizeOf(op.outShape), (index) => {
    const at = unravel(writer, index, outUnits);
    const inside: string[] = [];
    const sources = op.axes.map((axis, d) => {
      if (axis.from === null) return String(axis.add);
      const raw = source(at[axis.from], d === inner ? { ...axis, add: axis.add / writer.width } : axis);
      if (axis.outside === 'inside') return raw === '0' ? '0' : writer.let('g', raw);
      return outside(writer, writer.let('g', raw), axis, inUnits[d], inside);
    });
    if (!inside.length) return writer.read(0, weighted(sources, strides));
    const result = writer.each('r', () => literal(op.value));
    writer.open(`if (${inside.join(' && ')})`);
    writer.read(0, weighted(sources, strides)).forEach((value, k) => writer.line(`${result[k]} = ${value};`));
    writer.close();
    return result;
  });
}

function source(o: string, axis: GatherAxis): string {
  const product = axis.mul === 1 ? o : `${o} * ${literal(axis.mul)}`;
  const sum = axis.add === 0 ? product : `${product} + ${literal(axis.add)}`;
  return axis.div === 1
    ? axis.mul === 1 && axis.add === 0
      ? o
      : `(${sum})`
    : `Math.floor((${sum}) / ${axis.div})`;
}

/** Folds an index back into the axis, or adds the condition under which it is inside. Pads are at most one axis length. */
function outside(writer: Writer, index: string, axis: GatherAxis, length: number, inside: string[]): string {
  switch (axis.outside) {
    case 'value':
      inside.push(`${index} >= 0`, `${index} < ${length}`);
      return index;
    case 'edge':
      return writer.let('g', `Math.min(Math.max(${index}, 0), ${length - 1})`);
    case 'circular':
      return writer.let('g', `${index} - Math.floor(${index} / ${length}) * ${length}`);
    default: {
      const reflect = axis.outside === 'reflect';
      if (reflect && length === 1) return '0';
      const period = reflect ? 2 * (length - 1) : 2 * length;
      const folded = writer.let('g', `${index} - Math.floor(${index} / ${period}) * ${period}`);
      return writer.let('g', `Math.min(${folded}, ${reflect ? period : period - 1} - ${folded})`);
    }
  }
}

export function concatKernel(op: ConcatOp, texels: boolean): KernelSource {
  const spans = op.sizes.map((size) => size * op.inner);
  const writer = new Writer(!texels ? 'scalar' : spans.every((span) => span % 4 === 0) ? 'texel' : 'lane');
  const units = spans.map((span) => span / writer.width);
  const total = units.reduce((sum, span) => sum + span, 0);
  return writer.flat(spans.length, op.outer * total * writer.width, (index) => {
    const outer = op.outer === 1 ? '0' : writer.let('o', `Math.floor(${index} / ${total})`);
    const rest = op.outer === 1 ? index : writer.let('o', `${index} - ${outer} * ${total}`);
    const result = writer.each('r', () => '0.0');
    let start = 0;
    units.forEach((span, k) => {
      writer.open(`if (${rest} >= ${start} && ${rest} < ${start + span})`);
      const values = writer.read(k, `${outer === '0' ? '' : `${outer} * ${span} + `}${rest} - ${start}`);
      values.forEach((value, j) => writer.line(`${result[j]} = ${value};`));
      writer.close();
      start += span;
    });
    return result;
  });
}

export function embeddingKernel(op: EmbeddingOp, texels: boolean): KernelSource {
  const writer = new Writer(!texels ? 'scalar' : op.width % 4 === 0 ? 'texel' : 'lane');
  return writer.flat(2, op.count * op.width, (index) => {
    const width = op.width / writer.width;
    const position = writer.let('o', `Math.floor(${index} / ${width})`);
    const row = writer.let('o', `Math.floor(${writer.readOne(0, position)})`);
    const result = writer.each('r', () => '0.0');
    writer.open(`if (${row} >= 0 && ${row} < ${op.rows})`);
    const values = writer.read(1, `${row} * ${width} + ${index} - ${position} * ${width}`);
    values.forEach((value, k) => writer.line(`${result[k]} = ${value};`));
    writer.close();
    return result;
  });
}

/** Axes merged where every input either runs through both or repeats over both. */
export function mergeAxes(
  outShape: readonly number[],
  inShapes: readonly (readonly number[])[],
): { readonly shape: number[]; readonly strides: number[][] } {
  const all = inShapes.map((shape) => broadcastStrides(shape, outShape));
  const shape: number[] = [];
  const strides: number[][] = inShapes.map(() => []);
  outShape.forEach((length, d) => {
    if (length === 1) return;
    const last = shape.length - 1;
    const joins =
      last >= 0 &&
      all.every((own, k) =>
        strides[k][last] === 0 ? own[d] === 0 : own[d] !== 0 && strides[k][last] === own[d] * length,
      );
    if (joins) {
      shape[last] *= length;
      all.forEach((own, k) => (strides[k][last] = own[d]));
    } else {
      shape.push(length);
      all.forEach((own, k) => strides[k].push(own[d]));
    }
  });
  return shape.length ? { shape, strides } : { shape: [1], strides: inShapes.map(() => [0]) };
}

export function mapKernel(op: MapOp, texels: boolean): KernelSource {
  const { shape, strides } = mergeAxes(op.outShape, op.inShapes);
  const last = shape.length - 1;
  const aligned =
    shape[last] % 4 === 0 &&
    strides.every(
      (own) => own[last] <= 1 && own.slice(0, last).every((stride) => own[last] === 0 || stride % 4 === 0),
    );
  const writer = new Writer(!texels ? 'scalar' : aligned ? 'texel' : 'lane');
  const units = shape.map((length, d) => (d === last ? length / writer.width : length));
  return writer.flat(op.inShapes.length, sizeOf(op.outShape), (index) => {
    const at = unravel(writer, index, units);
    const values = strides.map((own, k) => {
      if (own[last] === 1)
        return writer.read(
          k,
          weighted(
            at,
            own.map((stride, d) => (d === last ? 1 : stride / writer.width)),
          ),
        );
      // Repeated along the innermost axis: one element serves all of the unit.
      const one = writer.readOne(k, weighted(at, own));
      return Array.from({ length: writer.width }, () => one);
    });
    return writer.each('r', (k) =>
      writeExpression(
        writer,
        op.expression,
        values.map((value) => value[k]),
      ),
    );
  });
}
