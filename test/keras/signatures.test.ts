/** Constructor parameters of every definition, in order and with defaults, against the signatures of real Keras. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { layerNames } from '../../src/keras/registry';
import type { Value } from '../../src/python/values';

/** Parameters that every layer takes; definitions leave them out. */

type Recorded = Record<string, readonly (readonly [string, string | null])[]>;

function text(value: Value | undefined): string | null {
  if (value === undefined) return null;
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      return String(value.value);
    case 'float':
      return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value);
    case 'str':
      return `'${value.value}'`;
    case 'tuple':
      return `(${value.items.map(text).join(', ')})`;
    default:
      return '?';
  }
}

/** Python writes 1e-06, JavaScript 0.000001. */
const number = (entry: string | null): string | null =>
  entry !== null && /^[\d.]+e-?\d+$/.test(entry) ? String(Number(entry)) : entry;

describe('signatures', () => {
  const file = path.join(__dirname, 'facts', 'signatures.json');
  const recorded = (JSON.parse(readFileSync(file, 'utf8')) as { answers: Recorded }).answers;
  for (const [name, parameters] of Object.entries(recorded)) {
    it(name, () => {
      const definition = layerNames().get(name);
      assert.ok(definition, 'no definition');
      const expected = parameters.map(([parameter, value]) => [parameter, number(value)]);
      // Keyword-only parameters are those that Keras takes out of **kwargs.
      const found = definition.parameters
        .filter(({ kind }) => kind === undefined)
        .map((parameter) => [parameter.name, text(parameter.default)]);
      assert.deepEqual(found, expected);
    });
  }
});
