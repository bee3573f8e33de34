/** Xception (Chollet 2016): separable convolutions with residuals. As a Python program that the interpreter runs like the user's own. */
export const source = `
from keras import layers

from .common import FIRST, classifier, finish, image, pooled

CHANNELS = 1 if FIRST else -1


def _separable(x, width, name):
    x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(axis=CHANNELS, name=f"{name}_bn")(x)


def _halving(x, block, widths):
    """Two separable convolutions and a pool, beside a strided 1×1 shortcut."""
    shortcut = layers.Conv2D(widths[1], 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = layers.BatchNormalization(axis=CHANNELS)(shortcut)
    for i, width in enumerate(widths, 1):
        # The first block has no activation of its own: the stem ends with one.
        if block > 2 or i > 1:
            x = layers.Activation("relu", name=f"block{block}_sepconv{i}_act")(x)
        x = _separable(x, width, f"block{block}_sepconv{i}")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"block{block}_pool")(x)
    return layers.add([x, shortcut])


def Xception(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="xception"):
    start = x = image(299, 71, include_top, weights, input_tensor, input_shape, classes)
    for i, (width, stride) in enumerate(((32, 2), (64, 1)), 1):
        x = layers.Conv2D(width, 3, strides=stride, use_bias=False, name=f"block1_conv{i}")(x)
        x = layers.BatchNormalization(axis=CHANNELS, name=f"block1_conv{i}_bn")(x)
        x = layers.Activation("relu", name=f"block1_conv{i}_act")(x)
    for block, width in ((2, 128), (3, 256), (4, 728)):
        x = _halving(x, block, (width, width))
    for block in range(5, 13):
        before = x
        for i in (1, 2, 3):
            x = layers.Activation("relu", name=f"block{block}_sepconv{i}_act")(x)
            x = _separable(x, 728, f"block{block}_sepconv{i}")
        x = layers.add([x, before])
    x = _halving(x, 13, (728, 1024))
    for i, width in enumerate((1536, 2048), 1):
        x = _separable(x, width, f"block14_sepconv{i}")
        x = layers.Activation("relu", name=f"block14_sepconv{i}_act")(x)
    if include_top:
        x = classifier(x, classes, classifier_activation)
    else:
        x = pooled(x, pooling)
    return finish(start, input_tensor, x, name)
`;
