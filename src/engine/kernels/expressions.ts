/**
 * Writes a scalar expression as kernel source. Only functions that every backend computes alike are used: where GLSL leaves a
 * result undefined (powers of negative numbers, `tanh` of large ones) the formula avoids it.
 */
import type { Binary, Expression, Unary } from '../expression';
import type { Writer } from './writer';

/** The expression over the given element expressions; may write lines for branches. */
export function writeExpression(writer: Writer, expression: Expression, inputs: readonly string[]): string {
  switch (expression.kind) {
    case 'input':
      return inputs[expression.index];
    case 'number':
      return literal(expression.value);
    case 'unary':
      return writeUnary(writer, expression.fn, writeExpression(writer, expression.a, inputs));
    case 'binary': {
      if (expression.fn === 'pow' && expression.b.kind === 'number') {
        const power = constantPower(
          writer,
          writeExpression(writer, expression.a, inputs),
          expression.b.value,
        );
        if (power !== null) return power;
      }
      return writeBinary(
        writer,
        expression.fn,
        writeExpression(writer, expression.a, inputs),
        writeExpression(writer, expression.b, inputs),
      );
    }
    case 'select': {
      const test = writer.let('t', writeExpression(writer, expression.test, inputs));
      const a = writer.let('t', writeExpression(writer, expression.a, inputs));
      const b = writer.let('t', writeExpression(writer, expression.b, inputs));
      return choose(writer, `${test} != 0`, a, b);
    }
  }
}

export function literal(value: number): string {
  if (value === Infinity) return '3.4e38';
  if (value === -Infinity) return '(-3.4e38)';
  return value < 0 || Object.is(value, -0) ? `(${value})` : String(value);
}

function choose(writer: Writer, test: string, a: string, b: string): string {
  const result = writer.let('s', b);
  writer.open(`if (${test})`);
  writer.line(`${result} = ${a};`);
  writer.close();
  return result;
}

function writeUnary(writer: Writer, fn: Unary, argument: string): string {
  const a = writer.let('u', argument);
  switch (fn) {
    case 'neg':
      return `(0 - ${a})`;
    case 'abs':
    case 'exp':
    case 'log':
    case 'sqrt':
    case 'floor':
    case 'ceil':
    case 'tan':
    case 'asin':
    case 'acos':
    case 'atan':
      return `Math.${fn}(${a})`;
    case 'sin':
      return sine(writer, a, false);
    case 'cos':
      return sine(writer, a, true);
    case 'sign':
      return `(${choose(writer, `${a} > 0`, '1.0', '0.0')} - ${choose(writer, `${a} < 0`, '1.0', '0.0')})`;
    case 'log1p':
      return `Math.log(1 + ${a})`;
    case 'expm1':
      return `(Math.exp(${a}) - 1)`;
    case 'rsqrt':
      return `(1 / Math.sqrt(${a}))`;
    case 'square':
      return `(${a} * ${a})`;
    case 'reciprocal':
      return `(1 / ${a})`;
    case 'trunc':
      return choose(writer, `${a} < 0`, `Math.ceil(${a})`, `Math.floor(${a})`);
    case 'round': {
      const rounded = writer.let('r', `Math.floor(${a} + 0.5)`);
      writer.open(`if (${rounded} - ${a} == 0.5 && ${rounded} - 2 * Math.floor(${rounded} / 2) != 0)`);
      writer.line(`${rounded} = ${rounded} - 1;`);
      writer.close();
      return rounded;
    }
    case 'sinh':
      return `((Math.exp(${a}) - Math.exp(0 - ${a})) / 2)`;
    case 'cosh':
      return `((Math.exp(${a}) + Math.exp(0 - ${a})) / 2)`;
    case 'tanh': {
      const e = writer.let('h', `Math.exp(-2 * Math.abs(${a}))`);
      const size = writer.let('h', `(1 - ${e}) / (1 + ${e})`);
      return choose(writer, `${a} < 0`, `0 - ${size}`, size);
    }
    case 'sigmoid': {
      const e = writer.let('h', `Math.exp(0 - Math.abs(${a}))`);
      return choose(writer, `${a} < 0`, `${e} / (1 + ${e})`, `1 / (1 + ${e})`);
    }
    case 'softplus':
      return `(Math.max(${a}, 0.0) + Math.log(1 + Math.exp(0 - Math.abs(${a}))))`;
    case 'erf': {
      // Abramowitz & Stegun 7.1.26: within 1.5e-7.
      const z = writer.let('z', `Math.abs(${a})`);
      const t = writer.let('z', `1 / (1 + 0.3275911 * ${z})`);
      const p = `((((1.061405429 * ${t} - 1.453152027) * ${t} + 1.421413741) * ${t} - 0.284496736) * ${t} + 0.254829592) * ${t}`;
      const size = writer.let('z', `1 - ${p} * Math.exp(0 - ${z} * ${z})`);
      return choose(writer, `${a} < 0`, `0 - ${size}`, size);
    }
    case 'not':
      return choose(writer, `${a} == 0`, '1.0', '0.0');
  }
}

/**
 * Graphics devices promise sines within 2⁻¹¹ only. Here the argument is brought between −π/2 and π/2 around the nearest multiple of π
 * (the cosine: of π plus a half), and the Taylor series of degree 11 serves there (within 6e-8).
 */
function sine(writer: Writer, a: string, cosine: boolean): string {
  const half = cosine ? 0.5 : 0;
  const k = writer.let('k', `Math.floor(${a} * ${1 / Math.PI} + ${0.5 - half})`);
  // π in two parts, of which the first times k is exact.
  const r = writer.let(
    'r',
    `${a} - (${k} + ${literal(half)}) * 3.140625 - (${k} + ${literal(half)}) * 0.0009676535897932`,
  );
  const s = writer.let('s', `${r} * ${r}`);
  const series = [-1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1].reduce(
    (inner, coefficient) =>
      inner === '' ? literal(coefficient) : `(${inner} * ${s} + ${literal(coefficient)})`,
    '',
  );
  const value = writer.let('s', `${r} * ${series}`);
  const odd = `${k} - 2 * Math.floor(${k} / 2) != 0`;
  return cosine ? choose(writer, odd, value, `0 - ${value}`) : choose(writer, odd, `0 - ${value}`, value);
}

const COMPARISONS: Readonly<Partial<Record<Binary, string>>> = {
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  eq: '==',
  ne: '!=',
};

function writeBinary(writer: Writer, fn: Binary, a: string, b: string): string {
  const comparison = COMPARISONS[fn];
  if (comparison)
    return choose(writer, `${writer.let('b', a)} ${comparison} ${writer.let('b', b)}`, '1.0', '0.0');
  switch (fn) {
    case 'add':
      return `(${a} + ${b})`;
    case 'sub':
      return `(${a} - ${b})`;
    case 'mul':
      return `(${a} * ${b})`;
    case 'div':
      return `(${a} / ${b})`;
    case 'max':
      return `Math.max(${a}, ${b})`;
    case 'min':
      return `Math.min(${a}, ${b})`;
    case 'pow':
      return `Math.pow(${a}, ${b})`;
    case 'atan2':
      return `Math.atan2(${a}, ${b})`;
    case 'mod': {
      const left = writer.let('b', a);
      const right = writer.let('b', b);
      return `(${left} - Math.floor(${left} / ${right}) * ${right})`;
    }
    case 'and':
      return choose(writer, `${writer.let('b', a)} != 0 && ${writer.let('b', b)} != 0`, '1.0', '0.0');
    case 'or':
      return choose(writer, `${writer.let('b', a)} != 0 || ${writer.let('b', b)} != 0`, '1.0', '0.0');
    default:
      throw new Error(`no source for ${fn}`);
  }
}

/** Small whole and half powers as products: GLSL's `pow` is undefined for negative bases. */
function constantPower(writer: Writer, base: string, exponent: number): string | null {
  if (exponent === 0.5) return `Math.sqrt(${base})`;
  if (exponent === -0.5) return `(1 / Math.sqrt(${base}))`;
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 8) return null;
  if (exponent === 0) return '1.0';
  const a = writer.let('p', base);
  const product = Array.from({ length: Math.abs(exponent) }, () => a).join(' * ');
  return exponent > 0 ? `(${product})` : `(1 / (${product}))`;
}
