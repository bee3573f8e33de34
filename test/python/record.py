"""Records what CPython says: runs each program and appends `#= name repr` lines for its names. Usage: record.py FILE..."""
import sys, types

HIDDEN = (types.ModuleType, types.FunctionType, type, types.MethodType, types.GeneratorType)


def plain(value):
    return "0x" not in repr(value)


for path in sys.argv[1:]:
    with open(path) as file:
        source = "".join(line for line in file if not line.startswith("#= "))
    scope = {"__name__": "__main__", "__file__": path}
    exec(compile(source, path, "exec"), scope)
    lines = [
        f"#= {name} {value!r}\n"
        for name, value in scope.items()
        if not name.startswith("__") and not isinstance(value, HIDDEN) and not isinstance(value, (set, frozenset)) and plain(value)
    ]
    with open(path, "w") as file:
        file.write(source + "".join(lines))
