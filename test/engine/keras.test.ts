// Whole programs through interpretation, planning and the device, against outputs that real Keras computed (facts/keras.json,
// recorded by record.py with the same weights and inputs). The devices of the browser are asked in test/panel/engineLayers.test.ts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '../../src/engine/engine';
import type { Engine } from '../../src/engine/api';
import { compareWithKeras, type Fact } from './kerasCase';

const facts = JSON.parse(readFileSync(path.join(__dirname, 'facts/keras.json'), 'utf8')) as { cases: Fact[] };

for (const [backend, tolerance] of [
  ['reference', 2e-5],
  ['webasm', 1e-4],
] as const) {
  describe(`engine against Keras on ${backend}`, function () {
    this.timeout(30_000);
    let engine: Engine;
    before(async () => {
      engine = await createEngine({ backend });
      assert.equal(engine.backend.name, backend);
    });
    after(() => engine.dispose());
    for (const fact of facts.cases)
      it(fact.name, async () => assert.equal(await compareWithKeras(engine, fact, tolerance), null));
  });
}
