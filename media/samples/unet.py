"""U-Net (Ronneberger et al., 2015) with same padding: an encoder, a decoder, and skip connections between them."""
import tensorflow as tf
from tensorflow.keras.layers import BatchNormalization, Concatenate, Conv2D, Conv2DTranspose, Dropout, Input, MaxPooling2D, ReLU
from tensorflow.keras.models import Model


class DoubleConv(tf.keras.layers.Layer):
    """Two 3x3 convolutions, each with batch normalization and ReLU."""

    def __init__(self, filters, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.steps = []
        for _ in range(2):
            self.steps += [Conv2D(filters, 3, padding="same", use_bias=False), BatchNormalization(), ReLU()]
        if dropout > 0:
            self.steps.append(Dropout(dropout))

    def call(self, x):
        for step in self.steps:
            x = step(x)
        return x


def unet(size=256, channels=1, base=32, depth=4, classes=2):
    image = Input((size, size, channels), name="image")
    skips = []
    x = image
    for level in range(depth):
        x = DoubleConv(base * 2**level, name=f"encoder_{level}")(x)
        skips.append(x)
        x = MaxPooling2D(2, name=f"down_{level}")(x)
    x = DoubleConv(base * 2**depth, dropout=0.3, name="bottleneck")(x)
    for level in reversed(range(depth)):
        x = Conv2DTranspose(base * 2**level, 2, strides=2, padding="same", name=f"up_{level}")(x)
        x = Concatenate(name=f"skip_{level}")([x, skips[level]])
        x = DoubleConv(base * 2**level, name=f"decoder_{level}")(x)
    mask = Conv2D(classes, 1, activation="softmax", name="mask")(x)
    return Model(image, mask, name="unet")


model = unet()
