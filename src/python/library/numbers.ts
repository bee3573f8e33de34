/** Python's texts of numbers: reading `int("0x1f", 16)` and `float("1e-3")`, printing as `repr` does, and rounding. */

/** `int(text, base)`; undefined where Python raises ValueError. */
export function parseInt(text: string, base = 10): number | undefined {
  const match = /^\s*([+-]?)(0[xXoObB])?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)\s*$/.exec(text);
  if (!match) return undefined;
  const [, sign, prefix] = match;
  let digits = match[3].replaceAll('_', '').toLowerCase();
  const prefixBase = prefix === undefined ? undefined : { x: 16, o: 8, b: 2 }[prefix[1].toLowerCase()];
  if (prefixBase !== undefined && base !== 0 && base !== prefixBase) {
    // Without meaning as a prefix the letters may still be digits: int("0b1", 16).
    digits = prefix!.toLowerCase() + digits;
  }
  const radix = base === 0 ? (prefixBase ?? 10) : base;
  let value = 0;
  for (const digit of digits) {
    const weight = '0123456789abcdefghijklmnopqrstuvwxyz'.indexOf(digit);
    if (weight < 0 || weight >= radix) return undefined;
    value = value * radix + weight;
  }
  return sign === '-' ? -value : value;
}

/** `float(text)`; undefined where Python raises ValueError. */
export function parseFloat(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(trimmed);
  if (special) return special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  const digits = trimmed.replace(/(?<=\d)_(?=\d)/g, '');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(digits) ? Number(digits) : undefined;
}

/** `repr(x)` of a float: the shortest digits that read back, `1.0`, `1e-05`, `inf`. */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa, power] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) return mantissa + exponentText(exponent);
  if (exponent >= 0) {
    const text = value.toString();
    return text.includes('.') ? text : `${text}.0`;
  }
  const negative = mantissa.startsWith('-');
  const digits = mantissa.replace('-', '').replace('.', '');
  return `${negative ? '-' : ''}0.${'0'.repeat(-exponent - 1)}${digits}`;
}

/** `e-05`, `e+16`: at least two digits. */
export function exponentText(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** `repr(s)`: single quotes unless the text holds one and no double quote. */
export function reprStr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === quote || char === '\\') out += `\\${char}`;
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else if (code < 32 || code === 127) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += char;
  }
  return out + quote;
}

/** True when `value` lies exactly between two decimals of `digits` places, where Python rounds to the even one. */
function isTie(value: number, digits: number): boolean {
  if (digits > 20 || Math.abs(value) > 2 ** 52) return false;
  const scaled = value * 2 ** (digits + 1);
  return Number.isInteger(scaled) && Math.abs((value * 10 ** digits) % 1) === 0.5;
}

/** The nearest integer, halves to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `round(value, digits)` of a float. */
export function roundTo(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value;
  if (digits < 0) return roundHalfEven(value / 10 ** -digits) * 10 ** -digits;
  return digits > 22 ? value : Number(fixed(value, digits));
}

/** `format(value, '.{digits}f')`. */
export function fixed(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) {
    const whole = BigInt(value).toString();
    return digits > 0 ? `${whole}.${'0'.repeat(digits)}` : whole;
  }
  const places = Math.min(digits, 100);
  if (isTie(value, places)) {
    const even = roundHalfEven(value * 10 ** places) / 10 ** places;
    return signed(even.toFixed(places), value);
  }
  return signed(value.toFixed(places), value);
}

const signed = (text: string, value: number): string =>
  (value < 0 || Object.is(value, -0)) && !text.startsWith('-') ? `-${text}` : text;
