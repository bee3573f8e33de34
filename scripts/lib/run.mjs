// Child processes and progress lines for the scripts: quiet while all goes well, the tail of the output when not.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const started = Date.now();

/** Prints one progress line with the seconds since the script started. */
export function progress(text) {
  console.log(`[${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s] ${text}`);
}

/**
 * Runs a program to its end. With `quiet` its output is kept back and its tail becomes part of the error.
 * @returns the exit code (only 0 unless `allowFailure`) and the kept-back output
 */
export function run(command, args, { cwd, env, quiet = false, allowFailure = false, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: env ? { ...process.env, ...env } : process.env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-200_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const timer = timeoutMs && setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      if (allowFailure) resolve({ code: 127, output: String(error) });
      else reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || allowFailure) return resolve({ code: code ?? 1, output });
      const tail = output.trim().split('\n').slice(-40).join('\n');
      reject(
        new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}${tail ? `\n${tail}` : ''}`),
      );
    });
  });
}

/** The full path of the first of these programs found on PATH, or null. */
export function which(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder; the next may have it.
      }
    }
  }
  return null;
}

/** A TCP port that is free now on the loopback address. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until `probe` gives a truthy value; an error or a falsy value means "not yet". */
export async function waitFor(what, probe, timeoutMs) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    let value;
    try {
      value = await probe();
    } catch {
      value = undefined;
    }
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
