/**
 * Makes a plan of one model of a graph: walks its nodes in order (into composites), lowers each, and keeps the reason for every
 * node that cannot run. What does not depend on such a node still runs.
 */
import {
  isUnknown,
  type Dim,
  type ModelGraph,
  type Node,
  type NodeId,
  type TensorId,
} from '../../graph/graph';
import { sizeOf } from '../ops';
import { formatShape } from '../../keras/dims';
import { PlanBuilder } from './builder';
import { agrees, type Bindings } from './dims';
import { bindInputs, choicesFor, type BoundInput } from './inputs';
import { lowerPrimitive } from './lower';
import { LowerContext } from './lower/context';
import { CannotRun, type CannotRunNode, type Plan, type PlannedNode, type PlanTensor } from './plan';

export interface PlanOptions {
  /** Lengths for open input dimensions, by input index then axis. */
  readonly inputShapes?: readonly (readonly (number | null)[])[];
}

/** Never throws for the model's sake: troubles are in `unsupported`; `message` says why nothing runs at all. */
export function makePlan(
  graph: ModelGraph,
  modelIndex: number,
  options: PlanOptions = {},
): { readonly plan: Plan; readonly message: string | null } {
  const model = graph.models[modelIndex];
  if (!model) return { plan: emptyPlan, message: 'there is no such model' };
  if (model.inputs.length === 0)
    return {
      plan: emptyPlan,
      message: model.unknown
        ? `its inputs are not known (${model.unknown.reason})`
        : 'the model has not been built: its input shape is not known',
    };
  let best: Planner | null = null;
  for (let choice = 0; choice < choicesFor(graph, model); choice++) {
    const planner = new Planner(graph);
    try {
      planner.run(modelIndex, choice, options);
    } catch (error) {
      if (error instanceof CannotRun) return { plan: emptyPlan, message: error.message };
      throw error;
    }
    if (!best || planner.unsupported.length < best.unsupported.length) best = planner;
    // Another choice of lengths can only help where lengths were chosen.
    if (planner.unsupported.length === 0 || planner.inputs.every((input) => input.assumed.length === 0))
      break;
  }
  const plan = (best as Planner).finish();
  return {
    plan,
    message: plan.nodes.length === 0 ? (plan.unsupported[0]?.reason ?? 'the model has no layers') : null,
  };
}

const emptyPlan: Plan = {
  steps: [],
  storages: [],
  constants: new Map(),
  inputs: [],
  nodes: [],
  unsupported: [],
};

class Planner {
  readonly builder = new PlanBuilder();
  readonly unsupported: CannotRunNode[] = [];
  readonly nodes: PlannedNode[] = [];
  readonly bindings: Bindings = new Map([['batch', 1]]);
  inputs: BoundInput[] = [];
  private readonly tensors = new Map<TensorId, PlanTensor>();
  private readonly channelAxes = new Map<TensorId, number>();
  /** Tensors that are missing, and the node whose trouble that is. */
  private readonly missing = new Map<TensorId, { cause: NodeId; name: string }>();
  private readonly done = new Set<NodeId>();
  /** Nodes whose visit is under way. */
  private readonly under = new Set<NodeId>();
  private readonly vocabularies = new Map<TensorId, number>();

  constructor(private readonly graph: ModelGraph) {}

  run(modelIndex: number, choice: number, options: PlanOptions): void {
    const model = this.graph.models[modelIndex];
    this.inputs = bindInputs(this.graph, model, choice, options.inputShapes, this.bindings);
    for (const bound of this.inputs) this.tensors.set(bound.tensor, this.builder.tensor(bound.shape));
    const order = model.nodes.length ? model.nodes : this.ancestors(model.outputs);
    for (const node of order) this.visit(this.graph.nodes[node]);
  }

  /** Top-level nodes that lead to the tensors, in order of their making. */
  private ancestors(outputs: readonly TensorId[]): NodeId[] {
    const found = new Set<NodeId>();
    const pending = [...outputs];
    while (pending.length) {
      const tensor = this.graph.tensors[pending.pop() as TensorId];
      if (this.tensors.has(tensor.id) || tensor.producer === null || found.has(tensor.producer)) continue;
      found.add(tensor.producer);
      pending.push(...this.graph.nodes[tensor.producer].inputs);
    }
    return [...found].sort((a, b) => a - b);
  }

  private visit(node: Node): void {
    if (this.done.has(node.id)) return;
    this.done.add(node.id);
    this.under.add(node.id);
    try {
      this.visitOnce(node);
    } finally {
      this.under.delete(node.id);
    }
  }

  private visitOnce(node: Node): void {
    const firstStep = this.builder.steps.length;
    this.builder.node = node.id;
    try {
      if (node.primitive.op === 'composite') {
        if (node.primitive.repeat === undefined || !this.foldTime(node))
          for (const child of node.children) this.visit(this.graph.nodes[child]);
        this.finishComposite(node);
      } else if (node.primitive.op !== 'input' || node.outputs.some((id) => !this.tensors.has(id))) {
        this.lower(node);
      }
    } catch (error) {
      if (!(error instanceof CannotRun)) throw error;
      // Steps of a node that failed half way would compute what nothing reads.
      if (node.primitive.op !== 'composite') this.builder.steps.length = firstStep;
      this.fail(node, error.message, error instanceof Waits ? error.cause : node.id);
      return;
    }
    const first = this.tensors.get(node.outputs[0]);
    if (!first) return;
    const axis = this.channelAxisOf(node, first.shape.length);
    for (const id of node.outputs) this.channelAxes.set(id, axis);
    this.nodes.push({
      node: node.id,
      outputs: node.outputs.map((id) => this.tensors.get(id) ?? null),
      channelAxis: axis,
      firstStep,
      endStep: this.builder.steps.length,
    });
  }

  private lower(node: Node): void {
    if (node.failed) throw new CannotRun('the call has an error');
    // What the analysis is not sure of cannot be checked against it.
    if (node.unknown) throw new CannotRun(node.unknown.reason);
    const dropped = node.given?.['dropped'];
    if (Array.isArray(dropped)) throw new CannotRun(`its argument “${String(dropped[0])}” is not followed`);
    const inputs = node.inputs.map((id) => this.input(id));
    if (node.primitive.op === 'embedding')
      this.vocabularies.set(node.inputs[0], node.primitive.inputDim ?? 1000);
    const outputs = lowerPrimitive(
      new LowerContext(this.builder, this.graph, node, inputs, this.bindings, (id) => this.input(id)),
      node.primitive,
    );
    node.outputs.forEach((id, index) => {
      const tensor = outputs[index];
      if (!tensor) {
        this.missing.set(id, { cause: node.id, name: node.name });
        return;
      }
      const { shape } = this.graph.tensors[id];
      // Two authors of a shape must agree; where they do not, no number is better than a wrong one.
      if (!agrees(tensor.shape, shape, this.bindings)) {
        if (index > 0) {
          this.missing.set(id, { cause: node.id, name: node.name });
          return;
        }
        throw new CannotRun(
          `its computed shape (${tensor.shape.join(', ')}) is not the analysed one ${formatShape(shape)}`,
        );
      }
      this.tensors.set(id, tensor);
    });
  }

  private input(id: TensorId): PlanTensor {
    const tensor = this.tensors.get(id);
    if (tensor) return tensor;
    const missing = this.missing.get(id);
    const made = this.graph.tensors[id].producer;
    // Variables, constants, and what is computed of them (and masks) stand outside the model's own list of nodes.
    if (made !== null && !this.done.has(made) && !this.under.has(made)) {
      const node = this.builder.node;
      this.visit(this.graph.nodes[made]);
      this.builder.node = node;
      return this.input(id);
    }
    const constant = this.constant(id);
    if (constant) return constant;
    if (missing) throw new Waits(`it waits for “${missing.name}”, which cannot run`, missing.cause);
    throw new CannotRun(`where its input “${this.graph.tensors[id].name}” comes from is not known`);
  }

  /** A tensor without history whose numbers the analysis knows. */
  private constant(id: TensorId): PlanTensor | null {
    const { values, shape, producer } = this.graph.tensors[id];
    if (!values || producer !== null || isUnknown(shape)) return null;
    const lengths = (shape as readonly Dim[]).filter((dim) => typeof dim === 'number');
    if (lengths.length !== (shape as readonly Dim[]).length || sizeOf(lengths) !== values.length) return null;
    const tensor = this.builder.constant(lengths, [], () => Float32Array.from(values));
    this.tensors.set(id, tensor);
    return tensor;
  }

  /**
   * A layer run on each time step alone (TimeDistributed: slice at an open index, the layer, stack): time joins the batch, which
   * no layer mixes, so that all steps run at once. False when the children are not of this form.
   */
  private foldTime(node: Node): boolean {
    const children = node.children.map((child) => this.graph.nodes[child]);
    const atOpenIndex = (child: Node): boolean =>
      child.primitive.op === 'slice' &&
      child.primitive.items[1]?.kind === 'index' &&
      child.primitive.items[1].index === null;
    const slices = children.filter(atOpenIndex);
    const stacks = children.filter(
      (child) => child.primitive.op === 'stack' && child.primitive.axis === 1 && child.inputs.length === 1,
    );
    const last = children[children.length - 1];
    if (slices.length === 0 || !last || !stacks.includes(last)) return false;
    let lead: readonly number[] | null = null;
    const batch = this.bindings.get('batch');
    for (const child of children) {
      const folded = slices.includes(child);
      if (!folded && !stacks.includes(child)) {
        this.visit(child);
        continue;
      }
      this.done.add(child.id);
      const from = this.tensors.get(child.inputs[0]);
      if (!from) {
        const missing = this.missing.get(child.inputs[0]);
        this.fail(
          child,
          missing
            ? `it waits for “${missing.name}”, which cannot run`
            : 'where its input comes from is not known',
          missing?.cause ?? child.id,
        );
        continue;
      }
      if (folded) {
        lead = from.shape.slice(0, 2);
        this.bindings.set('batch', lead[0] * lead[1]);
      }
      const shape: readonly number[] = folded
        ? [from.shape[0] * from.shape[1], ...from.shape.slice(2)]
        : [...(lead ?? []), ...from.shape.slice(1)];
      const folding = this.builder.reshape(from, shape);
      this.tensors.set(child.outputs[0], folding);
      const at = this.builder.steps.length;
      if (!folded)
        this.nodes.push({
          node: child.id,
          outputs: [folding],
          channelAxis: shape.length - 1,
          firstStep: at,
          endStep: at,
        });
    }
    if (batch !== undefined) this.bindings.set('batch', batch);
    return true;
  }

  /** A composite's outputs are its steps' own tensors, or (replayed models) those of its last steps. */
  private finishComposite(node: Node): void {
    const last = node.children.length ? this.graph.nodes[node.children[node.children.length - 1]] : null;
    node.outputs.forEach((id, index) => {
      if (this.tensors.has(id)) return;
      const from =
        last && last.outputs.length === node.outputs.length
          ? this.tensors.get(last.outputs[index])
          : undefined;
      if (from && agrees(from.shape, this.graph.tensors[id].shape, this.bindings)) {
        this.tensors.set(id, from);
        return;
      }
      // What else it gives (attention's scores) may be missing without the rest.
      if (index > 0 && this.tensors.has(node.outputs[0])) {
        this.missing.set(id, { cause: node.id, name: node.name });
        return;
      }
      const failed = node.children.find((child) => this.unsupported.some((entry) => entry.node === child));
      if (failed === undefined)
        throw new CannotRun(node.unknown ? node.unknown.reason : 'its steps are not known');
      const entry = this.unsupported.find((candidate) => candidate.node === failed) as CannotRunNode;
      throw new Waits(
        `its step “${this.graph.nodes[entry.cause].name}” cannot run: ${this.reasonOf(entry.cause)}`,
        entry.cause,
      );
    });
  }

  private reasonOf(node: NodeId): string {
    return this.unsupported.find((entry) => entry.node === node)?.reason ?? 'the reason is not known';
  }

  private fail(node: Node, reason: string, cause: NodeId): void {
    this.unsupported.push({ node: node.id, reason, cause });
    for (const id of node.outputs)
      if (!this.tensors.has(id)) this.missing.set(id, { cause, name: this.graph.nodes[cause].name });
  }

  private channelAxisOf(node: Node, rank: number): number {
    const { primitive } = node;
    if ('channelsFirst' in primitive) return primitive.channelsFirst && rank > 2 ? 1 : rank - 1;
    if (primitive.op === 'normalize' && primitive.mode === 'batch') return primitive.axis[0];
    if (
      ['elementwise', 'identity', 'pad', 'crop', 'concat', 'normalize'].includes(primitive.op) &&
      node.inputs.length
    ) {
      const inherited = this.channelAxes.get(node.inputs[0]);
      if (inherited !== undefined && inherited < rank) return inherited;
    }
    return rank - 1;
  }

  finish(): Plan {
    const inputs = this.inputs.map((bound) => {
      const { name, dtype } = this.graph.tensors[bound.tensor];
      return {
        ...bound,
        name,
        dtype,
        storage: (this.tensors.get(bound.tensor) as PlanTensor).storage,
        vocabulary: this.vocabularies.get(bound.tensor) ?? null,
      };
    });
    const { steps, storages, constants } = this.builder;
    const used = new Set(
      steps
        .flatMap((step) => step.inputs)
        .concat(
          this.nodes.flatMap((node) => node.outputs.flatMap((tensor) => (tensor ? [tensor.storage] : []))),
        ),
    );
    for (const storage of constants.keys()) if (!used.has(storage)) constants.delete(storage);
    return { steps, storages, constants, inputs, nodes: this.nodes, unsupported: this.unsupported };
  }
}

/** A node that cannot run because another cannot. */
class Waits extends CannotRun {
  constructor(
    message: string,
    override readonly cause: NodeId,
  ) {
    super(message);
  }
}
