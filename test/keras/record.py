"""Asks real Keras about layers: reads cases as JSON from standard input, writes compact answers to standard output.

A case is {"layer": "Conv2D(8, 3)", "inputs": [{"shape": [28, 28, 3], "dtype": "float32"}], "call": "layer(x0)"}; shapes
are without the batch axis unless "batch" is true. With --signatures it writes the constructor signatures of all layers.

    npx tsx test/keras/printCases.ts | KERAS_BACKEND=jax python test/keras/record.py > test/keras/facts/layers.json
    KERAS_BACKEND=jax python test/keras/record.py --signatures > test/keras/facts/signatures.json
"""

import inspect
import json
import os
import sys
import warnings

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, ops  # noqa: E402


def describe(tensor):
    return [list(tensor.shape), str(tensor.dtype)]


def answer(case):
    """What Keras says: outputs, dtype, counts and weights, or the exception.

    Without values first, which is fast; an exception is believed only when it comes with values too.
    """
    with keras.StatelessScope(initialize_variables=False):
        result = ask(case)
    return ask(case) if "error" in result else result


def ask(case):
    keras.utils.clear_session(free_memory=False)
    keras.config.set_image_data_format(case.get("data_format", "channels_last"))
    names = {"keras": keras, "layers": layers, "ops": ops, "np": np, **vars(layers)}
    try:
        for i, spec in enumerate(case["inputs"]):
            shape = tuple(spec["shape"])
            if spec.get("batch"):
                names[f"x{i}"] = keras.Input(batch_shape=shape, dtype=spec.get("dtype"))
            else:
                names[f"x{i}"] = keras.Input(shape=shape, dtype=spec.get("dtype"))
        names["layer"] = layer = eval(case["layer"], names)
        outputs = eval(case["call"], names)
    except Exception as error:
        text = " ".join(str(error).split())
        return {"error": type(error).__name__, "message": text[:240]}
    result = {"outputs": [describe(t) for t in keras.tree.flatten(outputs)]}
    weights = layer.weights
    result["params"] = int(sum(np.prod(w.shape, dtype=np.int64) for w in weights))
    result["trainable"] = int(sum(np.prod(w.shape, dtype=np.int64) for w in layer.trainable_weights))
    result["weights"] = [[w.name, list(w.shape)] for w in weights]
    return result


def key(case):
    return json.dumps(case, sort_keys=True, separators=(",", ":"))


def versions():
    return {"keras": keras.__version__, "backend": keras.backend.backend(), "python": sys.version.split()[0]}


def default_text(value):
    if value is inspect.Parameter.empty:
        return None
    if isinstance(value, tuple):
        return repr(tuple(value))
    return repr(value)


def signatures():
    found = {}
    for name, cls in sorted(vars(layers).items()):
        if inspect.isclass(cls) and issubclass(cls, keras.Layer) and cls is not keras.Layer:
            parameters = inspect.signature(cls.__init__).parameters.values()
            found[name] = [
                [p.name, default_text(p.default)]
                for p in parameters
                if p.name != "self" and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
            ]
    return found


def lines(entries):
    """One entry a line, so that a change shows as a change of its line."""
    body = ",\n".join(f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in entries.items())
    return "{\n" + body + "\n}"


def main():
    if "--signatures" in sys.argv:
        entries = signatures()
    else:
        entries = {key(case): answer(case) for case in json.load(sys.stdin)}
    print('{"versions":' + json.dumps(versions()) + ',\n"answers":' + lines(entries) + "}")


if __name__ == "__main__":
    main()
