/** `keras.datasets`: the public shapes of the shipped data sets. */
import type { Shape } from '../../graph/graph';
import type { Machine } from '../../python/machine';
import { native, tuple, type ModuleValue, type Value } from '../../python/values';
import { recorderOf } from '../model/recorder';
import { lazyModule } from './lookup';

interface DataSet {
  readonly train: number;
  readonly test: number;
  readonly x: Shape;
  readonly xType: string;
  readonly y: Shape;
  readonly yType: string;
  /** Labels are class numbers below it. */
  readonly classes?: number;
}

const image = (
  train: number,
  test: number,
  shape: readonly number[],
  y: Shape,
  classes: number,
): DataSet => ({
  classes,
  train,
  test,
  x: shape,
  xType: 'uint8',
  y,
  yType: 'uint8',
});

const DATA: Readonly<Record<string, DataSet>> = {
  mnist: image(60000, 10000, [28, 28], [], 10),
  fashion_mnist: image(60000, 10000, [28, 28], [], 10),
  cifar10: image(50000, 10000, [32, 32, 3], [1], 10),
  cifar100: image(50000, 10000, [32, 32, 3], [1], 100),
  boston_housing: { train: 404, test: 102, x: [13], xType: 'float64', y: [], yType: 'float64' },
  california_housing: { train: 16512, test: 4128, x: [8], xType: 'float32', y: [], yType: 'float32' },
  imdb: { train: 25000, test: 25000, x: [], xType: 'object', y: [], yType: 'int64', classes: 2 },
  reuters: { train: 8982, test: 2246, x: [], xType: 'object', y: [], yType: 'int64', classes: 46 },
};

export function datasetsModule(machine: Machine, name: string): ModuleValue | undefined {
  const data = DATA[name];
  if (data === undefined) return undefined;
  const part = (count: number): Value => {
    const labels = array(machine, [count, ...(data.y as readonly number[])], data.yType);
    if (data.classes !== undefined) recorderOf(machine).labelClasses.set(labels, data.classes);
    return tuple([array(machine, [count, ...(data.x as readonly number[])], data.xType), labels]);
  };
  return lazyModule(`keras.datasets.${name}`, (key) =>
    key === 'load_data' ? native('load_data', () => tuple([part(data.train), part(data.test)])) : undefined,
  );
}

/** An array of the numeric library where there is one, else a tensor of the shape. */
function array(machine: Machine, shape: readonly number[], dtype: string): Value {
  const numpy = machine.importModule('numpy');
  const empty = numpy === undefined ? undefined : machine.findAttr(numpy, 'empty');
  if (empty !== undefined && empty.kind !== 'unknown') {
    return machine.apply(empty, [tuple(shape.map((value) => ({ kind: 'int', value })))], {
      dtype: { kind: 'str', value: dtype },
    });
  }
  return recorderOf(machine).constant({ shape, dtype });
}
