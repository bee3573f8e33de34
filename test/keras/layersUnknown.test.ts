/** Nothing unknown ever causes an error: every layer with unknown arguments, and on inputs that are not known. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { interpret } from '../../src/keras/interpret';
import { layerNames } from '../../src/keras/registry';
import { caseKey, type Answer } from './layerCases';
import { LAYER_CASES } from './layers.table';

/** Failures and internal errors of a program in which `u` is a value of an unknown module. */
function complaints(lines: readonly string[]): string[] {
  const found: string[] = [];
  const text = [
    'import keras',
    'from keras import layers, ops',
    'from keras.layers import *',
    'import nowhere',
    'u = nowhere.value',
    ...lines,
    '',
  ].join('\n');
  const graph = interpret(
    { path: 'main.py', text },
    {
      probe: false,
      onInternal: (error) => {
        throw error;
      },
      onUncaught: (error: unknown) => found.push(`uncaught ${JSON.stringify(error)}`),
    },
  );
  return [
    ...found,
    ...graph.failures
      .filter(({ severity }) => severity === 'error')
      .map(({ code, message }) => `${code}: ${message}`),
  ];
}

describe('layers on what is not known', () => {
  for (const definition of new Set(layerNames().values())) {
    if (definition.name === 'InputLayer') continue;
    const given = definition.parameters
      .filter(({ kind }) => kind === undefined)
      .map(({ name }) => `${name}=u`);
    const constructor = `${definition.name}(${given.join(', ')})`;
    it(`${definition.name}: all arguments unknown`, () => {
      for (const shape of ['(8,)', '(9, 8)', '(9, 10, 8)', '(5, 9, 10, 8)', '(None, None, 8)']) {
        // A wrong rank is an error whatever the arguments are: only other complaints count.
        const errors = complaints([
          `x = keras.Input(${shape})`,
          `layer = ${constructor}`,
          'y = layer(x)',
        ]).filter(
          (line) =>
            !/^(input-rank|merge-single-tensor|merge-count|attention-inputs|call-argument-missing|convlstm-open)/.test(
              line,
            ),
        );
        assert.deepEqual(errors, [], shape);
      }
    });
  }

  const recorded = (
    JSON.parse(readFileSync(path.join(__dirname, 'facts', 'layers.json'), 'utf8')) as {
      answers: Record<string, Answer>;
    }
  ).answers;
  for (const testCase of LAYER_CASES) {
    const { layer, call, inputs } = testCase;
    // What Keras builds on some input may be right on an unknown one.
    if (recorded[caseKey(testCase)]?.error !== undefined) continue;
    it(`${layer}: inputs unknown`, () => {
      const values = inputs.map((_, i) => `x${i} = u`);
      assert.deepEqual(complaints([...values, `layer = ${layer}`, `y = ${call}`]), []);
      const lengths = inputs.map(
        ({ shape, batch }, i) =>
          `x${i} = keras.Input(${batch ? 'batch_shape=' : ''}(${shape.map(() => 'u,').join(' ')}))`,
      );
      assert.deepEqual(complaints([...lengths, `layer = ${layer}`, `y = ${call}`]), []);
    });
  }
});
