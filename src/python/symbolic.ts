/** Integer formulas over named open lengths, kept in a normal form so that equal lengths are seen to be equal. */

/** `//` is Python's floor division, `%` its non-negative remainder for a positive divisor. */
export type Expr =
  | number
  | string
  | { readonly op: '+' | '-' | '*' | '//' | '%' | 'max' | 'min'; readonly a: Expr; readonly b: Expr };

/** Combines and simplifies: constants fold, sums and products of constants collect, x−x = 0, (k·x)//k = x. */
export function combine(op: '+' | '-' | '*' | '//' | '%' | 'max' | 'min', a: Expr, b: Expr): Expr {
  if (typeof a === 'number' && typeof b === 'number') {
    const folded = fold(op, a, b);
    if (folded !== undefined) return folded;
  }
  switch (op) {
    case '+':
    case '-':
      return fromLinear(addLinear(toLinear(a), toLinear(b), op === '+' ? 1 : -1));
    case '*':
      if (typeof b === 'number') return fromLinear(scaleLinear(toLinear(a), b));
      if (typeof a === 'number') return fromLinear(scaleLinear(toLinear(b), a));
      return { op, a, b };
    case '//':
      return floorDivide(a, b);
    case '%':
      if (typeof b === 'number' && b > 0) {
        if (b === 1) return 0;
        const linear = toLinear(a);
        if (linear.terms.every((term) => term.factor % b === 0)) return mod(linear.constant, b);
      }
      return { op, a, b };
    default:
      return same(a, b) ? a : { op, a, b };
  }
}

/** Structural equality of simplified formulas. */
export function same(a: Expr, b: Expr): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a === b || (a.op === b.op && same(a.a, b.a) && same(a.b, b.b));
}

/** The value for given lengths of the symbols; undefined when a symbol is missing or a divisor is zero. */
export function evaluate(expr: Expr, lengths: ReadonlyMap<string, number>): number | undefined {
  if (typeof expr === 'number') return expr;
  if (typeof expr === 'string') return lengths.get(expr);
  const a = evaluate(expr.a, lengths);
  const b = evaluate(expr.b, lengths);
  return a === undefined || b === undefined ? undefined : fold(expr.op, a, b);
}

/** As people write it: `⌊(H − 1)/2⌋ + 1`. */
export function format(expr: Expr): string {
  return print(expr, 0);
}

interface Linear {
  readonly constant: number;
  readonly terms: readonly { readonly factor: number; readonly atom: Exclude<Expr, number> }[];
}

function fold(op: string, a: number, b: number): number | undefined {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '//':
      return b === 0 ? undefined : Math.floor(a / b);
    case '%':
      return b === 0 ? undefined : mod(a, b);
    case 'max':
      return Math.max(a, b);
    default:
      return Math.min(a, b);
  }
}

function mod(a: number, b: number): number {
  return a - b * Math.floor(a / b);
}

function toLinear(expr: Expr): Linear {
  if (typeof expr === 'number') return { constant: expr, terms: [] };
  if (typeof expr === 'string') return { constant: 0, terms: [{ factor: 1, atom: expr }] };
  if (expr.op === '+' || expr.op === '-')
    return addLinear(toLinear(expr.a), toLinear(expr.b), expr.op === '+' ? 1 : -1);
  if (expr.op === '*' && typeof expr.a === 'number') return scaleLinear(toLinear(expr.b), expr.a);
  if (expr.op === '*' && typeof expr.b === 'number') return scaleLinear(toLinear(expr.a), expr.b);
  return { constant: 0, terms: [{ factor: 1, atom: expr }] };
}

function addLinear(a: Linear, b: Linear, sign: number): Linear {
  const terms = a.terms.map((term) => ({ ...term }));
  for (const term of b.terms) {
    const found = terms.find((other) => same(other.atom, term.atom));
    if (found) found.factor += sign * term.factor;
    else terms.push({ factor: sign * term.factor, atom: term.atom });
  }
  return { constant: a.constant + sign * b.constant, terms: terms.filter((term) => term.factor !== 0) };
}

function scaleLinear(a: Linear, factor: number): Linear {
  if (factor === 0) return { constant: 0, terms: [] };
  return {
    constant: a.constant * factor,
    terms: a.terms.map((term) => ({ factor: term.factor * factor, atom: term.atom })),
  };
}

function fromLinear(linear: Linear): Expr {
  let sum: Expr | undefined;
  for (const { factor, atom } of linear.terms) {
    const size = Math.abs(factor);
    const part: Expr = size === 1 ? atom : { op: '*', a: size, b: atom };
    if (sum === undefined) sum = factor < 0 ? { op: '*', a: factor, b: atom } : part;
    else sum = { op: factor < 0 ? '-' : '+', a: sum, b: part };
  }
  if (sum === undefined) return linear.constant;
  if (linear.constant === 0) return sum;
  return { op: linear.constant < 0 ? '-' : '+', a: sum, b: Math.abs(linear.constant) };
}

function floorDivide(a: Expr, b: Expr): Expr {
  if (b === 1) return a;
  if (same(a, b)) return 1;
  if (typeof b === 'number' && b > 0) {
    const linear = toLinear(a);
    const whole = linear.terms.filter((term) => term.factor % b === 0);
    const rest = linear.terms.filter((term) => term.factor % b !== 0);
    const quotient: Linear = {
      constant: Math.floor(linear.constant / b),
      terms: whole.map((term) => ({ factor: term.factor / b, atom: term.atom })),
    };
    if (rest.length === 0) return fromLinear(quotient);
    const remainder = fromLinear({ constant: mod(linear.constant, b), terms: rest });
    // ⌊⌊x/m⌋/n⌋ = ⌊x/(m·n)⌋ for positive m and n.
    const divided: Expr =
      typeof remainder === 'object' && remainder.op === '//' && typeof remainder.b === 'number'
        ? { op: '//', a: remainder.a, b: remainder.b * b }
        : { op: '//', a: remainder, b };
    return fromLinear(addLinear(quotient, toLinear(divided), 1));
  }
  return { op: '//', a, b };
}

function print(expr: Expr, strength: number): string {
  if (typeof expr !== 'object') return String(expr).replace('-', '−');
  const wrap = (text: string, own: number): string => (own < strength ? `(${text})` : text);
  switch (expr.op) {
    case '+':
      return wrap(`${print(expr.a, 1)} + ${print(expr.b, 1)}`, 1);
    case '-':
      return wrap(`${print(expr.a, 1)} − ${print(expr.b, 2)}`, 1);
    case '*':
      return wrap(`${print(expr.a, 2)}·${print(expr.b, 2)}`, 2);
    case '//':
      return `⌊${print(expr.a, 2)}/${print(expr.b, 3)}⌋`;
    case '%':
      return wrap(`${print(expr.a, 2)} mod ${print(expr.b, 3)}`, 2);
    default:
      return `${expr.op}(${print(expr.a, 0)}, ${print(expr.b, 0)})`;
  }
}
