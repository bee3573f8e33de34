"""Records small weight files as Keras and h5py write them, for the tests beside it (files are deflated and base64 in facts/*.json).

Run: KERAS_BACKEND=jax python test/engine/weights/record.py
"""
import base64
import io
import json
import os
import pathlib
import tempfile
import zlib

os.environ.setdefault("KERAS_BACKEND", "jax")
import h5py
import keras
import numpy as np

HERE = pathlib.Path(__file__).parent / "facts"


def packed(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def numbers(shape, salt):
    count = int(np.prod(shape)) if shape else 1
    i = np.arange(count, dtype=np.int64)
    return ((((i * 7919 + salt * 104729) % 2003) / 1001.0) - 1.0).reshape(shape)


def listing(group, path=""):
    rows = {}
    for name in group:
        member = group[name]
        if isinstance(member, h5py.Group):
            rows.update(listing(member, f"{path}{name}/"))
        elif member.dtype.kind in "fiub" or member.dtype.kind == "V":
            values = np.array(member).astype("float32").ravel()
            rows[path + name] = {"shape": list(member.shape), "sum": float(values.astype("float64").sum()), "first": [float(v) for v in values[:3]]}
    return rows


def hdf5_files():
    plain = numbers((5, 7, 3), 1)

    def types(file):
        for name in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">f4", ">i2"]:
            file[name.replace(">", "big_")] = (plain * 100).astype(name)
        file["scalar"] = 3.25
        file["empty"] = np.zeros((0, 4), "float32")
        file["flags"] = plain > 0
        file.create_dataset("never_written", (4, 4), "f4")

    def chunks(file):
        file.create_dataset("chunked", data=plain, chunks=(2, 3, 2))
        file.create_dataset("packed", data=plain, chunks=(3, 7, 3), compression="gzip", shuffle=True)
        file.create_dataset("checked", data=plain.astype("f4"), chunks=(5, 4, 3), fletcher32=True)
        file.create_dataset("many", data=numbers((40, 40), 5), chunks=(2, 2), compression="gzip")

    def many(file):
        for i in range(150):
            file.create_group(f"layer_{i}/vars")["0"] = numbers((3,), i)
        file["layer_3"].attrs["name"] = "third"
        file["layer_4"].attrs["weight_names"] = np.array([b"kernel", b"bias_longer"])
        for i in range(20):
            file["layer_5"].attrs[f"note_{i}"] = "x" * i

    cases = {"types": types, "chunks": chunks, "many": many}
    for name, fill in cases.items():
        for version in ["earliest", "v108", "latest"]:
            if name == "chunks" and version == "latest":
                continue
            memory = io.BytesIO()
            with h5py.File(memory, "w", libver=version) as file:
                fill(file)
            with h5py.File(io.BytesIO(memory.getvalue())) as file:
                rows = listing(file)
            yield {"name": f"{name}, {version}", "file": packed(memory.getvalue()), "arrays": rows}


def write(name, value):
    (HERE / name).write_text("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in value) + "\n]\n")


def saved(programs):
    for case in programs:
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        space = {}
        exec(case["program"], space)
        model = space["model"]
        for salt, variable in enumerate(model.weights):
            if "seed" in variable.path:
                continue
            variable.assign((numbers(variable.shape, salt) * 0.5 + (1.2 if "variance" in variable.name else 0)).astype("float32"))
        x = numbers([1 if d is None else d for d in model.input_shape], 17).astype("float32")
        if case.get("integers"):
            x = (np.arange(x.size).reshape(x.shape) * 3 % 7).astype("float32")
        output = np.array(model(x, training=False), dtype="float64")
        files = {}
        with tempfile.TemporaryDirectory() as folder:
            for kind in case.get("kinds", ["m.keras", "m.weights.h5", "m.h5"]):
                file = pathlib.Path(folder) / kind
                (model.save_weights if "weights" in kind else model.save)(str(file))
                files[kind] = packed(file.read_bytes())
        yield {**case, "files": files, "output": {"shape": list(output.shape), "data": [float(f"{v:.7g}") for v in output.ravel()]}}


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    write("hdf5.json", hdf5_files())
    write("saved.json", saved(json.loads((HERE / "programs.json").read_text())))
