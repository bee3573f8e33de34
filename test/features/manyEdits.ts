// Many edits, each analysed and shown: what they leave in memory, for a test and for the figures of `npm run bench`.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  analyze,
  codeLenses,
  diagnostics,
  hover,
  inlayHints,
  symbols,
  type Environment,
} from '../../src/features';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Megabytes in use after a full collection. */
function heap(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Every edit is a text not seen before: new names, new numbers, now and then a mistake or half a line. */
function edited(i: number): string {
  const mistake = i % 10 === 3 ? `z${i} = keras.layers.Reshape((7, ${i % 50}))(y${i})\n` : '';
  const half = i % 10 === 7 ? `w = keras.layers.Conv2D(${i}, ` : '';
  return `import keras
from part import size${i % 100}
x${i} = keras.Input((16, 16, 3), name="input_${i}")
y${i} = keras.layers.Conv2D(${(i % 200) + 1}, 3, name="layer_${i}")(x${i})
m${i} = keras.Model(x${i}, y${i})
${mistake}${half}`;
}

/** Megabytes that `count` edits leave in use beyond what the first few hundred did. */
export function growth(count: number): number {
  const environment: Environment = {
    reader: { read: (path) => (path.endsWith('part.py') ? 'size0 = 3\n' : undefined) },
    searchPath: ['.'],
    parsed: new Map(),
  };
  const edit = (i: number): void => {
    const analysis = analyze({ path: 'main.py', text: edited(i) }, environment);
    inlayHints(analysis);
    codeLenses(analysis);
    diagnostics(analysis);
    symbols(analysis);
    void analysis.builders;
    hover(analysis, { cell: 0, offset: 120 });
  };
  for (let i = 0; i < 300; i++) edit(i);
  const before = heap();
  for (let i = 0; i < count; i++) edit(300 + i);
  return heap() - before;
}
