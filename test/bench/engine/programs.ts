// Writes to the file it is given, as JSON, the graphs that `npm run bench:engine` runs: convolutions of well-known networks alone, and whole networks.
import { writeFileSync } from 'node:fs';
import { interpret } from '../../../src/keras/interpret';

const HEAD = 'import keras\nfrom keras import layers as L\n';
const conv = (shape: string, layer: string): string =>
  `${HEAD}x = keras.Input((${shape}))\nmodel = keras.Model(x, L.${layer}(x))\n`;

const CONVOLUTIONS: Readonly<Record<string, string>> = {
  'VGG16 block1_conv2': conv('224, 224, 64', 'Conv2D(64, 3, padding="same", activation="relu")'),
  'VGG16 block3_conv2': conv('56, 56, 256', 'Conv2D(256, 3, padding="same", activation="relu")'),
  'VGG16 block5_conv1': conv('14, 14, 512', 'Conv2D(512, 3, padding="same", activation="relu")'),
  'ResNet50 conv1': conv('230, 230, 3', 'Conv2D(64, 7, strides=2)'),
  'ResNet50 conv2 1×1': conv('56, 56, 64', 'Conv2D(256, 1)'),
  'ResNet50 conv2 3×3': conv('56, 56, 64', 'Conv2D(64, 3, padding="same")'),
  'ResNet50 conv5 1×1': conv('7, 7, 2048', 'Conv2D(512, 1)'),
  'MobileNetV2 expand': conv('56, 56, 24', 'Conv2D(144, 1, use_bias=False)'),
  'MobileNetV2 depthwise': conv('56, 56, 144', 'DepthwiseConv2D(3, padding="same", use_bias=False)'),
  'MobileNetV2 depthwise stride': conv('57, 57, 144', 'DepthwiseConv2D(3, strides=2, use_bias=False)'),
  'TCN dilated': conv('1024, 64', 'Conv1D(64, 3, padding="causal", dilation_rate=16, activation="relu")'),
  'U-Net up': conv('64, 64, 128', 'Conv2DTranspose(64, 2, strides=2, padding="same")'),
  'U-Net decoder': conv('128, 128, 128', 'Conv2D(64, 3, padding="same", activation="relu")'),
};

const NETWORKS: Readonly<Record<string, string>> = {
  MobileNetV2: `${HEAD}model = keras.applications.MobileNetV2(weights=None)\n`,
  ResNet50: `${HEAD}model = keras.applications.ResNet50(weights=None)\n`,
  VGG16: `${HEAD}model = keras.applications.VGG16(weights=None)\n`,
  TCN: `${HEAD}x = keras.Input((1024, 64))
y = x
for rate in (1, 2, 4, 8, 16, 32):
    z = L.Conv1D(64, 3, padding="causal", dilation_rate=rate, activation="relu")(y)
    z = L.Conv1D(64, 3, padding="causal", dilation_rate=rate, activation="relu")(z)
    y = L.Add()([y, z])
model = keras.Model(x, L.Conv1D(10, 1)(y))
`,
  'U-Net': `${HEAD}x = keras.Input((128, 128, 3))
skips = []
y = x
for f in (16, 32, 64):
    y = L.Conv2D(f, 3, padding="same", activation="relu")(y)
    y = L.Conv2D(f, 3, padding="same", activation="relu")(y)
    skips.append(y)
    y = L.MaxPooling2D()(y)
y = L.Conv2D(128, 3, padding="same", activation="relu")(y)
for f, s in zip((64, 32, 16), skips[::-1]):
    y = L.Conv2DTranspose(f, 2, strides=2, padding="same")(y)
    y = L.Concatenate()([y, s])
    y = L.Conv2D(f, 3, padding="same", activation="relu")(y)
    y = L.Conv2D(f, 3, padding="same", activation="relu")(y)
model = keras.Model(x, L.Conv2D(2, 1, activation="softmax")(y))
`,
};

const graphs = Object.entries({ ...CONVOLUTIONS, ...NETWORKS }).map(([name, text]) => {
  const graph = interpret({ path: 'bench.py', text });
  const model = graph.models.findIndex((own) => own.bindings.some((binding) => binding.name === 'model'));
  if (model < 0) throw new Error(`${name}: no model`);
  return { name, network: name in NETWORKS, graph, model };
});
writeFileSync(process.argv[2], JSON.stringify(graphs));
