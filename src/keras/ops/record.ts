/** Records an operation on tensors as a node, with Keras' class name, and keeps how to run it again on other tensors. */
import type { Node, Primitive, SourceRange, WeightId } from '../../graph/graph';
import type { CallArgs, Value } from '../../python/values';
import { list, tuple } from '../../python/values';
import { KerasError, type TensorRef, type TensorSpec } from '../definition';
import type { Recorder } from '../model/recorder';

export interface OpResult {
  readonly outputs: readonly TensorSpec[];
  readonly primitive: Primitive;
  /** Default: single when there is one output. */
  readonly structure?: 'single' | 'list' | 'tuple';
  readonly unknown?: string;
  readonly weights?: readonly WeightId[];
  /** What only data that run through would stop at: Keras gives the result. */
  readonly warning?: KerasError;
}

export interface OpCall {
  /** Keras' class name (`Add`, `GetItem`). */
  readonly type: string;
  /** The callable and arguments to run it again. */
  readonly fn: Value;
  readonly args: CallArgs;
  readonly inputs: readonly TensorRef[];
  readonly ranges?: Readonly<Record<string, SourceRange>>;
  /** All arguments by parameter name. */
  readonly given?: Node['given'];
  /** Shape rule; throws KerasError. */
  compute(): OpResult;
  /** After an error. Default: unknown shapes. */
  fallback?(): readonly TensorSpec[];
}

/** The op's value: a tensor or a list or tuple of tensors. */
export function recordOp(recorder: Recorder, op: OpCall): Value {
  const inputs = op.inputs.map((ref) => recorder.operand(ref.tensor));
  const node = recorder.begin({
    layer: null,
    type: op.type,
    name: recorder.operationName(op.type, inputs),
    inputs,
    primitive: { op: 'opaque', reason: 'not computed' },
    args: op.ranges ?? {},
    given: op.given,
  });
  recorder.remember(node.id, { fn: op.fn, args: op.args });
  let result: OpResult;
  try {
    result = op.compute();
  } catch (error) {
    if (error instanceof TypeError) {
      // A shape rule met something it does not expect: the result is unknown, the rest of the program goes on.
      recorder.internal(error, node.site.range);
      error = new KerasError('internal', `the analysis of ${op.type} failed here`, null);
    } else if (error instanceof KerasError)
      recorder.fail(error, { site: node.site, node, callArgs: node.args, inputs });
    if (!(error instanceof KerasError)) throw error;
    node.failed = true;
    const outputs = op.fallback?.() ?? [
      {
        shape: { kind: 'unknown', reason: `${op.type} failed: ${error.message}` },
        dtype: op.inputs[0]?.dtype ?? null,
      },
    ];
    result = { outputs, primitive: { op: 'opaque', reason: error.message } };
  }
  if (result.warning !== undefined)
    recorder.fail(result.warning.asWarning(), { site: node.site, node, callArgs: node.args, inputs });
  node.primitive = result.primitive;
  if (result.weights !== undefined) node.weights.push(...result.weights);
  if (result.unknown !== undefined) node.unknown = recorder.unknown(result.unknown);
  const outputs = recorder.finish(node, result.outputs).map((ref) => recorder.valueOf(ref.tensor));
  if (result.structure === 'tuple') return tuple(outputs);
  if (result.structure === 'list') return list(outputs);
  return outputs.length === 1 ? outputs[0] : tuple(outputs);
}
