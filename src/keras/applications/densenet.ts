/** DenseNet 121, 169, 201 (Huang et al. 2016), growth rate 32, halving between the blocks. As a Python program that the interpreter runs like the user's own. */
export const source = `
from keras import layers

from .common import AXIS, classifier, finish, image, pooled


def _ready(x, name, separator="_"):
    x = layers.BatchNormalization(axis=AXIS, epsilon=1.001e-5, name=f"{name}{separator}bn")(x)
    return layers.Activation("relu", name=f"{name}{separator}relu")(x)


def _densenet(depths, include_top, weights, input_tensor, input_shape, pooling, classes, activation, name):
    start = image(224, 32, include_top, weights, input_tensor, input_shape, classes)
    x = layers.ZeroPadding2D(3)(start)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = _ready(x, "conv1")
    x = layers.ZeroPadding2D(1)(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, depth in enumerate(depths, 2):
        for i in range(1, depth + 1):
            label = f"conv{stage}_block{i}"
            new = _ready(x, f"{label}_0")
            new = layers.Conv2D(128, 1, use_bias=False, name=f"{label}_1_conv")(new)
            new = _ready(new, f"{label}_1")
            new = layers.Conv2D(32, 3, padding="same", use_bias=False, name=f"{label}_2_conv")(new)
            x = layers.Concatenate(axis=AXIS, name=f"{label}_concat")([x, new])
        if stage < 5:
            x = _ready(x, f"pool{stage}")
            x = layers.Conv2D(int(x.shape[AXIS] * 0.5), 1, use_bias=False, name=f"pool{stage}_conv")(x)
            x = layers.AveragePooling2D(2, strides=2, name=f"pool{stage}_pool")(x)
    x = _ready(x, "", "")
    if include_top:
        x = classifier(x, classes, activation)
    else:
        x = pooled(x, pooling, "avg_pool", "max_pool")
    return finish(start, input_tensor, x, name)


def DenseNet121(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="densenet121"):
    return _densenet((6, 12, 24, 16), include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def DenseNet169(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="densenet169"):
    return _densenet((6, 12, 32, 32), include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def DenseNet201(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="densenet201"):
    return _densenet((6, 12, 48, 32), include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
`;
