/** `keras.preprocessing.image`: single images as arrays, and the generators of Keras 2. */
import { nativeClass } from '../../python/library/classes';
import { fn, type Params } from '../../python/library/define';
import { arrayOf } from '../../python/library/numpy/array';
import type { Machine } from '../../python/machine';
import { NONE, int, native, str, tuple, type ClassValue, type Value } from '../../python/values';
import { isKnownRank } from '../dims';
import type { Recorder } from '../model/recorder';
import { asTensor } from '../model/structure';
import { batched, elementOf, reshape, tensor, tensorsOf, type DatasetData } from './element';
import { emptyArray, imageShape, labelOf } from './folders';

/** Payload of an image read from a file: height, width and channels as values. */
class PictureData {
  constructor(readonly shape: readonly Value[]) {}
}

const FROM = `target_size=None, color_mode='rgb', classes=None, class_mode='categorical', batch_size=32`;

export function imageLookup(recorder: Recorder, name: string): Value | undefined {
  switch (name) {
    case 'load_img':
      return fn(
        `load_img(path, grayscale=False, color_mode='rgb', target_size=None, interpolation='nearest', keep_aspect_ratio=False, **kwargs)`,
        loadImage,
      );
    case 'img_to_array':
      return fn(`img_to_array(img, data_format=None, dtype='float32')`, (machine, { img, dtype }) =>
        toArray(machine, img, dtype),
      );
    case 'ImageDataGenerator':
      return generatorClass(recorder);
    default:
      return undefined;
  }
}

function loadImage(machine: Machine, params: Params): Value {
  const size = params['target_size'];
  const lost = machine.unknown('the size of the image is not known');
  const lengths = size.kind === 'none' ? undefined : machine.iterate(size)?.items;
  const mode = params['color_mode'];
  const channels =
    machine.truth(params['grayscale']) === true
      ? 1
      : mode.kind === 'str'
        ? ({ grayscale: 1, rgba: 4 }[mode.value] ?? 3)
        : undefined;
  return machine.allocate(
    pictureClass(machine),
    new PictureData([
      lengths?.[0] ?? lost,
      lengths?.[1] ?? lost,
      channels === undefined ? lost : int(channels),
    ]),
  );
}

const pictures = new WeakMap<Machine, ClassValue>();

function pictureClass(machine: Machine): ClassValue {
  let made = pictures.get(machine);
  if (made === undefined) {
    made = nativeClass(machine, 'Image', { module: 'PIL', partial: true });
    pictures.set(machine, made);
  }
  return made;
}

/** An image as an array; an array of two axes gets one for its channel. */
function toArray(machine: Machine, image: Value, dtype: Value): Value {
  const type = dtype.kind === 'none' ? str('float32') : dtype;
  if (image.kind === 'instance' && image.data instanceof PictureData)
    return emptyArray(machine, image.data.shape, type);
  if (arrayOf(image) === undefined) return machine.unknown('the shape of this image is not known');
  const shape = machine.iterate(machine.getAttr(image, 'shape'))?.items;
  return shape?.length === 3
    ? emptyArray(machine, shape, type)
    : shape?.length === 2
      ? emptyArray(machine, [...shape, int(1)], type)
      : machine.unknown('the shape of this image is not known');
}

/** `ImageDataGenerator(...)`: what flows from it has the element that its methods state. */
function generatorClass(recorder: Recorder): ClassValue {
  const known = recorder.ops.get('keras:ImageDataGenerator');
  if (known?.kind === 'class') return known;
  const { machine } = recorder;
  const iterator = iteratorClass(machine);
  const flow = (owner: Machine, element: Value, classes: Value): Value => {
    const made = owner.allocate(iterator, { element } satisfies DatasetData);
    const count = classes.kind === 'none' ? undefined : owner.iterate(classes);
    if (count !== undefined && count.tail === null) made.attrs.set('num_classes', int(count.items.length));
    return made;
  };
  const fromFiles = (owner: Machine, params: Params): Value => {
    const sample = tensor(owner, imageShape(owner, params, params['target_size']), 'float32');
    const { class_mode: mode, classes } = params;
    const element =
      mode.kind === 'none'
        ? sample
        : mode.kind === 'str' && mode.value === 'input'
          ? tuple([sample, sample])
          : tuple([
              sample,
              mode.kind === 'str' && mode.value === 'binary'
                ? tensor(owner, [], 'float32')
                : mode.kind === 'str' && !['categorical', 'sparse'].includes(mode.value)
                  ? owner.unknown('the labels are columns of the table')
                  : labelOf(
                      owner,
                      mode,
                      classes.kind === 'none'
                        ? owner.unknown('the classes are the folders that there are')
                        : classes,
                    ),
            ]);
    return flow(owner, batched(owner, element), classes);
  };
  const cls = nativeClass(machine, 'ImageDataGenerator', {
    module: 'keras.preprocessing.image',
    partial: true,
    attrs: [
      ['__init__', native('__init__', () => NONE)],
      ['fit', native('fit', () => NONE)],
      ['flow_from_directory', fn(`flow_from_directory(self, directory, ${FROM}, **kwargs)`, fromFiles)],
      [
        'flow_from_dataframe',
        fn(
          `flow_from_dataframe(self, dataframe, directory=None, x_col='filename', y_col='class', weight_col=None, ${FROM}, **kwargs)`,
          fromFiles,
        ),
      ],
      [
        'flow',
        fn(
          'flow(self, x, y=None, batch_size=32, shuffle=True, sample_weight=None, **kwargs)',
          (owner, { x, y }) => {
            const rest = (value: Value): Value => {
              const shape = asTensor(recorder, value)?.shape;
              return shape !== undefined && isKnownRank(shape)
                ? batched(
                    owner,
                    reshape(owner, tensorsOf(owner, value), (dims) => dims.slice(1)),
                  )
                : owner.unknown('the shape of these data is not known');
            };
            return flow(owner, y.kind === 'none' ? rest(x) : tuple([rest(x), rest(y)]), NONE);
          },
        ),
      ],
    ],
  });
  recorder.ops.set('keras:ImageDataGenerator', cls);
  return cls;
}

/** What a generator gives: batches without end. */
function iteratorClass(machine: Machine): ClassValue {
  const next = fn('next(self)', (owner, { self }) => elementOf(owner, self));
  return nativeClass(machine, 'Iterator', {
    module: 'keras.preprocessing.image',
    partial: true,
    attrs: [
      ['next', next],
      ['__next__', next],
      ['__getitem__', fn('__getitem__(self, index)', (owner, { self }) => elementOf(owner, self))],
      [
        '__iter__',
        fn('__iter__(self)', (owner, { self }) => ({
          kind: 'iterator',
          items: [],
          position: 0,
          tail: { ...owner.unknown('the batches are data'), like: elementOf(owner, self) },
        })),
      ],
    ],
  });
}
