// `npm run pictures`: makes the README's pictures from the page that `npm start` serves, in the check that npm test runs too.
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { outDir, root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';

/** Picture of the README by the check's step that shows it. */
const PICTURES = { hover: 'hover.png', activations: 'activations.png' };

const shots = path.join(outDir, 'pictures');
await run(process.execPath, ['scripts/start.mjs', `--headless-check=${shots}`], { cwd: root });
const target = path.join(root, 'docs/pictures');
await mkdir(target, { recursive: true });
for (const [step, name] of Object.entries(PICTURES))
  await copyFile(path.join(shots, `${step}.png`), path.join(target, name));
console.log(`pictures are in ${path.relative(root, target)}`);
