/** `keras.DTypePolicy` (`keras.mixed_precision.Policy`): the dtype a layer computes in and that of its variables, by one name. */
import { nativeClass, property } from '../../python/library/classes';
import type { Machine } from '../../python/machine';
import { str, type ClassValue, type Value } from '../../python/values';
import { computeDtypeOf, variableDtypeOf } from '../model/config';
import { dtypeName } from '../model/input';

/** What a policy object carries; `dtype` is the policy's name, read wherever a dtype is. */
interface PolicyData {
  readonly dtype: string | null;
}

const classes = new WeakMap<Machine, ClassValue>();

export function dtypePolicyClass(machine: Machine): ClassValue {
  const known = classes.get(machine);
  if (known !== undefined) return known;
  const read = (self: Value, of: (policy: string) => string): Value => {
    const name = self.kind === 'instance' ? (self.data as PolicyData | null)?.dtype : null;
    return name == null ? machine.unknown('the name of this policy is not known') : str(of(name));
  };
  const made = nativeClass(machine, 'DTypePolicy', {
    module: 'keras',
    hooks: {
      create: (_machine, _self, args): PolicyData => {
        const given = args.positional[0] ?? args.keywords.get('name');
        return { dtype: given === undefined ? 'float32' : dtypeName(given.value) };
      },
    },
    attrs: [
      ['__init__', { kind: 'native', name: '__init__', impl: () => ({ kind: 'none' }) }],
      ['name', property((_machine, { self }) => read(self, (name) => name))],
      ['compute_dtype', property((_machine, { self }) => read(self, computeDtypeOf))],
      ['variable_dtype', property((_machine, { self }) => read(self, variableDtypeOf))],
    ],
    partial: true,
  });
  classes.set(machine, made);
  return made;
}
