// The network in a real page: draws snapshots, follows the cursor, keeps its place across edits, folds and opens, by mouse and keyboard.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Net, resnet, unet, vgg } from '../webview/build';
import { PanelHarness, type PanelPage } from './harness/panelPage';

const key = (page: Page, name: string) => page.locator(`[data-key="${name}"]`);
const item = (page: Page, name: string) => key(page, name).locator('.body');
const transform = (page: Page): Promise<string> =>
  page.locator('.network-drawing').evaluate((g) => (g as SVGElement).style.transform);

describe('panel: network', () => {
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

  async function open(net: Net, options: Parameters<PanelHarness['open']>[0] = {}): Promise<PanelPage> {
    panel = await harness.open(options);
    await panel.send({ type: 'snapshot', snapshot: net.snapshot() });
    await panel.page.waitForSelector('.network-drawing .box');
    return panel;
  }

  it('draws boxes whose size tells channels and resolution, and shapes on the lines', async () => {
    const { page } = await open(vgg(), { width: 1000, height: 3400 });
    const box = async (name: string) => (await key(page, name).locator('.body').boundingBox())!;
    const [early, late] = [await box('block1_conv1'), await box('block5_conv1')];
    assert.ok(late.width > early.width && late.height < early.height);
    assert.ok((await page.locator('.edge-label').allTextContents()).includes('112×112×64'));
  });

  it('tells the host to select the source of a clicked node', async () => {
    const opened = await open(vgg());
    await key(opened.page, 'block1_conv2').click();
    const message = await opened.message('reveal');
    assert.equal(vgg().graph.nodes[message.node].name, 'block1_conv2');
    assert.equal(await item(opened.page, 'block1_conv2').getAttribute('aria-selected'), 'true');
    assert.match(await opened.page.locator('.layer').innerText(), /3, 3, 64, 64/);
  });

  it('scrolls to the node under the cursor', async () => {
    const net = vgg();
    const { page, send } = await open(net, { width: 300, height: 700 });
    const last = net.graph.nodes[net.graph.nodes.length - 1];
    await send({ type: 'select', nodes: [last.id], model: 0 });
    await page.waitForSelector(`[data-key="${last.name}"].is-selected`);
    await page.waitForTimeout(300);
    const box = (await key(page, last.name).boundingBox())!;
    const view = (await page.locator('.network').boundingBox())!;
    assert.ok(box.y >= view.y && box.y + box.height <= view.y + view.height, 'in view');
  });

  it('keeps the chosen node when the cursor comes to a line that runs several times', async () => {
    const net = vgg();
    const { page, send } = await open(net);
    const id = (name: string): number => net.graph.nodes.find((node) => node.name === name)!.id;
    await key(page, 'block1_conv2').click();
    await send({ type: 'select', nodes: [id('block1_conv1'), id('block1_conv2')], model: 0 });
    await page.waitForSelector('[data-key="block1_conv1"].is-also-selected');
    assert.equal(await item(page, 'block1_conv2').getAttribute('aria-selected'), 'true');
  });

  it('keeps zoom, place and selection when a new snapshot comes', async () => {
    const { page, send } = await open(vgg(), { width: 900, height: 600 });
    await key(page, 'block1_conv2').click();
    await page.locator('.network').hover();
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -200);
    await page.keyboard.up('Control');
    await page.mouse.wheel(0, 120);
    await page.waitForTimeout(100);
    const before = await transform(page);
    await send({ type: 'snapshot', snapshot: vgg().snapshot({ version: 2 }) });
    await page.waitForTimeout(150);
    assert.equal(await transform(page), before);
    assert.equal(await item(page, 'block1_conv2').getAttribute('aria-selected'), 'true');
  });

  it('keeps what one looks at in place when layers are added above, and flashes what changed', async () => {
    const build = (extra: boolean): Net => {
      const net = new Net();
      const input = net.input([64, 64, 3]);
      let x = net.conv(input, 16, 3, { name: 'first' });
      if (extra) x = net.conv(x, 16, 3, { name: 'added' });
      for (const name of ['second', 'third', 'fourth', 'fifth', 'sixth'])
        x = net.conv(x, extra && name === 'sixth' ? 64 : 32, 3, { name });
      return net.model('model', [input], [x]);
    };
    const { page, send } = await open(build(false), { width: 900, height: 420 });
    await page.locator('.network').hover();
    await page.mouse.wheel(0, 260);
    await page.waitForTimeout(120);
    // The one nearest to the middle keeps its place on screen.
    const view = (await page.locator('.network').boundingBox())!;
    const names = ['second', 'third', 'fourth', 'fifth'];
    const boxes = await Promise.all(
      names.map(async (name) => ({ name, box: (await key(page, name).boundingBox())! })),
    );
    const distance = (box: { y: number; height: number }): number =>
      Math.abs(box.y + box.height / 2 - view.y - view.height / 2);
    const middle = boxes.sort((a, b) => distance(a.box) - distance(b.box))[0];
    await send({ type: 'snapshot', snapshot: build(true).snapshot({ version: 2 }) });
    await page.waitForFunction(() => document.querySelectorAll('.network-drawing .box').length === 8);
    const after = (await key(page, middle.name).boundingBox())!;
    assert.ok(
      Math.abs(after.y - middle.box.y) < 2,
      `${middle.name} moved from ${middle.box.y} to ${after.y}`,
    );
    assert.ok((await key(page, 'sixth').getAttribute('class'))!.includes('changes'));
    assert.ok(!(await key(page, 'first').getAttribute('class'))!.includes('changes'));
  });

  it('folds repeated blocks and opens them on a click', async () => {
    const { page } = await open(resnet([3, 4, 6, 3]), { width: 1000, height: 3000 });
    const repeat = page.locator('.box.is-repeat').first();
    assert.match((await repeat.textContent())!, /×2/);
    await repeat.click();
    await page.waitForSelector('.box.is-block.is-open');
    assert.equal(await page.locator('.box.is-block').count(), 2);
    await page.locator('.box.is-repeat.is-open .chevron').first().click();
    await page.waitForFunction(() => document.querySelectorAll('.box.is-block').length === 0);
  });

  it('opens a custom layer at its triangle and draws its inside', async () => {
    const net = new Net();
    const input = net.input([32, 32, 3]);
    net.model(
      'm',
      [input],
      [
        net.group('ResidualBlock', 'block', net.conv(input, 8, 3), (x) =>
          net.add(net.relu(net.conv(x, 8, 3)), x),
        ),
      ],
    );
    const { page } = await open(net);
    await key(page, 'block').locator('.chevron').click();
    await page.waitForSelector('[data-key="block/add"]');
    assert.ok((await page.locator('.edge.is-skip').count()) >= 1);
  });

  it('draws what is unknown as such, with the reason, and errors at their node', async () => {
    const net = new Net();
    const input = net.input([32, 32, 3]);
    const failed = net.conv(input, 8, 3, { name: 'wrong' });
    net.fail(failed, 'concat-shape', 'these shapes do not join');
    const lost = net.opaque(failed, 'the function given to Lambda could not be read');
    net.model('m', [input], [lost]);
    const { page } = await open(net);
    assert.ok((await key(page, 'wrong').getAttribute('class'))!.includes('has-error'));
    const unknown = key(page, 'lambda');
    assert.ok((await unknown.getAttribute('class'))!.includes('is-unknown'));
    assert.match((await item(page, 'lambda').getAttribute('aria-label'))!, /could not be read/);
    await key(page, 'wrong').click();
    assert.match(await page.locator('.trouble.has-error').innerText(), /these shapes do not join/);
  });

  it('goes from one error to the next at a press', async () => {
    const net = vgg();
    const at = (name: string) => net.graph.nodes.find((node) => node.name === name)!;
    for (const name of ['block1_conv2', 'block4_conv1']) {
      net.diagnostics.push({
        code: 'conv-window',
        severity: 'error',
        message: `something about ${name}`,
        node: at(name).id,
        layer: null,
        from: 0,
        to: 1,
      });
    }
    const opened = await open(net);
    const { page } = opened;
    await page.getByRole('button', { name: '2 errors' }).click();
    await page.waitForSelector('[data-key="block1_conv2"].is-selected');
    await page.getByRole('button', { name: '2 errors' }).click();
    await page.waitForSelector('[data-key="block4_conv1"].is-selected');
    assert.equal((await opened.message('reveal')).node, at('block4_conv1').id);
  });

  it('is walked, opened, zoomed and revealed by keyboard alone', async () => {
    const opened = await open(resnet([3, 4, 6, 3]), { width: 900, height: 700 });
    const { page } = opened;
    const focused = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement!.closest('[data-key]')?.getAttribute('data-key') ?? null);
    await page.keyboard.press('n');
    assert.equal(await focused(), 'input_layer');
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), 'conv1');
    await page.keyboard.press('Enter');
    assert.equal(resnet([3, 4, 6, 3]).graph.nodes[(await opened.message('reveal')).node].name, 'conv1');
    for (let k = 0; k < 4; k++) await page.keyboard.press('ArrowDown');
    const branch = await focused();
    await page.keyboard.press('ArrowLeft');
    assert.notEqual(await focused(), branch);
    await page.keyboard.press('End');
    assert.equal(await focused(), 'dense');
    const before = await transform(page);
    await page.keyboard.press('+');
    await page.waitForFunction(
      (old) => document.querySelector<SVGElement>('.network-drawing')!.style.transform !== old,
      before,
    );
    await page.keyboard.press('0');
    await page.waitForTimeout(60);
    const repeat = page.locator('.box.is-repeat .body').first();
    await repeat.focus();
    await page.keyboard.press(' ');
    await page.waitForSelector('.box.is-block');
  });

  it('finds layers by name and dims the others', async () => {
    const { page } = await open(vgg());
    await page.keyboard.press('/');
    await page.keyboard.type('block3');
    await page.waitForSelector('.box.is-dimmed');
    assert.equal(await page.locator('.matches').innerText(), '1 of 3');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-key="block3_conv1"].is-selected');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-key="block3_conv2"].is-selected');
  });

  it('pans and zooms by two fingers', async () => {
    const { page } = await open(vgg(), { width: 600, height: 600 });
    const before = await transform(page);
    await page.locator('.network').evaluate((element) => {
      element.setPointerCapture = () => undefined;
      const point = (type: string, id: number, x: number, y: number): void =>
        void element.dispatchEvent(
          new PointerEvent(type, {
            pointerId: id,
            pointerType: 'touch',
            clientX: x,
            clientY: y,
            bubbles: true,
            button: 0,
            buttons: 1,
          }),
        );
      point('pointerdown', 1, 200, 200);
      point('pointerdown', 2, 300, 200);
      point('pointermove', 2, 400, 200);
      point('pointerup', 1, 200, 200);
      point('pointerup', 2, 400, 200);
    });
    await page.waitForTimeout(80);
    const zoom = (text: string): number => Number(/scale\(([\d.]+)\)/.exec(text)![1]);
    assert.ok(Math.abs(zoom(await transform(page)) / zoom(before) - 2) < 0.01);
  });

  it('switches models and tells the host', async () => {
    const net = vgg();
    const input = net.input([8, 8, 1], 'small_input');
    net.model('small', [input], [net.conv(input, 2, 3, { name: 'small_conv' })]);
    const opened = await open(net);
    await opened.page.locator('select.model').selectOption('1');
    await opened.page.waitForSelector('[data-key="small_conv"]');
    assert.equal((await opened.message('chooseModel')).model, 1);
    await opened.send({ type: 'select', nodes: [1], model: 0 });
    await opened.page.waitForSelector('[data-key="block1_conv1"].is-selected');
  });

  it('restores what was open, selected and looked at after a reload', async () => {
    const first = await open(resnet([3, 4, 6, 3]), { width: 900, height: 700 });
    await first.page.locator('[data-tool=fit]').click();
    await first.page.waitForTimeout(250);
    await first.page.locator('.box.is-repeat').first().click();
    await first.page.locator('[role=tab]', { hasText: 'Table' }).click();
    await first.page.waitForTimeout(400);
    const state = await first.state();
    const place = await transform(first.page);
    await first.close();
    const again = await open(resnet([3, 4, 6, 3]), { width: 900, height: 700, state });
    await again.page.waitForSelector('.box.is-block.is-open');
    assert.equal(await transform(again.page), place);
    assert.equal(await again.page.locator('[role=tab][aria-selected=true]').innerText(), 'Table');
  });

  it('exports the drawing as SVG and PNG and the table as text', async () => {
    const opened = await open(unet());
    await opened.page.locator('select.export').selectOption('svg');
    const svg = (await opened.message('save')) as { name: string; content: string };
    assert.equal(svg.name, 'unet.svg');
    assert.ok(
      svg.content.startsWith('<svg xmlns=') &&
        svg.content.includes('Concatenate') &&
        !svg.content.includes('var('),
    );
    await opened.page.locator('select.export').selectOption('png');
    await opened.page.waitForFunction(() =>
      (window as unknown as { convlensHarness: { sent: { name?: string }[] } }).convlensHarness.sent.some(
        (m) => m.name === 'unet.png',
      ),
    );
    const signature = await opened.page.evaluate(() => {
      const sent = (
        window as unknown as { convlensHarness: { sent: { name?: string; content?: Uint8Array }[] } }
      ).convlensHarness.sent;
      return [...sent.find((m) => m.name === 'unet.png')!.content!.slice(0, 4)];
    });
    assert.deepEqual(signature, [0x89, 0x50, 0x4e, 0x47]);
    await opened.page.locator('select.export').selectOption('csv');
    await opened.page.waitForTimeout(50);
    const csv = (await opened.message('save')) as { name: string; content: string };
    assert.match(csv.content, /^Layer,Type,Output shape/);
  });

  it('exports a report that is a page of its own', async () => {
    const opened = await open(unet());
    await opened.page.locator('select.export').selectOption('html');
    const report = (await opened.message('save')) as { name: string; content: string };
    assert.equal(report.name, 'unet.html');
    const page = await opened.page.context().newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.setContent(report.content);
    assert.ok((await page.locator('tbody tr').count()) > 10);
    assert.ok(await page.locator('svg .title', { hasText: 'Concatenate' }).first().isVisible());
    assert.deepEqual(asked, [], 'it needs nothing else');
    assert.ok(!/<script|var\(/.test(report.content));
    await page.close();
  });
});
