/** `tf.io`, `tf.audio`: what is read from files and records, as far as the reading states its shape. */
import type { Dim } from '../../graph/graph';
import { nativeClass } from '../../python/library/classes';
import { fn } from '../../python/library/define';
import { NONE, tuple, type Value } from '../../python/values';
import { OPEN } from '../dims';
import { dtypeName } from '../model/input';
import type { Recorder } from '../model/recorder';
import { valueToShape } from '../model/shapes';
import { mapStructure } from '../model/structure';
import { tensor } from './element';

/** Channels that are asked for; 0 takes those of the file. */
function channelsOf(channels: Value): Dim {
  if (channels.kind === 'int') return channels.value === 0 ? OPEN : channels.value;
  return { kind: 'unknown', reason: 'the number of channels is not known' };
}

const image = (name: string, more = ''): Value =>
  fn(`${name}(contents, channels=0${more}, **kwargs)`, (machine, { channels }) =>
    tensor(machine, [OPEN, OPEN, channelsOf(channels)], 'uint8'),
  );

/** A function or class of `tf.io`, `tf.audio` or of old `tf` itself by name; undefined when it is not modelled. */
export function decodeLookup(recorder: Recorder, name: string): Value | undefined {
  switch (name) {
    case 'read_file':
      return fn('read_file(filename, name=None)', (machine) => tensor(machine, [], 'string'));
    case 'decode_jpeg':
    case 'decode_png':
    case 'decode_bmp':
    case 'decode_and_crop_jpeg':
      return image(name);
    case 'decode_image':
      return fn(
        'decode_image(contents, channels=None, dtype="uint8", name=None, expand_animations=True)',
        (machine, { channels, expand_animations: animated, dtype }) =>
          tensor(
            machine,
            machine.truth(animated) === false
              ? [OPEN, OPEN, channels.kind === 'none' ? OPEN : channelsOf(channels)]
              : { kind: 'unknown', reason: 'decode_image() gives one image or many' },
            dtypeName(dtype),
          ),
      );
    case 'decode_gif':
      return fn('decode_gif(contents, name=None)', (machine) =>
        tensor(machine, [OPEN, OPEN, OPEN, 3], 'uint8'),
      );
    case 'decode_wav':
      return fn(
        'decode_wav(contents, desired_channels=-1, desired_samples=-1, name=None)',
        (machine, { desired_channels: channels, desired_samples: samples }) =>
          tuple([
            tensor(machine, [wanted(samples), wanted(channels)], 'float32'),
            tensor(machine, [], 'int32'),
          ]),
      );
    case 'FixedLenFeature':
      return featureClass(recorder);
    case 'parse_single_example':
    case 'parse_example':
      return fn(`${name}(serialized, features, name=None, **kwargs)`, (machine, { features }) =>
        mapStructure(features, (leaf) => {
          const shape = leaf.kind === 'instance' ? valueToShape(leaf.attrs.get('shape') ?? NONE) : undefined;
          if (leaf.kind !== 'instance' || leaf.cls.name !== 'FixedLenFeature' || !Array.isArray(shape))
            return machine.unknown('the length of this feature is not fixed');
          const dims = name === 'parse_example' ? [OPEN, ...(shape as Dim[])] : (shape as Dim[]);
          return tensor(machine, dims, dtypeName(leaf.attrs.get('dtype') ?? NONE));
        }),
      );
    default:
      return undefined;
  }
}

function wanted(length: Value): Dim {
  if (length.kind === 'int') return length.value < 0 ? OPEN : length.value;
  return { kind: 'unknown', reason: 'the length that is asked for is not known' };
}

/** `tf.io.FixedLenFeature(shape, dtype)`. */
function featureClass(recorder: Recorder): Value {
  return nativeClass(recorder.machine, 'FixedLenFeature', {
    module: 'tensorflow.io',
    partial: true,
    methods: [
      [
        '__init__(self, shape, dtype, default_value=None)',
        (_machine, { self, shape, dtype }) => {
          if (self.kind === 'instance') {
            self.attrs.set('shape', shape);
            self.attrs.set('dtype', dtype);
          }
          return NONE;
        },
      ],
    ],
  });
}
