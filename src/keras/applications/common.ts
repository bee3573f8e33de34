/** What the architectures share: the image input, the head, and the arithmetic of widths. As a Python program that the interpreter runs like the user's own. */
export const source = `
import keras
from keras import layers

FIRST = keras.backend.image_data_format() == "channels_first"
AXIS = 1 if FIRST else 3


def image(size, smallest, include_top, weights, tensor, shape, classes, must_be=None):
    """The image tensor that a network starts from: a new input, or the tensor given; wrong sizes raise as Keras does."""
    if weights == "imagenet" and include_top and classes != 1000:
        raise ValueError(
            "If using \`weights='imagenet'\` with \`include_top=True\`, \`classes\` should be 1000.  "
            f"Received classes={classes}"
        )
    if shape is not None:
        shape = tuple(shape)
    if tensor is not None and shape is None:
        return tensor
    shape = checked(size, smallest, include_top, weights, shape)
    return layers.Input(shape=shape) if tensor is None else tensor


def checked(size, smallest, include_top, weights, shape):
    """The input shape to use, or Keras' error for one that does not fit."""
    channels = 3
    if weights != "imagenet" and shape and len(shape) == 3:
        channels = shape[0] if FIRST else shape[-1]
    standard = (channels, size, size) if FIRST else (size, size, channels)
    if weights == "imagenet" and include_top:
        if shape is not None and shape != standard:
            raise ValueError(
                "When setting \`include_top=True\` and loading \`imagenet\` weights, "
                f"\`input_shape\` should be {standard}.  Received: input_shape={shape}"
            )
        return standard
    if not shape:
        if include_top:
            return standard
        return (3, None, None) if FIRST else (None, None, 3)
    if len(shape) != 3:
        raise ValueError("\`input_shape\` must be a tuple of three integers.")
    if weights == "imagenet" and (shape[0] if FIRST else shape[-1]) != 3:
        raise ValueError(f"The input must have 3 channels; Received \`input_shape={shape}\`")
    for length in shape[1:] if FIRST else shape[:-1]:
        if length is not None and length < smallest:
            raise ValueError(
                f"Input size must be at least {smallest}x{smallest}; Received: input_shape={shape}"
            )
    if include_top and None in shape:
        raise ValueError(
            "If \`include_top\` is True, you should specify a static \`input_shape\`. "
            f"Received: input_shape={shape}"
        )
    return shape


def pooled(x, pooling, average=None, maximum=None):
    """The optional global pooling of a network without its top."""
    if pooling == "avg":
        return layers.GlobalAveragePooling2D(name=average)(x)
    if pooling == "max":
        return layers.GlobalMaxPooling2D(name=maximum)(x)
    return x


def classifier(x, classes, activation, pool="avg_pool"):
    """Global average pooling and the class scores."""
    x = layers.GlobalAveragePooling2D(name=pool)(x)
    return layers.Dense(classes, activation=activation, name="predictions")(x)


def finish(start, given, x, name):
    """The model from where the image came in to \`x\`."""
    inputs = start if given is None else keras.utils.get_source_inputs(given)
    return keras.Model(inputs, x, name=name)


def halving_pad(x, kernel):
    """Padding before a VALID window of stride 2 that makes it land as if the input were even."""
    rows, columns = x.shape[2:4] if FIRST else x.shape[1:3]
    height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
    odd = (1, 1) if rows is None else (1 - rows % 2, 1 - columns % 2)
    return ((height // 2 - odd[0], height // 2), (width // 2 - odd[1], width // 2))


def divisible(width, divisor=8, least=None):
    """\`width\` rounded to a multiple of \`divisor\`, never down by more than a tenth."""
    rounded = max(least or divisor, int(width + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * width else rounded
`;
