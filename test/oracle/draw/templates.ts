/** Further operations as text: `{x}` the tensor, `{y}` another one, `{axis}` an axis, `{n}` a small number, `{sq}` a stack of square matrices. */
import { text, type Expression } from '../expression';
import type { Random } from '../random';

interface Operand {
  readonly name: string;
  readonly shape: readonly (number | null)[];
}

const TEMPLATES = [
  ...'cbrt exp2 fabs erfc angle sinc deg2rad rad2deg i0 isneginf isposinf isreal signbit conj empty_like sparsemax nancumsum fliplr flipud'
    .split(' ')
    .map((name) => `ops.${name}({x})`),
  ...'fmax fmin fmod heaviside logaddexp2 isclose gcd bitwise_and hypot logaddexp'
    .split(' ')
    .map((name) => `ops.${name}({x}, {y})`),
  ...'nanmax nanmin nanmean nanvar nanstd nanmedian nansum nanprod nanargmax nanargmin ptp average'
    .split(' ')
    .map((name) => `ops.${name}({x}, axis={axis})`),
  ...'nanmax nanmean nansum max var mean'.split(' ').map((name) => `ops.${name}({x}, axis={axis}, keepdims=True)`),
  ...'mean sum max std argmax all nanmean average median logsumexp'.split(' ').map((name) => `ops.${name}({x})`),
  'ops.mean({x}, axis=(1, -1))',
  'ops.quantile({x}, 0.5, axis={axis})',
  'ops.quantile({x}, [0.1, 0.9], axis={axis}, keepdims=True)',
  'ops.percentile({x}, 50)',
  ...'cholesky inv det pinv'.split(' ').map((name) => `ops.${name}({sq})`),
  'ops.qr({x})[0]',
  'ops.qr({x})[1]',
  "ops.qr({x}, mode='complete')[0]",
  'ops.svd({x})[0]',
  'ops.svd({x}, full_matrices=False)[2]',
  'ops.svd({x}, compute_uv=False)',
  'ops.eigh({sq})[1]',
  'ops.lu_factor({sq})[0]',
  'ops.solve({sq}, {x})',
  'ops.outer({x}, {y})',
  'ops.inner({x}, {y})',
  'ops.vdot({x}, {y})',
  'ops.kron({x}, {y})',
  'ops.cross({x}, {y})',
  'ops.diagonal({x}, axis1=1, axis2={last})',
  'ops.diagonal({x}, offset=1, axis1=-1, axis2=-2)',
  'ops.trace({x}, axis1=-1, axis2=-2)',
  'ops.diag({x})',
  'ops.rfft({x})[0]',
  'ops.dstack([{x}, {y}])',
  'ops.column_stack([{x}, {y}])',
  'ops.meshgrid({x}, {y})[0]',
  'ops.array_split({x}, {n}, axis={axis})[0]',
  'ops.append({x}, {y})',
  'ops.append({x}, {y}, axis={axis})',
  'ops.rot90({x}, axes=(1, {last}))',
  "ops.take_along_axis({x}, ops.cast(ops.argsort({x}, axis={last}), 'int32'), axis={last})",
  'ops.digitize({x}, ops.convert_to_tensor([0.0, 1.0]))',
  'ops.layer_normalization({x})',
  'ops.rms_normalization({x})',
  'ops.nn.dot_product_attention({x}, {x}, {x})',
  'ops.categorical_crossentropy({x}, {y})',
  'ops.binary_crossentropy({x}, {y})',
  'ops.unfold({x}, {n})',
  'ops.unfold({x}, ({n}, 2), stride=2, padding=1)',
  'ops.image.pad_images({x}, 1, 2, 3, {n})',
  'ops.image.crop_images({x}, 1, 0, 0, {n})',
  'ops.image.pad_images({x}, top_padding=1, left_padding=1, target_height=30, target_width=30)',
  'ops.image.extract_patches({x}, {n})',
  'ops.image.rgb_to_grayscale({x})',
  'ops.multi_hot(ops.cast({x}, "int32"), 5)',
  'ops.one_hot(ops.cast({x}, "int32"), 5, axis={axis})',
  'ops.tril({x})',
  'ops.triu({x}, k=1)',
  'ops.cumprod({x}, axis={axis})',
  'ops.tensordot({x}, {y}, axes=1)',
  'ops.tensordot({x}, {y}, axes=[[1], [1]])',
  'ops.dot({x}, {y})',
  'ops.stack([{x}, {y}, {x}], axis={axis})',
  'ops.split({x}, [1], axis={axis})[1]',
  'ops.squeeze(ops.expand_dims({x}, axis={axis}), axis={axis})',
  'ops.expand_dims({x}, axis=(0, -1))',
  'ops.ravel({x})',
  'ops.flip({x})',
  'ops.roll({x}, 2)',
  'ops.repeat({x}, 2)',
  'ops.where({x} > 0, {x}, 0.0)',
  'ops.where({x} > 0, {x}, {y})',
  'ops.maximum({x}, 0)',
  'ops.minimum(1.5, {x})',
  'ops.add({x}, 1)',
  'ops.divide({x}, 2)',
  'ops.power({x}, 2.0)',
  'ops.logical_or({x}, {y})',
  'ops.nn.normalize({x}, axis={axis})',
  'ops.softmax({x}, axis={axis})',
  'ops.log_softmax({x}, axis={axis})',
  'ops.leaky_relu({x}, negative_slope=0.2)',
  'ops.clip({x}, 0.0, 1.0)',
  'ops.top_k({x}, k={n})[1]',
  'ops.argsort({x}, axis={axis})',
  'ops.take({x}, [0, 1], axis={axis})',
  'ops.moments({x}, axes=[{last}])[1]',
  'ops.norm({x}, axis={axis}, keepdims=True)',
  'ops.cast({x}, "float16") * 2',
  '-{x}',
  'abs({x})',
  '{x} @ ops.swapaxes({y}, -1, -2)',
  '{x} ** 2 / 3',
  '{x} // 2 + 1',
  '2 ** {x}',
]; // prettier-ignore

export function drawTemplate(random: Random, x: Operand, y: Operand): Expression {
  const rank = x.shape.length;
  const axis = random.chance(0.6)
    ? -random.int(1, Math.max(1, rank - 1))
    : random.int(1, Math.max(1, rank - 1));
  const square = `ops.matmul(${x.name}, ops.swapaxes(${x.name}, -1, -2))`;
  return text(
    random
      .pick(TEMPLATES)
      .replaceAll('{x}', x.name)
      .replaceAll('{y}', y.name)
      .replaceAll('{axis}', String(axis))
      .replaceAll('{last}', String(Math.max(1, rank - 1)))
      .replaceAll('{n}', String(random.int(1, 3)))
      .replaceAll('{sq}', square),
  );
}
