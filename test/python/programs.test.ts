// Programs whose every name CPython itself has told the value of (`#= name repr`, recorded by record.py).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './run';

const folder = path.join(__dirname, 'programs');

describe('python programs agree with CPython', () => {
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.py'))) {
    it(file, () => {
      const text = fs.readFileSync(path.join(folder, file), 'utf8');
      const { machine, globals, uncaught, problems } = run(text, { path: file });
      assert.deepEqual(uncaught, []);
      assert.deepEqual(problems, []);
      const expected = [...text.matchAll(/^#= (\w+) (.*)$/gm)].map(([, name, repr]) => `${name} = ${repr}`);
      assert.ok(expected.length > 5, 'nothing was recorded');
      const found = [...text.matchAll(/^#= (\w+) /gm)].map(([, name]) => {
        const value = globals.get(name);
        return `${name} = ${value === undefined ? '<unbound>' : (machine.repr(value) ?? `<${value.kind}${value.kind === 'unknown' ? `: ${value.reason}` : ''}>`)}`;
      });
      assert.deepEqual(found, expected);
    });
  }
});
