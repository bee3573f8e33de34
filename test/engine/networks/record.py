"""Saves whole networks as Keras saves them, with what they make of an input, for test/engine/networks/check.ts.

Run: python test/engine/networks/record.py DIRECTORY  (check.ts runs it)
Weights are random; statistics and scales of batch normalisation too, so that none of them can be left out unnoticed.
"""
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np

HEAD = "import keras\nfrom keras import layers as L\n"
PROGRAMS = {
    "MobileNetV2": HEAD + "model = keras.applications.MobileNetV2(weights=None)\n",
    "ResNet50": HEAD + "model = keras.applications.ResNet50(weights=None)\n",
    "UNet": HEAD + """x = keras.Input((128, 128, 3))
skips = []
y = x
for f in (16, 32, 64):
    for _ in range(2):
        y = L.Conv2D(f, 3, padding="same")(y)
        y = L.BatchNormalization()(y)
        y = L.Activation("relu")(y)
    skips.append(y)
    y = L.MaxPooling2D()(y)
y = L.Conv2D(128, 3, padding="same", activation="relu")(y)
for f, s in zip((64, 32, 16), skips[::-1]):
    y = L.Conv2DTranspose(f, 2, strides=2, padding="same")(y)
    y = L.Concatenate()([y, s])
    y = L.Conv2D(f, 3, padding="same", activation="relu")(y)
    y = L.Conv2D(f, 3, padding="same", activation="relu")(y)
model = keras.Model(x, L.Conv2D(2, 1, activation="softmax")(y))
""",
}


def record(name, program, folder):
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    space = {}
    exec(program, space)
    model = space["model"]
    draw = np.random.default_rng(3)
    for variable in model.weights:
        if any(word in variable.name for word in ("moving", "gamma", "beta")):
            values = draw.normal(size=variable.shape) * 0.1
            centred = "mean" in variable.name or "beta" in variable.name
            variable.assign(values if centred else 1 + values)
    model.save(folder / f"{name}.keras")
    x = draw.uniform(-1, 1, size=[1, *model.input_shape[1:]]).astype("float32")
    x.tofile(folder / f"{name}.input")
    np.array(model(x, training=False), dtype="float32").tofile(folder / f"{name}.output")
    (folder / f"{name}.py").write_text(program)


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for name, program in PROGRAMS.items():
        record(name, program, target)
        print(name, flush=True)
