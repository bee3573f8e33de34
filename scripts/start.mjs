// `npm start`: VS Code in the browser with ConvLens installed and the sample models open; does all its own set-up.
// Options: `--port=N`; `--headless-check=DIR` looks at the running page itself, leaves screenshots in DIR and ends.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureNodeModules } from './lib/dependencies.mjs';
import { outDir, root } from './lib/paths.mjs';
import { progress } from './lib/run.mjs';

const option = (name) => process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const checkInto = option('headless-check');

await ensureNodeModules();
const { makePackage } = await import('./package.mjs');
const { startServer } = await import('./hosts/server.mjs');

const vsix = await makePackage();
const dataDir = await mkdtemp(path.join(os.tmpdir(), 'convlens-start-'));
// A copy, so that trying things out in the editor leaves the repository as it was.
const samples = path.join(outDir, 'start/samples');
await rm(samples, { recursive: true, force: true });
await mkdir(path.dirname(samples), { recursive: true });
await cp(path.join(root, 'media/samples'), samples, { recursive: true });

progress('starting VS Code');
const server = await startServer({
  dataDir,
  vsix,
  port: option('port') ? Number(option('port')) : undefined,
});
const finish = async (code) => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  process.exit(code);
};
process.once('SIGINT', () => void finish(0));
process.once('SIGTERM', () => void finish(0));

const address = server.url(samples, { openFile: path.join(samples, 'vgg16.py') });
if (checkInto) {
  const { checkStart } = await import('./hosts/checkStart.mjs');
  const results = await checkStart(address, path.resolve(checkInto)).catch((error) => [
    { title: 'npm start serves VS Code', state: 'failed', durationMs: 0, error: error.message },
  ]);
  const failed = results.filter((result) => result.state === 'failed');
  for (const { title, error } of failed) console.error(`FAILED ${title}: ${error}`);
  console.log(
    failed.length
      ? `${failed.length} of ${results.length} failed`
      : 'hints, hover, panel and activations were seen',
  );
  if (process.env.CONVLENS_RESULTS) await writeFile(process.env.CONVLENS_RESULTS, JSON.stringify(results));
  await finish(failed.length ? 1 : 0);
} else {
  console.log(`\nConvLens is ready. Open this address in a browser (Ctrl-C ends it):\n\n  ${address}\n`);
  await server.closed;
  console.error('VS Code ended by itself.');
  await finish(1);
}
