/** Operations on images: resizing, blocks of pixels as channels, colours. Source: Keras `ops/image.py`, `ops/nn.py`. */
import type { Dim } from '../../graph/graph';
import { KerasError } from '../definition';
import { floorDivideDim, formatShape, isKnownRank, mulDim } from '../dims';
import { valueToShape } from '../model/shapes';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, needs, rule } from './opRule';
import type { OpResult } from './record';

function resize(context: OpContext): OpResult {
  const x = needs(context);
  const { params } = context;
  const size = params['size'].kind === 'unknown' ? undefined : valueToShape(params['size']);
  const format = params['data_format'];
  const first =
    format.kind === 'none'
      ? context.recorder.channelsFirstDefault
      : format.kind === 'str' && format.value === 'channels_first';
  const interpolation = params['interpolation'].kind === 'str' ? params['interpolation'].value : 'bilinear';
  const dims: readonly Dim[] =
    size !== undefined && isKnownRank(size) && size.length === 2
      ? size
      : [
          { kind: 'unknown', reason: 'the size is not known' },
          { kind: 'unknown', reason: 'the size is not known' },
        ];
  if (x.shape.length !== 3 && x.shape.length !== 4) {
    throw new KerasError(
      'input-rank',
      `Images have 3 axes, or 4 with the batch, but this has the shape ${formatShape(x.shape)}.`,
      `Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images). Received input with shape: images.shape=${formatShape(x.shape)}`,
      { input: 0, facts: { rank: x.shape.length } },
    );
  }
  const offset = x.shape.length === 3 ? 0 : 1;
  const spatial = first ? offset + 1 : offset;
  return {
    outputs: [{ shape: x.shape.map((dim, i) => dims[i - spatial] ?? dim), dtype: x.dtype }],
    primitive: {
      op: 'resize',
      size: dims.map((dim) => (typeof dim === 'number' ? dim : null)),
      interpolation,
      channelsFirst: first,
    },
  };
}

function blocks(context: OpContext, toSpace: boolean): OpResult {
  const x = needs(context);
  const block = context.params['block_size'];
  const format = context.params['data_format'];
  if (block.kind !== 'int') throw new Lost('the block size is not known', x.dtype);
  const first =
    format.kind === 'none'
      ? context.recorder.channelsFirstDefault
      : format.kind === 'str' && (format.value === 'channels_first' || format.value === 'NCHW');
  const b = block.value;
  if (x.shape.length !== 4) {
    throw new KerasError(
      'input-rank',
      `This takes a tensor of 4 axes (batch, height, width, channels), not ${formatShape(x.shape)}.`,
      `not enough values to unpack (expected 4, got ${x.shape.length})`,
      { input: 0, facts: { rank: x.shape.length } },
    );
  }
  const [n, h, w, c] = first ? [x.shape[0], x.shape[2], x.shape[3], x.shape[1]] : x.shape;
  const scale = (dim: Dim): Dim => (toSpace ? mulDim(dim, b) : floorDivideDim(dim, b));
  if (toSpace && typeof c === 'number' && c % (b * b) !== 0) {
    throw new KerasError(
      'block-channels',
      `${c} channels cannot be shared out among blocks of ${b}×${b}.`,
      `The number of channels (${c}) must be divisible by block_size**2 (${b * b}).`,
      { input: 0, facts: { channels: c, block: b } },
    );
  }
  const channels = toSpace ? floorDivideDim(c, b * b) : mulDim(c, b * b);
  const dims = first ? [n, channels, scale(h), scale(w)] : [n, scale(h), scale(w), channels];
  return {
    outputs: [{ shape: dims, dtype: x.dtype }],
    primitive: { op: toSpace ? 'depthToSpace' : 'spaceToDepth', block: b, channelsFirst: first },
  };
}

export const imageOps: Readonly<Record<string, OpDefinition>> = {
  sobel_edges: rule('(images, data_format=None)', 'SobelEdges', (context) => {
    const { shape, dtype } = needs(context, 'images');
    if (shape.length !== 4)
      throw new KerasError(
        'input-rank',
        `This takes a batch of images (4 axes), not ${formatShape(shape)}.`,
        `Invalid images rank: expected rank 4 (batch of images). Received: images.shape=${formatShape(shape)}`,
        { input: 0, facts: { rank: shape.length, expected: 4, ndim: 4 } },
      );
    return {
      outputs: [{ shape: [...shape, 2], dtype }],
      primitive: { op: 'opaque', reason: 'finds edges' },
    };
  }),
  ssim: rule(
    '(image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, data_format=None)',
    'SSIM',
    (context) => {
      const { shape, dtype } = needs(context, 'image1');
      return {
        outputs: [{ shape: shape.length === 3 ? [] : shape.slice(0, 1), dtype }],
        primitive: { op: 'opaque', reason: 'compares' },
      };
    },
    { inputs: ['image1', 'image2'] },
  ),
  psnr: rule(
    '(x1, x2, max_val)',
    'PSNR',
    () => ({ outputs: [{ shape: [], dtype: 'float32' }], primitive: { op: 'opaque', reason: 'compares' } }),
    { inputs: ['x1', 'x2'] },
  ),
  resize: rule(
    "(x, size, interpolation='bilinear', antialias=False, data_format=None, **kwargs)",
    'Resize',
    resize,
  ),
  depth_to_space: rule('(x, block_size, data_format=None, name=None)', 'DepthToSpace', (context) =>
    blocks(context, true),
  ),
  space_to_depth: rule('(x, block_size, data_format=None, name=None)', 'SpaceToDepth', (context) =>
    blocks(context, false),
  ),
  rgb_to_grayscale: rule('(x, data_format=None, name=None)', 'RGBToGrayscale', (context) => {
    const x = needs(context);
    const format = context.params['data_format'];
    const first =
      format.kind === 'none'
        ? context.recorder.channelsFirstDefault
        : format.kind === 'str' && format.value === 'channels_first';
    const at = first ? x.shape.length - 3 : x.shape.length - 1;
    const channels = x.shape[at];
    if (typeof channels === 'number' && channels !== 3 && channels !== 1)
      throw new KerasError(
        'input-axis',
        `Images of 3 channels (or 1) turn grey, but these have ${channels}.`,
        `Invalid channel size: expected 3 (RGB) or 1 (Grayscale). Received input with shape: images.shape=${formatShape(x.shape)}`,
        { input: 0, facts: { expected: 3, found: channels } },
      );
    return {
      outputs: [{ shape: x.shape.map((dim, i) => (i === at ? 1 : dim)), dtype: x.dtype }],
      primitive: { op: 'reduce', fn: 'other', axes: [at], keepDims: true },
    };
  }),
};
