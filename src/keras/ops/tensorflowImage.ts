/** TensorFlow's functions on images (`tf.image`, channels last): what becomes of height, width and channels. */
import type { Dim } from '../../graph/graph';
import { OPEN, dimsEqual } from '../dims';
import { dtypeName } from '../model/input';
import { valueToDim, valueToShape } from '../model/shapes';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, needs, rule } from './opRule';
import type { OpResult } from './record';

type Dims = readonly Dim[];

const result = (type: string, shape: Dims, dtype: string | null): OpResult => ({
  outputs: [{ shape, dtype }],
  primitive: { op: 'opaque', reason: `${type} changes images` },
});

/** The last three axes of one image or of a batch of them, changed. */
function changed(
  signature: string,
  type: string,
  change: (context: OpContext, image: readonly [Dim, Dim, Dim]) => Dims,
): OpDefinition {
  const [first] = signature.slice(1, -1).split(',');
  return rule(
    signature,
    type,
    (context) => {
      const image = needs(context, first);
      if (image.shape.length < 3) throw new Lost('an image has height, width and channels', image.dtype);
      const [height, width, channels] = image.shape.slice(-3);
      return result(
        type,
        [...image.shape.slice(0, -3), ...change(context, [height, width, channels])],
        image.dtype,
      );
    },
    { inputs: [first] },
  );
}

/** Functions that change what is in an image and not its shape: any arguments follow it. */
const kept = (type: string, dtype?: string): OpDefinition =>
  rule(
    '(image, *args, **kwargs)',
    type,
    (context) => {
      const image = needs(context, 'image');
      return result(type, image.shape, dtype ?? image.dtype);
    },
    { inputs: ['image'] },
  );

const KEPT = [
  'random_flip_left_right',
  'random_flip_up_down',
  'flip_left_right',
  'flip_up_down',
  'random_brightness',
  'random_contrast',
  'random_saturation',
  'random_hue',
  'random_jpeg_quality',
  'stateless_random_flip_left_right',
  'stateless_random_flip_up_down',
  'stateless_random_brightness',
  'stateless_random_contrast',
  'stateless_random_saturation',
  'stateless_random_hue',
  'adjust_brightness',
  'adjust_contrast',
  'adjust_gamma',
  'adjust_hue',
  'adjust_jpeg_quality',
  'adjust_saturation',
  'rgb_to_hsv',
  'hsv_to_rgb',
  'rgb_to_yuv',
  'yuv_to_rgb',
];

const lengthOf = (context: OpContext, name: string): Dim =>
  valueToDim(context.params[name]) ?? { kind: 'unknown', reason: `the argument ${name} is not known` };

const toSize = (context: OpContext, [, , channels]: readonly [Dim, Dim, Dim]): Dims => [
  lengthOf(context, 'target_height'),
  lengthOf(context, 'target_width'),
  channels,
];

const BOX = 'offset_height, offset_width, target_height, target_width';

/** One cut of the stated size. */
const crop = (signature: string): OpDefinition =>
  rule(
    signature,
    'RandomCrop',
    (context) => {
      const shape = valueToShape(context.params['size']);
      const dtype = context.tensor('value')?.dtype ?? null;
      if (shape === undefined || !Array.isArray(shape))
        throw new Lost('the size of the crop is not known', dtype);
      return result('RandomCrop', shape as Dims, dtype);
    },
    { inputs: ['value'] },
  );

export const tensorflowImageOps: Readonly<Record<string, OpDefinition>> = {
  ...Object.fromEntries(KEPT.map((name) => [name, kept(className(name))])),
  per_image_standardization: kept('PerImageStandardization', 'float32'),
  convert_image_dtype: rule(
    '(image, dtype, saturate=False, name=None)',
    'ConvertImageDtype',
    (context) => {
      const image = needs(context, 'image');
      return result('ConvertImageDtype', image.shape, dtypeName(context.params['dtype']));
    },
    { inputs: ['image'] },
  ),
  rot90: changed('(image, k=1, name=None)', 'Rot90', (context, [height, width, channels]) => {
    const { k } = context.params;
    if (dimsEqual(height, width) === true) return [height, width, channels];
    if (k.kind === 'int') return k.value % 2 === 0 ? [height, width, channels] : [width, height, channels];
    const turned: Dim = { kind: 'unknown', reason: 'how often the image is turned is not known' };
    return [turned, turned, channels];
  }),
  transpose: changed('(image, name=None)', 'TransposeImage', (_context, [height, width, channels]) => [
    width,
    height,
    channels,
  ]),
  grayscale_to_rgb: changed('(images, name=None)', 'GrayscaleToRgb', (_context, [height, width]) => [
    height,
    width,
    3,
  ]),
  resize_with_crop_or_pad: changed('(image, target_height, target_width)', 'ResizeWithCropOrPad', toSize),
  resize_image_with_crop_or_pad: changed(
    '(image, target_height, target_width)',
    'ResizeWithCropOrPad',
    toSize,
  ),
  resize_with_pad: changed(
    "(image, target_height, target_width, method='bilinear', antialias=False)",
    'ResizeWithPad',
    toSize,
  ),
  crop_to_bounding_box: changed(`(image, ${BOX})`, 'CropToBoundingBox', toSize),
  pad_to_bounding_box: changed(`(image, ${BOX})`, 'PadToBoundingBox', toSize),
  central_crop: changed('(image, central_fraction)', 'CentralCrop', (context, [height, width, channels]) => {
    const fraction = context.params['central_fraction'];
    const part = (length: Dim): Dim => {
      if (fraction.kind === 'int' && fraction.value === 1) return length;
      if (typeof length !== 'number')
        return length === OPEN ? OPEN : { kind: 'unknown', reason: 'what is cut off is not known' };
      if (fraction.kind !== 'float') return { kind: 'unknown', reason: 'the fraction is not known' };
      return length - 2 * Math.trunc((length - length * fraction.value) / 2);
    };
    return [part(height), part(width), channels];
  }),
  random_crop: crop('(value, size, seed=None, name=None)'),
  stateless_random_crop: crop('(value, size, seed, name=None)'),
  sobel_edges: rule('(image)', 'SobelEdges', (context) => {
    const image = needs(context, 'image');
    return result('SobelEdges', [...image.shape, 2], image.dtype);
  }),
};

function className(name: string): string {
  return name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
