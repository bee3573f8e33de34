/** Runs a model of an analysed program on the engine's plain reference, in double precision, with weights of the test's choosing. */
import { computeOp } from '../../src/engine/reference';
import type { Numbers } from '../../src/engine/reference/arrays';
import { weightShape } from '../../src/engine/plan/lower/context';
import { makePlan } from '../../src/engine/plan/makePlan';
import type { Plan, Step, WeightReader } from '../../src/engine/plan/plan';
import type { ModelGraph, TensorId, Weight } from '../../src/graph/graph';

export interface Network {
  readonly plan: Plan;
  /** The model's first input, first output (undefined where it is not computed). */
  readonly input: { readonly shape: readonly number[]; readonly storage: number };
  readonly output: { readonly shape: readonly number[]; readonly storage: number };
  /** Values of all storages after a run with these numbers as input. */
  run(input: Numbers, watch?: (step: Step, inputs: readonly Numbers[]) => readonly Numbers[]): Numbers[];
}

/** `value` gives each weight's entries. Throws where the model cannot be run whole. */
export function network(graph: ModelGraph, model: number, value: (weight: Weight) => number): Network {
  const { plan, message } = makePlan(graph, model);
  if (message !== null) throw new Error(message);
  if (plan.unsupported.length > 0) throw new Error(plan.unsupported[0].reason);
  const read: WeightReader = (id) => {
    const size = weightShape(graph.weights[id], new Map()).reduce((a, b) => a * b, 1);
    return Float32Array.from({ length: size }, () => value(graph.weights[id]));
  };
  const constants = new Map<number, Numbers>();
  for (const [storage, constant] of plan.constants)
    constants.set(storage, Float64Array.from(constant.values(read)));
  const [input] = plan.inputs;
  return {
    plan,
    input,
    output: outputOf(plan, graph, graph.models[model].outputs[0]),
    run(numbers, watch) {
      const storages: Numbers[] = plan.storages.map((size) => new Float64Array(size));
      for (const [storage, values] of constants) storages[storage] = values;
      storages[input.storage] = numbers;
      for (const step of plan.steps) {
        const inputs = step.inputs.map((storage) => storages[storage]);
        storages[step.output] = computeOp(step.op, watch?.(step, inputs) ?? inputs);
      }
      return storages;
    },
  };
}

function outputOf(plan: Plan, graph: ModelGraph, tensor: TensorId): Network['output'] {
  const producer = graph.tensors[tensor].producer;
  const node = plan.nodes.find((planned) => planned.node === producer);
  const at = producer === null ? -1 : graph.nodes[producer].outputs.indexOf(tensor);
  const output = node?.outputs[at];
  if (!output) throw new Error('the output is not computed');
  return output;
}
