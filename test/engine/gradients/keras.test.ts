// Gradients of whole models, with respect to inputs and every trainable weight, against those of Keras on JAX (facts.json).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { backwardPlan } from '../../../src/engine/gradients/backwardPlan';
import { sizeOf } from '../../../src/engine/ops';
import { weightShape } from '../../../src/engine/plan/lower/context';
import { makePlan } from '../../../src/engine/plan/makePlan';
import type { StorageId } from '../../../src/engine/plan/plan';
import { computeOp } from '../../../src/engine/reference';
import type { Numbers } from '../../../src/engine/reference/arrays';
import { interpret } from '../../../src/keras/interpret';
import { pattern, weightValues } from '../pattern';

interface Fact {
  readonly name: string;
  readonly weights: readonly (readonly [string, number, number])[];
  readonly inputs: readonly (readonly [number, number] | null)[];
}

const read = <T>(file: string): T => JSON.parse(readFileSync(path.join(__dirname, file), 'utf8')) as T;
const facts = read<Fact[]>('facts.json');
const programs = new Map(
  read<{ name: string; program: string }[]>('../facts/cases.json').map((row) => [row.name, row.program]),
);

/** Norm, and product with the pattern. */
function digest(values: ArrayLike<number>): [number, number] {
  const direction = pattern(values.length, 5);
  let squares = 0;
  let product = 0;
  for (let i = 0; i < values.length; i++) {
    squares += values[i] ** 2;
    product += values[i] * direction[i];
  }
  return [Math.sqrt(squares), product];
}

function agree(actual: readonly number[], expected: readonly number[], what: string): void {
  const scale = Math.max(1e-4, expected[0]);
  for (const k of [0, 1])
    assert.ok(
      Math.abs(actual[k] - expected[k]) < 2e-4 * scale * (k === 0 ? 1 : 20),
      `${what}: ${actual.join()} instead of ${expected.join()}`,
    );
}

describe('gradients against Keras', () => {
  for (const fact of facts) {
    it(fact.name, () => {
      const graph = interpret({ path: 'model.py', text: programs.get(fact.name) as string });
      const index = graph.models.findIndex((model) => model.bindings.some(({ name }) => name === 'model'));
      const { plan, message } = makePlan(graph, index);
      assert.equal(message, null);
      const weights = (id: number): Float32Array => {
        const weight = graph.weights[id];
        return weightValues(weight.name, sizeOf(weightShape(weight, new Map())));
      };
      const storages = new Map<StorageId, Numbers>();
      for (const [storage, constant] of plan.constants)
        storages.set(storage, Float64Array.from(constant.values(weights)));
      plan.inputs.forEach((input, position) => {
        const data = input.dtype?.includes('int')
          ? Float64Array.from({ length: sizeOf(input.shape) }, (_, i) => (i * 3) % 7)
          : Float64Array.from(pattern(sizeOf(input.shape), 17 + position));
        storages.set(input.storage, data);
      });
      const run = (steps: typeof plan.steps): void => {
        for (const step of steps)
          storages.set(
            step.output,
            computeOp(
              step.op,
              step.inputs.map((id) => storages.get(id) as Numbers),
            ),
          );
      };
      run(plan.steps);
      const seeds = graph.models[index].outputs.flatMap((id, position) => {
        const { producer, index: place, dtype } = graph.tensors[id];
        const tensor = plan.nodes.find(({ node }) => node === producer)?.outputs[place];
        assert.ok(tensor);
        if (dtype !== null && !dtype.includes('float')) return [];
        return [{ storage: tensor.storage, values: pattern(sizeOf(tensor.shape), 31 + position) }];
      });
      const wanted = new Set([...plan.constants.keys(), ...plan.inputs.map(({ storage }) => storage)]);
      const back = backwardPlan(plan, seeds, wanted);
      assert.deepEqual(back.stopped, []);
      for (const [storage, constant] of back.constants)
        storages.set(storage, Float64Array.from(constant.values(weights)));
      run(back.steps);
      const gradientOf = (storage: StorageId): Numbers | null => {
        const gradient = back.gradients.get(storage);
        return gradient === undefined ? null : (storages.get(gradient) as Numbers);
      };
      plan.inputs.forEach(({ storage }, position) => {
        const expected = fact.inputs[position];
        if (expected) agree(digest(gradientOf(storage) ?? [0]), expected, `input ${position}`);
      });
      const own = new Map<number, number[]>();
      for (const [storage, constant] of plan.constants) {
        const gradient = gradientOf(storage);
        if (!gradient) continue;
        for (const [weight, values] of constant.pull?.(Float32Array.from(gradient), weights) ?? [])
          own.set(weight, own.get(weight)?.map((value, i) => value + values[i]) ?? [...values]);
      }
      // By name, in any order: a weight without influence has a gradient of zeros in Keras and none here.
      const found = graph.weights
        .filter((weight) => weight.trainable && own.has(weight.id))
        .map((weight) => [weight.name, ...digest(own.get(weight.id) ?? [])] as const);
      const left = [...found];
      for (const [name, norm, product] of fact.weights) {
        if (norm < 1e-7) continue;
        const at = left.findIndex(
          (row) => row[0] === name && Math.abs(row[1] - norm) <= 2e-4 * Math.max(1e-4, norm),
        );
        assert.ok(at >= 0, `${name} (${norm}, ${product}) among ${JSON.stringify(left)}`);
        agree([left[at][1], left[at][2]], [norm, product], name);
        left.splice(at, 1);
      }
      assert.ok(
        left.every((row) => row[1] < 1e-5),
        JSON.stringify(left),
      );
    });
  }
});
