// Every kernel on GPU.js' WebAssembly backend against the float64 reference, over random geometry.
import assert from 'node:assert/strict';
import { GpuBackend } from '../../src/engine/backends/gpuBackend';
import { computeOp } from '../../src/engine/reference';
import { relativeError } from './compare';
import { OP_KINDS, randomOp } from './randomOps';

describe('kernels on webasm', () => {
  const backend = new GpuBackend('webasm');
  after(() => backend.dispose());
  for (const kind of OP_KINDS) {
    it(`${kind} equals the reference`, async () => {
      for (let seed = 0; seed < 25; seed++) {
        const { op, inputs } = randomOp(kind, seed);
        const expected = computeOp(op, inputs);
        const result = backend.compute(
          op,
          inputs.map((data) => backend.upload(data)),
        );
        assert.ok(result, 'has a kernel');
        const error = relativeError(await backend.read(result), expected);
        assert.ok(error < 1e-4, `seed ${seed}: relative error ${error} for ${JSON.stringify(op)}`);
      }
    });
  }
});
