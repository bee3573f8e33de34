// What the measures of key presses have in common: a program of everyday style, edits of it, and quantiles of times.

export function quantile(times: readonly number[], q: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]);
}

export const round = (value: number): number => Math.round(value * 1000) / 1000;

/** A model file of about `lines` lines in the style of everyday code: helpers, loops, several models, comments. */
export function longProgram(lines: number): string {
  const head = ['import keras', 'from keras import layers, Model, Sequential', ''];
  const unit = (n: number): string[] => [
    `def block_${n}(x, filters, strides=1):`,
    `    """A residual block of two convolutions."""`,
    `    shortcut = x`,
    `    y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)`,
    `    y = layers.BatchNormalization()(y)`,
    `    y = layers.ReLU()(y)`,
    `    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)`,
    `    y = layers.BatchNormalization()(y)`,
    `    if strides != 1 or x.shape[-1] != filters:`,
    `        shortcut = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x)`,
    `        shortcut = layers.BatchNormalization()(shortcut)`,
    `    return layers.ReLU()(layers.Add()([y, shortcut]))`,
    ``,
    `inputs_${n} = keras.Input((64, 64, 3), name="image_${n}")`,
    `x = layers.Conv2D(32, 7, strides=2, padding="same")(inputs_${n})`,
    `for filters, strides in [(32, 1), (64, 2), (128, 2)]:`,
    `    x = block_${n}(x, filters, strides)`,
    `x = layers.GlobalAveragePooling2D()(x)`,
    `x = layers.Dropout(0.5)(x)`,
    `outputs = layers.Dense(10, activation="softmax")(x)`,
    `model_${n} = Model(inputs_${n}, outputs, name="model_${n}")`,
    ``,
    `# The small one that the large one is compared with.`,
    `small_${n} = Sequential([`,
    `    keras.Input((64, 64, 3)),`,
    `    layers.Conv2D(16, 3, activation="relu"),`,
    `    layers.MaxPooling2D(),`,
    `    layers.Flatten(),`,
    `    layers.Dense(10),`,
    `])`,
  ];
  const text = [...head];
  for (let n = 0; text.length < lines; n++) text.push(...unit(n));
  return text.slice(0, lines).join('\n') + '\n';
}

/** Edits as a person makes them: a digit more in an argument and back again, at places spread over the file. */
export function edits(text: string): string[] {
  const texts: string[] = [];
  for (const match of text.matchAll(/(?:Conv2D|Dense|Dropout)\((?:0\.)?\d+/g)) {
    const at = match.index + match[0].length;
    texts.push(text.slice(0, at) + '1' + text.slice(at), text);
  }
  return texts;
}
