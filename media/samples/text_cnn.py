"""A text classifier of dilated and gated Conv1D blocks: every layer reads a longer stretch of the sentence."""
import keras
from keras import layers, ops

VOCABULARY = 20000
LENGTH = 256
WIDTH = 128


class GatedConv(layers.Layer):
    """Y = conv(X) * sigmoid(gate(X)), added to X where the widths agree (gated linear unit with residual)."""

    def __init__(self, filters, kernel_size, dilation_rate=1, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv1D(filters, kernel_size, padding="same", dilation_rate=dilation_rate)
        self.gate = layers.Conv1D(filters, kernel_size, padding="same", dilation_rate=dilation_rate)

    def call(self, inputs):
        y = self.conv(inputs) * ops.sigmoid(self.gate(inputs))
        return inputs + y


tokens = keras.Input(shape=(LENGTH,), dtype="int32", name="tokens")
x = layers.Embedding(VOCABULARY, WIDTH, name="words")(tokens)
for rate in (1, 2, 4, 8):
    x = GatedConv(WIDTH, 3, dilation_rate=rate, name=f"gated_{rate}")(x)
    x = layers.LayerNormalization(name=f"norm_{rate}")(x)
causal = layers.Conv1D(64, 5, padding="causal", activation="relu", name="causal")(x)
pooled = layers.Concatenate()([layers.GlobalMaxPooling1D()(causal), layers.GlobalAveragePooling1D()(x)])
hidden = layers.Dropout(0.5)(layers.Dense(64, activation="relu")(pooled))
labels = layers.Dense(5, activation="softmax", name="labels")(hidden)

model = keras.Model(tokens, labels, name="text_cnn")
