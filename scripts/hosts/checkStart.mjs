// Looks at the page that `npm start` serves as a person would: hover, hints, panel, activations; with screenshots.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openChromium } from '../lib/chromium.mjs';
import { waitFor } from '../lib/run.mjs';
import { Workbench } from './workbench.mjs';

/** @returns one result per step (title, state, durationMs, error); a screenshot of each lies in `folder` */
export async function checkStart(address, folder) {
  await mkdir(folder, { recursive: true });
  const profile = await mkdtemp(path.join(os.tmpdir(), 'convlens-look-'));
  const browser = await openChromium(profile, { width: 1600, height: 1000 });
  const results = [];
  const page = browser.pages()[0] ?? (await browser.newPage());
  const picture = (name) => page.screenshot({ path: path.join(folder, `${name.replace(/\W+/g, '-')}.png`) });
  const step = async (name, work) => {
    const began = Date.now();
    const result = { title: `npm start shows: ${name}`, state: 'passed', durationMs: 0 };
    try {
      await work();
    } catch (error) {
      Object.assign(result, { state: 'failed', error: error.message });
    }
    results.push({ ...result, durationMs: Date.now() - began });
    await picture(name);
  };
  try {
    await page.goto(address);
    const workbench = new Workbench(page);
    await workbench.ready();
    await step('editor', async () => {
      await page.waitForSelector('.editor-instance .view-line');
      await waitFor('inlay hints', async () => (await workbench.inlayHints()).length, 30_000);
    });
    await step('hover', async () => {
      const text = await workbench.hover('Conv2D');
      if (!/224/.test(text)) throw new Error(`the hover shows no shape: ${text.slice(0, 200)}`);
      // It fades in; the picture is to show it whole.
      await page.waitForTimeout(800);
    });
    await page.keyboard.press('Escape');
    await step('panel', async () => {
      await workbench.command('ConvLens: Open Network Preview');
      const panel = await workbench.panel();
      await waitFor('the drawn network', async () => (await boxes(panel).count()) > 5, 30_000);
    });
    await step('source of a clicked node', async () => {
      const panel = await workbench.panel();
      await boxes(panel, 'block1_conv2').first().click();
      await waitFor(
        'the layer in the editor',
        async () => /block1_conv2|Conv2D/.test(await workbench.selectedLine()),
        15_000,
      );
    });
    await step('activations', async () => {
      await workbench.openFile('gan_generator.py');
      const panel = await workbench.panel();
      const pickModel = panel.locator('select').filter({ hasText: 'generator' }).first();
      await pickModel.waitFor({ timeout: 30_000 });
      await pickModel.selectOption({ label: 'generator' });
      const box = boxes(panel, 'Conv2DTranspose').first();
      await box.waitFor({ timeout: 30_000 });
      await box.click();
      await panel.locator('[role=tab]').first().click();
      await panel.locator('[data-control=run]').click();
      await panel.locator('.tiles canvas').first().waitFor({ timeout: 120_000 });
      const shades = await panel.locator('.tiles canvas').first().evaluate(countColours);
      if (shades < 8) throw new Error(`the first map shows ${shades} colours`);
    });
  } finally {
    await browser.close().catch(() => undefined);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
  return results;
}

/** The network's boxes in the panel whose label holds `name`; all of them without one. */
function boxes(panel, name) {
  return panel.getByRole('treeitem', name ? { name } : {});
}

/** Runs in the page: how many colours a canvas shows; a map that is all one colour was not computed. */
function countColours(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  return colours.size;
}
