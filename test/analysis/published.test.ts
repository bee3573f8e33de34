// Receptive fields of Keras' applications against the published rows (google-research/receptive_field, Distill 2019).
import assert from 'node:assert/strict';
import { analyze, jsonFile } from '../../src/features';

/** Size, effective stride and padding of the named layer's first axis. */
function fieldOf(call: string, layer: string): (number | null | undefined)[] {
  const text = `import keras\nmodel = keras.applications.${call}\n`;
  const [model] = jsonFile(
    analyze({ path: 'main.py', text }, { reader: { read: () => undefined }, searchPath: [] }),
  ).models;
  const field = model.layers.find(({ name }) => name === layer)?.receptiveField;
  return [field?.size[0], field?.stride[0], field?.padding[0]];
}

describe('published receptive fields', function () {
  this.timeout(60000);
  const rows: [call: string, layer: string, expected: number[]][] = [
    ['VGG16(weights=None)', 'block5_pool', [212, 32, 90]],
    ['MobileNet(weights=None)', 'conv_pw_13_relu', [315, 32, 126]],
    // Keras pads ResNet's stem on both sides, whence the padding of the odd input in the published table.
    ['ResNet50(weights=None)', 'conv5_block3_out', [483, 32, 241]],
    ['ResNet101(weights=None)', 'conv5_block3_out', [1027, 32, 513]],
    ['ResNet152(weights=None)', 'conv5_block3_out', [1507, 32, 753]],
    ['InceptionV3(weights=None)', 'mixed10', [1311, 32, 618]],
    ['InceptionV3(weights=None)', 'conv2d_85', [1183, 32, 554]],
    ['InceptionResNetV2(weights=None)', 'conv_7b_ac', [3039, 32, 1482]],
  ];
  for (const [call, layer, expected] of rows) {
    it(`${call} ${layer}: ${expected.join('/')}`, () => assert.deepEqual(fieldOf(call, layer), expected));
  }

  it('sizes and strides stay known for open inputs', () => {
    assert.deepEqual(
      fieldOf('MobileNet(weights=None, include_top=False, input_shape=(None, None, 3))', 'conv_pw_13_relu'),
      [315, 32, null],
    );
    assert.deepEqual(
      fieldOf('ResNet50(weights=None, include_top=False)', 'conv5_block3_out'),
      [483, 32, 241],
    );
  });
});

describe('published multiply-adds', function () {
  this.timeout(60000);
  // He et al., Deep residual learning (2016), table 1 and text; Howard et al., MobileNets (2017), table 8; Sandler et al., MobileNetV2
  // (2018), table 4; Zoph et al., Learning transferable architectures (2018), tables 1 and 2; Tan and Le, EfficientNet (2019), table 2.
  const rows: [model: string, published: number][] = [
    ['VGG19', 19.6e9],
    ['ResNet50', 3.8e9],
    ['ResNet101', 7.6e9],
    ['ResNet152', 11.3e9],
    ['MobileNet', 569e6],
    ['MobileNetV2', 300e6],
    ['InceptionV3', 5.72e9],
    ['Xception', 8.38e9],
    ['InceptionResNetV2', 13.2e9],
    ['NASNetMobile', 564e6],
    ['NASNetLarge', 23.8e9],
    ['EfficientNetB0', 0.39e9],
    ['EfficientNetB1', 0.7e9],
  ];
  for (const [name, published] of rows) {
    it(`${name}: ${published / 1e6} million`, () => {
      const text = `import keras\nmodel = keras.applications.${name}(weights=None)\n`;
      const [model] = jsonFile(
        analyze({ path: 'main.py', text }, { reader: { read: () => undefined }, searchPath: [] }),
      ).models;
      // The papers round to two or three digits.
      const difference = Math.abs((model.macs ?? 0) / published - 1);
      assert.ok(difference < 0.02, `${model.macs} against ${published}`);
    });
  }
});
