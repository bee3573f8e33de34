# Context managers made of generators: what follows `yield` comes after the block, and exceptions of the block pass through.
from contextlib import contextmanager

names = []
log = []


@contextmanager
def scope(name):
    names.append(name)
    try:
        yield "/".join(names)
    finally:
        names.pop()


@contextmanager
def swallowing(kind):
    try:
        yield kind
    except kind as error:
        log.append(str(error))


@contextmanager
def around(word):
    log.append("in " + word)
    yield
    log.append("out " + word)


def early(n):
    with around("early"):
        if n > 1:
            return "returned"
    return "ended"


def rounds():
    seen = []
    for i in range(5):
        with around(str(i)) as nothing:
            if i == 1:
                continue
            if i == 3:
                break
            seen.append((i, nothing))
    return seen


with scope("a") as outer:
    with scope("b") as inner, scope("c") as innermost:
        deep = list(names)
after = list(names)
with swallowing(ValueError) as kind:
    raise ValueError("lost")
caught = list(log)
returned = early(2), early(0)
walked = rounds()
told = list(log)


class Stage:
    depth = 0

    @contextmanager
    def deeper(self):
        self.depth += 1
        yield self
        self.depth -= 1


stage = Stage()
with stage.deeper() as one:
    with one.deeper() as two:
        depth_inside = two.depth
depth_after = stage.depth
#= deep ['a', 'b', 'c']
#= after []
#= outer 'a'
#= inner 'a/b'
#= innermost 'a/b/c'
#= caught ['lost']
#= returned ('returned', 'ended')
#= walked [(0, None), (2, None)]
#= told ['lost', 'in early', 'out early', 'in early', 'out early', 'in 0', 'out 0', 'in 1', 'out 1', 'in 2', 'out 2', 'in 3', 'out 3']
#= depth_inside 2
#= depth_after 0
#= names []
