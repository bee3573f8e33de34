/** Parts of data libraries that decide shapes: `sklearn.model_selection.train_test_split`, and `tqdm`, which passes elements on. */
import type { Machine } from '../../machine';
import { NONE, list, unknown, type InstanceValue, type ModuleValue, type Value } from '../../values';
import { iter } from '../builtins/iteration';
import { nativeClass, nativeModule } from '../classes';
import { fn, functions, type Body } from '../define';
import { because, elements, firstUnknown, numberOf } from '../known';
import { isRanked, type ArrayDim } from '../numpy/array';
import { asArray, makeArray } from '../numpy/space';

/** Rows that go to the test and to the training part (sklearn: `_validate_shuffle_split`). */
function parts(rows: ArrayDim, test: Value, train: Value): { test: ArrayDim; train: ArrayDim } {
  const open = (): ArrayDim => unknown('how many rows a part of the data has is not known');
  const size = (value: Value, round: (x: number) => number): number | undefined => {
    const number = numberOf(value);
    if (number === undefined || typeof rows !== 'number') return undefined;
    return value.kind === 'float' ? round(number * rows) : number;
  };
  if (typeof rows !== 'number' || firstUnknown(test, train)) return { test: open(), train: open() };
  const trainGiven = train.kind === 'none' ? undefined : size(train, Math.floor);
  const testGiven =
    test.kind === 'none'
      ? trainGiven === undefined
        ? Math.ceil(rows * 0.25)
        : rows - trainGiven
      : size(test, Math.ceil);
  if (testGiven === undefined) return { test: open(), train: open() };
  return { test: testGiven, train: trainGiven ?? rows - testGiven };
}

const trainTestSplit: Body = (machine, { arrays, test_size, train_size }) => {
  const { items, tail } = elements(machine, arrays);
  if (tail) return because(tail);
  return list(
    items.flatMap((item): Value[] => {
      const array = item.kind === 'unknown' ? undefined : asArray(machine, item);
      if (!array || !isRanked(array.shape) || array.shape.length === 0) {
        const cause = firstUnknown(item) ?? unknown('the data is not known');
        return [cause, cause];
      }
      const [rows, ...rest] = array.shape;
      const split = parts(rows, test_size, train_size);
      return [split.train, split.test].map((dim) => makeArray(machine, [dim, ...rest], array.dtype));
    }),
  );
};

export const modelSelectionModule = () =>
  nativeModule(
    'sklearn.model_selection',
    functions([
      [
        'train_test_split(*arrays, test_size=None, train_size=None, random_state=None, shuffle=True, stratify=None)',
        trainTestSplit,
      ],
    ]),
  );

/** `tqdm(x)`: the elements of `x`, and methods that only show. */
export function tqdmModule(machine: Machine, name: string): ModuleValue {
  const bar = nativeClass(machine, 'tqdm', {
    module: 'tqdm',
    partial: true,
    methods: [
      [
        '__init__(self, iterable=None, *args, **kwargs)',
        (m, { self, iterable }) => {
          m.setAttr(self, 'iterable', iterable);
          return NONE;
        },
      ],
      ['__iter__(self)', (m, { self }) => iter(m, (self as InstanceValue).attrs.get('iterable') ?? NONE)],
      ['__len__(self)', (m, { self }) => m.len((self as InstanceValue).attrs.get('iterable') ?? NONE)],
      ['__enter__(self)', (_m, { self }) => self],
      ['__exit__(self, *args)', () => NONE],
      ...[
        'update',
        'set_description',
        'set_description_str',
        'set_postfix',
        'set_postfix_str',
        'close',
        'refresh',
        'reset',
        'clear',
      ].map((method): [string, Body] => [`${method}(self, *args, **kwargs)`, () => NONE]),
      ['write(*args, **kwargs)', () => NONE],
    ],
  });
  return nativeModule(name, [
    ['tqdm', bar],
    [
      'trange',
      fn('trange(*args, **kwargs)', (m, { args }) =>
        m.apply(bar, [m.apply(m.builtin('range'), elements(m, args).items)]),
      ),
    ],
  ]);
}
