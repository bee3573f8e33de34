/**
 * Data that Keras reads for a program: folders of images and texts, windows over time series, generators. The shapes follow from
 * the arguments (keras/src/utils/*_dataset_utils.py, tf_keras/src/preprocessing/image.py); how many classes there are, from files.
 */
import type { Dim } from '../../graph/graph';
import { fn, type Params } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import { NONE, tuple, type Value } from '../../python/values';
import { OPEN, isKnownRank } from '../dims';
import type { Recorder } from '../model/recorder';
import { valueToDim } from '../model/shapes';
import { asTensor } from '../model/structure';
import { makeDataset } from './dataset';
import { batched, tensor } from './element';

const FOLDER = `directory, labels='inferred', label_mode='int', class_names=None`;
const SPLIT = `shuffle=True, seed=None, validation_split=None, subset=None`;

export function folderLookup(recorder: Recorder, name: string): Value | undefined {
  switch (name) {
    case 'image_dataset_from_directory':
      return fn(
        `${name}(${FOLDER}, color_mode='rgb', batch_size=32, image_size=None, ${SPLIT}, interpolation='bilinear', follow_links=False, crop_to_aspect_ratio=False, pad_to_aspect_ratio=False, data_format=None, **kwargs)`,
        (machine, params) => folder(machine, params, tensor(machine, imageShape(machine, params), 'float32')),
      );
    case 'text_dataset_from_directory':
      return fn(
        `${name}(${FOLDER}, batch_size=32, max_length=None, ${SPLIT}, follow_links=False, **kwargs)`,
        (machine, params) => folder(machine, params, tensor(machine, [], 'string')),
      );
    case 'audio_dataset_from_directory':
      return fn(
        `${name}(${FOLDER}, batch_size=32, sampling_rate=None, output_sequence_length=None, ragged=False, ${SPLIT}, follow_links=False, **kwargs)`,
        (machine, params) => {
          const length = params['output_sequence_length'];
          return folder(machine, params, tensor(machine, [lengthOr(length), OPEN], 'float32'));
        },
      );
    case 'timeseries_dataset_from_array':
      return fn(
        `${name}(data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False, seed=None, start_index=None, end_index=None, **kwargs)`,
        (machine, params) => windows(recorder, machine, params),
      );
    case 'pad_sequences':
      return fn(
        `${name}(sequences, maxlen=None, dtype='int32', padding='pre', truncating='pre', value=0.0)`,
        padSequences,
      );
    default:
      return undefined;
  }
}

function lengthOr(value: Value): Dim {
  return value.kind === 'none'
    ? OPEN
    : (valueToDim(value) ?? { kind: 'unknown', reason: 'the length that is asked for is not known' });
}

/** Height, width and channels of `image_size` and `color_mode`. */
export function imageShape(machine: Machine, params: Params, size = params['image_size']): Dim[] {
  const lost: Dim = { kind: 'unknown', reason: 'the size of the images is not known' };
  // Both makers take 256 by 256 where no size is given.
  const lengths =
    size.kind === 'none'
      ? [256, 256]
      : (machine.iterate(size)?.items.map((item) => valueToDim(item) ?? lost) ?? [lost, lost]);
  const mode = params['color_mode'];
  const channels: Dim =
    mode.kind !== 'str'
      ? { kind: 'unknown', reason: 'the colour mode is not known' }
      : ({ grayscale: 1, rgba: 4 }[mode.value] ?? 3);
  const { data_format: format } = params;
  const pair = [lengths[0] ?? lost, lengths[1] ?? lost];
  return format?.kind === 'str' && format.value === 'channels_first'
    ? [channels, ...pair]
    : [...pair, channels];
}

/** A dataset over a folder, or the two of `subset="both"`. */
function folder(machine: Machine, params: Params, sample: Value): Value {
  const { labels, label_mode: mode, class_names: classes, batch_size: size, subset } = params;
  const single = labels.kind === 'none' || mode.kind === 'none';
  const names =
    classes.kind === 'none' ? machine.unknown('the classes are the folders that there are') : classes;
  const element = single ? sample : tuple([sample, labelOf(machine, mode, names)]);
  const whole = size.kind === 'none' ? element : batched(machine, element);
  const made = (): Value =>
    makeDataset(machine, whole, {
      class_names: names,
      file_paths: machine.unknown('what files there are is not known'),
    });
  return subset.kind === 'str' && subset.value === 'both' ? tuple([made(), made()]) : made();
}

/** One label as `label_mode` or `class_mode` says. */
export function labelOf(machine: Machine, mode: Value, classes: Value): Value {
  if (mode.kind !== 'str') return machine.unknown('the kind of labels is not known');
  switch (mode.value) {
    case 'categorical': {
      const known = classes.kind === 'unknown' ? undefined : machine.iterate(classes);
      const count: Dim =
        known !== undefined && known.tail === null
          ? known.items.length
          : { kind: 'unknown', reason: 'how many classes there are follows from the files' };
      return tensor(machine, [count], 'float32');
    }
    case 'binary':
      return tensor(machine, [1], 'float32');
    default:
      return tensor(machine, [], 'int32');
  }
}

/** Windows of a fixed number of steps over the first axis. */
function windows(recorder: Recorder, machine: Machine, params: Params): Value {
  const rest = (value: Value): readonly Dim[] | undefined => {
    const shape = asTensor(recorder, value)?.shape;
    return shape !== undefined && isKnownRank(shape) ? shape.slice(1) : undefined;
  };
  const lost = machine.unknown('the shape of the series is not known');
  const steps = rest(params['data']);
  const window =
    steps === undefined
      ? lost
      : tensor(
          machine,
          [lengthOr(params['sequence_length']), ...steps],
          asTensor(recorder, params['data'])!.dtype,
        );
  const targets = params['targets'];
  const wanted = targets.kind === 'none' ? undefined : rest(targets);
  const element =
    targets.kind === 'none'
      ? window
      : tuple([
          window,
          wanted === undefined ? lost : tensor(machine, wanted, asTensor(recorder, targets)!.dtype),
        ]);
  return makeDataset(machine, params['batch_size'].kind === 'none' ? element : batched(machine, element));
}

/** As many rows as there are sequences, each of `maxlen`. */
function padSequences(machine: Machine, { sequences, maxlen, dtype }: Params): Value {
  const counted = machine.apply(machine.builtin('len'), [sequences]);
  const rows =
    counted.kind === 'unknown' ? machine.unknown('how many sequences there are is not known') : counted;
  const length =
    maxlen.kind === 'none' ? machine.unknown('the length is that of the longest sequence') : maxlen;
  return emptyArray(machine, [rows, length], dtype);
}

/** An array of the numeric library. */
export function emptyArray(machine: Machine, shape: readonly Value[], dtype: Value): Value {
  const numpy = machine.importModule('numpy');
  const empty = numpy === undefined ? NONE : (machine.findAttr(numpy, 'empty') ?? NONE);
  return empty.kind === 'none'
    ? machine.unknown('arrays are not known here')
    : machine.apply(empty, [tuple([...shape])], { dtype });
}
