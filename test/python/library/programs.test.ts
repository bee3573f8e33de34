// Programs over the built-in types, the standard library and numpy, whose every name CPython itself has told the value of
// (`#= name repr`, recorded by ../record.py with numpy installed).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { run } from '../run';

const folder = path.join(__dirname, 'programs');

describe('the library agrees with CPython', () => {
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.py'))) {
    it(file, () => {
      const text = fs.readFileSync(path.join(folder, file), 'utf8');
      const { machine, globals, uncaught, problems } = run(text, { path: file });
      assert.deepEqual(uncaught, []);
      assert.deepEqual(problems, []);
      const recorded = [...text.matchAll(/^#= (\w+) (.*)$/gm)];
      assert.ok(recorded.length > 5, 'nothing was recorded');
      for (const [, name, expected] of recorded) {
        const value = globals.get(name);
        assert.ok(value, `${name} is unbound`);
        // Element by element, so that a failure names the expression rather than the whole line.
        const found =
          machine.repr(value) ??
          (value.kind === 'tuple'
            ? value.items
                .map(
                  (item, i) =>
                    machine.repr(item) ?? `[${i}] ${item.kind === 'unknown' ? item.reason : item.kind}`,
                )
                .join(', ')
            : value.kind);
        assert.equal(found, expected, name);
      }
    });
  }
});
