// The gradient of every op, over random geometry, against central differences in float64.
import assert from 'node:assert/strict';
import { backwardPlan } from '../../../src/engine/gradients/backwardPlan';
import type { EngineOp } from '../../../src/engine/ops';
import { outputSize } from '../../../src/engine/ops';
import type { Plan, Step, StorageId } from '../../../src/engine/plan/plan';
import { computeOp } from '../../../src/engine/reference';
import type { Numbers } from '../../../src/engine/reference/arrays';
import { ALL_KINDS, randomOp } from '../randomOps';
import { pattern } from '../pattern';

/** What only schedules and gradients are made of has no gradient of its own. */
const KINDS = ALL_KINDS.filter((kind) => !/fold|winograd/.test(kind));

/** An op without what only the schedule adds. */
function bare(op: EngineOp, inputs: readonly Float32Array[]): { op: EngineOp; inputs: Float64Array[] } {
  const plain = op.kind === 'conv' || op.kind === 'matmul' ? { ...op, epilogue: null } : op;
  const count = op.kind === 'conv' || op.kind === 'matmul' ? (op.bias ? 3 : 2) : inputs.length;
  return { op: plain, inputs: inputs.slice(0, count).map((data) => Float64Array.from(data)) };
}

function execute(steps: readonly Step[], storages: Map<StorageId, Numbers>): void {
  for (const step of steps)
    storages.set(
      step.output,
      computeOp(
        step.op,
        step.inputs.map((storage) => storages.get(storage) as Numbers),
      ),
    );
}

describe('gradients against central differences', () => {
  for (const kind of KINDS) {
    it(kind, () => {
      let compared = 0;
      for (let seed = 0; seed < 40; seed++) {
        const made = randomOp(kind, seed);
        const { op, inputs } = bare(made.op, made.inputs);
        const size = outputSize(op);
        const output = inputs.length;
        const step: Step = { node: 0, op, inputs: inputs.map((_, i) => i), output, work: 1 };
        const plan: Plan = {
          steps: [step],
          storages: [...inputs.map((data) => data.length), size],
          constants: new Map(),
          inputs: [],
          nodes: [],
          unsupported: [],
        };
        const direction = pattern(size, seed);
        const wanted = new Set(step.inputs);
        const back = backwardPlan(plan, [{ storage: output, values: direction }], wanted);
        assert.deepEqual(back.stopped, []);
        const storages = new Map<StorageId, Numbers>(inputs.map((data, i) => [i, data]));
        for (const [storage, constant] of back.constants)
          storages.set(storage, Float64Array.from(constant.values(() => new Float32Array(0))));
        execute([step, ...back.steps], storages);
        const loss = (changed: number, at: number, by: number): number => {
          const data = inputs.map((own, i) => (i === changed ? own.slice() : own));
          data[changed][at] += by;
          const y = computeOp(op, data);
          let sum = 0;
          for (let i = 0; i < size; i++) sum += y[i] * direction[i];
          return sum;
        };
        inputs.forEach((data, index) => {
          const gradient = back.gradients.get(index);
          if (op.kind === 'embedding' && index === 0) {
            assert.equal(gradient, undefined);
            return;
          }
          if (gradient === undefined) {
            const isMask = op.kind === 'recurrent' && op.masked && index === (op.bias ? 4 : 3);
            return assert.ok(isMask || (op.kind === 'reduce' && /any|all|arg/.test(op.fn)), kind);
          }
          const values = storages.get(gradient) as Numbers;
          assert.equal(values.length, data.length);
          const scale = Math.max(1e-3, ...Array.from(values, Math.abs));
          for (let k = 0; k < Math.min(6, data.length); k++) {
            const at = (k * 7919 + seed) % data.length;
            const step = 1e-5;
            const numeric = (loss(index, at, step) - loss(index, at, -step)) / (2 * step);
            // Two steps that disagree stand at a kink or a jump, where there is no derivative.
            const coarse = (loss(index, at, 4 * step) - loss(index, at, -4 * step)) / (8 * step);
            if (Math.abs(numeric - coarse) > 1e-4 * scale) continue;
            compared++;
            assert.ok(
              Math.abs(values[at] - numeric) < 1e-5 * scale + 1e-8,
              `seed ${seed}, input ${index}[${at}]: ${values[at]} instead of ${numeric} for ${JSON.stringify(op)}`,
            );
          }
        });
      }
      assert.ok(compared > 100, `only ${compared} compared`);
    });
  }
});
