# Classes made by metaclasses, attributes through `__dict__`, functions chosen by class, ordered dataclasses.
import enum
import json
from dataclasses import dataclass, field
from functools import singledispatch, singledispatchmethod
from types import SimpleNamespace


class Registry(type):
    classes = {}

    def __new__(mcs, name, bases, namespace, **keywords):
        cls = super().__new__(mcs, name, bases, namespace)
        if bases:
            mcs.classes[keywords.get("key", name.lower())] = cls
        return cls

    def __init__(cls, name, bases, namespace, **keywords):
        super().__init__(name, bases, namespace)
        cls.order = len(Registry.classes)

    def __call__(cls, *args, **kwargs):
        made = super().__call__(*args, **kwargs)
        made.maker = "meta"
        return made

    def __iter__(cls):
        return iter(sorted(cls.classes))

    def __len__(cls):
        return 7

    @property
    def label(cls):
        return cls.__name__ + "!"


class Base(metaclass=Registry):
    def __init__(self, n=1):
        self.n = n


class First(Base, key="one"):
    pass


class Second(First):
    pass


made = First(5)
maker, n = made.maker, made.n
keys = sorted(Registry.classes)
listed = list(First)
length = len(Base)
label = Second.label
order = (Base.order, First.order, Second.order)
kind = type(First) is Registry
dynamic = Registry("Dynamic", (Base,), {"size": 3})
dynamic_size = dynamic().size


class Hooked:
    def __init_subclass__(cls, units=4, **keywords):
        super().__init_subclass__(**keywords)
        cls.units = units


class Wide(Hooked, units=32):
    pass


class Narrow(Hooked):
    pass


units = (Wide.units, Narrow.units)


class Free:
    def __init__(self, **values):
        self.__dict__.update(values)


class Attributes(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self


free = Free(a=1, b=2)
free.__dict__["c"] = 3
vars(free)["d"] = 4
total = free.a + free.b + free.c + free.d
attributes = Attributes(x=1)
attributes.y = 2
both = (attributes.x, attributes["y"], sorted(attributes))
globals()["named"] = 5
after = named + 1


@singledispatch
def area(shape):
    return "other"


@area.register
def _(shape: int):
    return shape * shape


@area.register(list)
@area.register(tuple)
def _(shape):
    return sum(area(part) for part in shape)


@area.register
def _(shape: "float | None"):
    return -1


areas = (area(3), area([1, 2, (3,)]), area("x"), area(2.5), area(True), area(None))
chosen = area.dispatch(tuple)((2, 2))


class Writer:
    @singledispatchmethod
    def write(self, value):
        return "?"

    @write.register
    def _(self, value: int):
        return "i%d" % value

    @write.register(str)
    def _(self, value):
        return "s" + value


written = [Writer().write(value) for value in (1, "a", 2.0)]


@dataclass(order=True)
class Size:
    width: int
    height: int = 1
    tag: str = field(default="x", compare=False)


sizes = [(size.width, size.tag) for size in sorted([Size(3), Size(1, tag="z"), Size(2)], reverse=True)]
smaller = Size(1) < Size(2) <= Size(2)
same = Size(1, tag="a") == Size(1, tag="b")


class Kind(enum.IntEnum):
    SMALL = enum.auto()
    LARGE = enum.auto()


product = 3 * Kind.LARGE
config = json.loads('{"head": {"units": [64, 32]}}', object_hook=lambda d: SimpleNamespace(**d))
head = config.head.units
#= maker 'meta'
#= n 5
#= keys ['one', 'second']
#= listed ['one', 'second']
#= length 7
#= label 'Second!'
#= order (0, 1, 2)
#= kind True
#= dynamic_size 3
#= units (32, 4)
#= total 10
#= attributes {'x': 1, 'y': 2}
#= both (1, 2, ['x', 'y'])
#= named 5
#= after 6
#= areas (9, 14, 'other', -1, 1, -1)
#= chosen 8
#= written ['i1', 'sa', '?']
#= sizes [(3, 'x'), (2, 'x'), (1, 'z')]
#= smaller True
#= same True
#= product 6
#= config namespace(head=namespace(units=[64, 32]))
#= head [64, 32]
