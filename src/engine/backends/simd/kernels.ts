/**
 * The SIMD kernels: products of gathered rows with packed weights (convolutions and matrix products alike), depthwise convolutions,
 * and a row times a matrix. An epilogue is written into the store where it needs no transcendental functions.
 */
import type { Binary, Expression, Unary } from '../../expression';
import { Body, I32, SIMD, V128, encodeModule } from './encoder';

/** Rows of a tile, and columns of a panel. */
export const TILE = 4;
export const PANEL = 8;
/** Per-channel arrays that an epilogue may read. */
export const MOST_EXTRAS = 4;

const UNARY: Readonly<Partial<Record<Unary, readonly number[]>>> = {
  neg: [SIMD.neg],
  abs: [SIMD.abs],
  sqrt: [SIMD.sqrt],
  floor: [SIMD.floor],
  ceil: [SIMD.ceil],
  trunc: [SIMD.trunc],
};
const BINARY: Readonly<Partial<Record<Binary, number>>> = {
  add: SIMD.add,
  sub: SIMD.sub,
  mul: SIMD.mul,
  div: SIMD.div,
  min: SIMD.min,
  max: SIMD.max,
};
const COMPARISONS: Readonly<Partial<Record<Binary, number>>> = {
  lt: SIMD.lt,
  le: SIMD.le,
  gt: SIMD.gt,
  ge: SIMD.ge,
  eq: SIMD.eq,
  ne: SIMD.ne,
};

/** Whether an epilogue can be written as SIMD instructions. */
export function isSimple(expression: Expression): boolean {
  switch (expression.kind) {
    case 'input':
      return expression.index <= MOST_EXTRAS;
    case 'number':
      return true;
    case 'unary':
      return (
        (expression.fn in UNARY || expression.fn === 'square' || expression.fn === 'rsqrt') &&
        isSimple(expression.a)
      );
    case 'binary':
      return (
        (expression.fn in BINARY || expression.fn in COMPARISONS) &&
        isSimple(expression.a) &&
        isSimple(expression.b)
      );
    case 'select':
      return isSimple(expression.test) && isSimple(expression.a) && isSimple(expression.b);
  }
}

/** Leaves the expression's value on the stack; `read` leaves that of an input. */
function write(body: Body, expression: Expression, read: (index: number) => void): void {
  switch (expression.kind) {
    case 'input':
      read(expression.index);
      return;
    case 'number':
      body.constant(expression.value);
      return;
    case 'unary': {
      if (expression.fn === 'square') {
        write(body, expression.a, read);
        write(body, expression.a, read);
        body.simd(SIMD.mul);
        return;
      }
      if (expression.fn === 'rsqrt') body.constant(1);
      write(body, expression.a, read);
      if (expression.fn === 'rsqrt') body.simd(SIMD.sqrt).simd(SIMD.div);
      else for (const code of UNARY[expression.fn] ?? []) body.simd(code);
      return;
    }
    case 'binary': {
      write(body, expression.a, read);
      write(body, expression.b, read);
      const comparison = COMPARISONS[expression.fn];
      if (comparison === undefined) body.simd(BINARY[expression.fn] as number);
      else body.simd(comparison).constant(1).simd(SIMD.and);
      return;
    }
    case 'select':
      write(body, expression.a, read);
      write(body, expression.b, read);
      write(body, expression.test, read);
      body.constant(0).simd(SIMD.ne).simd(SIMD.bitselect);
      return;
  }
}

/**
 * `product(rows, outs, tiles, taps, bytes, weights, column, start, extras…)`: for each tile the sum over taps and channels of four
 * gathered rows times a panel of weights `[tap, channel, 8]`, from `start`. `rows`: addresses `[tile, tap, 4]`; `outs`: `[tile, 4]`.
 */
function productBody(unroll: number, epilogue: Expression | null): Body {
  const body = new Body(8 + MOST_EXTRAS);
  const [rows, outs, tiles, taps, bytes, weights, column, start] = [0, 1, 2, 3, 4, 5, 6, 7];
  const pointers = Array.from({ length: TILE }, () => body.local(I32));
  const [left, at, tap] = [body.local(I32), body.local(I32), body.local(I32)];
  const sums = Array.from({ length: TILE }, () => [body.local(V128), body.local(V128)]);
  const [b0, b1, a] = [body.local(V128), body.local(V128), body.local(V128)];
  body.repeat(() => {
    for (const pair of sums)
      pair.forEach((sum, half) =>
        body
          .get(start)
          .memory(SIMD.load, 16 * half)
          .set(sum),
      );
    body.get(weights).set(at).get(taps).set(tap);
    body.repeat(() => {
      pointers.forEach((pointer, r) =>
        body
          .get(rows)
          .loadInteger(4 * r)
          .set(pointer),
      );
      body
        .step(rows, 4 * TILE)
        .get(bytes)
        .set(left);
      body.repeat(() => {
        for (let i = 0; i < unroll; i++) {
          body
            .get(at)
            .memory(SIMD.load, 32 * i)
            .set(b0);
          body
            .get(at)
            .memory(SIMD.load, 32 * i + 16)
            .set(b1);
          pointers.forEach((pointer, r) => {
            body
              .get(pointer)
              .memory(SIMD.splatLoad, 4 * i)
              .set(a);
            [b0, b1].forEach((b, half) =>
              body.get(sums[r][half], a, b).simd(SIMD.mul).simd(SIMD.add).set(sums[r][half]),
            );
          });
        }
        for (const pointer of pointers) body.step(pointer, 4 * unroll);
        body
          .step(at, 32 * unroll)
          .step(left, -4 * unroll)
          .get(left);
      });
      body.step(tap, -1).get(tap);
    });
    sums.forEach((pair, r) => {
      pair.forEach((sum, half) => {
        body
          .get(outs)
          .loadInteger(4 * r)
          .get(column)
          .plus();
        if (!epilogue) body.get(sum);
        else
          write(body, epilogue, (index) =>
            index === 0 ? body.get(sum) : body.get(7 + index).memory(SIMD.load, 16 * half),
          );
        body.memory(SIMD.store, 16 * half);
      });
    });
    body
      .step(outs, 4 * TILE)
      .step(tiles, -1)
      .get(tiles);
  });
  return body;
}

/**
 * `depthwise(rows, out, pixels, taps, bytes, weights, start, extras…)`: each channel of each pixel with its own weights
 * `[tap, channel]`. `rows`: addresses `[pixel, tap]`; `bytes`: of all channels, a multiple of 16.
 */
function depthwiseBody(epilogue: Expression | null): Body {
  const body = new Body(7 + MOST_EXTRAS);
  const [rows, out, pixels, taps, bytes, weights, start] = [0, 1, 2, 3, 4, 5, 6];
  const [channel, tap, row, at] = [0, 0, 0, 0].map(() => body.local(I32));
  const sum = body.local(V128);
  body.repeat(() => {
    body.number(0).set(channel);
    body.repeat(() => {
      body.get(start, channel).plus().memory(SIMD.load).set(sum);
      body.get(rows).set(row).get(weights, channel).plus().set(at).get(taps).set(tap);
      body.repeat(() => {
        body.get(sum).get(row).loadInteger(0).get(channel).plus().memory(SIMD.load);
        body.get(at).memory(SIMD.load).simd(SIMD.mul).simd(SIMD.add).set(sum);
        body.step(row, 4).get(at, bytes).plus().set(at).step(tap, -1).get(tap);
      });
      body.get(out, channel).plus();
      if (!epilogue) body.get(sum);
      else
        write(body, epilogue, (index) => {
          if (index === 0) body.get(sum);
          else
            body
              .get(6 + index, channel)
              .plus()
              .memory(SIMD.load);
        });
      body.memory(SIMD.store);
      body.step(channel, 16).get(channel, bytes).lessThan();
    });
    body.get(rows, taps).number(4).times().plus().set(rows);
    body.get(out, bytes).plus().set(out).step(pixels, -1).get(pixels);
  });
  return body;
}

/** `row(a, b, c, count, bytes)`: adds `Σ a[i]·b[i, …]` to the row `c`, `bytes` long (a multiple of 16), over `count·unroll` rows of b. */
function rowBody(unroll: number): Body {
  const body = new Body(5);
  const [a, b, c, count, bytes] = [0, 1, 2, 3, 4];
  const factors = Array.from({ length: unroll }, () => body.local(V128));
  const places = Array.from({ length: unroll }, () => body.local(I32));
  const [column, sum] = [body.local(I32), body.local(V128)];
  body.repeat(() => {
    factors.forEach((factor, i) =>
      body
        .get(a)
        .memory(SIMD.splatLoad, 4 * i)
        .set(factor),
    );
    places.forEach((place, i) => {
      body.get(i === 0 ? b : places[i - 1]);
      if (i > 0) body.get(bytes).plus();
      body.set(place);
    });
    body
      .get(places[unroll - 1], bytes)
      .plus()
      .set(b)
      .step(a, 4 * unroll)
      .number(0)
      .set(column);
    body.repeat(() => {
      body.get(c, column).plus().memory(SIMD.load).set(sum);
      places.forEach((place, i) =>
        body
          .get(sum, factors[i], place, column)
          .plus()
          .memory(SIMD.load)
          .simd(SIMD.mul)
          .simd(SIMD.add)
          .set(sum),
      );
      body.get(c, column).plus().get(sum).memory(SIMD.store);
      body.step(column, 16).get(column, bytes).lessThan();
    });
    body.step(count, -1).get(count);
  });
  return body;
}

/** All kernels with one epilogue. */
export function simdModule(epilogue: Expression | null): Uint8Array<ArrayBuffer> {
  return encodeModule({
    product1: productBody(1, epilogue),
    product4: productBody(4, epilogue),
    depthwise: depthwiseBody(epilogue),
    row1: rowBody(1),
    row4: rowBody(4),
  });
}
