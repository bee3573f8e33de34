/** Parameters of layers, nodes and models: weights are counted once however often they are used or shared. */
import {
  isUnknown,
  type Layer,
  type LayerId,
  type ModelGraph,
  type Node,
  type Shape,
  type WeightId,
} from '../graph/graph';

/** Counts in scalars. null: some weight's shape is not known, or the layer is not built yet. */
export interface Parameters {
  readonly total: number | null;
  readonly trainable: number | null;
  readonly nonTrainable: number | null;
  /** Sum of what is known: a lower bound where `total` is null. */
  readonly atLeast: number;
}

/** Scalars of a shape without batch axis; null when a length is open or unknown. */
export function elements(shape: Shape): number | null {
  if (isUnknown(shape)) return null;
  let count = 1;
  for (const dim of shape) {
    if (typeof dim !== 'number') return null;
    count *= dim;
  }
  return count;
}

/**
 * Own weights and those of all sublayers, each once. A frozen layer has nothing to train itself; for Keras 3 a model around it
 * counts every weight by its own flag, for Keras 2 what a frozen layer holds stays frozen.
 */
export function layerParameters(graph: ModelGraph, layer: LayerId): Parameters {
  return layersParameters(graph, [layer]);
}

export function layersParameters(graph: ModelGraph, layers: readonly LayerId[]): Parameters {
  const count = new Counter(graph);
  const seen = new Set<LayerId>();
  const visit = (id: LayerId, frozen: boolean, inside: boolean, around = false): void => {
    if (seen.has(id)) return;
    seen.add(id);
    const layer = graph.layers[id];
    const still = frozen || !(layer.trainable || (inside && graph.kerasVersion === 3));
    const idle = around && layer.nodes.length === 0;
    if (!layer.built && !idle && waits(graph, layer)) count.unknown = true;
    if (layer.weightsDiffer === true || layer.incomplete === true) count.unknown = true;
    for (const weight of layer.weights) count.add(weight, still);
    for (const sublayer of layer.sublayers) {
      const before = count.sum;
      visit(sublayer, still, true, around || ran(graph, layer));
      // It may not be there: nothing is lost only where it holds nothing.
      if (count.sum !== before && layer.maybe?.includes(sublayer) === true) count.unknown = true;
    }
  };
  for (const layer of layers) visit(layer, false, false);
  return count.result();
}

/** Whether the layer was called and its call followed to the end: what it holds and did not use then has no weights, as Keras counts. */
function ran(graph: ModelGraph, layer: Layer): boolean {
  return layer.nodes.some((id) => {
    const { failed, unknown, outputs } = graph.nodes[id];
    return !failed && unknown === null && outputs.every((output) => !isUnknown(graph.tensors[output].shape));
  });
}

/** An unbuilt layer that never ran: whether it will have weights is not known, except where its kind never has any. */
function waits(graph: ModelGraph, layer: Layer): boolean {
  return !(layer.builtin !== null && layer.nodes.length > 0 && layer.weights.length === 0);
}

/** Weights that one execution uses: its layer's, or the variables given to a function. */
export function nodeParameters(graph: ModelGraph, node: Node): Parameters {
  if (node.layer !== null) return layerParameters(graph, node.layer);
  const count = new Counter(graph);
  const visit = (id: number): void => {
    for (const weight of graph.nodes[id].weights) count.add(weight, false);
    for (const child of graph.nodes[id].children) visit(child);
  };
  visit(node.id);
  return count.result();
}

class Counter {
  unknown = false;
  private trainable = 0;
  private fixed = 0;
  private readonly seen = new Set<WeightId>();

  constructor(private readonly graph: ModelGraph) {}

  add(id: WeightId, frozen: boolean): void {
    if (this.seen.has(id)) return;
    this.seen.add(id);
    const weight = this.graph.weights[id];
    const size = elements(weight.shape);
    if (size === null) this.unknown = true;
    else if (weight.trainable && !frozen) this.trainable += size;
    else this.fixed += size;
  }

  get sum(): number {
    return this.trainable + this.fixed;
  }

  result(): Parameters {
    const { trainable, fixed, unknown } = this;
    const atLeast = trainable + fixed;
    return unknown
      ? { total: null, trainable: null, nonTrainable: null, atLeast }
      : { total: atLeast, trainable, nonTrainable: fixed, atLeast };
  }
}
