"""ResNet-50 (He et al., 2015), with the stride on the first 1x1 convolution of a stage."""
import keras
from keras import layers


class Bottleneck:
    """1x1 down, 3x3, 1x1 up, added to a shortcut."""

    expansion = 4

    def __init__(self, filters, stride=1, project=False, name=None):
        self.filters = filters
        self.stride = stride
        self.project = project
        self.name = name

    def convolution(self, x, filters, kernel_size, part, strides=1, padding="valid", activate=True):
        x = layers.Conv2D(filters, kernel_size, strides=strides, padding=padding, name=f"{self.name}_{part}_conv")(x)
        x = layers.BatchNormalization(epsilon=1.001e-5, name=f"{self.name}_{part}_bn")(x)
        if activate:
            x = layers.Activation("relu", name=f"{self.name}_{part}_relu")(x)
        return x

    def __call__(self, x):
        wide = self.filters * self.expansion
        if self.project:
            shortcut = self.convolution(x, wide, 1, "0", strides=self.stride, activate=False)
        else:
            shortcut = x
        x = self.convolution(x, self.filters, 1, "1", strides=self.stride)
        x = self.convolution(x, self.filters, 3, "2", padding="same")
        x = self.convolution(x, wide, 1, "3", activate=False)
        x = layers.Add(name=f"{self.name}_add")([shortcut, x])
        return layers.Activation("relu", name=f"{self.name}_out")(x)


STAGES = [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]


def resnet50(input_shape=(224, 224, 3), classes=1000):
    inputs = keras.Input(input_shape)
    x = layers.ZeroPadding2D(3, name="conv1_pad")(inputs)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = layers.BatchNormalization(epsilon=1.001e-5, name="conv1_bn")(x)
    x = layers.Activation("relu", name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (filters, blocks, stride) in enumerate(STAGES, start=2):
        for block in range(blocks):
            first = block == 0
            x = Bottleneck(filters, stride if first else 1, project=first, name=f"conv{stage}_block{block + 1}")(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    outputs = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(inputs, outputs, name="resnet50")


if __name__ == "__main__":
    model = resnet50()
    model.summary()
