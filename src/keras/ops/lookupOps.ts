/** Operations that pick elements or encode them: take, top_k, one_hot, cast. Source: Keras `ops/numpy.py`, `ops/nn.py`, `ops/core.py`. */
import type { Value } from '../../python/values';
import { isKnownRank } from '../dims';
import { toUnknown, valueToDim } from '../model/shapes';
import type { OpContext, OpDefinition } from './opFunction';
import { dtypeName } from '../model/input';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';

function castPlain(value: Value, dtype: Value): Value | undefined {
  const name =
    dtype.kind === 'str'
      ? dtype.value
      : dtype.kind === 'instance'
        ? ((dtype.data as { dtype?: string } | null)?.dtype ?? '')
        : dtype.kind === 'class'
          ? dtype.name
          : '';
  if (value.kind === 'symbolic') return value;
  if (value.kind !== 'int' && value.kind !== 'float') return undefined;
  if (/float/.test(name)) return { kind: 'float', value: value.value };
  return /int/.test(name) ? { kind: 'int', value: Math.trunc(value.value) } : undefined;
}

function gather(context: OpContext): OpResult {
  const x = needs(context);
  const indices = context.tensor('indices');
  if (indices === undefined || !isKnownRank(indices.shape))
    throw new Lost('the indices are not known', x.dtype);
  const axis =
    context.params['axis'].kind === 'none' ? null : axisOf(context.params['axis'], x.shape.length, x.shape);
  if (axis === null && context.params['axis'].kind !== 'none')
    throw new Lost('the axis is not known', x.dtype);
  const shape =
    axis === null ? indices.shape : [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return { outputs: [{ shape, dtype: x.dtype }], primitive: { op: 'opaque', reason: 'gathers by index' } };
}

export const lookupOps: Readonly<Record<string, OpDefinition>> = {
  saturate_cast: rule('(x, dtype)', 'SaturateCast', (context) => {
    const x = needs(context);
    return {
      outputs: [{ shape: x.shape, dtype: dtypeName(context.params['dtype']) }],
      primitive: { op: 'elementwise', fn: 'cast' },
    };
  }),
  take: rule('(x, indices, axis=None, **kwargs)', 'Take', (context) => gather(context)),
  top_k: rule('(x, k, sorted=True, is_stable=True, name=None)', 'TopK', (context) => {
    const x = needs(context);
    const k = valueToDim(context.params['k']) ?? {
      kind: 'unknown',
      reason: 'the number of elements is not known',
    };
    const shape = [...x.shape.slice(0, -1), k];
    return {
      outputs: [
        { shape, dtype: x.dtype },
        { shape, dtype: 'int32' },
      ],
      structure: 'tuple',
      primitive: { op: 'opaque', reason: 'picks the largest along an axis' },
    };
  }),
  one_hot: rule('(x, num_classes, axis=-1, dtype=None, **kwargs)', 'OneHot', (context) => {
    const x = needs(context);
    const classes = valueToDim(context.params['num_classes']) ?? {
      kind: 'unknown',
      reason: 'the number of classes is not known',
    };
    const axis = context.params['axis'].kind === 'int' ? context.params['axis'].value : -1;
    const at = axis < 0 ? x.shape.length + 1 + axis : axis;
    const dtype = context.params['dtype'];
    return {
      outputs: [
        {
          shape: [...x.shape.slice(0, at), classes, ...x.shape.slice(at)],
          dtype: dtype.kind === 'str' ? dtype.value : 'float32',
        },
      ],
      primitive: { op: 'opaque', reason: 'one-hot encoding' },
    };
  }),
  cast: rule(
    '(x, dtype, name=None)',
    'Cast',
    (context) => {
      const x = context.tensor('x');
      const dtype = context.params['dtype'];
      const name =
        dtype.kind === 'str'
          ? dtype.value
          : dtype.kind === 'class'
            ? dtype.name
            : dtype.kind === 'instance'
              ? ((dtype.data as { dtype?: string } | null)?.dtype ?? null)
              : null;
      return {
        outputs: [
          { shape: x?.shape ?? toUnknown(context.machine.unknown('the operand is not known')), dtype: name },
        ],
        primitive: { op: 'elementwise', fn: 'cast' },
      };
    },
    { plain: ({ params }) => castPlain(params['x'], params['dtype']) },
  ),
};
