/** What loading a model makes before any device is asked: plan, weights with their source, input samples, and troubles in words. */
import type { ModelGraph, NodeId, Weight } from '../graph/graph';
import type { LoadOptions, WeightMatch, WeightSource, WeightValues } from './api';
import { scalingFor } from './inputs/scaling';
import { weightShape } from './plan/lower/context';
import { makePlan } from './plan/makePlan';
import type { Plan, WeightReader } from './plan/plan';
import { makeSample, type Sample } from './samples';
import { UnreadableFile } from './weights/bytes';
import { makeWeightReader } from './weights/weightReader';

export interface Prepared {
  readonly plan: Plan;
  readonly read: WeightReader;
  /** Weights whose initialiser is not known; grows as they are read. */
  readonly assumed: readonly string[];
  /** One per input of the plan. */
  readonly samples: readonly Sample[];
  readonly trained: WeightMatch | undefined;
  /** The weights of a node, with their numbers. */
  weightsOf(node: NodeId): WeightValues[];
  /** For the user; more may be added. */
  readonly problems: string[];
}

export function prepare(graph: ModelGraph, model: number, options: LoadOptions): Prepared {
  const { plan, message } = makePlan(graph, model, { inputShapes: options.inputShapes });
  const problems: string[] = message === null ? [] : [message];
  const shapeOf = (weight: Weight): readonly number[] => weightShape(weight, new Map());
  const trained = matchWeights(options.weights, graph, model, shapeOf, problems);
  const { read, notes } = makeWeightReader(graph, { seed: options.seed ?? 0, trained, shapeOf });
  const samples = plan.inputs.map((input, index) => {
    const request = {
      shape: input.shape,
      dtype: input.dtype,
      vocabulary: input.vocabulary,
      scaling: scalingFor(graph, model, input.tensor),
      seed: (options.seed ?? 0) + index,
    };
    try {
      return makeSample(options.samples?.[index] ?? options.sample, request);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return makeSample('auto', request);
    }
  });
  const weightsOf = (node: NodeId): WeightValues[] =>
    graph.nodes[node].weights.map((id) => {
      const weight = graph.weights[id];
      const data = read(id);
      return { weight: id, name: weight.name, shape: shapeOf(weight), data, trained: notes.trained.has(id) };
    });
  return { plan, read, assumed: notes.assumed, samples, trained, weightsOf, problems };
}

/** A file that cannot be read leaves the initial weights, and a message. */
function matchWeights(
  source: WeightSource | undefined,
  graph: ModelGraph,
  model: number,
  shapeOf: (weight: Weight) => readonly number[],
  problems: string[],
): WeightMatch | undefined {
  if (!source || !graph.models[model]) return undefined;
  try {
    return source.match(graph, model, shapeOf);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    problems.push(`the weights of “${source.name}” cannot be read: ${error.message}`);
    return undefined;
  }
}
