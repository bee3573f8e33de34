/** EfficientNet B0–B7 (Tan, Le 2019) and EfficientNetV2 (Tan, Le 2021). As a Python program that the interpreter runs like the user's own. */
export const source = `
import math

from keras import layers

from .common import AXIS, FIRST, divisible, finish, halving_pad, image, pooled

SCALED_NORMAL = {"class_name": "VarianceScaling", "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"}}
SCALED_UNIFORM = {"class_name": "VarianceScaling", "config": {"scale": 1.0 / 3.0, "mode": "fan_out", "distribution": "uniform"}}
DEVIATION = [0.229, 0.224, 0.225]


def _conv(x, width, kernel, name, strides=1, padding="same", bias=False, activation=None):
    return layers.Conv2D(
        width, kernel, strides=strides, padding=padding, use_bias=bias, activation=activation, kernel_initializer=SCALED_NORMAL, name=name
    )(x)


def _squeeze(x, before, width, ratio, activation, name):
    """Squeeze and excitation; the bottleneck is a share of the block's input width."""
    gate = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    gate = layers.Reshape((width, 1, 1) if FIRST else (1, 1, width), name=f"{name}se_reshape")(gate)
    gate = _conv(gate, max(1, int(before * ratio)), 1, f"{name}se_reduce", bias=True, activation=activation)
    gate = _conv(gate, width, 1, f"{name}se_expand", bias=True, activation="sigmoid")
    return layers.multiply([x, gate], name=f"{name}se_excite")


def _skip(x, inputs, drop, name):
    if drop > 0:
        x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.add([x, inputs], name=f"{name}add")


def _head(x, width, norm, activation, dropout, include_top, pooling, classes, classifier_activation, zeros=None):
    x = _conv(x, width, 1, "top_conv")
    x = norm(x, "top_bn")
    x = layers.Activation(activation, name="top_activation")(x)
    if not include_top:
        return pooled(x, pooling, "avg_pool", "max_pool")
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    if dropout > 0:
        x = layers.Dropout(dropout, name="top_dropout")(x)
    return layers.Dense(classes, activation=classifier_activation, kernel_initializer=SCALED_UNIFORM, name="predictions")(x)


# Per stage: kernel, depth, width in, width out, expansion, stride.
_V1 = ((3, 1, 32, 16, 1, 1), (3, 2, 16, 24, 6, 2), (5, 2, 24, 40, 6, 2), (3, 3, 40, 80, 6, 2), (5, 3, 80, 112, 6, 1), (5, 4, 112, 192, 6, 2), (3, 1, 192, 320, 6, 1))


def _efficientnet(wide, deep, size, dropout, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name):
    start = x = image(size, 32, include_top, weights, input_tensor, input_shape, classes)
    activation = "swish"

    def norm(x, label):
        return layers.BatchNormalization(axis=AXIS, name=label)(x)

    x = layers.Rescaling(1.0 / 255.0)(x)
    x = layers.Normalization(axis=AXIS)(x)
    if weights == "imagenet":
        x = layers.Rescaling([1.0 / math.sqrt(d) for d in DEVIATION])(x)
    x = layers.ZeroPadding2D(halving_pad(x, 3), name="stem_conv_pad")(x)
    x = _conv(x, divisible(32 * wide), 3, "stem_conv", 2, "valid")
    x = layers.Activation(activation, name="stem_activation")(norm(x, "stem_bn"))
    total = sum(math.ceil(deep * depth) for _, depth, _, _, _, _ in _V1)
    done = 0
    for stage, (kernel, depth, before, after, expansion, stride) in enumerate(_V1, 1):
        before, after = divisible(before * wide), divisible(after * wide)
        for i in range(math.ceil(deep * depth)):
            if i > 0:
                stride, before = 1, after
            label = f"block{stage}{chr(97 + i)}_"
            inputs, inner = x, before * expansion
            if expansion != 1:
                x = norm(_conv(x, inner, 1, f"{label}expand_conv"), f"{label}expand_bn")
                x = layers.Activation(activation, name=f"{label}expand_activation")(x)
            if stride == 2:
                x = layers.ZeroPadding2D(halving_pad(x, kernel), name=f"{label}dwconv_pad")(x)
            x = layers.DepthwiseConv2D(
                kernel, strides=stride, padding="valid" if stride == 2 else "same", use_bias=False,
                depthwise_initializer=SCALED_NORMAL, name=f"{label}dwconv",
            )(x)
            x = layers.Activation(activation, name=f"{label}activation")(norm(x, f"{label}bn"))
            x = _squeeze(x, before, inner, 0.25, activation, label)
            x = norm(_conv(x, after, 1, f"{label}project_conv"), f"{label}project_bn")
            if stride == 1 and before == after:
                x = _skip(x, inputs, 0.2 * done / total, label)
            done += 1
    x = _head(x, divisible(1280 * wide), norm, activation, dropout, include_top, pooling, classes, classifier_activation)
    return finish(start, input_tensor, x, name)


# Per stage: fused?, kernel, depth, width in, width out, expansion, squeeze ratio, stride.
_B = ((1, 3, 1, 32, 16, 1, 0, 1), (1, 3, 2, 16, 32, 4, 0, 2), (1, 3, 2, 32, 48, 4, 0, 2), (0, 3, 3, 48, 96, 4, 0.25, 2), (0, 3, 5, 96, 112, 6, 0.25, 1), (0, 3, 8, 112, 192, 6, 0.25, 2))
_S = ((1, 3, 2, 24, 24, 1, 0, 1), (1, 3, 4, 24, 48, 4, 0, 2), (1, 3, 4, 48, 64, 4, 0, 2), (0, 3, 6, 64, 128, 4, 0.25, 2), (0, 3, 9, 128, 160, 6, 0.25, 1), (0, 3, 15, 160, 256, 6, 0.25, 2))
_M = (
    (1, 3, 3, 24, 24, 1, 0, 1), (1, 3, 5, 24, 48, 4, 0, 2), (1, 3, 5, 48, 80, 4, 0, 2), (0, 3, 7, 80, 160, 4, 0.25, 2),
    (0, 3, 14, 160, 176, 6, 0.25, 1), (0, 3, 18, 176, 304, 6, 0.25, 2), (0, 3, 5, 304, 512, 6, 0.25, 1),
)
_L = (
    (1, 3, 4, 32, 32, 1, 0, 1), (1, 3, 7, 32, 64, 4, 0, 2), (1, 3, 7, 64, 96, 4, 0, 2), (0, 3, 10, 96, 192, 4, 0.25, 2),
    (0, 3, 19, 192, 224, 6, 0.25, 1), (0, 3, 25, 224, 384, 6, 0.25, 2), (0, 3, 7, 384, 640, 6, 0.25, 1),
)


def _v2(stages, wide, deep, size, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, include_preprocessing, name):
    start = x = image(size, 32, include_top, weights, input_tensor, input_shape, classes)
    activation = "swish"

    def round_width(width):
        # No protection against rounding down by more than a tenth here.
        return max(8, int(width * wide + 4) // 8 * 8)

    def norm(x, label):
        return layers.BatchNormalization(axis=AXIS, momentum=0.9, name=label)(x)

    if include_preprocessing:
        if stages is _B and x.shape[AXIS] == 3:
            x = layers.Rescaling(scale=1.0 / 255)(x)
            x = layers.Normalization(mean=[0.485, 0.456, 0.406], variance=[d**2 for d in DEVIATION], axis=AXIS)(x)
        else:
            x = layers.Rescaling(scale=1.0 / 128.0, offset=-1)(x)
    x = _conv(x, round_width(stages[0][3]), 3, "stem_conv", 2)
    x = layers.Activation(activation, name="stem_activation")(norm(x, "stem_bn"))
    total = sum(stage[2] for stage in stages)
    done = 0
    for number, (fused, kernel, depth, before, after, expansion, ratio, stride) in enumerate(stages, 1):
        before, after = round_width(before), round_width(after)
        for i in range(math.ceil(deep * depth)):
            if i > 0:
                stride, before = 1, after
            label = f"block{number}{chr(97 + i)}_"
            inputs, inner = x, before * expansion
            if expansion != 1:
                x = _conv(x, inner, kernel if fused else 1, f"{label}expand_conv", stride if fused else 1)
                x = layers.Activation(activation, name=f"{label}expand_activation")(norm(x, f"{label}expand_bn"))
            if not fused:
                x = layers.DepthwiseConv2D(
                    kernel, strides=stride, padding="same", use_bias=False, depthwise_initializer=SCALED_NORMAL, name=f"{label}dwconv2"
                )(x)
                x = layers.Activation(activation, name=f"{label}activation")(norm(x, f"{label}bn"))
            if ratio:
                x = _squeeze(x, before, inner, ratio, activation, label)
            alone = fused and expansion == 1
            x = _conv(x, after, kernel if alone else 1, f"{label}project_conv", stride if alone else 1)
            x = norm(x, f"{label}project_bn")
            if alone:
                x = layers.Activation(activation, name=f"{label}project_activation")(x)
            if stride == 1 and before == after:
                x = _skip(x, inputs, 0.2 * done / total, label)
            done += 1
    x = _head(x, round_width(1280), norm, activation, 0.2, include_top, pooling, classes, classifier_activation)
    return finish(start, input_tensor, x, name)


def EfficientNetB0(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="efficientnetb0"):
    return _efficientnet(1.0, 1.0, 224, 0.2, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def EfficientNetB1(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="efficientnetb1"):
    return _efficientnet(1.0, 1.1, 240, 0.2, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def EfficientNetB2(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="efficientnetb2"):
    return _efficientnet(1.1, 1.2, 260, 0.3, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def EfficientNetB3(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="efficientnetb3"):
    return _efficientnet(1.2, 1.4, 300, 0.3, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def EfficientNetB4(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="efficientnetb4"):
    return _efficientnet(1.4, 1.8, 380, 0.4, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def EfficientNetB5(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="efficientnetb5"):
    return _efficientnet(1.6, 2.2, 456, 0.4, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def EfficientNetB6(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="efficientnetb6"):
    return _efficientnet(1.8, 2.6, 528, 0.5, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def EfficientNetB7(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="efficientnetb7"):
    return _efficientnet(2.0, 3.1, 600, 0.5, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def EfficientNetV2B0(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", include_preprocessing=True, name="efficientnetv2-b0"):
    return _v2(_B, 1.0, 1.0, 224, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, include_preprocessing, name)


def EfficientNetV2B1(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", include_preprocessing=True, name="efficientnetv2-b1"):
    return _v2(_B, 1.0, 1.1, 240, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, include_preprocessing, name)


def EfficientNetV2B2(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", include_preprocessing=True, name="efficientnetv2-b2"):
    return _v2(_B, 1.1, 1.2, 260, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, include_preprocessing, name)


def EfficientNetV2B3(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", include_preprocessing=True, name="efficientnetv2-b3"):
    return _v2(_B, 1.2, 1.4, 300, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, include_preprocessing, name)


def EfficientNetV2S(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", include_preprocessing=True, name="efficientnetv2-s"):
    return _v2(_S, 1.0, 1.0, 384, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, include_preprocessing, name)


def EfficientNetV2M(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", include_preprocessing=True, name="efficientnetv2-m"):
    return _v2(_M, 1.0, 1.0, 480, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, include_preprocessing, name)


def EfficientNetV2L(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", include_preprocessing=True, name="efficientnetv2-l"):
    return _v2(_L, 1.0, 1.0, 480, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, include_preprocessing, name)
`;
