"""Runs one model program under real Keras and prints what it saw, in the shape of the command line's JSON contract.

Usage: python record_program.py FILE [--seconds N]     (KERAS_BACKEND=tensorflow keeps open dimensions open inside `call`)

Recorded: every execution of a layer call that the file's own source makes (line and column of the call expression, input and
output shapes, parameters after the call), every model bound to a module-level name with the rows of `summary()`, and the
exception that ended the program, if any. Training is cut short: `fit`, `evaluate` and `predict` do nothing, so that a program
with data loading that fails later still tells its models.
"""

import collections
import json
import os
import re
import signal
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402

try:
    from keras.src.models.functional import Functional
except ImportError:  # Keras 2
    Functional = keras.Model


def plain_shape(shape):
    return [None if d is None else int(d) for d in shape]


def shapes_of(value):
    """Shapes of all tensors in a nested structure, in order."""
    found = []

    def visit(item):
        if isinstance(item, dict):
            for key in sorted(item, key=str):
                visit(item[key])
        elif isinstance(item, (list, tuple)):
            for part in item:
                visit(part)
        elif hasattr(item, "shape") and hasattr(item, "dtype"):
            try:
                found.append(plain_shape(item.shape))
            except (TypeError, ValueError):
                found.append(None)

    visit(value)
    return found


class Recorder:
    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.calls = []
        self.original = keras.layers.Layer.__call__

    def site(self, layer, frame):
        """The frame of the recorded file that made this call directly (not from inside Keras), or None."""
        while frame is not None and frame.f_code.co_filename != self.path:
            same = frame.f_locals.get("self") is layer
            helper = frame.f_code.co_filename.endswith("traceback_utils.py")
            if not ((same and frame.f_code.co_name in ("__call__", "error_handler")) or helper):
                return None
            frame = frame.f_back
        return frame

    def install(self):
        recorder = self

        def wrapped(layer, *args, **kwargs):
            frame = recorder.site(layer, sys._getframe(1))
            entry = None
            if frame is not None:
                positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
                entry = {"line": positions[0], "column": (positions[2] or 0) + 1, "type": type(layer).__name__}
                recorder.calls.append(entry)
            result = recorder.original(layer, *args, **kwargs)
            if entry is not None:
                entry["inputs"] = shapes_of(list(args) + [v for k, v in kwargs.items() if k != "mask"])
                entry["outputs"] = shapes_of(result)
                entry["params"] = layer.count_params() if layer.built else None
            return result

        keras.layers.Layer.__call__ = wrapped
        nothing = lambda *args, **kwargs: collections.defaultdict(list)  # noqa: E731
        keras.utils.plot_model = nothing
        for name in ("fit", "evaluate", "predict", "fit_generator", "save", "save_weights", "load_weights"):
            if hasattr(keras.Model, name):
                setattr(keras.Model, name, nothing)


def offline_datasets():
    """Replaces the downloads of `keras.datasets` by zeros of the published shapes."""
    import numpy as np

    def zeros(shape, dtype="uint8"):
        return np.broadcast_to(np.zeros((), dtype), shape)

    def pairs(train, test, labels=()):
        return lambda *args, **kwargs: (
            (zeros(train), zeros(train[:1] + labels)),
            (zeros(test), zeros(test[:1] + labels)),
        )

    def sequences(train, test):
        def load(*args, **kwargs):
            lists = [np.array([[1, 2, 3]] * n + [None], dtype=object)[:-1] for n in (train, test)]
            return ((lists[0], zeros((train,), "int64")), (lists[1], zeros((test,), "int64")))

        return load

    datasets = keras.datasets
    datasets.mnist.load_data = pairs((60000, 28, 28), (10000, 28, 28))
    datasets.fashion_mnist.load_data = pairs((60000, 28, 28), (10000, 28, 28))
    datasets.cifar10.load_data = pairs((50000, 32, 32, 3), (10000, 32, 32, 3), (1,))
    datasets.cifar100.load_data = pairs((50000, 32, 32, 3), (10000, 32, 32, 3), (1,))
    datasets.boston_housing.load_data = pairs((404, 13), (102, 13))
    datasets.california_housing.load_data = pairs((16512, 8), (4128, 8))
    datasets.imdb.load_data = sequences(25000, 25000)
    datasets.reuters.load_data = sequences(8982, 2246)


def count(weights):
    total = 0
    for weight in weights:
        size = 1
        for d in weight.shape:
            size *= int(d)
        total += size
    return total


def row(layer):
    outputs = None
    try:
        outputs = shapes_of(layer.output)
    except Exception:
        pass
    return {"name": layer.name, "type": type(layer).__name__, "outputs": outputs, "params": layer.count_params() if layer.built else None}


def describe(name, model):
    kind = "sequential" if isinstance(model, keras.Sequential) else "functional" if isinstance(model, Functional) else "subclass"
    built = bool(model.built)
    entry = {"name": name, "kind": kind, "inputs": None, "outputs": None, "params": None, "layers": []}
    try:
        entry["inputs"] = shapes_of(model.inputs)
        entry["outputs"] = shapes_of(model.outputs)
    except Exception:
        pass
    if built:
        trainable = count(model.trainable_weights)
        total = count(model.weights)
        entry["params"] = {"total": total, "trainable": trainable, "nonTrainable": total - trainable}
    operations = getattr(model, "_operations", None) if kind == "functional" else None
    layers = operations or model.layers
    for layer in layers:
        if isinstance(layer, keras.layers.Layer):
            entry["layers"].append(row(layer))
        else:
            entry["layers"].append({"name": layer.name, "type": type(layer).__name__, "outputs": shapes_of(layer.output), "params": 0, "op": True})
    return entry


def main():
    path = sys.argv[1]
    seconds = int(sys.argv[sys.argv.index("--seconds") + 1]) if "--seconds" in sys.argv else 120
    recorder = Recorder(path)
    recorder.install()
    offline_datasets()
    sys.argv = [path]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    with open(path, encoding="utf-8") as file:
        source = file.read()
    if path.endswith(".ipynb"):
        cells = ["".join(cell["source"]) for cell in json.loads(source)["cells"] if cell["cell_type"] == "code"]
        source = "\n".join(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", cell) for cell in cells)
    namespace = {"__name__": "__main__", "__file__": os.path.abspath(path)}
    error = None

    def expired(*_):
        raise TimeoutError("stopped after %d seconds" % seconds)

    signal.signal(signal.SIGALRM, expired)
    signal.alarm(seconds)
    stdout, sys.stdout = sys.stdout, sys.stderr
    try:
        exec(compile(source, recorder.path, "exec"), namespace)
    except BaseException as exception:  # noqa: BLE001 - whatever ends the program is what we want to know
        line = None
        trace = exception.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == recorder.path:
                line = trace.tb_lineno
            trace = trace.tb_next
        error = {"type": type(exception).__name__, "message": str(exception)[:500], "line": line}
    signal.alarm(0)
    sys.stdout = stdout
    models = []
    for name, value in namespace.items():
        if isinstance(value, keras.Model):
            models.append(describe(name, value))
        elif isinstance(value, (list, tuple)):
            models += [describe("%s[%d]" % (name, i), v) for i, v in enumerate(value) if isinstance(v, keras.Model)]
        elif isinstance(value, dict) and not name.startswith("__"):
            models += [describe("%s[%r]" % (name, k), v) for k, v in value.items() if isinstance(v, keras.Model)]
    print(json.dumps({"path": path, "keras": keras.__version__, "error": error, "models": models, "calls": recorder.calls}))


main()
