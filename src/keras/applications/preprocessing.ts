/** The three ways in which `preprocess_input` scales pictures, and none. As a Python program that the interpreter runs like the user's own. */
export const source = `
MEAN = [0.485, 0.456, 0.406]
DEVIATION = [0.229, 0.224, 0.225]


def tf_style(x, data_format=None):
    """To -1 … 1."""
    x = x / 127.5
    return x - 1.0


def torch_style(x, data_format=None):
    """To 0 … 1, then normalised by ImageNet's mean and deviation."""
    x = x / 255.0
    x = x + _along([-m for m in MEAN], data_format)
    return x / _along(DEVIATION, data_format)


def caffe_style(x, data_format=None, mode="caffe"):
    """From RGB to BGR, mean subtracted."""
    if mode == "tf":
        return tf_style(x, data_format)
    if mode == "torch":
        return torch_style(x, data_format)
    from keras import ops

    if data_format == "channels_first":
        x = ops.stack([x[..., i, :, :] for i in (2, 1, 0)], axis=-3)
    else:
        x = ops.stack([x[..., i] for i in (2, 1, 0)], axis=-1)
    return x + _along([-103.939, -116.779, -123.68], data_format)


def unchanged(x, data_format=None):
    return x


def _along(values, data_format):
    from keras import ops

    shape = (3, 1, 1) if data_format == "channels_first" else (3,)
    return ops.reshape(ops.convert_to_tensor(values), shape)
`;
