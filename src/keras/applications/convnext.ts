/** ConvNeXt Tiny to XLarge (Liu et al. 2022). As a Python program that the interpreter runs like the user's own. */
export const source = `
import keras
from keras import layers

from .common import AXIS, finish, image, pooled

DEEP = (3, 3, 27, 3)


class LayerScale(layers.Layer):
    """A learned factor per channel."""

    def __init__(self, init_values, projection_dim, **kwargs):
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, _):
        self.gamma = self.add_weight(
            shape=(self.projection_dim,), initializer=keras.initializers.Constant(self.init_values), trainable=True
        )

    def call(self, x):
        return x * self.gamma


def _norm(name=None):
    return layers.LayerNormalization(epsilon=1e-6, name=name)


def _convnext(depths, widths, include_top, include_preprocessing, weights, input_tensor, input_shape, pooling, classes, activation, name):
    start = x = image(224, 32, include_top, weights, input_tensor, input_shape, classes)
    if include_preprocessing and x.shape[AXIS] == 3:
        x = layers.Normalization(
            mean=[0.485 * 255, 0.456 * 255, 0.406 * 255],
            variance=[(0.229 * 255) ** 2, (0.224 * 255) ** 2, (0.225 * 255) ** 2],
            name=f"{name}_prestem_normalization",
        )(x)
    entries = [
        keras.Sequential(
            [layers.Conv2D(widths[0], 4, strides=4, name=f"{name}_stem_conv"), _norm(f"{name}_stem_layernorm")], name=f"{name}_stem"
        )
    ]
    for i in range(3):
        entries.append(
            keras.Sequential(
                [
                    _norm(f"{name}_downsampling_layernorm_{i}"),
                    layers.Conv2D(widths[i + 1], 2, strides=2, name=f"{name}_downsampling_conv_{i}"),
                ],
                name=f"{name}_downsampling_block_{i}",
            )
        )
    for stage, (depth, width) in enumerate(zip(depths, widths)):
        x = entries[stage](x)
        for i in range(depth):
            label = f"{name}_stage_{stage}_block_{i}"
            inputs = x
            x = layers.Conv2D(width, 7, padding="same", groups=width, name=f"{label}_depthwise_conv")(x)
            x = _norm(f"{label}_layernorm")(x)
            x = layers.Dense(4 * width, name=f"{label}_pointwise_conv_1")(x)
            x = layers.Activation("gelu", name=f"{label}_gelu")(x)
            x = layers.Dense(width, name=f"{label}_pointwise_conv_2")(x)
            x = LayerScale(1e-6, width, name=f"{label}_layer_scale")(x)
            x = inputs + layers.Activation("linear", name=f"{label}_identity")(x)
    if include_top:
        x = layers.GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
        x = _norm(f"{name}_head_layernorm")(x)
        x = layers.Dense(classes, activation=activation, name=f"{name}_head_dense")(x)
    else:
        x = _norm()(pooled(x, pooling))
    return finish(start, input_tensor, x, name)


def ConvNeXtTiny(include_top=True, include_preprocessing=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="convnext_tiny"):
    return _convnext((3, 3, 9, 3), (96, 192, 384, 768), include_top, include_preprocessing, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ConvNeXtSmall(include_top=True, include_preprocessing=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="convnext_small"):
    return _convnext(DEEP, (96, 192, 384, 768), include_top, include_preprocessing, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ConvNeXtBase(include_top=True, include_preprocessing=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="convnext_base"):
    return _convnext(DEEP, (128, 256, 512, 1024), include_top, include_preprocessing, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ConvNeXtLarge(include_top=True, include_preprocessing=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="convnext_large"):
    return _convnext(DEEP, (192, 384, 768, 1536), include_top, include_preprocessing, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)


def ConvNeXtXLarge(include_top=True, include_preprocessing=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, classifier_activation="softmax", name="convnext_xlarge"):
    return _convnext(DEEP, (256, 512, 1024, 2048), include_top, include_preprocessing, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
`;
