/** Kernels for matrix products, reductions and softmax. */
import type { CumsumOp, MatmulOp, ReduceOp, SoftmaxOp } from '../ops';
import { finish } from './windows';
import { Writer, type KernelSource } from './writer';

export function matmulKernel(op: MatmulOp, inputs: number, texels: boolean): KernelSource {
  const { m, k, n } = op;
  const aligned = n % 4 === 0 && k % 4 === 0 && !op.transposeA;
  const writer = new Writer(!texels ? 'scalar' : aligned ? 'texel' : 'lane');
  const batch = Math.max(op.batchA, op.batchB);
  const { width } = writer;
  const kUnits = k / width;
  const nUnits = n / width;
  return writer.grid(inputs, batch, m, n, (column, row, item) => {
    const sums = writer.each('s', () => '0.0');
    // Never `transposeA` in texel mode: there `kUnits` and `k` differ.
    const aBase = writer.let(
      'x',
      `${op.batchA === 1 ? '0' : `${item} * ${m * kUnits}`} + ${op.transposeA ? row : `${row} * ${kUnits}`}`,
    );
    const bBase = writer.let(
      'x',
      `${op.batchB === 1 ? '0' : `${item} * ${k * nUnits}`} + ${op.transposeB ? `${column} * ${width * kUnits}` : column}`,
    );
    writer.loop(kUnits, (p) => {
      const a = writer.read(0, op.transposeA ? `${aBase} + ${p} * ${m}` : `${aBase} + ${p}`);
      if (op.transposeB) {
        sums.forEach((sum, j) => {
          const b = writer.read(1, `${bBase} + ${p}${j ? ` + ${j * kUnits}` : ''}`);
          writer.line(`${sum} = ${sum} + ${a.map((value, i) => `${value} * ${b[i]}`).join(' + ')};`);
        });
      } else {
        const b = a.map((_, i) =>
          writer.read(1, `${bBase} + ${p} * ${width * nUnits}${i ? ` + ${i * nUnits}` : ''}`),
        );
        sums.forEach((sum, j) =>
          writer.line(`${sum} = ${sum} + ${a.map((value, i) => `${value} * ${b[i][j]}`).join(' + ')};`),
        );
      }
    });
    return finish(writer, sums, column, op.bias, op.epilogue, 2, inputs);
  });
}

export function reduceKernel(op: ReduceOp, texels: boolean): KernelSource {
  const { size } = op;
  const writer = new Writer(!texels ? 'scalar' : op.inner % 4 === 0 ? 'texel' : 'lane');
  const inner = op.inner / writer.width;
  return writer.flat(1, op.outer * op.inner, (index) => {
    const outer = inner === 1 ? index : writer.let('o', `Math.floor(${index} / ${inner})`);
    const base = writer.let(
      'o',
      inner === 1 ? `${index} * ${size}` : `${outer} * ${size * inner} + ${index} - ${outer} * ${inner}`,
    );
    const over = (body: (values: string[], i: string) => void): void =>
      writer.loop(size, (i) => body(writer.read(0, `${base} + ${i} * ${inner}`), i));
    const accumulate = (start: string, next: (sum: string, value: string) => string): string[] => {
      const sums = writer.each('s', () => start);
      over((values) => sums.forEach((sum, k) => writer.line(`${sum} = ${next(sum, values[k])};`)));
      return sums;
    };
    switch (op.fn) {
      case 'sum':
        return accumulate('0.0', (sum, value) => `${sum} + ${value}`);
      case 'mean':
        return accumulate('0.0', (sum, value) => `${sum} + ${value}`).map((sum) => `${sum} / ${size}`);
      case 'prod':
        return accumulate('1.0', (sum, value) => `${sum} * ${value}`);
      case 'max':
        return accumulate('-3.4e38', (sum, value) => `Math.max(${sum}, ${value})`);
      case 'min':
        return accumulate('3.4e38', (sum, value) => `Math.min(${sum}, ${value})`);
      case 'any':
        return accumulate(
          '0.0',
          (sum, value) => `Math.max(${sum}, Math.ceil(Math.min(Math.abs(${value}), 1.0)))`,
        );
      case 'all':
        return accumulate(
          '1.0',
          (sum, value) => `Math.min(${sum}, Math.ceil(Math.min(Math.abs(${value}), 1.0)))`,
        );
      case 'argmax':
      case 'argmin': {
        const best = writer.each('s', () => (op.fn === 'argmax' ? '-3.4e38' : '3.4e38'));
        const at = writer.each('t', () => '0.0');
        over((values, i) =>
          best.forEach((own, k) => {
            writer.open(`if (${values[k]} ${op.fn === 'argmax' ? '>' : '<'} ${own})`);
            writer.line(`${own} = ${values[k]};`);
            writer.line(`${at[k]} = ${i};`);
            writer.close();
          }),
        );
        return at;
      }
      case 'var':
      case 'std': {
        const means = accumulate('0.0', (sum, value) => `${sum} + ${value}`).map((sum) =>
          writer.let('m', `${sum} / ${size}`),
        );
        const sums = writer.each('s', () => '0.0');
        over((values) =>
          sums.forEach((sum, k) =>
            writer.line(`${sum} = ${sum} + (${values[k]} - ${means[k]}) * (${values[k]} - ${means[k]});`),
          ),
        );
        return sums.map((sum) => (op.fn === 'var' ? `${sum} / ${size}` : `Math.sqrt(${sum} / ${size})`));
      }
    }
  });
}

/** Each thread adds up what comes before its own place. */
export function cumsumKernel(op: CumsumOp, texels: boolean): KernelSource {
  const { size } = op;
  const writer = new Writer(!texels ? 'scalar' : op.inner % 4 === 0 ? 'texel' : 'lane');
  const inner = op.inner / writer.width;
  return writer.flat(1, op.outer * size * op.inner, (index) => {
    const line = writer.let('l', `Math.floor(${index} / ${inner})`);
    const outer = writer.let('o', `Math.floor(${line} / ${size})`);
    const own = writer.let('p', `${line} - ${outer} * ${size}`);
    const base = writer.let('o', `${outer} * ${size * inner} + ${index} - ${line} * ${inner}`);
    const sums = writer.each('s', () => '0.0');
    writer.loop(size, (i) => {
      writer.open(`if (${i} <= ${own})`);
      writer
        .read(0, `${base} + ${i} * ${inner}`)
        .forEach((value, k) => writer.line(`${sums[k]} = ${sums[k]} + ${value};`));
      writer.close();
    });
    return sums;
  });
}

export function softmaxKernel(op: SoftmaxOp, texels: boolean): KernelSource {
  const { size } = op;
  const writer = new Writer(!texels ? 'scalar' : op.inner % 4 === 0 ? 'texel' : 'lane');
  const inner = op.inner / writer.width;
  return writer.flat(1, op.outer * size * op.inner, (index) => {
    const outer = writer.let('o', `Math.floor(${index} / ${size * inner})`);
    const inside =
      inner === 1 ? '0' : writer.let('o', `${index} - Math.floor(${index} / ${inner}) * ${inner}`);
    const base = writer.let('o', `${outer} * ${size * inner} + ${inside}`);
    const best = writer.each('b', () => '-3.4e38');
    writer.loop(size, (i) =>
      writer
        .read(0, `${base} + ${i} * ${inner}`)
        .forEach((value, k) => writer.line(`${best[k]} = Math.max(${best[k]}, ${value});`)),
    );
    const total = writer.each('s', () => '0.0');
    writer.loop(size, (i) =>
      writer
        .read(0, `${base} + ${i} * ${inner}`)
        .forEach((value, k) => writer.line(`${total[k]} = ${total[k]} + Math.exp(${value} - ${best[k]});`)),
    );
    const own = writer.read(0, index);
    return own.map((value, k) =>
      op.log
        ? `${value} - ${best[k]} - Math.log(${total[k]})`
        : `Math.exp(${value} - ${best[k]}) / ${total[k]}`,
    );
  });
}
