// Opens a real Chromium with software WebGL2 and WebGPU, in a profile in which VS Code's webviews can load.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureChromium } from './dependencies.mjs';

const flags = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

/** Flags for launching Chromium here; the sandbox cannot start as root. */
export function chromiumFlags() {
  return process.getuid?.() === 0 ? ['--no-sandbox', ...flags] : flags;
}

/**
 * A browser context on a fresh persistent profile at `profileDir`.
 * Third-party storage is allowed there, since webviews live on a subdomain and stay blank without their service worker.
 */
export async function openChromium(profileDir, { width = 1440, height = 900, deviceScaleFactor = 1 } = {}) {
  const { chromium } = await import('playwright-core');
  await rm(profileDir, { recursive: true, force: true });
  await mkdir(path.join(profileDir, 'Default'), { recursive: true });
  const preferences = { profile: { block_third_party_cookies: false, cookie_controls_mode: 0 } };
  await writeFile(path.join(profileDir, 'Default/Preferences'), JSON.stringify(preferences));
  return chromium.launchPersistentContext(profileDir, {
    executablePath: await ensureChromium(),
    headless: true,
    args: chromiumFlags(),
    viewport: { width, height },
    deviceScaleFactor,
  });
}
