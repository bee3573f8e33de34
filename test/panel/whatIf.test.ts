// Trying arguments in a real page, with the extension's own analysis behind it: everything follows at once, and writing keeps it.
import assert from 'node:assert/strict';
import { LiveHost } from './harness/liveHost';
import { PanelHarness, type PanelPage } from './harness/panelPage';

const PROGRAM = `import keras
from keras import layers
inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(16, 3)(inputs)
outputs = layers.Dense(10)(layers.Flatten()(x))
model = keras.Model(inputs, outputs)
`;

describe('what-if in the panel', () => {
  let harness: PanelHarness;
  let panel: PanelPage;
  let host: LiveHost;
  before(async () => {
    harness = await PanelHarness.start();
  });
  after(() => harness.stop());
  afterEach(async () => {
    host.stop();
    await panel.close();
  });

  async function open(cursor: string): Promise<void> {
    panel = await harness.open();
    host = new LiveHost(panel, PROGRAM, { cursor });
    await host.start();
    await panel.page.waitForSelector('.try-field');
  }
  const says = (selector: string, text: string): Promise<unknown> =>
    panel.page.locator(selector, { hasText: text }).first().waitFor({ timeout: 5000 });

  it('follows a stepped kernel, and goes back', async () => {
    await open('Conv2D(');
    await panel.page.getByRole('button', { name: 'More kernel_size' }).click();
    await says('.facts', '(None, 28, 28, 16)');
    await says('.what-if', 'conv2d.kernel_size 3 → 5');
    // 5·5·3·16 + 16 + 28·28·16·10 + 10
    await says('.totals', '127 k parameters');
    assert.ok(await panel.page.locator('.was', { hasText: 'was 3' }).isVisible());
    await panel.page.getByRole('button', { name: 'Undo' }).click();
    await says('.facts', '(None, 30, 30, 16)');
    assert.ok(await panel.page.locator('.what-if').isHidden());
    assert.deepEqual(panel.errors, []);
  });

  it('follows what is typed, by keyboard alone, and writes it to the source', async () => {
    await open('Conv2D(');
    await panel.page.getByLabel('strides', { exact: true }).focus();
    await panel.page.keyboard.press('ArrowUp');
    await says('.facts', '(None, 15, 15, 16)');
    await panel.page.getByLabel('filters', { exact: true }).focus();
    await panel.page.keyboard.press('ControlOrMeta+a');
    await panel.page.keyboard.type('24');
    await says('.facts', '(None, 15, 15, 24)');
    assert.equal(await panel.page.getByLabel('filters', { exact: true }).inputValue(), '24');
    await panel.page.getByRole('button', { name: 'Write to source' }).focus();
    await panel.page.keyboard.press('Enter');
    await panel.page.waitForFunction(() => document.querySelector<HTMLElement>('.what-if')!.hidden);
    assert.ok(host.text.includes('layers.Conv2D(24, 3, strides=2)(inputs)'), host.text);
  });

  it('follows another input size', async () => {
    await open('keras.Input');
    const field = panel.page.getByLabel('shape', { exact: true });
    assert.equal(await field.inputValue(), '32, 32, 3');
    await field.fill('64, 48, 3');
    await says('.what-if', 'Parameters');
    await says('.facts', '(None, 64, 48, 3)');
    await panel.page.getByRole('button', { name: 'Discard' }).click();
    await says('.facts', '(None, 32, 32, 3)');
  });

  it('gives a model without Input one', async () => {
    const text = `import keras
from keras import layers


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(4, 3)

    def call(self, x):
        return self.conv(x)


net = Net()
`;
    panel = await harness.open({ width: 1000, height: 800 });
    host = new LiveHost(panel, text);
    await host.start();
    const field = panel.page.getByLabel('input', { exact: true });
    await field.fill('32, 32, 3');
    await says('.facts', '(None, 30, 30, 4)');
    // 3·3·3·4 and a bias for each filter.
    await says('.facts', '112');
    await panel.page.getByRole('button', { name: 'Write to source' }).click();
    await panel.page.waitForFunction(() => document.querySelector<HTMLElement>('.what-if')!.hidden);
    assert.ok(host.text.includes('class Net(keras.Model):  # convlens: input=(None, 32, 32, 3)'), host.text);
  });

  it('sends nothing for what is no value', async () => {
    await open('Conv2D(');
    const field = panel.page.getByLabel('kernel_size', { exact: true });
    await field.fill('three');
    await panel.page.waitForTimeout(350);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok(!(await panel.received()).some((message) => message.type === 'tryArgument'));
  });

  it('shows an error that a value would make, at its node', async () => {
    await open('Conv2D(');
    await panel.page.getByLabel('kernel_size', { exact: true }).fill('40');
    await says('.trouble.has-error', 'error');
    await panel.page.getByRole('button', { name: 'Discard' }).click();
    await says('.facts', '(None, 30, 30, 16)');
  });
});
