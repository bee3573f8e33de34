/** What the lowering of one node may look at: its concrete inputs, its weights, the shapes the graph gives for its outputs. */
import type { Given, Layer, ModelGraph, Node, Primitive, TensorId, Weight } from '../../../graph/graph';
import { isUnknown } from '../../../graph/graph';
import { activationExpression } from '../../activations';
import { sizeOf } from '../../ops';
import type { PlanBuilder } from '../builder';
import { evaluateDim, inferShape, type Bindings } from '../dims';
import { CannotRun, type PlanTensor } from '../plan';

export class LowerContext {
  constructor(
    readonly builder: PlanBuilder,
    readonly graph: ModelGraph,
    readonly node: Node,
    readonly inputs: readonly PlanTensor[],
    readonly bindings: Bindings,
    /** A tensor of the graph that is no input of the node; throws `CannotRun` when it cannot be had. */
    readonly resolve: (tensor: TensorId) => PlanTensor,
  ) {}

  /** An argument of the call as plain data; null when it is absent or None. Throws when it is not known. */
  given(name: string): Exclude<Given, { readonly unknown: string }> {
    const value = this.node.given?.[name] ?? null;
    const lost = unknownIn(value);
    if (lost !== null) throw new CannotRun(`its argument “${name}” is not known (${lost})`);
    return value as Exclude<Given, { readonly unknown: string }>;
  }

  /** The same for an operation whose further arguments may be given by place: `place` counts behind the tensor. */
  argument(name: string, place: number): ReturnType<LowerContext['given']> {
    const rest = this.given('*');
    if (Array.isArray(rest) && place < rest.length)
      return (rest as readonly Given[])[place] as ReturnType<LowerContext['given']>;
    return this.given(name);
  }

  /** A number in an argument; `fallback` when it is absent or None. */
  number(name: string, place: number, fallback: number): number {
    const value = this.argument(name, place) ?? fallback;
    if (typeof value !== 'number') throw new CannotRun(`its argument “${name}” is no number`);
    return value;
  }

  /** Whole numbers in an argument, one or several; null when it is absent or None. */
  numbers(name: string, place: number): number[] | null {
    const value = this.argument(name, place);
    if (value === null) return null;
    const list = (Array.isArray(value) ? value : [value]) as readonly Given[];
    if (!list.every((entry) => typeof entry === 'number'))
      throw new CannotRun(`its argument “${name}” is not known as numbers`);
    return list as number[];
  }

  /** A tensor in an argument: one of the graph, or numbers written in the program. Null when there is none. */
  array(name: string, place: number): PlanTensor | null {
    const value = this.argument(name, place);
    if (value === null) return null;
    if (typeof value === 'object' && 'tensor' in value) return this.resolve(value.tensor);
    const shape: number[] = [];
    const numbers: number[] = [];
    const visit = (entry: Given, depth: number): void => {
      if (Array.isArray(entry)) {
        shape[depth] = entry.length;
        for (const item of entry as readonly Given[]) visit(item, depth + 1);
      } else if (typeof entry === 'number') numbers.push(entry);
      else throw new CannotRun(`its argument “${name}” is not known as numbers`);
    };
    visit(value, 0);
    if (sizeOf(shape) !== numbers.length) throw new CannotRun(`its argument “${name}” is no array`);
    return this.builder.constant(shape, [], () => Float32Array.from(numbers));
  }

  /** The tensors in an argument; an empty list when there are none. `null` stands where a list has None. */
  givenTensors(name: string): (PlanTensor | null)[] {
    const value = this.given(name);
    const list = Array.isArray(value) ? (value as readonly Given[]) : value === null ? [] : [value];
    return list.map((entry) => {
      if (entry === null) return null;
      if (typeof entry === 'object' && 'tensor' in entry) return this.resolve(entry.tensor);
      throw new CannotRun(`its argument “${name}” is no tensor`);
    });
  }

  /** The single tensor in an argument, null when there is none. */
  givenTensor(name: string): PlanTensor | null {
    return this.givenTensors(name)[0] ?? null;
  }

  /** The same for another node (the call of which this one is a step). */
  at(node: Node): LowerContext {
    return new LowerContext(this.builder, this.graph, node, [], this.bindings, this.resolve);
  }

  get layer(): Layer | null {
    return this.node.layer === null ? null : this.graph.layers[this.node.layer];
  }

  /** The single input. */
  get x(): PlanTensor {
    if (this.inputs.length === 0) throw new CannotRun('it has no input tensor');
    return this.inputs[0];
  }

  /** A weight of this execution: named so, or (`depthwise_kernel` for `kernel`) ending so. */
  findWeight(name: string): Weight | null {
    const weights = this.node.weights.map((id) => this.graph.weights[id]);
    return (
      weights.find((weight) => weight.name === name) ??
      weights.find((weight) => weight.name.endsWith(`_${name}`) && !weight.name.startsWith('recurrent')) ??
      null
    );
  }

  hasWeight(name: string): boolean {
    return this.findWeight(name) !== null;
  }

  weight(name: string, shape?: readonly number[]): PlanTensor {
    const weight = this.findWeight(name);
    if (!weight) throw new CannotRun(`its weight “${name}” is not known`);
    return this.weightTensor(weight, shape);
  }

  weightTensor(weight: Weight, shape?: readonly number[]): PlanTensor {
    const own = weightShape(weight, this.bindings);
    const tensor = this.builder.weight(weight.id, own);
    return shape ? this.builder.reshape(tensor, shape) : tensor;
  }

  /** Shape of an output as the graph has it, with open dimensions bound and one inferred from the number of elements. */
  outputShape(elements: number, index = 0): number[] {
    return inferShape(this.graph.tensors[this.node.outputs[index]].shape, elements, this.bindings);
  }

  /** Length of one axis of an output as the graph has it; null when it cannot be told. */
  outputLength(axis: number, index = 0): number | null {
    const { shape } = this.graph.tensors[this.node.outputs[index]];
    return isUnknown(shape)
      ? null
      : evaluateDim((shape as readonly (typeof shape)[number][])[axis], this.bindings);
  }

  /** The layer's fused activation after its main step. */
  activate(tensor: PlanTensor, name: string | null): PlanTensor {
    if (name === null) throw new CannotRun('its activation is not known');
    if (name === 'linear') return tensor;
    if (name === 'softmax' || name === 'log_softmax')
      return this.builder.softmax(tensor, [tensor.shape.length - 1], name === 'log_softmax');
    const expression = activationExpression(name);
    if (!expression) throw new CannotRun(`the activation “${name}” cannot be computed here`);
    return this.builder.map(expression, [tensor]);
  }
}

function unknownIn(value: Given): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value))
    return (value as readonly Given[]).map(unknownIn).find((found) => found !== null) ?? null;
  return 'unknown' in value ? value.unknown : null;
}

export type PrimitiveOf<Op extends Primitive['op']> = Extract<Primitive, { readonly op: Op }>;

/** A number that has to be known. */
export function known(value: number | null | undefined, what: string): number {
  if (value === null || value === undefined) throw new CannotRun(`${what} is not known`);
  return value;
}

export function weightShape(weight: Weight, bindings: Bindings): number[] {
  if (isUnknown(weight.shape)) throw new CannotRun(`the shape of its weight “${weight.name}” is not known`);
  return (weight.shape as readonly (typeof weight.shape)[number][]).map((dim) =>
    known(evaluateDim(dim, bindings), `the shape of its weight “${weight.name}”`),
  );
}

/** Runs `body` on a channels-last view and moves its result back where the layer is channels-first. */
export function channelsLast(
  builder: PlanBuilder,
  channelsFirst: boolean,
  x: PlanTensor,
  body: (x: PlanTensor) => PlanTensor,
): PlanTensor {
  if (!channelsFirst) return body(x);
  const rank = x.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, d) => d + 2);
  const result = body(builder.transpose(x, [0, ...spatial, 1]));
  const outRank = result.shape.length;
  return builder.transpose(result, [0, outRank - 1, ...Array.from({ length: outRank - 2 }, (_, d) => d + 1)]);
}
