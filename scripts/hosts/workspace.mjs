// The workspace that the host suites open: a copy of test/hosts/workspace in a Git repository of its own, so that tests may
// write into it and compare with its one commit. Without Git it is a plain folder. A second folder may stand beside it.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { outDir, root } from '../lib/paths.mjs';

/** @returns the folder's path; with `second` that of a workspace file with a copy of test/hosts/second too */
export async function prepareWorkspace(name, { second = false } = {}) {
  const folder = path.join(outDir, 'hosts', name, 'workspace');
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.dirname(folder), { recursive: true });
  await cp(path.join(root, 'test/hosts/workspace'), folder, { recursive: true });
  const who = ['-c', 'user.name=Tests', '-c', 'user.email=tests@localhost', '-c', 'commit.gpgsign=false'];
  try {
    for (const args of [
      ['init', '--quiet'],
      ['add', '.'],
      [...who, 'commit', '--quiet', '-m', 'First version'],
    ])
      execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
  } catch {
    // No Git on this machine: the suite then expects the editor to say so.
  }
  if (!second) return folder;
  const other = path.join(outDir, 'hosts', name, 'second');
  await rm(other, { recursive: true, force: true });
  await cp(path.join(root, 'test/hosts/second'), other, { recursive: true });
  const file = path.join(outDir, 'hosts', name, 'both.code-workspace');
  await writeFile(file, JSON.stringify({ folders: [{ path: folder }, { path: other }] }));
  return file;
}
