/** Built-in functions on numbers and characters: `abs`, `round`, `divmod`, `pow`, `hex`, `ord`, … */
import type { Machine } from '../../machine';
import { combine } from '../../symbolic';
import { float, int, str, tuple, unknown, type Value } from '../../values';
import { functions } from '../define';
import {
  because,
  firstUnknown,
  fromExpr,
  indexOf,
  intValue,
  isOpaque,
  numberOf,
  strOf,
  typeName,
} from '../known';
import { roundHalfEven, roundTo } from '../numbers';
import { mark } from '../numpy/marks';

export function absolute(machine: Machine, x: Value): Value {
  if (x.kind === 'unknown') return because(x, x.type);
  if (x.kind === 'symbolic') return fromExpr(combine('max', x.expr, combine('-', 0, x.expr)));
  if (x.kind === 'float') return mark(float(Math.abs(x.value)), x);
  const whole = indexOf(x);
  if (whole !== undefined) return mark(int(Math.abs(whole)), x);
  const method = machine.findAttr(x, '__abs__');
  if (method) return machine.apply(method, []);
  if (isOpaque(x)) return unknown("the absolute value of a library's object");
  return machine.raise('TypeError', `bad operand type for abs(): '${typeName(machine, x)}'`);
}

export function round(machine: Machine, x: Value, digits: Value): Value {
  const cause = firstUnknown(x, digits);
  if (cause) {
    // The nearest whole number of h/2 with h open is no formula here, but it is an int.
    return because(cause, digits.kind === 'none' ? 'int' : cause.type);
  }
  if (x.kind === 'symbolic') return x;
  const places = indexOf(digits);
  if (x.kind === 'float') {
    if (places !== undefined) return mark(float(roundTo(x.value, places)), x);
    if (!Number.isFinite(x.value)) {
      return machine.raise(
        Number.isNaN(x.value) ? 'ValueError' : 'OverflowError',
        `cannot convert float ${Number.isNaN(x.value) ? 'NaN' : 'infinity'} to integer`,
      );
    }
    return intValue(roundHalfEven(x.value));
  }
  const whole = indexOf(x);
  if (whole !== undefined) return places === undefined ? intValue(whole) : intValue(roundTo(whole, places));
  const method = machine.findAttr(x, '__round__');
  if (method) return machine.apply(method, digits.kind === 'none' ? [] : [digits]);
  if (isOpaque(x)) return unknown("a library's object, rounded");
  return machine.raise('TypeError', `type ${typeName(machine, x)} doesn't define __round__ method`);
}

const prefixed =
  (base: number, prefix: string) => (machine: Machine, params: Readonly<Record<string, Value>>) => {
    const cause = firstUnknown(params.x);
    if (cause) return because(cause, 'str');
    const value = indexOf(params.x);
    if (value === undefined) return unknown('the text of an open length', null, 'str');
    return str(`${value < 0 ? '-' : ''}${prefix}${Math.abs(value).toString(base)}`);
  };

export const arithmetic = functions([
  ['abs(x, /)', (machine, { x }) => absolute(machine, x)],
  ['round(number, ndigits=None)', (machine, { number, ndigits }) => round(machine, number, ndigits)],
  ['divmod(a, b, /)', (machine, { a, b }) => tuple([machine.binary('//', a, b), machine.binary('%', a, b)])],
  [
    'pow(base, exp, mod=None)',
    (machine, { base, exp, mod }) => {
      if (mod.kind === 'none') return machine.binary('**', base, exp);
      const cause = firstUnknown(base, exp, mod);
      const [b, e, m] = [numberOf(base), numberOf(exp), numberOf(mod)];
      if (cause || b === undefined || e === undefined || m === undefined || e < 0 || m === 0) {
        return unknown(cause?.reason ?? 'a modular power of this kind is not followed', cause?.at, 'int');
      }
      let [result, factor, power] = [1n, BigInt(b), BigInt(e)];
      for (; power > 0n; power >>= 1n, factor = (factor * factor) % BigInt(m)) {
        if (power & 1n) result = (result * factor) % BigInt(m);
      }
      return intValue(Number(((result % BigInt(m)) + BigInt(m)) % BigInt(m)));
    },
  ],
  ['bin(x, /)', prefixed(2, '0b')],
  ['oct(x, /)', prefixed(8, '0o')],
  ['hex(x, /)', prefixed(16, '0x')],
  [
    'ord(x, /)',
    (_machine, { x }) => {
      const code = strOf(x)?.codePointAt(0);
      return code === undefined ? unknown('ord() of a text that is not known', null, 'int') : int(code);
    },
  ],
  [
    'chr(x, /)',
    (machine, { x }) => {
      const code = indexOf(x);
      if (code === undefined) return unknown('chr() of a number that is not known', null, 'str');
      if (code < 0 || code > 0x10ffff) machine.raise('ValueError', 'chr() arg not in range(0x110000)');
      return str(String.fromCodePoint(code));
    },
  ],
]);
