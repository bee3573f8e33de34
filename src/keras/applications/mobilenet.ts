/** MobileNet (Howard et al. 2017), MobileNetV2 (Sandler et al. 2018), MobileNetV3 (Howard et al. 2019). As a Python program that the interpreter runs like the user's own. */
export const source = `
from keras import layers

from .common import AXIS, FIRST, divisible, finish, halving_pad, image, pooled

CHANNELS = 1 if FIRST else -1


def _side(shape, tensor, sides):
    """Height and default size: the given side when it is square and among those with published weights."""
    if shape is None and tensor is None:
        return 224
    if shape is not None:
        rows, columns = shape[1:3] if FIRST else shape[0:2]
    else:
        rows, columns = tensor.shape[2:4] if FIRST else tensor.shape[1:3]
    return rows if rows == columns and rows in sides else 224


def _label(prefix, alpha, start, weights, sides):
    """Keras' automatic model name, which tells alpha and the input side (224 where weights decide)."""
    rows, columns = start.shape[2:4] if FIRST else start.shape[1:3]
    if weights == "imagenet" and (rows != columns or rows not in sides):
        rows = 224
    return f"{prefix}_{alpha:0.2f}_{rows}"


def MobileNet(input_shape=None, alpha=1.0, depth_multiplier=1, dropout=1e-3, include_top=True, weights="imagenet", input_tensor=None, pooling=None, classes=1000, classifier_activation="softmax", name=None):
    sides = [128, 160, 192, 224]
    if weights == "imagenet":
        if depth_multiplier != 1:
            raise ValueError(f"If imagenet weights are being loaded, depth multiplier must be 1.  Received depth_multiplier={depth_multiplier}")
        if alpha not in [0.25, 0.50, 0.75, 1.0]:
            raise ValueError(f"If imagenet weights are being loaded, alpha can be one of\`0.25\`, \`0.50\`, \`0.75\` or \`1.0\` only.  Received alpha={alpha}")
    start = image(_side(input_shape, None, sides), 32, include_top, weights, input_tensor, input_shape, classes)
    x = layers.Conv2D(int(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="conv1")(start)
    x = layers.BatchNormalization(axis=CHANNELS, name="conv1_bn")(x)
    x = layers.ReLU(6.0, name="conv1_relu")(x)
    widths = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
    for i, width in enumerate(widths, 1):
        halve = i in (2, 4, 6, 12)
        if halve:
            x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
        x = layers.DepthwiseConv2D(
            3, strides=2 if halve else 1, padding="valid" if halve else "same",
            depth_multiplier=depth_multiplier, use_bias=False, name=f"conv_dw_{i}",
        )(x)
        x = layers.BatchNormalization(axis=CHANNELS, name=f"conv_dw_{i}_bn")(x)
        x = layers.ReLU(6.0, name=f"conv_dw_{i}_relu")(x)
        x = layers.Conv2D(int(width * alpha), 1, padding="same", use_bias=False, name=f"conv_pw_{i}")(x)
        x = layers.BatchNormalization(axis=CHANNELS, name=f"conv_pw_{i}_bn")(x)
        x = layers.ReLU(6.0, name=f"conv_pw_{i}_relu")(x)
    if include_top:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = layers.Dropout(dropout, name="dropout")(x)
        x = layers.Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = layers.Reshape((classes,), name="reshape_2")(x)
        x = layers.Activation(classifier_activation, name="predictions")(x)
    else:
        x = pooled(x, pooling)
    return finish(start, input_tensor, x, name or _label("mobilenet", alpha, start, weights, sides))


def MobileNetV2(input_shape=None, alpha=1.0, include_top=True, weights="imagenet", input_tensor=None, pooling=None, classes=1000, classifier_activation="softmax", name=None):
    sides = [96, 128, 160, 192, 224]
    if weights == "imagenet" and alpha not in [0.35, 0.50, 0.75, 1.0, 1.3, 1.4]:
        raise ValueError(f"If imagenet weights are being loaded, alpha must be one of \`0.35\`, \`0.50\`, \`0.75\`, \`1.0\`, \`1.3\` or \`1.4\` only; Received \`alpha={alpha}\`")
    start = image(_side(input_shape, input_tensor, sides), 32, include_top, weights, input_tensor, input_shape, classes)

    def norm(x, label, relu=None):
        x = layers.BatchNormalization(axis=CHANNELS, epsilon=1e-3, momentum=0.999, name=label)(x)
        return layers.ReLU(6.0, name=relu)(x) if relu else x

    x = layers.Conv2D(divisible(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="Conv1")(start)
    x = norm(x, "bn_Conv1", "Conv1_relu")
    stages = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
    block = 0
    for width, depth, first_stride in stages:
        for i in range(depth):
            stride = first_stride if i == 0 else 1
            prefix = f"block_{block}_" if block else "expanded_conv_"
            before = x
            channels = x.shape[CHANNELS]
            out = divisible(int(width * alpha))
            if block:
                x = layers.Conv2D(6 * channels, 1, padding="same", use_bias=False, name=prefix + "expand")(x)
                x = norm(x, prefix + "expand_BN", prefix + "expand_relu")
            if stride == 2:
                x = layers.ZeroPadding2D(halving_pad(x, 3), name=prefix + "pad")(x)
            x = layers.DepthwiseConv2D(3, strides=stride, use_bias=False, padding="valid" if stride == 2 else "same", name=prefix + "depthwise")(x)
            x = norm(x, prefix + "depthwise_BN", prefix + "depthwise_relu")
            x = layers.Conv2D(out, 1, padding="same", use_bias=False, name=prefix + "project")(x)
            x = norm(x, prefix + "project_BN")
            if channels == out and stride == 1:
                x = layers.Add(name=prefix + "add")([before, x])
            block += 1
    x = layers.Conv2D(divisible(1280 * alpha) if alpha > 1.0 else 1280, 1, use_bias=False, name="Conv_1")(x)
    x = norm(x, "Conv_1_bn", "out_relu")
    if include_top:
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Dense(classes, activation=classifier_activation, name="predictions")(x)
    else:
        x = pooled(x, pooling)
    return finish(start, input_tensor, x, name or _label("mobilenetv2", alpha, start, weights, sides))


# Per block: expansion, width, large kernel?, stride, squeeze-and-excitation?, hard swish?
_SMALL = (
    (1, 16, 0, 2, 1, 0), (72.0 / 16, 24, 0, 2, 0, 0), (88.0 / 24, 24, 0, 1, 0, 0), (4, 40, 1, 2, 1, 1), (6, 40, 1, 1, 1, 1), (6, 40, 1, 1, 1, 1),
    (3, 48, 1, 1, 1, 1), (3, 48, 1, 1, 1, 1), (6, 96, 1, 2, 1, 1), (6, 96, 1, 1, 1, 1), (6, 96, 1, 1, 1, 1),
)
_LARGE = (
    (1, 16, 0, 1, 0, 0), (4, 24, 0, 2, 0, 0), (3, 24, 0, 1, 0, 0), (3, 40, 1, 2, 1, 0), (3, 40, 1, 1, 1, 0), (3, 40, 1, 1, 1, 0),
    (6, 80, 0, 2, 0, 1), (2.5, 80, 0, 1, 0, 1), (2.3, 80, 0, 1, 0, 1), (2.3, 80, 0, 1, 0, 1), (6, 112, 0, 1, 1, 1), (6, 112, 0, 1, 1, 1),
    (6, 160, 1, 2, 1, 1), (6, 160, 1, 1, 1, 1), (6, 160, 1, 1, 1, 1),
)


def _v3(table, last, input_shape, alpha, minimalistic, include_top, weights, input_tensor, classes, pooling, dropout_rate, activation, include_preprocessing, name):
    if weights == "imagenet" and include_top and classes != 1000:
        raise ValueError(f'If using \`weights="imagenet"\` with \`include_top\` as true, \`classes\` should be 1000.  Received classes={classes}')
    if input_shape is None:
        # V3 is fully convolutional, its top too: the sides stay open.
        input_shape = (3, None, None) if FIRST else (None, None, 3)
    rows, columns = input_shape[1:3] if FIRST else input_shape[0:2]
    if rows and columns and (rows < 32 or columns < 32):
        raise ValueError(f"Input size must be at least 32x32; Received \`input_shape={input_shape}\`")
    start = x = layers.Input(shape=input_shape) if input_tensor is None else input_tensor

    def swish(x):
        return layers.ReLU()(x) if minimalistic else layers.Activation("hard_swish")(x)

    def norm(x, label):
        return layers.BatchNormalization(axis=CHANNELS, epsilon=1e-3, momentum=0.999, name=label)(x)

    if include_preprocessing:
        x = layers.Rescaling(scale=1.0 / 127.5, offset=-1.0)(x)
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="conv")(x)
    x = swish(norm(x, "conv_bn"))
    for i, (expansion, width, large, stride, squeeze, hard) in enumerate(table):
        act = swish if hard else lambda x: layers.ReLU()(x)
        kernel = 5 if large and not minimalistic else 3
        prefix = f"expanded_conv_{i}_" if i else "expanded_conv_"
        before, channels, out = x, x.shape[CHANNELS], divisible(width * alpha)
        inner = divisible(channels * expansion)
        if i:
            x = layers.Conv2D(inner, 1, padding="same", use_bias=False, name=prefix + "expand")(x)
            x = act(norm(x, prefix + "expand_bn"))
        if stride == 2:
            x = layers.ZeroPadding2D(halving_pad(x, kernel), name=prefix + "depthwise_pad")(x)
        x = layers.DepthwiseConv2D(kernel, strides=stride, padding="valid" if stride == 2 else "same", use_bias=False, name=prefix + "depthwise")(x)
        x = act(norm(x, prefix + "depthwise_bn"))
        if squeeze and not minimalistic:
            label = prefix + "squeeze_excite_"
            gate = layers.GlobalAveragePooling2D(keepdims=True, name=label + "avg_pool")(x)
            gate = layers.Conv2D(divisible(inner * 0.25), 1, padding="same", name=label + "conv")(gate)
            gate = layers.ReLU(name=label + "relu")(gate)
            gate = layers.Conv2D(inner, 1, padding="same", name=label + "conv_1")(gate)
            gate = layers.ReLU(6.0)(gate + 3.0) * (1.0 / 6.0)
            x = layers.Multiply(name=label + "mul")([x, gate])
        x = layers.Conv2D(out, 1, padding="same", use_bias=False, name=prefix + "project")(x)
        x = norm(x, prefix + "project_bn")
        if stride == 1 and channels == out:
            x = layers.Add(name=prefix + "add")([before, x])
    x = layers.Conv2D(divisible(x.shape[CHANNELS] * 6), 1, padding="same", use_bias=False, name="conv_1")(x)
    x = swish(norm(x, "conv_1_bn"))
    if include_top:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = layers.Conv2D(divisible(last * alpha) if alpha > 1.0 else last, 1, padding="same", name="conv_2")(x)
        x = swish(x)
        if dropout_rate > 0:
            x = layers.Dropout(dropout_rate)(x)
        x = layers.Conv2D(classes, 1, padding="same", name="logits")(x)
        x = layers.Flatten()(x)
        x = layers.Activation(activation, name="predictions")(x)
    else:
        x = pooled(x, pooling, "avg_pool", "max_pool")
    return finish(start, input_tensor, x, name)


def MobileNetV3Small(input_shape=None, alpha=1.0, minimalistic=False, include_top=True, weights="imagenet", input_tensor=None, classes=1000, pooling=None, dropout_rate=0.2, classifier_activation="softmax", include_preprocessing=True, name="MobileNetV3Small"):
    return _v3(_SMALL, 1024, input_shape, alpha, minimalistic, include_top, weights, input_tensor, classes, pooling, dropout_rate, classifier_activation, include_preprocessing, name)


def MobileNetV3Large(input_shape=None, alpha=1.0, minimalistic=False, include_top=True, weights="imagenet", input_tensor=None, classes=1000, pooling=None, dropout_rate=0.2, classifier_activation="softmax", include_preprocessing=True, name="MobileNetV3Large"):
    return _v3(_LARGE, 1280, input_shape, alpha, minimalistic, include_top, weights, input_tensor, classes, pooling, dropout_rate, classifier_activation, include_preprocessing, name)
`;
