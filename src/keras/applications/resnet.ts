/** ResNet 50, 101, 152 (He et al. 2015) and their pre-activation versions V2 (2016). As a Python program that the interpreter runs like the user's own. */
export const source = `
from keras import layers

from .common import AXIS, classifier, finish, image, pooled

DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def _norm(x, name, activation=None):
    x = layers.BatchNormalization(axis=AXIS, epsilon=1.001e-5, name=name)(x)
    return layers.Activation("relu", name=activation)(x) if activation else x


def _post_activated(x, width, stride, first, name):
    shortcut = x
    if first:
        shortcut = layers.Conv2D(4 * width, 1, strides=stride, name=f"{name}_0_conv")(x)
        shortcut = _norm(shortcut, f"{name}_0_bn")
    x = layers.Conv2D(width, 1, strides=stride, name=f"{name}_1_conv")(x)
    x = _norm(x, f"{name}_1_bn", f"{name}_1_relu")
    x = layers.Conv2D(width, 3, padding="same", name=f"{name}_2_conv")(x)
    x = _norm(x, f"{name}_2_bn", f"{name}_2_relu")
    x = layers.Conv2D(4 * width, 1, name=f"{name}_3_conv")(x)
    x = _norm(x, f"{name}_3_bn")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def _pre_activated(x, width, stride, first, name):
    ready = _norm(x, f"{name}_preact_bn", f"{name}_preact_relu")
    if first:
        shortcut = layers.Conv2D(4 * width, 1, strides=stride, name=f"{name}_0_conv")(ready)
    else:
        shortcut = layers.MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_1_conv")(ready)
    x = _norm(x, f"{name}_1_bn", f"{name}_1_relu")
    x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = layers.Conv2D(width, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x)
    x = _norm(x, f"{name}_2_bn", f"{name}_2_relu")
    x = layers.Conv2D(4 * width, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([shortcut, x])


def _resnet(depth, second, include_top, weights, input_tensor, input_shape, pooling, classes, activation, name):
    start = image(224, 32, include_top, weights, input_tensor, input_shape, classes)
    x = layers.ZeroPadding2D(3, name="conv1_pad")(start)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    if not second:
        x = _norm(x, "conv1_bn", "conv1_relu")
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, blocks in enumerate(DEPTHS[depth]):
        width = 64 * 2**stage
        for i in range(1, blocks + 1):
            block_name = f"conv{stage + 2}_block{i}"
            if second:
                # V2 halves the resolution at the end of a stage, but for the last one.
                stride = 2 if i == blocks and stage < 3 else 1
                x = _pre_activated(x, width, stride, i == 1, block_name)
            else:
                stride = 2 if i == 1 and stage > 0 else 1
                x = _post_activated(x, width, stride, i == 1, block_name)
    if second:
        x = _norm(x, "post_bn", "post_relu")
    if include_top:
        x = classifier(x, classes, activation)
    else:
        x = pooled(x, pooling, "avg_pool", "max_pool")
    return finish(start, input_tensor, x, name)


def ResNet50(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="resnet50"):
    return _resnet(50, False, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ResNet101(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="resnet101"):
    return _resnet(101, False, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ResNet152(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="resnet152"):
    return _resnet(152, False, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ResNet50V2(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="resnet50v2"):
    return _resnet(50, True, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ResNet101V2(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="resnet101v2"):
    return _resnet(101, True, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ResNet152V2(include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="resnet152v2"):
    return _resnet(152, True, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
`;
