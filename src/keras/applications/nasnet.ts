/** NASNet-A Mobile and Large (Zoph et al. 2017): searched cells, each fed by the two before it. As a Python program that the interpreter runs like the user's own. */
export const source = `
from keras import layers

from .common import FIRST, finish, halving_pad, image, pooled

CHANNELS = 1 if FIRST else -1


def _norm(x, name):
    return layers.BatchNormalization(axis=CHANNELS, momentum=0.9997, epsilon=1e-3, name=name)(x)


def _project(x, width, name):
    return layers.Conv2D(width, 1, padding="same", use_bias=False, kernel_initializer="he_normal", name=name)(x)


def _twice(x, width, kernel, block, halve=False):
    """Two separable convolutions, each after ReLU and before normalisation; the first one may halve the resolution."""
    kernel = (kernel, kernel)
    x = layers.Activation("relu")(x)
    if halve:
        x = layers.ZeroPadding2D(halving_pad(x, kernel), name=f"separable_conv_1_pad_{block}")(x)
    x = layers.SeparableConv2D(
        width, kernel, strides=2 if halve else 1, padding="valid" if halve else "same", use_bias=False, name=f"separable_conv_1_{block}"
    )(x)
    x = _norm(x, f"separable_conv_1_bn_{block}")
    x = layers.Activation("relu")(x)
    x = layers.SeparableConv2D(width, kernel, padding="same", use_bias=False, name=f"separable_conv_2_{block}")(x)
    return _norm(x, f"separable_conv_2_bn_{block}")


def _fit(older, newer, width, block):
    """Brings the older of the two inputs to the newer one's resolution and to \`width\` channels."""
    if older is None:
        return newer
    side = 2 if FIRST else -2
    if older.shape[side] != newer.shape[side]:
        x = layers.Activation("relu", name=f"adjust_relu_1_{block}")(older)
        even = layers.AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_1_{block}")(x)
        even = _project(even, width // 2, f"adjust_conv_1_{block}")
        odd = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
        odd = layers.Cropping2D(((1, 0), (1, 0)))(odd)
        odd = layers.AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_2_{block}")(odd)
        odd = _project(odd, width // 2, f"adjust_conv_2_{block}")
        return _norm(layers.concatenate([even, odd], axis=CHANNELS), f"adjust_bn_{block}")
    if older.shape[CHANNELS] != width:
        x = _project(layers.Activation("relu")(older), width, f"adjust_conv_projection_{block}")
        return _norm(x, f"adjust_bn_{block}")
    return older


def _enter(x, older, width, kind, block):
    older = _fit(older, x, width, block)
    h = _project(layers.Activation("relu")(x), width, f"{kind}_conv_1_{block}")
    return older, _norm(h, f"{kind}_bn_1_{block}")


def _normal(x, older, width, block):
    p, h = _enter(x, older, width, "normal", block)

    def average(t, side):
        return layers.AveragePooling2D(3, strides=1, padding="same", name=f"normal_{side}_{block}")(t)

    def add(i, a, b):
        return layers.add([a, b], name=f"normal_add_{i}_{block}")

    one = add(1, _twice(h, width, 5, f"normal_left1_{block}"), _twice(p, width, 3, f"normal_right1_{block}"))
    two = add(2, _twice(p, width, 5, f"normal_left2_{block}"), _twice(p, width, 3, f"normal_right2_{block}"))
    three = add(3, average(h, "left3"), p)
    four = add(4, average(p, "left4"), average(p, "right4"))
    five = add(5, _twice(h, width, 3, f"normal_left5_{block}"), h)
    return layers.concatenate([p, one, two, three, four, five], axis=CHANNELS, name=f"normal_concat_{block}"), x


def _reduction(x, older, width, block):
    p, h = _enter(x, older, width, "reduction", block)
    wide = layers.ZeroPadding2D(halving_pad(h, 3), name=f"reduction_pad_1_{block}")(h)

    def pool(kind, side):
        return kind(3, strides=2, name=f"reduction_{side}_{block}")(wide)

    one = layers.add(
        [_twice(h, width, 5, f"reduction_left1_{block}", True), _twice(p, width, 7, f"reduction_right1_{block}", True)],
        name=f"reduction_add_1_{block}",
    )
    two = layers.add(
        [pool(layers.MaxPooling2D, "left2"), _twice(p, width, 7, f"reduction_right2_{block}", True)],
        name=f"reduction_add_2_{block}",
    )
    three = layers.add(
        [pool(layers.AveragePooling2D, "left3"), _twice(p, width, 5, f"reduction_right3_{block}", True)],
        name=f"reduction_add3_{block}",
    )
    four = layers.add([two, layers.AveragePooling2D(3, strides=1, padding="same", name=f"reduction_left4_{block}")(one)])
    five = layers.add(
        [_twice(one, width, 3, f"reduction_left4_{block}"), pool(layers.MaxPooling2D, "right5")],
        name=f"reduction_add4_{block}",
    )
    return layers.concatenate([two, three, four, five], axis=CHANNELS, name=f"reduction_concat_{block}"), x


def _nasnet(size, last, depth, stem, skip, include_top, weights, input_tensor, input_shape, pooling, classes, activation, name):
    start = image(size, 32, include_top, weights, input_tensor, input_shape, classes)
    width = last // 24
    x = layers.Conv2D(stem, 3, strides=2, use_bias=False, kernel_initializer="he_normal", name="stem_conv1")(start)
    x = _norm(x, "stem_bn1")
    x, older = _reduction(x, None, width // 4, "stem_1")
    x, older = _reduction(x, older, width // 2, "stem_2")
    for stage in range(3):
        if stage > 0:
            x, reduced = _reduction(x, older, width * 2**stage, f"reduce_{stage * depth}")
            if not skip:
                older = reduced
        for i in range(depth):
            number = stage * depth + i + (1 if stage > 0 else 0)
            x, older = _normal(x, older, width * 2**stage, f"{number}")
    x = layers.Activation("relu")(x)
    if include_top:
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Dense(classes, activation=activation, name="predictions")(x)
    else:
        x = pooled(x, pooling)
    return finish(start, input_tensor, x, name)


def NASNetMobile(input_shape=None, include_top=True, weights="imagenet", input_tensor=None, pooling=None, classes=1000, classifier_activation="softmax", name="nasnet_mobile"):
    if not include_top and input_shape is None:
        input_shape = (224, 224, 3)
    return _nasnet(224, 1056, 4, 32, False, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def NASNetLarge(input_shape=None, include_top=True, weights="imagenet", input_tensor=None, pooling=None, classes=1000, classifier_activation="softmax", name="nasnet_large"):
    return _nasnet(331, 4032, 6, 96, True, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
`;
