// `npm run pictures`: makes the README's and the walkthrough's pictures from the editor that `npm start` serves.
// Options: `--walkthrough` makes only the latter; `--looks[=DIR]` makes instead a picture of each feature in light, dark and
// high contrast and in Chinese, to be looked at.
import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openChromium } from './lib/chromium.mjs';
import { ensureNodeModules } from './lib/dependencies.mjs';
import { outDir, root } from './lib/paths.mjs';
import { progress, run, waitFor } from './lib/run.mjs';
import { Workbench } from './hosts/workbench.mjs';

/** The README's pictures: a scene of this script, and a step of the check of `npm start`. */
const README = ['hover'];
const CHECKED = 'activations';
const THEMES = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
};

const looks = process.argv.find((text) => /^--looks(=|$)/.test(text));
await ensureNodeModules();
if (looks) {
  const folder = path.resolve(looks.split('=')[1] ?? path.join(outDir, 'looks'));
  const size = { width: 1180, height: 720 };
  const shows = Object.keys(THEMES).map((theme) => ({ theme, language: 'en', size }));
  await photograph([...shows, { theme: 'light', language: 'zh-cn', size }], (name, { theme, language }) =>
    path.join(folder, `${name}-${theme}-${language}.png`),
  );
  console.log(`pictures are in ${folder}`);
} else {
  const large = { theme: 'light', language: 'en', size: { width: 1280, height: 720 } };
  // Small ones: they ship with the extension.
  const small = { theme: 'light', language: 'en', size: { width: 1040, height: 600 } };
  const walkthrough = process.argv.includes('--walkthrough');
  if (!walkthrough) await checkedPicture();
  await photograph(walkthrough ? [small] : [large, small], (name, show) =>
    show === small
      ? path.join(root, 'media/walkthrough', `${name}.jpg`)
      : path.join(root, README.includes(name) ? 'docs/pictures' : 'out/pictures', `${name}.png`),
  );
  console.log('pictures are in docs/pictures and media/walkthrough');
}

async function checkedPicture() {
  const shots = path.join(outDir, 'pictures');
  await run(process.execPath, ['scripts/start.mjs', `--headless-check=${shots}`], { cwd: root });
  await mkdir(path.join(root, 'docs/pictures'), { recursive: true });
  await copyFile(path.join(shots, `${CHECKED}.png`), path.join(root, 'docs/pictures', `${CHECKED}.png`));
}

/** A workspace with a broken file, and with a model that differs from the last commit. */
async function makeWorkspace() {
  const folder = path.join(outDir, 'pictures/workspace');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(path.join(root, 'media/samples'), folder, { recursive: true });
  await copyFile(path.join(root, 'test/hosts/workspace/broken.py'), path.join(folder, 'branches.py'));
  await copyFile(path.join(root, 'test/hosts/workspace/cnn.py'), path.join(folder, 'small.py'));
  const git = (...args) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
  git('init', '--quiet');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@localhost', 'commit', '--quiet', '-m', 'First version');
  const small = path.join(folder, 'small.py');
  const text = await readFile(small, 'utf8');
  await writeFile(
    small,
    text
      .replace('Conv2D(32, 3', 'Conv2D(48, 3')
      .replace('x = layers.Global', 'x = layers.BatchNormalization()(x)\nx = layers.Global'),
  );
  return folder;
}

/** Takes every scene in every show (theme, language and window size). */
async function photograph(shows, target) {
  const { makePackage } = await import('./package.mjs');
  const { startServer } = await import('./hosts/server.mjs');
  const vsix = await makePackage();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'convlens-pictures-'));
  const workspace = await makeWorkspace();
  const server = await startServer({ dataDir, vsix });
  try {
    for (const show of shows) {
      const settingsFile = path.join(dataDir, 'user/User/settings.json');
      const settings = JSON.parse(await readFile(settingsFile, 'utf8'));
      Object.assign(settings, {
        'workbench.colorTheme': THEMES[show.theme],
        'editor.minimap.enabled': false,
      });
      await writeFile(settingsFile, JSON.stringify(settings));
      progress(`${show.theme}, ${show.language}`);
      await oneShow(server.url(workspace, { openFile: path.join(workspace, 'vgg16.py') }), show, target);
    }
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

async function oneShow(address, show, target) {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'convlens-look-'));
  const browser = await openChromium(profile, show.size);
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    // The language that extensions are told; the editor's own texts stay English without a language pack.
    await page.addInitScript((language) => (globalThis._VSCODE_NLS_LANGUAGE = language), show.language);
    const picture = async (name) => {
      const file = target(name, show);
      await mkdir(path.dirname(file), { recursive: true });
      // What fades in is to be seen whole.
      await page.waitForTimeout(900);
      const jpeg = file.endsWith('.jpg') ? { type: 'jpeg', quality: 50 } : {};
      await page.screenshot({ path: file, ...jpeg });
    };
    await page.goto(address);
    const workbench = new Workbench(page);
    await workbench.ready();
    await page.keyboard.press('Control+B');
    await waitFor('inlay hints', async () => (await workbench.inlayHints()).length, 60_000);
    await workbench.openFile('small.py');
    const lens = page.locator('.codelens-decoration', { hasText: '·' });
    const lensShown = () => waitFor('the lens', async () => (await lens.count()) > 0, 30_000);
    await lensShown();
    await workbench.hover('Conv2D');
    await picture('hover');
    await page.keyboard.press('Escape');
    await workbench.openFile('branches.py');
    // VS Code asks for lenses only while the editor has the focus.
    await lensShown();
    await workbench.command('Problems: Focus on Problems View');
    await page.locator('.markers-panel .monaco-list-row').nth(1).waitFor({ timeout: 30_000 });
    await workbench.hover('[left, right]');
    await picture('problems');
    await page.keyboard.press('Escape');
    await workbench.command('View: Toggle Panel Visibility');
    await workbench.openFile('small.py');
    await workbench.command('ConvLens: Compare with Last Commit');
    await waitFor('the report', () => anyFrame(page, () => /Δ/.test(document.body?.innerText ?? '')), 60_000);
    await picture('compare');
    await workbench.command('View: Close All Editors');
    await workbench.openFile('unet.py');
    await workbench.command('ConvLens: Open Network Preview');
    const panel = await workbench.panel();
    await waitFor('the drawn network', async () => (await panel.getByRole('treeitem').count()) > 2, 30_000);
    await picture('network');
  } finally {
    await browser.close().catch(() => undefined);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

/** Whether a condition holds in any of the page's frames. */
async function anyFrame(page, condition) {
  for (const frame of page.frames()) if (await frame.evaluate(condition).catch(() => false)) return true;
  return false;
}
