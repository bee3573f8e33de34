/** The objects that name dtypes: `x.dtype` and the scalar types `np.float32`, `np.integer`, … */
import { InstanceCheck } from '../../interpreter/interpreter';
import type { Machine } from '../../machine';
import { bool, int, str, unknown, type ClassValue, type InstanceValue, type Value } from '../../values';
import { nativeClass, staticMethod } from '../classes';
import { because, numberOf, strOf } from '../known';
import { isRanked } from './array';
import { SCALAR_TYPES, asDtype, dtypeName } from './dtype';
import { isFloating, isIntegral, npScalar, scalarType } from './marks';
import { asArray, makeArray } from './space';

interface Types {
  readonly dtype: ClassValue;
  readonly objects: Map<string, InstanceValue>;
}
const types = new WeakMap<Machine, Types>();

/** The dtype object of a name, one per machine so that `is` holds. */
export function dtypeObject(machine: Machine, name: string): InstanceValue {
  const { dtype, objects } = dtypeTypes(machine);
  let made = objects.get(name);
  if (!made) {
    made = machine.allocate(dtype);
    made.attrs.set('name', str(name));
    made.attrs.set(
      'kind',
      str(
        name === 'bool'
          ? 'b'
          : name.startsWith('u')
            ? 'u'
            : isIntegral(name)
              ? 'i'
              : isFloating(name)
                ? 'f'
                : 'O',
      ),
    );
    made.attrs.set('itemsize', int(name === 'bool' ? 1 : Number(/\d+$/.exec(name)?.[0] ?? 64) / 8));
    objects.set(name, made);
  }
  return made;
}

function dtypeTypes(machine: Machine): Types {
  let found = types.get(machine);
  if (found) return found;
  const nameOf = (self: Value): string => strOf((self as InstanceValue).attrs.get('name')) ?? '';
  const same = (self: Value, other: Value): boolean | undefined => {
    if (other.kind === 'unknown') return undefined;
    return asDtype(machine, other) === nameOf(self);
  };
  const answer = (verdict: boolean | undefined): Value =>
    verdict === undefined ? unknown('the other dtype is not known', null, 'bool') : bool(verdict);
  const dtype = nativeClass(machine, 'dtype', {
    partial: true,
    module: 'numpy',
    attrs: [
      [
        '__new__',
        staticMethod('__new__(cls, dtype, *args, **kwargs)', (m, { dtype: given }) => {
          const name = asDtype(m, given);
          return name === undefined ? unknown('the dtype is not known', null, 'dtype') : dtypeObject(m, name);
        }),
      ],
    ],
    methods: [
      ['__eq__(self, other)', (_m, { self, other }) => answer(same(self, other))],
      [
        '__ne__(self, other)',
        (_m, { self, other }) => {
          const verdict = same(self, other);
          return answer(verdict === undefined ? undefined : !verdict);
        },
      ],
      ['__str__(self)', (_m, { self }) => str(nameOf(self))],
      ['__repr__(self)', (_m, { self }) => str(`dtype('${nameOf(self)}')`)],
    ],
  });
  types.set(machine, (found = { dtype, objects: new Map() }));
  return found;
}

export const dtypeClass = (machine: Machine): ClassValue => dtypeTypes(machine).dtype;

/** Abstract scalar types and the concrete ones, whose calls cast: `np.int32(3)`, `np.float32([1, 2])`. */
export function scalarTypes(machine: Machine): [string, Value][] {
  const check = (
    name: string,
    holds: (dtype: string) => boolean,
    bases?: readonly ClassValue[],
  ): ClassValue =>
    nativeClass(machine, name, {
      module: 'numpy',
      ...(bases ? { bases } : {}),
      native: new InstanceCheck((value) => {
        if (value.kind === 'unknown') return undefined;
        const dtype = scalarType(value);
        return dtype !== undefined && holds(dtype);
      }),
    });
  const generic = check('generic', () => true);
  const number = check('number', () => true, [generic]);
  const integer = check('integer', isIntegral, [number]);
  const signed = check('signedinteger', (dtype) => /^int/.test(dtype), [integer]);
  const unsigned = check('unsignedinteger', (dtype) => /^uint/.test(dtype), [integer]);
  const floating = check('floating', isFloating, [number]);
  const concrete = (name: string): ClassValue => {
    const above = name.startsWith('int')
      ? signed
      : name.startsWith('uint')
        ? unsigned
        : isFloating(name)
          ? floating
          : generic;
    const cls = check(name, (dtype) => dtype === name, [above]);
    cls.attrs.set(
      '__new__',
      staticMethod('__new__(cls, value=0, *args, **kwargs)', (m, { value }) => cast(m, value, name)),
    );
    return cls;
  };
  const made = new Map(SCALAR_TYPES.map((name) => [name as string, concrete(name)]));
  const bool_ = concrete('bool');
  const aliases = [
    'float_',
    'double',
    'half',
    'single',
    'int_',
    'intp',
    'intc',
    'uint',
    'byte',
    'ubyte',
    'short',
    'longlong',
  ];
  return [
    ['generic', generic],
    ['number', number],
    ['integer', integer],
    ['signedinteger', signed],
    ['unsignedinteger', unsigned],
    ['floating', floating],
    ['inexact', floating],
    ['bool_', bool_],
    ['bool', bool_],
    ...made,
    ...aliases.map((alias): [string, Value] => [alias, made.get(dtypeName(alias) ?? '') ?? generic]),
  ];
}

function cast(machine: Machine, value: Value, dtype: string): Value {
  const number = numberOf(value);
  if (number !== undefined) return npScalar(number, dtype);
  if (value.kind === 'symbolic')
    return isIntegral(dtype) ? value : unknown('a cast of an open length', null, 'float');
  if (value.kind === 'unknown') return because(value, isIntegral(dtype) ? 'int' : 'float');
  const array = asArray(machine, value);
  if (!array) return unknown(`a cast to ${dtype} of such a value is not followed`);
  const data = isIntegral(dtype) ? array.data?.map(Math.trunc) : array.data;
  return isRanked(array.shape) && array.shape.length === 0 && data
    ? npScalar(data[0], dtype)
    : makeArray(machine, array.shape, dtype, data);
}
