/** Every layer of the table against real Keras' recorded answers: shapes, dtypes, weights, and whether it raises. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LAYER_CODES } from '../../src/keras/codes';
import { layerNames } from '../../src/keras/registry';
import { answerOf, caseKey, type Answer } from './layerCases';
import { LAYER_CASES } from './layers.table';

const facts = (name: string): { versions: Record<string, string>; answers: Record<string, unknown> } =>
  JSON.parse(readFileSync(path.join(__dirname, 'facts', name), 'utf8')) as never;

describe('layers', () => {
  const recorded = facts('layers.json').answers as Record<string, Answer>;
  for (const testCase of LAYER_CASES) {
    const inputs = testCase.inputs
      .map(
        ({ shape, dtype }) =>
          `(${shape.join(', ').replace(/(^|, )(?=,|$)/g, '$1None')})${dtype ? ` ${dtype}` : ''}`,
      )
      .join(' ');
    it(`${testCase.layer} on ${inputs}${testCase.call.startsWith('layer(x0)') || testCase.call.startsWith('layer([') ? '' : `: ${testCase.call}`}`, () => {
      const expected = recorded[caseKey(testCase)];
      assert.ok(expected, 'no recorded answer: run record.py');
      const found = answerOf(testCase);
      if (expected.error !== undefined) {
        if (found.code !== undefined)
          assert.ok(found.code in LAYER_CODES, `${found.code} is not listed in codes.ts`);
        assert.ok(
          found.error,
          `Keras raises ${expected.error}: ${expected.message}; found ${JSON.stringify(found)}`,
        );
        return;
      }
      // The order of variables is Keras' bookkeeping; names, shapes and counts are what matters.
      const sorted = (answer: Answer): Answer => ({
        ...answer,
        weights: [...(answer.weights ?? [])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      });
      assert.deepEqual(sorted(found), sorted(expected));
    });
  }

  it('covers every layer of keras.layers', () => {
    const missing = Object.keys(facts('signatures.json').answers).filter(
      (name) => layerNames().get(name) === undefined,
    );
    assert.deepEqual(missing, []);
  });

  it('draws every definition in the table', () => {
    const drawn = LAYER_CASES.map(({ layer }) => layer).join('\n');
    const opaque = [
      'InputLayer',
      'TFSMLayer',
      'TorchModuleWrapper',
      'JaxLayer',
      'FlaxLayer',
      'Wrapper',
      'ThresholdedReLU',
    ];
    const missing = [...new Set([...layerNames().values()].map(({ name }) => name))].filter(
      (name) => !opaque.includes(name) && !new RegExp(`\\b${name}\\(`).test(drawn),
    );
    assert.deepEqual(missing, []);
  });
});
