/** Two tensors or layers that one name may hold after an `if` on something unknown. */
import type { InstanceValue, Value } from '../../python/values';
import type { Recorder } from './recorder';
import { joinShapes } from './shapes';
import { tensorDataOf } from './structure';

/** A step `either` whose shape keeps what both agree on; undefined when these are no tensors. */
export function joinTensors(recorder: Recorder, a: InstanceValue, b: InstanceValue): Value | undefined {
  const first = tensorDataOf(a);
  const second = tensorDataOf(b);
  if (first === undefined || second === undefined) return undefined;
  if (first.tensor === second.tensor) return a;
  const left = recorder.ref(first.tensor);
  const right = recorder.ref(second.tensor);
  const node = recorder.begin({
    layer: null,
    type: 'Either',
    name: 'either',
    inputs: [left.tensor, right.tensor],
    primitive: { op: 'either' },
    internal: true,
  });
  const [ref] = recorder.finish(node, [
    { shape: joinShapes(left.shape, right.shape), dtype: left.dtype === right.dtype ? left.dtype : null },
  ]);
  return recorder.valueOf(ref.tensor);
}
