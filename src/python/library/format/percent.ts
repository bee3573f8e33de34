/** The `%` operator of strings: `"conv%d_%s" % (i, name)`. */
import type { Machine } from '../../machine';
import { str, unknown, type Value } from '../../values';
import { numberOf } from '../known';
import { formatNumber, type Spec } from './spec';

const CONVERSION = /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)?/gs;

/** `format % argument`; unknown when a needed value is, TypeError where Python certainly raises one. */
export function percentFormat(machine: Machine, format: string, argument: Value): Value {
  if (argument.kind === 'unknown') return unknown(argument.reason, argument.at, 'str');
  const values = argument.kind === 'tuple' ? argument.items : [argument];
  let next = 0;
  let missing: Value | undefined;
  const take = (): Value => {
    if (next >= values.length) machine.raise('TypeError', 'not enough arguments for format string');
    return values[next++];
  };
  const text = format.replace(
    CONVERSION,
    (_all, key: string | undefined, flags: string, width?: string, precision?: string, type?: string) => {
      if (type === '%') return '%';
      if (type === undefined) machine.raise('ValueError', 'incomplete format');
      const size = width === '*' ? numberOf(take()) : width === undefined ? 0 : Number(width);
      const digits =
        precision === '*' ? numberOf(take()) : precision === undefined ? undefined : Number(precision);
      const value = key === undefined ? take() : machine.getItem(argument, str(key));
      const made = one(machine, value, flags, size ?? 0, digits, type);
      if (made === undefined) missing ??= value;
      return made ?? '';
    },
  );
  if (missing) {
    return missing.kind === 'unknown'
      ? unknown(missing.reason, missing.at, 'str')
      : unknown('the text of a value in the format is not known', null, 'str');
  }
  if (next < values.length && argument.kind !== 'dict' && !(argument.kind === 'instance' && next === 0)) {
    machine.raise('TypeError', 'not all arguments converted during string formatting');
  }
  return str(text);
}

function one(
  machine: Machine,
  value: Value,
  flags: string,
  width: number,
  precision: number | undefined,
  type: string,
): string | undefined {
  const spec: Spec = {
    fill: flags.includes('0') && !flags.includes('-') ? '0' : ' ',
    align: flags.includes('-') ? '<' : flags.includes('0') ? '=' : '>',
    sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
    alternate: flags.includes('#'),
    zero: false,
    width,
    grouping: '',
    precision,
    type,
  };
  if (type === 's' || type === 'r' || type === 'a') {
    const text = type === 's' ? machine.str(value) : machine.repr(value);
    if (text === undefined) return undefined;
    const cut = precision === undefined ? text : text.slice(0, precision);
    return spec.align === '<' ? cut.padEnd(width) : cut.padStart(width);
  }
  if (type === 'c' && value.kind === 'str') return value.value.padStart(width);
  const number = numberOf(value);
  if (number === undefined) {
    if (value.kind === 'str' || value.kind === 'none' || value.kind === 'list' || value.kind === 'tuple') {
      machine.raise(
        'TypeError',
        `%${type} format: a real number is required, not ${machine.typeOf(value).name}`,
      );
    }
    return undefined;
  }
  if ('diu'.includes(type)) {
    const whole = String(Math.abs(Math.trunc(number))).padStart(precision ?? 0, '0');
    const sign = number < 0 ? '-' : spec.sign;
    const room = Math.max(width - whole.length - sign.length, 0);
    if (spec.align === '<') return sign + whole + ' '.repeat(room);
    return spec.fill === '0' ? sign + '0'.repeat(room) + whole : ' '.repeat(room) + sign + whole;
  }
  return formatNumber(number, !'xXo'.includes(type), spec);
}
