/** Lowers one node's primitive to the engine's ops: one row per primitive. */
import type { Primitive } from '../../../graph/graph';
import { binary, input, mul, num } from '../../expression';
import { CannotRun, type PlanTensor } from '../plan';
import {
  lowerDense,
  lowerElementwise,
  lowerEinsum,
  lowerEmbedding,
  lowerMatmul,
  lowerReduce,
  lowerSoftmax,
} from './algebra';
import { lowerAttention } from './attention';
import type { LowerContext } from './context';
import {
  lowerConcat,
  lowerCrop,
  lowerDepthSpace,
  lowerPad,
  lowerReshape,
  lowerSlice,
  lowerSplit,
  lowerStack,
  lowerTranspose,
} from './movement';
import { lowerConvLstm } from './convLstm';
import { lowerRecurrent } from './recurrent';
import { lowerBuiltinLayer } from './builtinLayers';
import { lowerOperation } from './operations';
import { lowerNormalize } from './normalize';
import { lowerResize, lowerUpsample } from './resize';
import { lowerAdaptivePool, lowerConv, lowerPool } from './windows';

/** One tensor per output of the node, null for one that is not computed. Throws `CannotRun`. Composite and input nodes do not come here. */
export function lowerPrimitive(context: LowerContext, primitive: Primitive): (PlanTensor | null)[] {
  const special = lowerBuiltinLayer(context);
  if (special) return [special];
  const operation = lowerOperation(context);
  if (operation) return [...operation];
  switch (primitive.op) {
    case 'conv':
      return lowerConv(context, primitive);
    case 'pool':
      return lowerPool(context, primitive);
    case 'adaptivePool':
      return lowerAdaptivePool(context, primitive);
    case 'reduce':
      return lowerReduce(context, primitive);
    case 'dense':
      return lowerDense(context, primitive);
    case 'einsum':
      return lowerEinsum(context, primitive);
    case 'matmul':
      return lowerMatmul(context, primitive);
    case 'embedding':
      return lowerEmbedding(context, primitive);
    case 'elementwise':
      return lowerElementwise(context, primitive);
    case 'softmax':
      return lowerSoftmax(context, primitive);
    case 'normalize':
      return lowerNormalize(context, primitive);
    case 'reshape':
      return lowerReshape(context);
    case 'transpose':
      return lowerTranspose(context, primitive);
    case 'concat':
      return lowerConcat(context, primitive);
    case 'stack':
      return lowerStack(context, primitive);
    case 'split':
      return lowerSplit(context, primitive);
    case 'pad':
      return lowerPad(context, primitive);
    case 'crop':
      return lowerCrop(context, primitive);
    case 'slice':
      return lowerSlice(context, primitive);
    case 'upsample':
      return lowerUpsample(context, primitive);
    case 'resize':
      return lowerResize(context, primitive);
    case 'depthToSpace':
    case 'spaceToDepth':
      return lowerDepthSpace(context, primitive);
    case 'recurrent':
      return primitive.conv
        ? lowerConvLstm(context, primitive, primitive.conv)
        : lowerRecurrent(context, primitive);
    case 'attention':
      return lowerAttention(context, primitive);
    case 'identity':
      return [lowerIdentity(context)];
    case 'constant':
      return lowerConstant(context, primitive.value);
    case 'either':
      throw new CannotRun('which branch of an `if` runs is not known');
    case 'opaque':
      throw new CannotRun(primitive.reason);
    case 'input':
    case 'composite':
      throw new CannotRun('its steps are not known');
  }
}

/** Nothing, but for Masking, which also zeroes the steps that it masks. */
function lowerIdentity(context: LowerContext): PlanTensor {
  const { x, builder, layer } = context;
  if (layer?.builtin !== 'Masking') return x;
  const value = layer.config['mask_value'] ?? 0;
  if (typeof value !== 'number') throw new CannotRun('the value it masks is not known');
  const differs = builder.map(binary('ne', input(0), num(value)), [x]);
  const kept = builder.reduce('max', differs, [x.shape.length - 1], true);
  return builder.map(mul(input(0), input(1)), [x, kept]);
}

function lowerConstant(context: LowerContext, value: number | undefined): PlanTensor[] {
  const weights = context.node.weights.map((id) => context.graph.weights[id]);
  if (weights.length === 1) return [context.weightTensor(weights[0])];
  if (value === undefined) throw new CannotRun('the value of this constant is not known');
  const shape = context.outputShape(1);
  return [
    context.builder.constant(shape, [], () => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value)),
  ];
}
