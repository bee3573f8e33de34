/** InceptionV3 (Szegedy et al. 2015) and InceptionResNetV2 (Szegedy et al. 2016). As a Python program that the interpreter runs like the user's own. */
export const source = `
from keras import layers

from .common import AXIS, classifier, finish, image, pooled


def _unit(x, width, kernel, strides=1, padding="same", activation="relu", bias=False, name=None):
    """Convolution, batch normalisation without scale, activation."""
    x = layers.Conv2D(width, kernel, strides=strides, padding=padding, use_bias=bias, name=name)(x)
    if not bias:
        x = layers.BatchNormalization(axis=AXIS, scale=False, name=name and f"{name}_bn")(x)
    if activation is not None:
        x = layers.Activation(activation, name=name and f"{name}_ac")(x)
    return x


def _chain(x, *units):
    """Units one after the other, each \`(width, kernel)\` or with stride 2 and VALID padding when a third entry says so."""
    for width, kernel, *halve in units:
        x = _unit(x, width, kernel, 2, "valid") if halve else _unit(x, width, kernel)
    return x


def _average(x, width):
    return _unit(layers.AveragePooling2D(3, strides=1, padding="same")(x), width, 1)


def _join(branches, name=None):
    return layers.Concatenate(axis=AXIS, name=name)(branches)


def _stem(start):
    x = _unit(start, 32, 3, 2, "valid")
    x = _unit(x, 32, 3, padding="valid")
    x = _unit(x, 64, 3)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = _unit(x, 80, 1, padding="valid")
    x = _unit(x, 192, 3, padding="valid")
    return layers.MaxPooling2D(3, strides=2)(x)


def InceptionV3(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="inception_v3"):
    start = image(299, 75, include_top, weights, input_tensor, input_shape, classes)
    x = _stem(start)
    for i, width in enumerate((32, 64, 64)):
        x = _join(
            [_unit(x, 64, 1), _chain(x, (48, 1), (64, 5)), _chain(x, (64, 1), (96, 3), (96, 3)), _average(x, width)],
            f"mixed{i}",
        )
    x = _join(
        [_unit(x, 384, 3, 2, "valid"), _chain(x, (64, 1), (96, 3), (96, 3, True)), layers.MaxPooling2D(3, strides=2)(x)],
        "mixed3",
    )
    for i, w in enumerate((128, 160, 160, 192), 4):
        x = _join(
            [
                _unit(x, 192, 1),
                _chain(x, (w, 1), (w, (1, 7)), (192, (7, 1))),
                _chain(x, (w, 1), (w, (7, 1)), (w, (1, 7)), (w, (7, 1)), (192, (1, 7))),
                _average(x, 192),
            ],
            f"mixed{i}",
        )
    x = _join(
        [
            _chain(x, (192, 1), (320, 3, True)),
            _chain(x, (192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3, True)),
            layers.MaxPooling2D(3, strides=2)(x),
        ],
        "mixed8",
    )
    for i in range(2):
        narrow = _unit(x, 320, 1)
        middle = _unit(x, 384, 1)
        middle = _join([_unit(middle, 384, (1, 3)), _unit(middle, 384, (3, 1))], f"mixed9_{i}")
        wide = _chain(x, (448, 1), (384, 3))
        wide = _join([_unit(wide, 384, (1, 3)), _unit(wide, 384, (3, 1))])
        x = _join([narrow, middle, wide, _average(x, 192)], f"mixed{9 + i}")
    if include_top:
        x = classifier(x, classes, classifier_activation)
    else:
        x = pooled(x, pooling)
    return finish(start, input_tensor, x, name)


class CustomScaleLayer(layers.Layer):
    """The first input plus the second one scaled."""

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        return inputs[0] + inputs[1] * self.scale


_BRANCHES = {
    "block35": (((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3))),
    "block17": (((192, 1),), ((128, 1), (160, (1, 7)), (192, (7, 1)))),
    "block8": (((192, 1),), ((192, 1), (224, (1, 3)), (256, (3, 1)))),
}


def _residual(x, kind, index, scale, activation="relu"):
    label = f"{kind}_{index}"
    mixed = _join([_chain(x, *branch) for branch in _BRANCHES[kind]], f"{label}_mixed")
    up = _unit(mixed, x.shape[AXIS], 1, activation=None, bias=True, name=f"{label}_conv")
    x = CustomScaleLayer(scale)([x, up])
    return x if activation is None else layers.Activation(activation, name=f"{label}_ac")(x)


def InceptionResNetV2(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="inception_resnet_v2"):
    start = image(299, 75, include_top, weights, input_tensor, input_shape, classes)
    x = _stem(start)
    x = _join(
        [_unit(x, 96, 1), _chain(x, (48, 1), (64, 5)), _chain(x, (64, 1), (96, 3), (96, 3)), _average(x, 64)],
        "mixed_5b",
    )
    for i in range(1, 11):
        x = _residual(x, "block35", i, 0.17)
    x = _join(
        [_unit(x, 384, 3, 2, "valid"), _chain(x, (256, 1), (256, 3), (384, 3, True)), layers.MaxPooling2D(3, strides=2)(x)],
        "mixed_6a",
    )
    for i in range(1, 21):
        x = _residual(x, "block17", i, 0.1)
    x = _join(
        [
            _chain(x, (256, 1), (384, 3, True)),
            _chain(x, (256, 1), (288, 3, True)),
            _chain(x, (256, 1), (288, 3), (320, 3, True)),
            layers.MaxPooling2D(3, strides=2)(x),
        ],
        "mixed_7a",
    )
    for i in range(1, 10):
        x = _residual(x, "block8", i, 0.2)
    x = _residual(x, "block8", 10, 1.0, activation=None)
    x = _unit(x, 1536, 1, name="conv_7b")
    if include_top:
        x = classifier(x, classes, classifier_activation)
    else:
        x = pooled(x, pooling)
    return finish(start, input_tensor, x, name)
`;
