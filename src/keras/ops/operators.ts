/** Python's operators on tensors as the operations Keras makes of them, elementwise with broadcasting. */
import type { Primitive, Shape } from '../../graph/graph';
import type { Machine } from '../../python/machine';
import { fn } from '../../python/library/define';
import { FALSE, TRUE, native, type CallArgs, type NativeFunction, type Value } from '../../python/values';
import { broadcastShapes } from '../broadcast';
import { KerasError, type TensorRef, type TensorSpec } from '../definition';
import { dtypeByRule, type DtypeRule, type Operand } from '../dtypes';
import { isKnownRank } from '../dims';
import { recorderOf, type Recorder } from '../model/recorder';
import { asTensor, tensorDataOf } from '../model/structure';
import { indexTensor } from './indexing';
import { matmulShape } from './matmul';
import { recordOp, type OpResult } from './record';

export interface BinaryRule {
  /** Keras' class name. */
  readonly type: string;
  /** Name in the graph's elementwise primitive. */
  readonly fn: string;
  readonly dtype: DtypeRule;
}

export const BINARY: Readonly<Record<string, BinaryRule>> = {
  add: { type: 'Add', fn: 'add', dtype: 'promote' },
  sub: { type: 'Subtract', fn: 'subtract', dtype: 'promote' },
  mul: { type: 'Multiply', fn: 'multiply', dtype: 'promote' },
  truediv: { type: 'TrueDivide', fn: 'divide', dtype: 'float' },
  floordiv: { type: 'FloorDivide', fn: 'floor_divide', dtype: 'promote' },
  mod: { type: 'Mod', fn: 'mod', dtype: 'promoteCounted' },
  pow: { type: 'Power', fn: 'power', dtype: 'promote' },
  and: { type: 'LogicalAnd', fn: 'logical_and', dtype: 'bool' },
  or: { type: 'LogicalOr', fn: 'logical_or', dtype: 'bool' },
  xor: { type: 'LogicalXor', fn: 'logical_xor', dtype: 'bool' },
};

const COMPARISONS: Readonly<Record<string, BinaryRule>> = {
  lt: { type: 'Less', fn: 'less', dtype: 'bool' },
  le: { type: 'LessEqual', fn: 'less_equal', dtype: 'bool' },
  gt: { type: 'Greater', fn: 'greater', dtype: 'bool' },
  ge: { type: 'GreaterEqual', fn: 'greater_equal', dtype: 'bool' },
  ne: { type: 'NotEqual', fn: 'not_equal', dtype: 'bool' },
};

const EQUAL: BinaryRule = { type: 'Equal', fn: 'equal', dtype: 'bool' };

const UNARY: Readonly<Record<string, readonly [type: string, fn: string, dtype: DtypeRule]>> = {
  neg: ['Negative', 'negative', 'same'],
  abs: ['Absolute', 'absolute', 'same'],
  invert: ['LogicalNot', 'logical_not', 'bool'],
};

/** Elementwise result of several operands. `arraysAreInputs`: numpy's arrays are among the node's inputs (lists never are). */
export function elementwise(
  recorder: Recorder,
  rule: BinaryRule,
  operands: readonly TensorRef[],
  values: readonly Value[],
  arraysAreInputs = true,
): OpResult {
  let shape: Shape = operands[0].shape;
  for (const operand of operands.slice(1)) shape = broadcastShapes(shape, operand.shape);
  const constants = operands.map((operand, i) => constantOf(recorder, values[i], operand));
  const arrays = operands.map((operand, i) =>
    constants[i] === null && values[i] !== undefined && isArray(values[i], arraysAreInputs)
      ? operand.tensor
      : null,
  );
  const primitive: Primitive = {
    op: 'elementwise',
    fn: rule.fn,
    ...(constants.some((constant) => constant !== null) ? { constants } : {}),
    ...(arrays.some((array) => array !== null) ? { arrays } : {}),
  };
  return { outputs: [{ shape, dtype: dtypeOf(recorder, rule.dtype, operands, values) }], primitive };
}

const isArray = (value: Value, arraysAreInputs: boolean): boolean =>
  value.kind === 'list' ||
  value.kind === 'tuple' ||
  (!arraysAreInputs && value.kind === 'instance' && !tensorDataOf(value));

function constantOf(_recorder: Recorder, value: Value | undefined, operand: TensorRef): number | null {
  if (value === undefined || !isKnownRank(operand.shape) || operand.shape.length > 0) return null;
  if (value.kind === 'int' || value.kind === 'float') return value.value;
  if (value.kind === 'bool') return Number(value.value);
  const constant = tensorDataOf(value)?.constant;
  return typeof constant === 'number' ? constant : null;
}

/** The dtype of a result by its rule; `values`: the operands as they were written, of which Python's numbers are weak. */
export function dtypeOf(
  recorder: Recorder,
  rule: DtypeRule,
  operands: readonly TensorRef[],
  values: readonly Value[] = [],
): string | null {
  const given = operands.map(({ dtype }, i): Operand =>
    isPythonNumber(values[i]) ? (values[i].kind === 'float' ? 'float' : 'int') : dtype,
  );
  return dtypeByRule(rule, recorder.backend, given);
}

function isPythonNumber(value: Value | undefined): value is Value {
  return (
    value !== undefined &&
    ((value.kind === 'int' && value.numpy === undefined) ||
      (value.kind === 'float' && value.numpy === undefined) ||
      value.kind === 'symbolic')
  );
}

/** Runs a binary operation; values that are no tensors at all give NotImplemented's place to unknown. */
export function binaryOp(
  machine: Machine,
  rule: BinaryRule,
  self: Value,
  a: Value,
  b: Value,
  args: CallArgs,
): Value {
  const recorder = recorderOf(machine);
  const left = asTensor(recorder, a);
  const right = asTensor(recorder, b);
  if (left === undefined || right === undefined)
    return machine.unknown('an operand of this operation is no tensor');
  // Only tensors with a place in the graph are inputs; numbers are constants of the primitive.
  const values = [a, b];
  const inputs = [left, right].filter((_, i) => tensorDataOf(values[i]) !== undefined);
  return recordOp(recorder, {
    type: rule.type,
    fn: self,
    args,
    inputs,
    compute: () => elementwise(recorder, rule, [left, right], values, false),
    fallback: (): readonly TensorSpec[] => [larger(left, right)],
  });
}

function larger(a: TensorRef, b: TensorRef): TensorSpec {
  const rank = (ref: TensorRef): number => (isKnownRank(ref.shape) ? ref.shape.length : -1);
  return rank(b) > rank(a) ? { shape: b.shape, dtype: b.dtype } : { shape: a.shape, dtype: a.dtype };
}

function binaryMethod(name: string, rule: BinaryRule, reflected: boolean): NativeFunction {
  const self: NativeFunction = native(name, (machine, args) => {
    const [a, b] = [args.positional[0]?.value, args.positional[1]?.value];
    if (a === undefined || b === undefined) return machine.raise('TypeError', `${name}() takes two operands`);
    return reflected ? binaryOp(machine, rule, self, b, a, args) : binaryOp(machine, rule, self, a, b, args);
  });
  return self;
}

/** Special methods of the tensor class by name. */
export function operatorMethods(): [string, Value][] {
  const methods: [string, Value][] = [];
  for (const [name, rule] of Object.entries(BINARY)) {
    methods.push([`__${name}__`, binaryMethod(`__${name}__`, rule, false)]);
    methods.push([`__r${name}__`, binaryMethod(`__r${name}__`, rule, true)]);
  }
  for (const [name, rule] of Object.entries(COMPARISONS))
    methods.push([`__${name}__`, binaryMethod(`__${name}__`, rule, false)]);
  for (const [name, [type, label, dtype]] of Object.entries(UNARY)) {
    const self: NativeFunction = native(`__${name}__`, (machine, args) => {
      const recorder = recorderOf(machine);
      const operand = asTensor(recorder, args.positional[0].value)!;
      return recordOp(recorder, {
        type,
        fn: self,
        args,
        inputs: [operand],
        compute: () => ({
          outputs: [{ shape: operand.shape, dtype: dtypeOf(recorder, dtype, [operand]) }],
          primitive: { op: 'elementwise', fn: label },
        }),
      });
    });
    methods.push([`__${name}__`, self]);
  }
  methods.push(
    ['__matmul__', matmulMethod('__matmul__', false)],
    ['__rmatmul__', matmulMethod('__rmatmul__', true)],
  );
  methods.push(['__getitem__', getItem], ['__eq__', equalMethod]);
  return methods;
}

/**
 * `x == y`: the backends' own tensors, which `call` receives, compare element by element; Keras' symbolic tensors have no
 * such operator and are equal to themselves alone (keras/src/backend/common/keras_tensor.py).
 */
const equalMethod: NativeFunction = native('__eq__', (machine, args) => {
  const recorder = recorderOf(machine);
  const [a, b] = [args.positional[0]?.value, args.positional[1]?.value];
  if (a === undefined || b === undefined) return machine.raise('TypeError', '__eq__() takes two operands');
  if (b.kind === 'none') return FALSE;
  const [own, other] = [tensorDataOf(a), tensorDataOf(b)];
  const outside = recorder.parent === null && recorder.driven === null;
  const symbolic = [own, other].some((data) => data !== undefined && recorder.isSymbolic(data.tensor));
  if (!outside || !symbolic) return binaryOp(machine, EQUAL, equalMethod, a, b, args);
  if (own !== undefined && own.tensor === other?.tensor) return TRUE;
  return b.kind === 'unknown' ? machine.unknown(b.reason) : FALSE;
});

function matmulMethod(name: string, reflected: boolean): NativeFunction {
  const self: NativeFunction = native(name, (machine, args) => {
    const recorder = recorderOf(machine);
    const refs = args.positional.slice(0, 2).map((arg) => asTensor(recorder, arg.value));
    const [a, b] = reflected ? refs.reverse() : refs;
    if (a === undefined || b === undefined) return machine.unknown('an operand of @ is no tensor');
    return recordOp(recorder, {
      type: 'Matmul',
      fn: self,
      args,
      inputs: [a, b],
      compute: () => matmulResult(recorder, a, b),
    });
  });
  return self;
}

export function matmulResult(
  recorder: Recorder,
  a: TensorRef,
  b: TensorRef,
  transposeA = false,
  transposeB = false,
): OpResult {
  // Two tensors of bytes are multiplied into 32 bits.
  const bytes = a.dtype === 'int8' && b.dtype === 'int8';
  const dtype = bytes ? 'int32' : dtypeOf(recorder, 'promote', [a, b]);
  return {
    outputs: [{ shape: matmulShape(a.shape, b.shape, transposeA, transposeB), dtype }],
    primitive: { op: 'matmul', transposeA, transposeB },
  };
}

const getItem: NativeFunction = fn('__getitem__(self, key)', (machine, { self, key }, args) => {
  const recorder = recorderOf(machine);
  const ref = asTensor(recorder, self)!;
  return recordOp(recorder, {
    type: 'GetItem',
    fn: getItem,
    args,
    inputs: [ref],
    compute: () => {
      const error = bareKey(recorder, ref, key);
      // It is said once; what the slice would give is known all the same.
      if (error !== undefined) recorder.fail(error, { site: recorder.site(), inputs: [ref.tensor] });
      return indexTensor(ref.shape, ref.dtype, key, (value) => asTensor(recorder, value)?.shape);
    },
  });
});

/** A functional model's tensor takes an int or a tuple, never a bare slice (Keras 3, `GetItem.compute_output_spec`). */
function bareKey(recorder: Recorder, ref: TensorRef, key: Value): KerasError | undefined {
  const traced = recorder.parent !== null || recorder.driven !== null || !recorder.isSymbolic(ref.tensor);
  if (
    traced ||
    recorder.kerasVersion === 2 ||
    (key.kind !== 'slice' && key.kind !== 'none' && key.kind !== 'ellipsis')
  )
    return undefined;
  const text = recorder.machine.repr(key) ?? 'slice';
  return new KerasError(
    'index-key',
    'A tensor of a functional model cannot be indexed by one slice alone: write a tuple, as in `x[1:, :]`.',
    `Unsupported key type for array slice. Received: \`${text}\``,
    { facts: { key: text } },
  );
}
