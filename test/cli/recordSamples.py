"""Asks real Keras about the sample models and records the answers for samples.test.ts.

Run: python test/cli/recordSamples.py media/samples test/cli/facts/samples.json
"""

import json
import math
import pathlib
import runpy
import sys

import keras


def rows(model):
    found = []
    for layer in model.layers:
        shapes = [list(tensor.shape) for tensor in keras.tree.flatten(layer.output)]
        found.append([layer.name, type(layer).__name__, shapes, layer.count_params()])
    return found


def main(folder, target):
    answers = {"keras": keras.__version__, "files": {}}
    for path in sorted(pathlib.Path(folder).glob("*.py")):
        keras.backend.clear_session()  # automatic names begin anew
        names = runpy.run_path(str(path), run_name="__main__")
        models = {name: value for name, value in names.items() if isinstance(value, keras.Model)}
        answers["files"][path.name] = {
            name: {
                "total": model.count_params(),
                "trainable": sum(math.prod(weight.shape) for weight in model.trainable_weights),
                "rows": rows(model),
            }
            for name, model in models.items()
        }
    lines = json.dumps(answers, separators=(",", ":")).replace('["', '\n["')
    pathlib.Path(target).write_text(lines + "\n", encoding="utf-8")


main(*sys.argv[1:])
