/** Promotion of dtypes as Keras does it (`backend/common/dtypes.py`): a lattice, folded to 32 bits except on TensorFlow. */

/** What Keras runs on: TensorFlow keeps 64-bit results, JAX and PyTorch do not. */
export type Backend = 'tensorflow' | 'jax' | 'torch';

/** A dtype, or `int` and `float` for Python's numbers, which do not widen a dtype of their own kind. Null: not known. */
export type Operand = string | null;

const UP: Readonly<Record<string, readonly string[]>> = {
  bool: ['int'],
  uint8: ['int16', 'uint16'],
  uint16: ['int32', 'uint32'],
  uint32: ['int64', 'uint64'],
  uint64: ['float'],
  int: ['uint8', 'int8', 'complex64'],
  int8: ['int16'],
  int16: ['int32'],
  int32: ['int64'],
  int64: ['float'],
  float: ['bfloat16', 'float16'],
  bfloat16: ['float32'],
  float16: ['float32'],
  float32: ['float64', 'complex64'],
  float64: ['complex128'],
  complex64: ['complex128'],
  complex128: [],
};

const bounds = new Map<string, ReadonlySet<string>>();

/** All dtypes that hold every value of `dtype`, itself among them; undefined for what takes no part in promotion. */
function above(dtype: string): ReadonlySet<string> | undefined {
  const known = bounds.get(dtype);
  if (known !== undefined || UP[dtype] === undefined) return known;
  const all = new Set([dtype, ...UP[dtype].flatMap((next) => [...(above(next) ?? [])])]);
  bounds.set(dtype, all);
  return all;
}

const FOLDED: Readonly<Record<string, string>> = {
  int64: 'int32',
  uint64: 'uint32',
  float64: 'float32',
  complex128: 'complex64',
};

/** The dtype in which a backend keeps what it has computed. */
export function folded(dtype: string, backend: Backend): string {
  if (backend === 'tensorflow' && (dtype === 'int64' || dtype === 'float64')) return dtype;
  return FOLDED[dtype] ?? dtype;
}

/** `keras.backend.result_type` of the operands; null where one is not known or takes no part in promotion. */
export function resultType(backend: Backend, ...operands: readonly Operand[]): string | null {
  const sets: ReadonlySet<string>[] = [];
  for (const operand of operands) {
    const set = operand === null ? undefined : above(operand);
    if (set === undefined) return null;
    sets.push(set);
  }
  const common = [...sets[0]].filter((dtype) => sets.every((set) => set.has(dtype)));
  const least = common.find((dtype) => common.every((other) => above(dtype)!.has(other)));
  if (least === undefined) return null;
  if (least === 'int' || least === 'float') return `${least}32`;
  return folded(least, backend);
}

const FLOATS = ['bfloat16', 'float16', 'float32', 'float64'];
export const isFloat = (dtype: string | null): boolean =>
  dtype !== null && (FLOATS.includes(dtype) || dtype.startsWith('complex'));

/** How the dtype of a result follows from the tensors' dtypes, by the name of the rule. */
export type DtypeRule =
  /** The first operand's. */
  | 'same'
  | 'bool'
  | 'int32'
  | 'float32'
  /** What all operands promote to. */
  | 'promote'
  /** A float: `sin`, `divide`. 64-bit integers become float32 rather than float64. */
  | 'float'
  /** A float, and floats stay as they are: `exp`, `mean`. */
  | 'keptFloat'
  /** A float, and 64 bits stay 64 bits: `cbrt`. */
  | 'wideFloat'
  /** Bools become integers, all else stays: `square`, `cumsum`. */
  | 'counted'
  /** Narrow integers become 32-bit ones, all else stays: `prod`. */
  | 'accumulated'
  /** Like `accumulated`, and folded: `sum`. */
  | 'summed'
  /** Promoted, but bools become integers: `mod`. */
  | 'promoteCounted'
  /** Promoted, but integers become float32: `hypot`. */
  | 'promoteToFloat'
  /** Promoted without regard for Python's numbers, which count as int32 and float32: `gcd`. */
  | 'promoteStrong';

const NARROW: Readonly<Record<string, string>> = {
  bool: 'int32',
  int8: 'int32',
  int16: 'int32',
  uint8: 'uint32',
  uint16: 'uint32',
};

/** Applies a rule to operands; null where the result is not known. */
export function dtypeByRule(rule: DtypeRule, backend: Backend, operands: readonly Operand[]): string | null {
  const [first] = operands;
  switch (rule) {
    case 'bool':
    case 'int32':
    case 'float32':
      return rule;
    case 'same':
      return strong(first);
    case 'promote':
      return resultType(backend, ...operands);
    case 'promoteCounted': {
      const dtype = resultType(backend, ...operands);
      return dtype === 'bool' ? 'int32' : dtype;
    }
    case 'promoteToFloat': {
      const dtype = resultType(backend, ...operands);
      return dtype !== null && /^u?int/.test(dtype) ? 'float32' : dtype;
    }
    case 'promoteStrong':
      return resultType(backend, ...operands.map(strong));
    case 'float':
      return operands.length === 1 && first === 'int64'
        ? 'float32'
        : resultType(backend, ...operands, 'float');
    case 'keptFloat':
      return first === null || isFloat(first) ? first : 'float32';
    case 'wideFloat':
      return first === 'int64' ? 'float64' : isFloat(first) ? first : resultType(backend, first, 'float');
    case 'counted':
      return first === 'bool' ? 'int32' : strong(first);
    case 'accumulated':
      return first === null ? null : (NARROW[first] ?? first);
    case 'summed':
      return first === null ? null : folded(NARROW[first] ?? first, backend);
  }
}

/** A Python number's dtype as that of a tensor. */
function strong(operand: Operand): Operand {
  return operand === 'int' || operand === 'float' ? `${operand}32` : operand;
}
