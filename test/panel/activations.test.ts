// Sample activations in a real page: the worker starts from a blob under the policy, computes the network, and its maps are shown as tiles.
import assert from 'node:assert/strict';
import { analyze } from '../../src/analysis/analyze';
import { snapshot } from '../../src/features/snapshot';
import type { Snapshot } from '../../src/protocol';
import { bytesOf, facts } from '../engine/weights/facts';
import { PanelHarness, type PanelOptions, type PanelPage } from './harness/panelPage';

const SMALL = `
import keras
from keras import layers

inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(8, 3, padding="same", activation="relu", name="stem")(inputs)
x = layers.MaxPooling2D(name="halve")(x)
x = layers.Conv2D(16, 3, padding="same", name="wide")(x)
x = layers.Lambda(lambda t: unknown_function(t), name="lost")(x) if WITH_LOST else x
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(10, activation="softmax", name="classes")(x))
`;

const SEQUENCE = `
import keras
from keras import layers

model = keras.Sequential([keras.Input((64,), dtype="int32"), layers.Embedding(100, 12), layers.Conv1D(6, 3, name="grams"), layers.GlobalMaxPooling1D(), layers.Dense(2, name="label")])
`;

function program(text: string, version = 1): Snapshot {
  const analysis = analyze({ path: 'model.py', text }, { reader: { read: () => undefined }, searchPath: [] });
  return snapshot(analysis, {
    uri: 'file:///model.py',
    version,
    fileName: 'model.py',
    language: 'en',
  }) as Snapshot;
}

const small = SMALL.replace('WITH_LOST', 'False');

/** Takes WebGL and WebGPU from the worker before it starts; the page keeps its canvases. */
async function withoutGpu(panel: PanelPage): Promise<void> {
  await panel.page.route('**/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      body: `OffscreenCanvas.prototype.getContext = () => null; Object.defineProperty(navigator, 'gpu', { value: undefined });\n${await response.text()}`,
    });
  });
}

describe('panel: activations', () => {
  let harness: PanelHarness;
  let panel: PanelPage | undefined;
  before(async () => {
    harness = await PanelHarness.start();
  });
  afterEach(async () => {
    const errors = panel?.errors ?? [];
    await panel?.close();
    panel = undefined;
    assert.deepEqual(errors, []);
  });
  after(() => harness.stop());

  async function run(text: string, layer: string, options: PanelOptions = {}): Promise<PanelPage> {
    panel = await harness.open({ width: 1000, height: 900, ...options, gpu: true });
    if (options.gpu === false) await withoutGpu(panel);
    const data = program(text);
    await panel.send({
      type: 'snapshot',
      snapshot: { ...data, selected: data.graph.nodes.find((node) => node.name === layer)!.id },
    });
    // Small enough to run by itself, unless its cost is not known.
    if (data.totals[0].macs === null || data.totals[0].atLeast)
      await panel.page.locator('[data-control=run]').click();
    await panel.page.waitForFunction(
      () => /·.*s$/.test(document.querySelector('.engine-status')?.textContent ?? ''),
      undefined,
      { timeout: 45_000 },
    );
    return panel;
  }

  it('computes the network by itself and shows a tile for each channel, with backend and time', async () => {
    const { page } = await run(small, 'stem');
    await page.waitForSelector('.tile');
    assert.equal(await page.locator('.tile').count(), 8);
    assert.match(
      await page.locator('.engine-status').innerText(),
      /^(webgl2|webgpu|webasm|reference) · [\d.]+ m?s$/,
    );
    assert.match(await page.locator('.map-heading').innerText(), /\(1, 32, 32, 8\)/);
    // A ReLU's map is not negative, and a photograph leaves some of it positive.
    const [low, high] = (await page.locator('.map-heading').innerText())
      .match(/(\S+) … (\S+)/)!
      .slice(1)
      .map(Number);
    assert.ok(low === 0 && high > 0);
    const colours = await page
      .locator('.tile canvas')
      .first()
      .evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        return new Set(
          new Uint32Array(
            (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data.buffer,
          ),
        ).size;
      });
    assert.ok(colours > 10, `${colours} colours`);
  });

  it('zooms to a channel, tells the value under the pointer and what it sees of the input', async () => {
    const { page } = await run(small, 'wide');
    await page.locator('[data-channel="3"]').click();
    await page.waitForSelector('.picture-frame canvas');
    const box = (await page.locator('.channel-holder').boundingBox())!;
    await page.mouse.move(box.x + box.width * (5.5 / 16), box.y + box.height * (2.5 / 16));
    // 3×3, pooling 2, 3×3: field 8, stride 2, padding 3.
    assert.match(
      await page.locator('.channel .readout').innerText(),
      /at \(2, 5\) · value −?[\d.e+-]+ · sees input 1…8 × 7…14/,
    );
    await page.keyboard.press('Tab');
    await page.locator('.channel-holder').focus();
    await page.keyboard.press('ArrowDown');
    assert.match(await page.locator('.channel .readout').innerText(), /at \(3, 5\)/);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.tile');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-channel')), '3');
  });

  it('shows vectors as bars and sequences as strips', async () => {
    const first = await run(small, 'classes');
    await first.page.waitForSelector('.bars');
    assert.match(await first.page.locator('.vector .readout').innerText(), /^\[\d\] 0?\.\d+/);
    await first.close();
    const second = await run(SEQUENCE, 'grams');
    await second.page.waitForSelector('.strip');
    assert.deepEqual(
      await second.page
        .locator('.strip')
        .evaluate((canvas) => [(canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height]),
      [62, 6],
    );
  });

  it('runs again with other weights and another sample, and gives the same for the same seed', async () => {
    const { page } = await run(small, 'stem');
    await page.waitForSelector('.tile');
    const heading = (): Promise<string> => page.locator('.map-heading').innerText();
    const first = await heading();
    const changes = async (act: () => Promise<unknown>): Promise<string> => {
      const before = await heading();
      await act();
      await page.waitForFunction(
        (old) =>
          document.querySelector('.map-heading') &&
          document.querySelector('.map-heading')!.textContent !== old,
        before,
        { timeout: 30_000 },
      );
      return heading();
    };
    assert.notEqual(await changes(() => page.locator('[data-control=seed]').click()), first);
    await changes(() => page.locator('[data-control=sample]').selectOption('noise'));
  });

  it('says why a node is not computed, and computes the rest', async () => {
    const { page, send } = await run(SMALL.replace('WITH_LOST', 'True'), 'stem');
    await page.waitForSelector('.tile');
    const data = program(SMALL.replace('WITH_LOST', 'True'));
    await send({
      type: 'select',
      nodes: [data.graph.nodes.find((node) => node.name === 'lost')!.id],
      model: null,
    });
    await page.waitForFunction(() =>
      /^Not computed: .{5,}/.test(document.querySelector('.maps')?.textContent ?? ''),
    );
  });

  it('recomputes a small network after an edit, and says meanwhile that maps are older', async () => {
    const { page, send } = await run(small, 'stem');
    await page.waitForSelector('.tile');
    const edited = program(small.replace('Conv2D(8, 3', 'Conv2D(12, 3'), 2);
    await send({ type: 'snapshot', snapshot: edited });
    await page.waitForFunction(() => document.querySelectorAll('.tile').length === 12, undefined, {
      timeout: 30_000,
    });
  });

  it('computes without WebGL, and says by what', async () => {
    const { page } = await run(small, 'stem', { gpu: false });
    assert.match(await page.locator('.engine-notes').innerText(), /webgl2 is not used: ./);
    assert.match(await page.locator('.engine-status').innerText(), /^(webasm|reference) · /);
  });

  it('draws the kernels that it computes with, by channel or as colours', async () => {
    const { page } = await run(small, 'stem');
    // The measure of shifts is folded up in the same way.
    const summary = page.locator('.kernels summary', { hasText: 'Kernels' });
    await summary.click();
    assert.match(await summary.innerText(), /kernel \(3, 3, 3, 8\)/);
    assert.equal(await page.locator('.kernel-tile canvas').count(), 8);
    await page.getByLabel('as colours').uncheck();
    await page.locator('.kernels input[type=range]').fill('2');
    assert.equal(await page.locator('.kernel-tile canvas').count(), 8);
  });

  it('shows what a cell really responds to, within what it can see', async () => {
    const { page } = await run(small, 'wide');
    await page.locator('.tile').first().click();
    await page.locator('.channel-canvas').focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await page.waitForSelector('.field-heat:not([hidden])');
    const size = await page
      .locator('.field-heat')
      .evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.height]);
    assert.deepEqual(size, [32, 32]);
    // Row 0, column 5 of the halved map sees columns 7…14 of the picture (8 wide), and no pixel beyond may matter.
    const beyond = await page.locator('.field-heat').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, 32, 32);
      const columns = new Set<number>();
      for (let i = 0; i < 32 * 32; i++) if (data[4 * i + 3] > 0) columns.add(i % 32);
      return [Math.min(...columns), Math.max(...columns)];
    });
    assert.ok(beyond[0] >= 7 && beyond[1] <= 14, beyond.join());
  });

  it('colours the network by gradient norms, and only what ran', async () => {
    const { page } = await run(small, 'stem');
    await page.locator('.heat').selectOption('gradient');
    await page.waitForFunction(() => /\d/.test(document.querySelector('.box .mark')?.textContent ?? ''));
    assert.ok((await page.locator('.box .mark').count()) >= 5);
  });

  it('says why a file of weights or a picture cannot be used, and goes on', async () => {
    const { page, send } = await run(small, 'stem');
    await send({ type: 'weights', name: 'broken.keras', bytes: new Uint8Array([80, 75, 3, 4, 0]) });
    await page.locator('.engine-notes p', { hasText: 'broken.keras' }).first().waitFor();
    await send({ type: 'image', name: 'broken.png', bytes: new Uint8Array([1, 2, 3]) });
    await page.waitForTimeout(200);
    assert.ok(await page.locator('.facts').isVisible());
    assert.ok(await page.locator('.tile').first().isVisible());
  });

  it('computes with trained weights of a file that Keras saved, and says so', async () => {
    const [saved] = facts<{ program: string; files: Record<string, string> }>('saved.json');
    const { page, send } = await run(saved.program, 'shared');
    const before = await page.locator('.map-heading').innerText();
    await send({ type: 'weights', name: 'm.keras', bytes: bytesOf(saved.files['m.keras']) });
    await page
      .locator('.engine-notes', { hasText: /(\d+) of \1 layers have their weights from m\.keras/ })
      .waitFor();
    await page.waitForFunction(
      (old) =>
        document.querySelector('.map-heading') && document.querySelector('.map-heading')!.textContent !== old,
      before,
    );
    await page.locator('[data-control=weights]').selectOption('initial');
    await page.locator('.engine-notes', { hasText: 'Seeded initial weights' }).waitFor();
  });

  it('shows which pixels a score depends on', async () => {
    const { page } = await run(small, 'classes');
    await page.locator('.scores .chip').first().click();
    await page.waitForSelector('.scores .field-heat');
    const shown = await page.locator('.scores .field-heat').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let opaque = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) opaque++;
      return [canvas.width, canvas.height, opaque];
    });
    assert.deepEqual(shown.slice(0, 2), [32, 32]);
    assert.ok(shown[2] > 100, `${shown[2]} pixels matter`);
  });

  it('measures how far a layer moves along with its input', async () => {
    const { page } = await run(small, 'stem');
    await page.locator('.shift-measured summary').click();
    await page.locator('.shift-measured p', { hasText: 'moves along by 8' }).waitFor();
    assert.match(await page.locator('.shift-measured p').innerText(), /off by (0\.0|<0\.1) %/);
  });

  it('puts the layer’s own numbers into the lens, by filter and channel, down to the value in its map', async () => {
    const { page } = await run(small, 'wide');
    await page.keyboard.press('4');
    await page.waitForSelector('.lens input[data-own=filter]');
    const total = (): Promise<string> => page.locator('.lens-total').innerText();
    const [, sum, bias, value] = (await total())
      .replaceAll('−', '-')
      .match(/all 8 channels: (\S+) · bias (\S+) · Output (\S+)/)!
      .map(Number);
    assert.ok(value !== 0 && Math.abs(sum + bias - value) < 1e-3 * Math.abs(value) + 1e-5, await total());
    const before = await page.locator('.lens figure:nth-of-type(2) .cell-text').allInnerTexts();
    await page.locator('.lens input[data-own=filter]').fill('5');
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      (old) =>
        [...document.querySelectorAll('.lens figure:nth-of-type(2) .cell-text')]
          .map((e) => e.textContent)
          .join() !== old,
      before.join(),
    );
    assert.equal(
      await page.evaluate(() => (document.activeElement as HTMLInputElement).dataset.own),
      'filter',
    );
    await page.locator('.lens button[data-own=false]').click();
    await page.waitForFunction(() =>
      /^[\d−]+$/.test(document.querySelector('.lens .cell-text')?.textContent ?? ''),
    );
    assert.equal(await total(), '');
  });
});
