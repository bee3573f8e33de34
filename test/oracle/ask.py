"""Answers programs with real Keras: a JSON list of programs a line on standard input, a JSON list of answers a line on standard output.

A program is a list of [name, expression]; each statement runs in order, symbolically. An answer has, per statement that ran,
the tensors it gave ([shape, dtype], nested structures flattened) or, for a layer or a model, nothing yet; `layers` has
[parameters, trainable parameters] of every layer and model by name, read when the program has ended; `error` and `at` tell
what stopped it. The first line written says the versions.
"""

import json
import os
import signal
import sys
import warnings

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
answers_to = os.fdopen(os.dup(1), "w")
sys.stdout = sys.stderr

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import prelude  # noqa: E402

SECONDS = 60


class TooLong(BaseException):
    pass


def too_long(_signal, _frame):
    raise TooLong()


def size(variables):
    return int(sum(np.prod(v.shape, dtype=np.int64) for v in variables))


def tensors(value):
    found = []
    for leaf in keras.tree.flatten(value):
        if hasattr(leaf, "shape") and hasattr(leaf, "dtype"):
            found.append([[None if d is None else int(d) for d in leaf.shape], str(leaf.dtype)])
    return found


def run(program):
    keras.utils.clear_session(free_memory=False)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy("float32")
    names = dict(vars(prelude))
    given = []
    answer = {"outputs": given, "layers": {}}
    made = {}
    try:
        for name, expression in program:
            value = names[name] = eval(expression, names)
            if isinstance(value, keras.Layer):
                made[name] = value
                given.append(None)
            else:
                given.append(tensors(value))
    except Exception as error:
        answer["error"] = type(error).__name__
        answer["message"] = " ".join(str(error).split())[:300]
        answer["at"] = len(given)
    for name, layer in made.items():
        if layer.built:
            answer["layers"][name] = [size(layer.weights), size(layer.trainable_weights)]
    return answer


def ask(program):
    signal.alarm(SECONDS)
    try:
        return run(program)
    except TooLong:
        return {"timeout": True}
    finally:
        signal.alarm(0)


def without_random_values():
    """Lets variables begin as zeros: initialisers run for their checks and shapes alone, since compiling one takes a second."""
    original = keras.Variable._initialize_with_initializer

    def initialize(variable, initializer):
        try:
            value = jax.eval_shape(lambda: jnp.asarray(initializer(variable._shape, dtype=variable._dtype)))
        except jax.errors.ConcretizationTypeError:
            return original(variable, initializer)
        variable._initialize(jnp.asarray(np.zeros(value.shape, value.dtype)))

    keras.Variable._initialize_with_initializer = initialize


def main():
    without_random_values()
    signal.signal(signal.SIGALRM, too_long)
    versions = {"keras": keras.__version__, "backend": keras.backend.backend(), "python": sys.version.split()[0]}
    print(json.dumps(versions), file=answers_to, flush=True)
    for line in sys.stdin:
        print(json.dumps([ask(program) for program in json.loads(line)]), file=answers_to, flush=True)


if __name__ == "__main__":
    main()
