"""Writes the signatures of Keras' functions on tensors: `keras.ops`, `keras.activations`, `keras.random`.

    KERAS_BACKEND=jax python test/oracle/signatures.py > test/oracle/facts/functions.json
"""

import inspect
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402

MODULES = {"ops": keras.ops, "ops.image": keras.ops.image, "keras.activations": keras.activations, "keras.random": keras.random}


def parameters(function):
    """[name, default (null: none)]; parameters that collect others are left out."""
    return [
        [p.name, None if p.default is inspect.Parameter.empty else repr(p.default)]
        for p in inspect.signature(function).parameters.values()
        if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]


def main():
    found = {}
    for prefix, module in MODULES.items():
        for name, function in sorted(vars(module).items()):
            if inspect.isfunction(function) and not name.startswith("_"):
                found[f"{prefix}.{name}"] = parameters(function)
    body = ",\n".join(f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in found.items())
    sys.stdout.write('{"versions":' + json.dumps({"keras": keras.__version__}) + ',\n"answers":{\n' + body + "\n}}\n")


if __name__ == "__main__":
    main()
