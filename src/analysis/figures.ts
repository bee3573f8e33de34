/** The figures of one analysis as plain numbers: per node, per summary row, and totals per model. */
import type { Layer, Model, ModelGraph, Node, NodeId, SummaryRow } from '../graph/graph';
import { costs, type Costs } from './cost';
import { layerParameters, nodeParameters, type Parameters } from './params';
import { SequenceViews } from './sequence';
import { receptiveFields, type ReceptiveField, type ReceptiveFields } from './receptiveField';

export interface NodeFigures {
  readonly params: number | null;
  readonly trainable: number | null;
  /** Multiply-adds for one sample. */
  readonly macs: number | null;
  readonly flops: number | null;
  /** Bytes of the output for one sample. */
  readonly activationBytes: number | null;
  readonly receptiveField: FieldFigures | null;
}

export interface FieldFigures {
  readonly size: readonly (number | null)[];
  readonly minSize: readonly (number | null)[];
  readonly stride: readonly (number | null)[];
  readonly padding: readonly (number | null)[];
  readonly aligned: boolean | null;
  readonly global: boolean;
}

export interface ModelTotals {
  readonly params: number | null;
  readonly trainable: number | null;
  readonly nonTrainable: number | null;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly activationBytes: number | null;
  /** True when parts are unknown; `least` then holds the lower bounds. */
  readonly atLeast: boolean;
  readonly least: { readonly params: number; readonly macs: number; readonly flops: number };
}

export class Figures {
  readonly costs: Costs;
  readonly fields: ReceptiveFields;
  readonly sequences: SequenceViews;
  private readonly parameters = new Map<string, Parameters>();
  private readonly ownFields = new Map<Model, ReceptiveFields>();
  private readonly totals = new Map<Model, ModelTotals>();

  constructor(readonly graph: ModelGraph) {
    this.costs = costs(graph);
    this.fields = receptiveFields(graph);
    this.sequences = new SequenceViews(graph, this.fields);
  }

  parametersOf(node: Node): Parameters {
    return this.cached(node.layer === null ? `n${node.id}` : `l${node.layer}`, () =>
      nodeParameters(this.graph, node),
    );
  }

  parametersOfLayer(layer: Layer): Parameters {
    return this.cached(`l${layer.id}`, () => layerParameters(this.graph, layer.id));
  }

  private cached(key: string, make: () => Parameters): Parameters {
    let found = this.parameters.get(key);
    if (found === undefined) {
      found = make();
      this.parameters.set(key, found);
    }
    return found;
  }

  /** Field of a node's first output, measured on the model's inputs when a model is given. */
  fieldOf(node: Node, model?: Model): ReceptiveField | null {
    if (node.outputs.length === 0) return null;
    return model === undefined
      ? this.fields.of(node.outputs[0])
      : this.fieldsOf(model).of(node.outputs[0], model.inputs);
  }

  /** A model whose inputs lie inside another network is measured on its own inputs. */
  private fieldsOf(model: Model): ReceptiveFields {
    const { graph } = this;
    const inner = model.inputs.some((id) => {
      const { producer } = graph.tensors[id];
      // What a function of the program is given comes from outside of the graph.
      if (producer === null) return model.kind === 'graph';
      return !['input', 'constant'].includes(graph.nodes[producer].primitive.op);
    });
    if (!inner) return this.fields;
    let own = this.ownFields.get(model);
    if (own === undefined) {
      own = receptiveFields(graph, model.inputs);
      this.ownFields.set(model, own);
    }
    return own;
  }

  ofNode(node: Node, model?: Model): NodeFigures {
    const parameters = this.parametersOf(node);
    const cost = this.costs.of(node.id);
    return {
      params: parameters.total,
      trainable: parameters.trainable,
      macs: cost.macs,
      flops: cost.flops,
      activationBytes: cost.activationBytes,
      receptiveField: fieldFigures(this.fieldOf(node, model)),
    };
  }

  /** A summary row: parameters of the layer, cost of all its executions in this model. */
  ofRow(row: SummaryRow, model: Model): NodeFigures {
    const { graph } = this;
    const parameters =
      row.layer === null
        ? this.parametersOf(graph.nodes[row.node])
        : this.parametersOfLayer(graph.layers[row.layer]);
    const nodes = rowNodes(graph, row, model);
    const cost = nodes.length === 0 ? null : this.costs.sum(nodes);
    const first = row.node !== null ? graph.nodes[row.node] : nodes.length > 0 ? graph.nodes[nodes[0]] : null;
    return {
      params: parameters.total,
      trainable: parameters.trainable,
      macs: cost?.macs ?? null,
      flops: cost?.flops ?? null,
      activationBytes:
        first === null ? null : first.primitive.op === 'input' ? 0 : (cost?.activationBytes ?? null),
      receptiveField: first === null ? null : fieldFigures(this.fieldOf(first, model)),
    };
  }

  ofModel(model: Model): ModelTotals {
    let totals = this.totals.get(model);
    if (totals === undefined) {
      totals = this.total(model);
      this.totals.set(model, totals);
    }
    return totals;
  }

  private total(model: Model): ModelTotals {
    const parameters = this.parametersOfLayer(this.graph.layers[model.layer]);
    const cost = this.costs.sum(model.nodes);
    const computed = model.nodes.length > 0;
    const [macs, flops, activationBytes] =
      computed && this.graph.layers[model.layer].incomplete !== true
        ? [cost.macs, cost.flops, cost.activationBytes]
        : [null, null, null];
    return {
      params: parameters.total,
      trainable: parameters.trainable,
      nonTrainable: parameters.nonTrainable,
      macs,
      flops,
      activationBytes,
      atLeast: parameters.total === null || macs === null,
      least: { params: parameters.atLeast, macs: cost.atLeast.macs, flops: cost.atLeast.flops },
    };
  }
}

/** Executions of a row's layer (or its operation) within a model, in order. */
export function rowNodes(graph: ModelGraph, row: SummaryRow, model: Model): NodeId[] {
  if (row.layer === null) return [row.node];
  const layer = graph.layers[row.layer];
  const inside = layer.nodes.filter((id) => belongs(graph, id, model));
  return inside.length > 0 ? inside : row.node === null ? [] : [row.node];
}

/** True for a node of the model's top level or inside one of them (a subclassed model's steps lie under its call). */
function belongs(graph: ModelGraph, id: NodeId, model: Model): boolean {
  const top = nodeSet(model);
  for (let at: NodeId | null = id; at !== null; at = graph.nodes[at].parent) if (top.has(at)) return true;
  return false;
}

const nodeSets = new WeakMap<Model, ReadonlySet<NodeId>>();

function nodeSet(model: Model): ReadonlySet<NodeId> {
  let set = nodeSets.get(model);
  if (set === undefined) {
    set = new Set(model.nodes);
    nodeSets.set(model, set);
  }
  return set;
}

export function fieldFigures(field: ReceptiveField | null): FieldFigures | null {
  if (field === null) return null;
  return {
    size: field.axes.map((axis) => axis.size),
    minSize: field.axes.map((axis) => axis.minSize),
    stride: field.axes.map((axis) => axis.stride),
    padding: field.axes.map((axis) => axis.padding),
    aligned: field.aligned,
    global: field.global,
  };
}
