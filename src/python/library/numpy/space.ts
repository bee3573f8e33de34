/** Making arrays: the class `numpy.ndarray` of a machine, arrays of a shape, and arrays from Python's sequences. */
import type { Machine } from '../../machine';
import { unknown, type ClassValue, type InstanceValue, type Value } from '../../values';
import { nativeClass } from '../classes';
import { numberOf } from '../known';
import { MAX_ELEMENTS, arrayOf, elementCount, isRanked, type ArrayData, type ArrayDim } from './array';
import { npScalar, promote, scalarType } from './marks';
import type { ArrayShape } from './shape';

const classes = new WeakMap<Machine, ClassValue>();

/** The class of arrays; its methods are installed by methods.ts when numpy is first needed. */
export function arrayClass(machine: Machine): ClassValue {
  let cls = classes.get(machine);
  if (!cls) {
    cls = nativeClass(machine, 'ndarray', {
      partial: true,
      module: 'numpy',
      hooks: { getAttr: (m, self, name) => attributes?.(m, self, name) },
    });
    classes.set(machine, cls);
    installer?.(machine, cls);
  }
  return cls;
}

let installer: ((machine: Machine, cls: ClassValue) => void) | undefined;
let attributes: ((machine: Machine, self: InstanceValue, name: string) => Value | undefined) | undefined;
/** methods.ts announces itself here, for it needs everything that needs this file. */
export function setInstaller(
  install: NonNullable<typeof installer>,
  getAttr: NonNullable<typeof attributes>,
): void {
  installer = install;
  attributes = getAttr;
}

/** An array; `data` in row-major order is kept when the shape is known and small. */
export function makeArray(
  machine: Machine,
  shape: ArrayShape,
  dtype: string | undefined,
  data?: readonly number[],
): InstanceValue {
  const count = elementCount(shape);
  const kept = data !== undefined && count === data.length && count <= MAX_ELEMENTS ? data : undefined;
  return machine.allocate(arrayClass(machine), {
    isArray: true,
    shape,
    dtype,
    data: kept,
  } satisfies ArrayData);
}

/** The array, or for rank 0 the numpy scalar that numpy gives instead. */
export function arrayOrScalar(
  machine: Machine,
  shape: ArrayShape,
  dtype: string | undefined,
  data?: readonly number[],
): Value {
  if (!isRanked(shape) || shape.length > 0) return makeArray(machine, shape, dtype, data);
  if (data?.length === 1 && dtype !== undefined) return npScalar(data[0], dtype);
  return unknown('an element of an array', null, dtype === 'bool' ? 'bool' : undefined);
}

/** What `np.asarray(value)` knows: arrays as they are, numbers, nested sequences. Undefined for other things. */
export function asArray(machine: Machine, value: Value): ArrayData | undefined {
  const array = arrayOf(value);
  if (array) return array;
  const number = numberOf(value);
  if (number !== undefined) return { isArray: true, shape: [], dtype: dtypeOfNumber(value), data: [number] };
  if (value.kind === 'symbolic') return { isArray: true, shape: [], dtype: 'int64', data: undefined };
  if (value.kind === 'str' || value.kind === 'bytes')
    return { isArray: true, shape: [], dtype: 'str', data: undefined };
  if (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'range')
    return fromSequence(machine, value);
  return undefined;
}

const dtypeOfNumber = (value: Value): string =>
  scalarType(value) ?? (value.kind === 'bool' ? 'bool' : value.kind === 'float' ? 'float64' : 'int64');

function fromSequence(machine: Machine, value: Value): ArrayData {
  const found = machine.iterate(value);
  if (!found)
    return { isArray: true, shape: unknown('the elements are not known'), dtype: undefined, data: undefined };
  const length: ArrayDim = found.tail ?? found.items.length;
  if (found.items.length === 0) {
    return {
      isArray: true,
      shape: found.tail ? found.tail : [0],
      dtype: found.tail ? undefined : 'float64',
      data: found.tail ? undefined : [],
    };
  }
  const parts = found.items.map((item) => asArray(machine, item));
  const first = parts.find((part) => part !== undefined && isRanked(part.shape));
  if (!first || parts.some((part) => part === undefined)) {
    return { isArray: true, shape: unknown('the elements are not known'), dtype: undefined, data: undefined };
  }
  const known = parts as ArrayData[];
  const ragged = known.find(
    ({ shape }) => !isRanked(shape) || shape.length !== (first.shape as readonly ArrayDim[]).length,
  );
  if (ragged) {
    const reason = isRanked(ragged.shape) ? unknown('the rows differ in rank') : ragged.shape;
    return { isArray: true, shape: reason, dtype: undefined, data: undefined };
  }
  const inner = (first.shape as readonly ArrayDim[]).map((_, axis): ArrayDim => {
    const dims = known.map(({ shape }) => (shape as readonly ArrayDim[])[axis]);
    return dims.every((dim) => dim === dims[0])
      ? dims[0]
      : (dims.find((dim) => typeof dim !== 'number') ?? unknown('the rows differ in length'));
  });
  const dtypes = known.map(({ dtype }) => dtype);
  const dtype = dtypes.some((each) => each === undefined) ? undefined : (dtypes as string[]).reduce(promote);
  const data =
    !found.tail && known.every((part) => part.data)
      ? known.flatMap((part) => part.data as number[])
      : undefined;
  return { isArray: true, shape: [length, ...inner], dtype, data };
}
