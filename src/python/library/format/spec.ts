/** The format mini-language of f-strings, `format()` and `str.format` (Python library reference, "Format Specification"). */
import type { Machine } from '../../machine';
import type { Value } from '../../values';
import { numberOf } from '../known';
import { exponentText, fixed, reprFloat } from '../numbers';

export interface Spec {
  readonly fill: string;
  readonly align: '<' | '>' | '^' | '=' | '';
  readonly sign: '+' | '-' | ' ' | '';
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly grouping: ',' | '_' | '';
  readonly precision: number | undefined;
  readonly type: string;
}

const PATTERN = /^(?:(.)?([<>=^]))?([+\- ])?z?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

export function parseSpec(text: string): Spec | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [, fill, align, sign, alternate, zero, width, grouping, precision, type] = match;
  return {
    fill: fill ?? (zero && !align ? '0' : ' '),
    align: (align ?? (zero ? '=' : '')) as Spec['align'],
    sign: (sign ?? '') as Spec['sign'],
    alternate: alternate !== undefined,
    zero: zero !== undefined,
    width: width === undefined ? 0 : Number(width),
    grouping: (grouping ?? '') as Spec['grouping'],
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
}

/**
 * `format(value, spec)` with an optional conversion (`!r`, `!s`, `!a`); undefined when the text is not known. Raises
 * ValueError as Python does for a spec that cannot be.
 */
export function formatValue(
  machine: Machine,
  value: Value,
  spec = '',
  conversion: string | null = null,
): string | undefined {
  if (conversion === 'r' || conversion === 'a') return formatText(machine, machine.repr(value), spec);
  if (conversion === 's') return formatText(machine, machine.str(value), spec);
  if (value.kind === 'instance') {
    const method = machine.findClassAttr(value.cls, '__format__');
    if (method && method.value.kind === 'function') {
      const made = machine.invoke(value, '__format__', [{ kind: 'str', value: spec }]);
      return made.kind === 'str' ? made.value : undefined;
    }
    if (spec !== '') {
      const scalar = machine.str(value);
      return scalar === undefined ? undefined : formatText(machine, scalar, spec);
    }
  }
  if (value.kind === 'symbolic' || value.kind === 'unknown') return undefined;
  const number = numberOf(value);
  if (number === undefined || spec === '' || (value.kind === 'bool' && !/[bcdeEfFgGnoxX%]$/.test(spec))) {
    if (
      number === undefined &&
      spec !== '' &&
      ['none', 'list', 'tuple', 'dict', 'set'].includes(value.kind)
    ) {
      machine.raise(
        'TypeError',
        `unsupported format string passed to ${machine.typeOf(value).name}.__format__`,
      );
    }
    return formatText(machine, machine.str(value), spec);
  }
  const parsed = parseSpec(spec);
  if (!parsed || parsed.type === 's') {
    machine.raise(
      'ValueError',
      `Invalid format specifier '${spec}' for object of type '${machine.typeOf(value).name}'`,
    );
  }
  if (value.kind === 'float' && /[bcdoxXn]/.test(parsed.type) && parsed.type !== 'n') {
    machine.raise('ValueError', `Unknown format code '${parsed.type}' for object of type 'float'`);
  }
  return formatNumber(number, value.kind === 'float', parsed);
}

function formatText(machine: Machine, text: string | undefined, spec: string): string | undefined {
  if (text === undefined || spec === '') return text;
  const parsed = parseSpec(spec);
  if (!parsed || (parsed.type !== '' && parsed.type !== 's')) {
    machine.raise('ValueError', `Unknown format code '${parsed?.type ?? spec}' for object of type 'str'`);
  }
  const cut = parsed.precision === undefined ? text : [...text].slice(0, parsed.precision).join('');
  return pad(cut, '', { ...parsed, align: parsed.align === '' || parsed.align === '=' ? '<' : parsed.align });
}

/** A number by a parsed spec; `isFloat` tells `1.0` from `1`. */
export function formatNumber(value: number, isFloat: boolean, spec: Spec): string {
  const negative = value < 0 || Object.is(value, -0);
  const size = Math.abs(value);
  const body = magnitude(size, isFloat, spec);
  const sign = negative ? '-' : spec.sign === '+' || spec.sign === ' ' ? spec.sign : '';
  return pad(body, sign, { ...spec, align: spec.align === '' ? '>' : spec.align });
}

function magnitude(size: number, isFloat: boolean, spec: Spec): string {
  const { type, precision, grouping } = spec;
  if (!Number.isFinite(size)) {
    const text = Number.isNaN(size) ? 'nan' : 'inf';
    return type === 'F' || type === 'E' || type === 'G'
      ? text.toUpperCase()
      : type === '%'
        ? `${text}%`
        : text;
  }
  const integral = !isFloat && (type === '' || type === 'd' || type === 'n');
  if (integral) return group(String(size), grouping, 3);
  switch (type) {
    case 'b':
      return (spec.alternate ? '0b' : '') + group(size.toString(2), grouping, 4);
    case 'o':
      return (spec.alternate ? '0o' : '') + group(size.toString(8), grouping, 4);
    case 'x':
      return (spec.alternate ? '0x' : '') + group(size.toString(16), grouping, 4);
    case 'X':
      return (spec.alternate ? '0X' : '') + group(size.toString(16).toUpperCase(), grouping, 4);
    case 'c':
      return String.fromCodePoint(size);
    case 'e':
    case 'E': {
      const text = exponential(size, precision ?? 6);
      return type === 'E' ? text.toUpperCase() : text;
    }
    case 'f':
    case 'F':
      return group(fixed(size, precision ?? 6), grouping, 3);
    case '%':
      return `${group(fixed(size * 100, precision ?? 6), grouping, 3)}%`;
    case 'g':
    case 'G':
    case 'n': {
      const text = general(size, precision ?? 6, spec.alternate);
      return group(type === 'G' ? text.toUpperCase() : text, grouping, 3);
    }
    default: {
      if (precision === undefined) return group(reprFloat(size), grouping, 3);
      const text = general(size, precision, false, 1);
      return group(/[.e]/.test(text) ? text : `${text}.0`, grouping, 3);
    }
  }
}

function exponential(size: number, digits: number): string {
  const [mantissa, power] = size.toExponential(Math.min(digits, 100)).split('e');
  return mantissa + exponentText(Number(power));
}

/** `g`: `digits` significant digits, scientific when the exponent is below −4 or not below `digits` (less `shift`). */
function general(size: number, digits: number, keepZeros: boolean, shift = 0): string {
  const significant = Math.max(digits, 1);
  const exponent = size === 0 ? 0 : Number(size.toExponential(Math.min(significant - 1, 100)).split('e')[1]);
  const strip = (text: string): string =>
    keepZeros || !text.includes('.') ? text : text.replace(/\.?0+$/, '');
  if (exponent >= -4 && exponent < significant - shift) return strip(fixed(size, significant - 1 - exponent));
  const [mantissa, power] = size.toExponential(Math.min(significant - 1, 100)).split('e');
  return strip(mantissa) + exponentText(Number(power));
}

function group(text: string, mark: string, every: number): string {
  if (mark === '') return text;
  const [, whole, rest] = /^([0-9a-zA-Z]*?)((?:\.|e[+-]).*)?$/s.exec(text)!;
  const pattern = every === 3 ? /\B(?=(\d{3})+$)/g : /\B(?=(\w{4})+$)/g;
  return whole.replace(pattern, mark) + (rest ?? '');
}

function pad(body: string, sign: string, spec: Spec): string {
  const missing = spec.width - [...body].length - sign.length;
  if (missing <= 0) return sign + body;
  switch (spec.align) {
    case '<':
      return sign + body + spec.fill.repeat(missing);
    case '^': {
      const left = Math.floor(missing / 2);
      return spec.fill.repeat(left) + sign + body + spec.fill.repeat(missing - left);
    }
    case '=':
      return sign + spec.fill.repeat(missing) + body;
    default:
      return spec.fill.repeat(missing) + sign + body;
  }
}
