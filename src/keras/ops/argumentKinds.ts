/**
 * Which kinds of plain values the parameters of Keras' functions refuse beside a tensor of a functional model, as
 * `test/oracle/kinds.py` has asked Keras 3.16: `sort(x, axis=2.5)`, `append(x, 3)`.
 */
import type { Value } from '../../python/values';

/**
 * `parameter kinds: functions`. Kinds: f a fraction, s a string, t a tuple or list, n None, b a bool, e an empty tuple or list;
 * `tensor`: nothing but a tensor.
 */
const REFUSED = `
N fste: vander
a tensor: lstsq solve solve_triangular
abs_ tensor: polar
axes fs: moments
axes fs: transpose
axes fsn: rot90
axes fsn: tensordot
axis fs: all amax amin any argmax argmin average count_nonzero flip log_softmax logsumexp max mean median min nanmax nanmean nanmedian
  nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar norm normalize percentile prod ptp quantile roll softmax std sum var
  activations.log_softmax activations.softmax
axis fsn: expand_dims
axis fstb: squeeze
axis fste: append argsort cumprod cumsum nanargmax nanargmin repeat sort take trapezoid unique
axis fstne: array_split concatenate diff glu one_hot sparsemax split unstack activations.glu
axis1 fstnbe: diagonal trace
axis1 fstne: swapaxes
axis2 fstne: diagonal swapaxes trace
b tensor: lstsq solve solve_triangular
bins fstne: histogram
block_size fstnbe: depth_to_space space_to_depth
coordinates tensor: image.map_coordinates
data tensor: segment_max segment_min segment_prod segment_sum
depthwise_kernel tensor: separable_conv
destination fsne: moveaxis
dilation fsn: unfold
dilation_rate fsn: conv depthwise_conv separable_conv
dilation_rate fsn: image.extract_patches image.extract_patches_3d
fft_length fste: rfft
fft_length fstne: stft
image1 tensor: image.ssim
image2 tensor: image.ssim
increasing fstne: vander
indices_or_sections fsn: dsplit hsplit split vsplit
indices_or_sections fstne: array_split
inputs tensor: conv conv_transpose depthwise_conv scatter_update separable_conv slice slice_update image.map_coordinates
k fste: top_k
k stne: diag diagflat
kernel tensor: conv conv_transpose depthwise_conv
kernel_size fsn: fold unfold
key tensor: dot_product_attention
kth fstne: argpartition
n fstne: diff matrix_power
num fste: unstack
num_classes fste: one_hot
num_segments fste: segment_max segment_min segment_prod segment_sum
offset stne: diagonal
output tensor: binary_crossentropy categorical_crossentropy
output_size fsn: adaptive_average_pool adaptive_max_pool
output_size fsn: fold
pad_width fsn: pad
pointwise_kernel tensor: separable_conv
pool_size s: average_pool max_pool
query tensor: dot_product_attention
repeats fsn: tile
repeats fsne: repeat
segment_ids tensor: segment_max segment_min segment_prod segment_sum
sequence_length fstne: extract_sequences
sequence_stride fstne: extract_sequences stft
shape fsn: broadcast_to scatter
shape fsn: slice
size fs: unique
size fsn: image.extract_patches_3d image.resize
size fsn: image.extract_patches
sorted_sequence tensor: searchsorted
source fsne: moveaxis
stride fsn: unfold
strides s: average_pool conv depthwise_conv max_pool separable_conv
strides s: image.extract_patches image.extract_patches_3d
target tensor: binary_crossentropy categorical_crossentropy
targets tensor: in_top_k
value tensor: dot_product_attention
values tensor: searchsorted
x stne: bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor left_shift right_shift
x tensor: cdist
x1 stne: add divide divide_no_nan dot floor_divide fmax fmin fmod gcd inner kron lcm ldexp logaddexp logaddexp2 maximum minimum mod multiply
  nextafter outer power subtract tensordot true_divide vdot
x1 tensor: append correlate gammainc heaviside hypot isin matmul psnr
x2 stne: add divide divide_no_nan dot floor_divide fmax fmin fmod gcd inner kron lcm ldexp logaddexp logaddexp2 maximum minimum mod multiply
  nextafter outer power subtract tensordot true_divide vdot
x2 tensor: append correlate gammainc heaviside hypot matmul psnr
y stne: bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor left_shift right_shift
y tensor: cdist
`;

/** Kinds by function and parameter (`sort.axis`). */
const table = new Map<string, string>();
for (const entry of REFUSED.trim()
  .replace(/\n {2}/g, ' ')
  .split('\n')) {
  const [, parameter, kinds, names] = /^(\w+) (\w+): (.*)$/.exec(entry)!;
  for (const name of names.split(' '))
    table.set(`${name}.${parameter}`, kinds === 'tensor' ? 'fstnbei' : kinds);
}

function kindOf(value: Value): string | undefined {
  switch (value.kind) {
    case 'int':
      return value.numpy === undefined ? 'i' : undefined;
    case 'float':
      return value.numpy === undefined && !Number.isInteger(value.value) ? 'f' : undefined;
    case 'str':
      return 's';
    case 'none':
      return 'n';
    case 'bool':
      return 'b';
    case 'tuple':
      return value.items.length === 0 ? 'e' : 't';
    case 'list':
      return value.tail !== null ? undefined : value.items.length === 0 ? 'e' : 't';
    default:
      return undefined;
  }
}

/** What is wrong with the kind of an argument: a tensor is wanted, or another kind of value; undefined where nothing is. */
export function refused(name: string, parameter: string, value: Value): 'tensor' | 'kind' | undefined {
  const kinds = table.get(`${name}.${parameter}`);
  const kind = kindOf(value);
  if (kinds === undefined || kind === undefined || !kinds.includes(kind)) return undefined;
  return kinds.includes('i') ? 'tensor' : 'kind';
}
