/** Runs a model without a screen, for the command line: every map that can be computed, with timings and reasons. */
import type { ModelGraph, NodeId } from '../graph/graph';
import type {
  BackendInfo,
  CustomInput,
  LoadResult,
  NodeDone,
  SampleName,
  Unsupported,
  WeightSource,
} from './api';
import { createEngine } from './engine';

export interface NodeRunOptions {
  readonly seed?: number;
  readonly sample?: SampleName | CustomInput;
  readonly weights?: WeightSource;
  readonly backend?: 'auto' | 'webasm' | 'reference';
  /** Only the maps of nodes with this name (layer or operation name); all when absent. */
  readonly layer?: string;
  readonly memoryBudget?: number;
}

export interface NodeMap {
  readonly node: NodeId;
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly channelAxis: number;
}

export interface NodeRunResult {
  readonly maps: readonly NodeMap[];
  readonly timings: readonly (NodeDone & { readonly name: string })[];
  readonly milliseconds: number;
  readonly backend: BackendInfo;
  readonly unsupported: readonly Unsupported[];
  /** What was loaded: input shapes chosen, sample used, why nothing runs. */
  readonly loaded: LoadResult;
}

/** Top-level maps of one model. Rejects only for errors of the engine itself; an unrunnable model gives no maps and a message. */
export async function runInNode(
  graph: ModelGraph,
  modelIndex: number,
  options: NodeRunOptions = {},
): Promise<NodeRunResult> {
  const engine = await createEngine({
    backend: !options.backend || options.backend === 'auto' ? 'webasm' : options.backend,
    memoryBudget: options.memoryBudget,
    // Without a layer's name every map is read.
    fuse: options.layer !== undefined,
  });
  try {
    const loaded = await engine.load(graph, modelIndex, {
      seed: options.seed,
      sample: options.sample,
      weights: options.weights,
    });
    if (!loaded.ok)
      return {
        maps: [],
        timings: [],
        milliseconds: 0,
        backend: engine.backend,
        unsupported: loaded.unsupported,
        loaded,
      };
    const result = await engine.run();
    const maps: NodeMap[] = [];
    // The model's own rows; steps inside layers and nested models are shown by name only.
    const top = new Set(graph.models[modelIndex].nodes);
    for (const done of result.nodes) {
      const node = graph.nodes[done.node];
      if (options.layer === undefined ? !top.has(done.node) : node.name !== options.layer) continue;
      const map = await engine.read(done.node);
      maps.push({
        node: node.id,
        name: node.name,
        shape: map.shape,
        data: Float32Array.from(map.data),
        channelAxis: map.channelAxis,
      });
    }
    const timings = result.nodes.map((done) => ({ ...done, name: graph.nodes[done.node].name }));
    return {
      maps,
      timings,
      milliseconds: result.milliseconds,
      backend: result.backend,
      unsupported: [...loaded.unsupported, ...result.failures],
      loaded,
    };
  } finally {
    engine.dispose();
  }
}
