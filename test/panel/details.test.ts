// The details beside the network in a real page: table, layer facts, lens, receptive-field plot, states, languages, accessibility.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { arithmeticOf, outputs, reads, sumText } from '../../src/webview/lens/arithmetic';
import { Net, resnet, unet, vgg } from '../webview/build';
import { PanelHarness, type PanelOptions, type PanelPage } from './harness/panelPage';

const axe = readFileSync(path.resolve(__dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Runs axe in the page; contrast is checked too, in the theme that is on. */
async function violations(page: Page): Promise<string[]> {
  // The page's policy forbids foreign scripts: axe goes in through the debugger's own door.
  await page.evaluate(axe);
  const found = await page.evaluate(
    async () =>
      (await (window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe.run())
        .violations as Violation[],
  );
  return found.map(
    (violation) =>
      `${violation.id}: ${violation.nodes
        .map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`)
        .slice(0, 3)
        .join(' | ')}`,
  );
}

describe('panel: details', () => {
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

  async function open(
    net: Net,
    options: PanelOptions & { tab?: string; select?: string; language?: string } = {},
  ): Promise<PanelPage> {
    panel = await harness.open({ state: { version: 1, tab: options.tab ?? 'layer' }, ...options });
    const selected = net.graph.nodes.find((node) => node.name === options.select)?.id ?? null;
    await panel.send({
      type: 'snapshot',
      snapshot: net.snapshot({ selected, language: options.language ?? 'en' }),
    });
    await panel.page.waitForSelector('.network-drawing .box');
    return panel;
  }

  describe('table', () => {
    const names = (page: Page): Promise<string[]> => page.locator('tbody tr th').allInnerTexts();

    it('lists the rows of the summary with totals', async () => {
      const net = vgg();
      const { page } = await open(net, { tab: 'table' });
      assert.equal((await names(page)).length, net.graph.models[0].rows.length);
      assert.match(
        await page.locator('tfoot').innerText(),
        new RegExp(net.snapshot().totals[0].params!.toLocaleString('en-US')),
      );
    });

    it('sorts by a column both ways and keeps it across an edit', async () => {
      const net = vgg();
      const { page, send } = await open(net, { tab: 'table' });
      await page.locator('th button', { hasText: 'Parameters' }).click();
      const largest = [...net.graph.nodes].sort(
        (a, b) => net.figures[b.id].params! - net.figures[a.id].params!,
      )[0].name;
      assert.equal((await names(page))[0], largest);
      await send({ type: 'snapshot', snapshot: vgg().snapshot({ version: 2 }) });
      await page.waitForTimeout(100);
      assert.equal((await names(page))[0], largest);
      await page.locator('th button', { hasText: 'Parameters' }).click();
      assert.equal(
        await page
          .locator('th[aria-sort=ascending]')
          .innerText()
          .then((text) => text.replace(/\W/g, '')),
        'Parameters',
      );
    });

    it('is linked with the network and the source', async () => {
      const opened = await open(vgg(), { tab: 'table' });
      await opened.page.locator('tbody tr', { hasText: 'block2_conv1' }).click();
      assert.equal(vgg().graph.nodes[(await opened.message('reveal')).node].name, 'block2_conv1');
      await opened.page.waitForSelector('[data-key="block2_conv1"].is-selected');
    });

    it('keeps its scroll position across an edit', async () => {
      const { page, send } = await open(resnet([3, 4, 6, 3]), { tab: 'table' });
      await page.locator('.table-scroll').evaluate((element) => (element.scrollTop = 700));
      await send({ type: 'snapshot', snapshot: resnet([3, 4, 6, 3]).snapshot({ version: 2 }) });
      await page.waitForTimeout(150);
      assert.equal(await page.locator('.table-scroll').evaluate((element) => element.scrollTop), 700);
    });

    it('copies as Markdown and CSV', async () => {
      const opened = await open(vgg(), { tab: 'table' });
      await opened.page.locator('button', { hasText: 'Markdown' }).click();
      assert.match(
        (await opened.message('copy')).text,
        /\| block1_conv1 \| Conv2D \| \(None, 224, 224, 64\) \| 1,792 \|/,
      );
    });
  });

  describe('layer', () => {
    it('states shapes, kernel, parameters, multiply-adds and receptive field', async () => {
      const { page } = await open(vgg(), { select: 'block1_conv2' });
      const text = (await page.locator('.facts').innerText()).replace(/\s+/g, ' ');
      for (const fact of [
        '(None, 224, 224, 64)',
        '(3, 3, 64, 64)',
        '36,928',
        '1,849,688,064',
        '5×5',
        '⌊(224 + 2·1 − 3)/1⌋ + 1 = 224',
      ])
        assert.ok(text.includes(fact), `${fact} in ${text}`);
    });
  });

  describe('lens', () => {
    it('shows the window of the selected layer and steps through it', async () => {
      const net = new Net();
      const input = net.input([5, 5, 1]);
      net.model('m', [input], [net.conv(input, 1, 3, { stride: 2, name: 'conv' })]);
      const { page } = await open(net, { tab: 'lens', select: 'conv' });
      // SAME with stride 2 on 5: one cell of padding on each side.
      assert.equal(await page.locator('.cell.is-real').count(), 25);
      assert.equal(await page.locator('.cell.is-pad').count(), 49 - 25);
      assert.equal(await page.locator('.lens figure:first-child .cell.is-read').count(), 9);
      assert.match(
        await page.locator('.lens .readout[role=status]').innerText(),
        /output \(0, 0\) reads input \{0, 1\} × \{0, 1\}.*5 of its cells/,
      );
      await page.locator('.lens button[aria-label=Step]').click();
      assert.match(
        await page.locator('.lens .readout[role=status]').innerText(),
        /output \(0, 1\) reads input \{0, 1\} × \{1, 2, 3\}/,
      );
      await page.locator('.lens input[type=range]').fill('8');
      assert.match(
        await page.locator('.lens .readout[role=status]').innerText(),
        /output \(2, 2\) reads input \{3, 4\} × \{3, 4\}/,
      );
    });

    it('draws for every output the cells that the engine reads, and their sum', async () => {
      const net = new Net();
      const input = net.input([7, 6, 1]);
      net.model('m', [input], [net.conv(input, 1, 3, { stride: 2, dilation: 2, name: 'conv' })]);
      const { page } = await open(net, { tab: 'lens', select: 'conv' });
      const a = arithmeticOf(net.graph.nodes[1])!;
      for (let output = 0; output < outputs(a); output++) {
        await page.locator('.lens input[type=range]').fill(String(output));
        const drawn = await page
          .locator('.lens figure:first-child .cell.is-read[data-cell]')
          .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-cell'))));
        const read = reads(a, output).flatMap((each) => (each.input === null ? [] : [each.input]));
        assert.deepEqual(
          drawn.sort((x, y) => x - y),
          read.sort((x, y) => x - y),
        );
        assert.equal(await page.locator('.lens-sum').innerText(), sumText(a, output));
      }
    });

    it('tells under the pointer what a cell feeds and what feeds it', async () => {
      const net = new Net();
      const input = net.input([5, 5, 1]);
      net.model('m', [input], [net.conv(input, 1, 3, { name: 'conv' })]);
      const { page } = await open(net, { tab: 'lens', select: 'conv' });
      await page.locator('.lens figure >> nth=0 >> [data-cell="0"]').hover();
      assert.equal(await page.locator('.lens .cell.is-fed').count(), 4);
      assert.match(await page.locator('.lens .readout[role=status]').innerText(), /input \(0, 0\)/);
      await page.locator('.lens figure >> nth=2 >> [data-cell="12"]').hover();
      assert.match(await page.locator('.lens .readout[role=status]').innerText(), /output \(2, 2\) reads/);
      await page.locator('.lens h2').hover();
      assert.match(await page.locator('.lens .readout[role=status]').innerText(), /output \(0, 0\) reads/);
    });

    it('has other ways to look at it, and remembers the one chosen', async () => {
      const net = new Net();
      const input = net.input([6, 6, 3]);
      net.model('m', [input], [net.conv(input, 4, 3, { name: 'conv' })]);
      const { page, state } = await open(net, { tab: 'lens', select: 'conv', reducedMotion: true });
      for (const [system, words] of [
        ['im2col', /\(36 × 27\) · \(27 × 4\)/],
        ['sparse', /Sparse matrix 36×36/],
        ['shift', /Output of the shifted input/],
        ['cost', /dense layer/],
      ] as const) {
        await page.locator(`[data-system=${system}]`).click();
        assert.match(await page.locator('.lens-body').innerText(), words);
        assert.deepEqual(await violations(page), [], system);
      }
      await page.waitForTimeout(250);
      assert.equal(((await state()) as { system: string }).system, 'cost');
    });

    it('shifts the input by dragging and by keyboard', async () => {
      const net = new Net();
      const input = net.input([8, 8, 1]);
      net.model('m', [input], [net.conv(input, 1, 3, { stride: 2, padding: 'valid', name: 'conv' })]);
      const { page } = await open(net, { tab: 'lens', select: 'conv' });
      await page.locator('[data-system=shift]').click();
      const sum = page.locator('.lens-sum');
      assert.match(await sum.innerText(), /exactly/);
      await page.locator('.lens-drag').focus();
      await page.keyboard.press('ArrowDown');
      assert.match(await sum.innerText(), /No whole number/);
      const box = (await page.locator('.lens-drag svg').boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 + box.height / 8, { steps: 4 });
      await page.mouse.up();
      assert.match(await page.locator('.lens .readout[role=status]').innerText(), /\(2, 2\)/);
      assert.match(await sum.innerText(), /exactly/);
    });

    it('plays and pauses', async () => {
      const { page } = await open(vgg(), { tab: 'lens', select: 'block3_conv1' });
      await page.locator('.lens button.primary').click();
      await page.waitForFunction(
        () => Number((document.querySelector('.lens input[type=range]') as HTMLInputElement).value) >= 2,
      );
      await page.locator('.lens button.primary').click();
      const at = await page.locator('.lens input[type=range]').inputValue();
      await page.waitForTimeout(700);
      assert.equal(await page.locator('.lens input[type=range]').inputValue(), at);
    });
  });

  it('plots the growth of the receptive field', async () => {
    const net = vgg();
    const { page } = await open(net, { tab: 'field' });
    assert.equal(await page.locator('.plot .point').count(), net.graph.nodes.length - 3);
  });

  describe('states', () => {
    it('says what to do when nothing is open, and recovers', async () => {
      panel = await harness.open();
      await panel.send({ type: 'empty', reason: 'no-file' });
      await panel.page.waitForSelector('.message h1');
      assert.match(await panel.page.locator('.message').innerText(), /No network here yet/);
      await panel.send({ type: 'snapshot', snapshot: vgg().snapshot() });
      await panel.page.waitForSelector('.network-drawing .box');
      assert.ok(await panel.page.locator('.message').isHidden());
    });

    it('says when a file has no model', async () => {
      panel = await harness.open();
      await panel.send({ type: 'snapshot', snapshot: new Net().snapshot() });
      await panel.page.waitForFunction(
        () => document.querySelector('.message h1')?.textContent === 'No model in this file',
      );
    });

    it('says what could not be drawn, tells the host, and recovers', async () => {
      panel = await harness.open();
      await panel.send({
        type: 'snapshot',
        snapshot: { ...vgg().snapshot(), graph: { models: [null] } } as never,
      });
      await panel.page.waitForSelector('.message.is-error');
      assert.ok((await panel.message('error')).message.length > 0);
      await panel.send({ type: 'snapshot', snapshot: vgg().snapshot() });
      await panel.page.waitForSelector('.network-drawing .box');
    });

    it('draws without WebGL', async () => {
      const { page } = await open(vgg(), { gpu: false, select: 'block1_conv1' });
      assert.ok(await page.locator('.facts').isVisible());
    });
  });

  it('speaks Chinese', async () => {
    const { page } = await open(vgg(), { language: 'zh-cn', tab: 'table' });
    assert.match(await page.locator('thead').innerText(), /参数量/);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-cn');
  });

  it('uses no colours of its own', () => {
    const css = readFileSync(path.resolve(__dirname, '../../src/webview/panel.css'), 'utf8').replace(
      /var\(--vscode-[\w-]+,[^()]*\)/g,
      '',
    );
    assert.deepEqual(css.match(/#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/gi), null);
  });

  it('moves the divider by keyboard', async () => {
    const { page } = await open(vgg());
    const before = (await page.locator('.network').boundingBox())!.width;
    await page.locator('.splitter').focus();
    await page.keyboard.press('ArrowRight');
    assert.ok((await page.locator('.network').boundingBox())!.width > before);
  });

  describe('accessibility', () => {
    for (const theme of ['light', 'dark', 'highContrast'] as const) {
      for (const tab of ['layer', 'table', 'field', 'lens']) {
        it(`has no axe violations: ${tab}, ${theme}`, async () => {
          const { page } = await open(unet(), {
            theme,
            tab,
            select: 'conv2d_1',
            width: theme === 'dark' ? 300 : 900,
            height: 800,
            reducedMotion: true,
          });
          await page.waitForTimeout(100);
          assert.deepEqual(await violations(page), []);
        });
      }
    }

    it('has no axe violations when empty', async () => {
      panel = await harness.open();
      await panel.send({ type: 'empty', reason: 'no-file' });
      assert.deepEqual(await violations(panel.page), []);
    });
  });
});
