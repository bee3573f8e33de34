// Where things lie: the repository, its build outputs, and the cache outside the tree that holds downloaded hosts.
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Folder for what is fetched once and kept: `$CONVLENS_CACHE`, else `$XDG_CACHE_HOME/convlens`, else `~/.cache/convlens`. */
export function cacheDir() {
  if (process.env.CONVLENS_CACHE) return path.resolve(process.env.CONVLENS_CACHE);
  const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(base, 'convlens');
}

/** Folder for what a test run leaves behind (result files, logs, bundled suites, screenshots). */
export const outDir = path.join(root, 'out');
