/** What the lowering of one node may look at: its concrete inputs, its weights, the shapes the graph gives for its outputs. */
import type { Layer, ModelGraph, Node, Primitive, Weight } from '../../../graph/graph';
import { isUnknown } from '../../../graph/graph';
import { activationExpression } from '../../activations';
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
  ) {}

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
