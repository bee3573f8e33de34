"""Records what real Keras computes for small models, for test/engine/keras.test.ts.

Run: KERAS_BACKEND=numpy python test/engine/record.py  (writes facts/keras.json)
Each case is a program that binds `model`. Weights and inputs follow a formula that the test repeats, so only outputs are stored.
"""
import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "numpy")
import keras
import numpy as np

HERE = pathlib.Path(__file__).parent


def salt_of(name):
    return sum(ord(c) * (i + 1) for i, c in enumerate(name))


def pattern(shape, salt):
    count = int(np.prod(shape)) if shape else 1
    i = np.arange(count, dtype=np.int64)
    return ((((i * 7919 + salt * 104729) % 2003) / 1001.0) - 1.0).reshape(shape)


def weight_values(name, shape):
    values = pattern(shape, salt_of(name)) * 0.5
    return np.abs(values) + 0.3 if "variance" in name else values


def record(case):
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    space = {}
    exec(case["program"], space)
    model = space["model"]
    inputs = []
    for index, tensor in enumerate(model.inputs):
        shape = [1 if d is None else d for d in tensor.shape]
        if "int" in str(tensor.dtype):
            values = np.arange(int(np.prod(shape))).reshape(shape) * 3 % 7
        else:
            values = pattern(shape, 17 + index)
        inputs.append(values.astype("float32"))
    for variable in model.weights:
        if "seed_generator" in variable.path:
            continue
        variable.assign(weight_values(variable.name, variable.shape))
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return {
        "name": case["name"],
        "program": case["program"],
        "outputs": [{"shape": list(o.shape), "data": [float(f"{v:.7g}") for v in np.array(o, dtype="float64").ravel()]} for o in outputs],
    }


def main():
    cases = json.loads((HERE / "facts/cases.json").read_text())
    rows = []
    for case in cases:
        try:
            rows.append(record(case))
        except Exception as error:  # a case that Keras refuses is a mistake in cases.json
            raise SystemExit(f"{case['name']}: {error}")
    head = {"keras": keras.__version__, "backend": keras.backend.backend()}
    body = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    (HERE / "facts/keras.json").write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
    print(len(rows), "cases")


if __name__ == "__main__":
    main()
