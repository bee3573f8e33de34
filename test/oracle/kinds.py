"""Writes which kinds of plain values the parameters of Keras' functions refuse when a tensor of a functional model is among the arguments.

    KERAS_BACKEND=jax python test/oracle/kinds.py

Kinds: f a fraction, s a string, t a tuple of one integer, n None, b a bool, e an empty tuple. A line is
`parameter kinds: functions`; `tensor` in place of the kinds: nothing but a tensor.
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras  # noqa: E402
from keras import ops  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SIGNATURES = json.load(open(os.path.join(HERE, "facts", "functions.json")))["answers"]
KINDS = {"f": 2.5, "s": "x", "t": (1,), "n": None, "b": True, "e": ()}
# Values that suit parameters without a default; tensors for all others.
SUITED = {
    "k": 1, "n": 1, "num_classes": 3, "q": 0.5, "indices": [0], "repeats": 2, "indices_or_sections": 2, "axis": 1, "kth": 1,
    "shift": 1, "pad_width": 1, "stop": 4, "start": 0, "newshape": (4, 4), "shape": (4, 4), "block_size": 2, "source": 0,
    "destination": 1, "axis1": 0, "axis2": 1, "axes": (0, 1), "num_segments": 2, "size": (2, 2), "dtype": "float32", "ord": None,
    "pool_size": 2, "output_size": (2, 2), "kernel_size": 2, "x_min": 0, "x_max": 1, "threshold": 0.5, "default_value": 0,
    "sequence_length": 2, "sequence_stride": 1, "fft_length": 4, "N": 3, "subscripts": "ij", "fill_value": 0, "bins": 5,
}  # fmt: skip
# What is meant as one of several names or as a choice by value is no matter of kinds.
SKIPPED = {"dtype", "data_format", "seed", "padding", "mode", "ord", "indexing", "attn_logits_soft_cap", "reduction", "range", "method", "pattern", "interpolation", "fill_mode", "window", "strategy"}  # fmt: skip


def shapes():
    """A matrix, a stack of matrices, images: a function is asked with the first that it takes."""
    for shape in [(4,), (4, 4), (4, 4, 4), ()]:
        yield keras.Input(shape, batch_size=4)


def main():
    rows = {}
    for name, parameters in SIGNATURES.items():
        function = eval(name, {"ops": ops, "keras": keras})
        for x in shapes():
            base = {p: SUITED.get(p, [x, x] if p == "xs" else x) for p, default in parameters if default is None}
            try:
                function(**base)
            except Exception:
                continue
            break
        else:
            continue
        if not any(isinstance(leaf, keras.KerasTensor) for leaf in keras.tree.flatten(list(base.values()))):
            continue
        for parameter, _ in parameters:
            others = [v for k, v in base.items() if k != parameter]
            if parameter in SKIPPED or not any(isinstance(leaf, keras.KerasTensor) for leaf in keras.tree.flatten(others)):
                continue
            refused = ""
            for kind, value in KINDS.items():
                try:
                    function(**{**base, parameter: value})
                except Exception:
                    refused += kind
            if refused:
                row = (parameter, "tensor" if refused == "fstnbe" and base.get(parameter) is x else refused)
                rows.setdefault(row, []).append(name)
    for (parameter, kinds), names in sorted(rows.items()):
        print(f"{parameter} {kinds}: {' '.join(names)}")


if __name__ == "__main__":
    main()
