#!/usr/bin/env node
// Starts the desktop VS Code named by CONVLENS_DESKTOP with the arguments given, and ends it when it takes too long, so
// that a desktop which hangs on this machine gives way to the server.
import { spawn } from 'node:child_process';

const timeoutMs = Number(process.env.CONVLENS_HOST_TIMEOUT_MS ?? 300_000);
const child = spawn(process.env.CONVLENS_DESKTOP, process.argv.slice(2), { stdio: 'inherit' });
const timer = setTimeout(() => {
  console.error(`desktop-launcher: no end of the suite within ${timeoutMs / 1000} s`);
  child.kill('SIGKILL');
}, timeoutMs);
child.once('error', (error) => {
  console.error(`desktop-launcher: ${error.message}`);
  process.exit(1);
});
child.once('close', (code) => {
  clearTimeout(timer);
  process.exit(code ?? 1);
});
