"""Records gradients that Keras on JAX computes for the models of ../facts/cases.json, for keras.test.ts beside it.

Run: KERAS_BACKEND=jax python test/engine/gradients/record.py  (writes facts.json)
The loss is the sum of the outputs' elements times a pattern; of each gradient its norm and its product with a pattern are stored.
"""
import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras
import numpy as np

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from record import pattern, weight_values


def digest(values):
    flat = np.array(values, dtype="float64").ravel()
    return [float(f"{np.linalg.norm(flat):.8g}"), float(f"{flat @ pattern(flat.shape, 5):.8g}")]


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
            inputs.append((np.arange(int(np.prod(shape))).reshape(shape) * 3 % 7).astype("float32"))
        else:
            inputs.append(pattern(shape, 17 + index).astype("float32"))
    for variable in model.weights:
        if "seed_generator" in variable.path:
            continue
        variable.assign(weight_values(variable.name, variable.shape))

    def loss(trainable, values):
        outputs, _ = model.stateless_call(
            trainable, [v.value for v in model.non_trainable_variables], values if len(values) > 1 else values[0], training=False
        )
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return sum((o * pattern(o.shape, 31 + i)).sum() for i, o in enumerate(outputs) if "float" in str(o.dtype))

    weights, values = jax.grad(loss, argnums=(0, 1))([v.value for v in model.trainable_variables], inputs)
    return {
        "name": case["name"],
        "weights": [[v.name, *digest(g)] for v, g in zip(model.trainable_variables, weights)],
        "inputs": [None if "int" in str(t.dtype) else digest(g) for t, g in zip(model.inputs, values)],
    }


def main():
    rows = []
    for case in json.loads((HERE.parent / "facts/cases.json").read_text()):
        try:
            rows.append(record(case))
        except Exception as error:  # integer outputs, functions without gradient
            print(case["name"], str(error)[:100])
    (HERE / "facts.json").write_text("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")
    print(len(rows), "cases")


if __name__ == "__main__":
    main()
