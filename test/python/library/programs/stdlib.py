# math, itertools, functools, collections, operator, dataclasses, enum, typing.
import math, itertools, functools, operator, collections, dataclasses, enum, typing, string, numbers, types, inspect
from typing import NamedTuple, Optional, List, Union, TYPE_CHECKING
from collections import namedtuple, OrderedDict, defaultdict, Counter, deque
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
m1 = math.ceil(2.1), math.floor(-2.1), math.sqrt(16), math.log2(8), math.log(8, 2), math.log10(1000), math.exp(0), math.pow(2, 3), math.prod([2, 3]), math.gcd(12, 18), math.pi, math.inf, math.isnan(math.nan), math.fabs(-1), math.trunc(-2.7), math.comb(5, 2), math.factorial(5), math.hypot(3, 4), math.isclose(0.1 + 0.2, 0.3), math.cos(0), math.lcm(4, 6), math.isqrt(17), math.copysign(1, -2)
i1 = list(itertools.chain([1], [2, 3])), list(itertools.chain.from_iterable(["ab", "c"])), list(itertools.product([1, 2], "ab")), list(itertools.product(range(2), repeat=2)), list(itertools.combinations([1, 2, 3], 2)), list(itertools.permutations([1, 2, 3], 2)), list(itertools.islice(itertools.count(5, 2), 3)), list(itertools.repeat(0, 3)), list(itertools.accumulate([1, 2, 3])), list(itertools.zip_longest([1], [2, 3], fillvalue=0)), [(k, list(g)) for k, g in itertools.groupby("aabc")], list(itertools.starmap(pow, [(2, 3)])), list(itertools.takewhile(lambda x: x < 3, range(9))), list(itertools.dropwhile(lambda x: x < 3, range(5))), list(zip(itertools.cycle("ab"), range(3))), list(itertools.pairwise([1, 2, 3])), list(itertools.islice("abcdef", 1, 5, 2)), list(itertools.combinations_with_replacement("ab", 2)), list(itertools.filterfalse(None, [0, 1])), list(itertools.compress("abc", [1, 0, 1]))
f1 = functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]), functools.reduce(operator.add, [[1], [2]], [0]), functools.partial(pow, 2)(5), functools.partial(dict, a=1)(b=2)
p = functools.partial(round, ndigits=1)
f2 = p(2.345), p.func(2.5), p.keywords, p.args
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def deco(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs): return fn(*args, **kwargs) + 1
    return wrapper
@deco
def named(x): return x
class Lazy:
    n = 0
    @functools.cached_property
    def v(self):
        Lazy.n += 1
        return Lazy.n
    def base(self, a, b): return a, b
    half = functools.partialmethod(base, 1)
lz = Lazy()
f3 = fib(20), named(1), named.__name__, lz.v, lz.v, Lazy.n, lz.half(2)
Point = namedtuple("Point", "x y")
P3 = namedtuple("P3", ["x", "y", "z"], defaults=[0])
pt = Point(1, y=2)
class Block(NamedTuple):
    filters: int
    stride: int = 1
    def out(self): return self.filters * self.stride
n1 = pt, pt.x, pt[1], pt._replace(x=5), pt._asdict(), Point._fields, P3(1, 2), Point._make([3, 4]), pt == (1, 2), len(pt), Block(8), Block(8, stride=2).out(), Block(1).filters, isinstance(pt, tuple)
x, y = pt
od = OrderedDict(a=1); od["b"] = 2; od.move_to_end("a")
dd = defaultdict(list); dd["a"].append(1); dd["b"]
cn = Counter("abca"); cn.update("z")
dq = deque([1, 2, 3], maxlen=3); dq.append(4); dq.appendleft(0)
dq2 = deque(); dq2.append(1); dq2.extend([2, 3]); dq2.rotate(1)
n2 = list(od.items()), dict(dd), cn["a"], cn["nope"], cn.most_common(1), list(dq), dq2.popleft(), list(dq2), len(dq2), dq2[0], isinstance(od, dict), isinstance(dd, dict), dict(od), sorted(cn.elements()), dict(cn)
class Registry(OrderedDict):
    def add(self, k): self[k] = len(self)
rg = Registry(); rg.add("a"); rg.add("b")
n3 = list(rg), rg["b"], len(rg), dict(rg)
o1 = operator.mul(2, 3), operator.itemgetter(1)([5, 6]), operator.itemgetter("a", "b")({"a": 1, "b": 2}), operator.attrgetter("x")(pt), sorted([(1, "b"), (0, "a")], key=operator.itemgetter(0)), operator.methodcaller("upper")("a"), operator.neg(1), operator.getitem([1], 0), operator.contains([1], 1), operator.truediv(1, 2)
@dataclass
class Config:
    width: int
    depth: int = 3
    blocks: List[int] = field(default_factory=lambda: [1, 2])
    name: str = "net"
    total: int = field(init=False, default=0)
    def __post_init__(self): self.total = self.width * self.depth
@dataclass
class Sub(Config):
    extra: float = 0.5
    KIND: typing.ClassVar[str] = "k"
cf = Config(8); cf.blocks.append(3); cf2 = Sub(4, depth=2)
d1 = cf, cf.total, Config(1).blocks, cf2.extra, cf2.total, Sub.KIND, dataclasses.asdict(cf), dataclasses.replace(cf, width=2).total, cf == Config(8), Config(1) == Config(1), [f.name for f in dataclasses.fields(Sub)], dataclasses.is_dataclass(cf), dataclasses.astuple(Config(1))
class Color(Enum):
    RED = 1
    GREEN = "g"
    ALIAS = 1
    def describe(self): return self.name.lower()
class Level(IntEnum):
    LOW = auto()
    HIGH = auto()
class Mode(str, Enum):
    SAME = "same"
class Size(Enum):
    S = (1, 2)
    def __init__(self, w, h): self.w = w; self.h = h
e1 = Color.RED.value, Color.RED.name, Color("g").name, Color["RED"].value, [c.name for c in Color], Color.ALIAS is Color.RED, Color.RED == Color.RED, Color.RED == 1, Color.RED.describe(), Level.HIGH > Level.LOW, Level.HIGH + 1, Level(1).name, Mode.SAME == "same", Mode.SAME.value, Size.S.w, Size.S.value, len(Color), Color.RED in Color, isinstance(Color.RED, Color), str(Color.RED), repr(Color.RED), Mode("same").name, {Color.RED: 5}[Color.RED], list(Level), [Level.HIGH * 2], Color.__members__["GREEN"].value
def typed(a: Optional[int] = None, b: "List[int]" = None) -> Union[int, str]: return a
T = typing.TypeVar("T")
class Stack(typing.Generic[T]):
    def __init__(self): self.items: List[T] = []
t1 = typed(1), TYPE_CHECKING, typing.cast(int, "a"), Stack[int]().items, string.ascii_lowercase[:3], string.digits
import collections.abc
t2 = isinstance([], collections.abc.Sequence), isinstance({}, collections.abc.Mapping), isinstance((), collections.abc.Iterable), isinstance(5, collections.abc.Iterable), isinstance(len, collections.abc.Callable), isinstance(1, numbers.Number), isinstance(1.5, numbers.Integral), isinstance(1, numbers.Integral), isinstance("a", typing.Iterable), isinstance("", collections.abc.Sequence), isinstance(3, (list, collections.abc.Sequence))
ns = types.SimpleNamespace(a=1, b=2); ns.c = 3
t3 = ns.a, ns.c, ns, inspect.isclass(Config), inspect.isfunction(typed), list(inspect.signature(typed).parameters)
del Optional, List, Union, T, p, od, dq, dq2, rg
# functional enum, abstract containers with what they add
F1 = Enum("F1", "A B"); F2 = Enum("F2", {"x": 10})
class Bag(collections.abc.MutableMapping):
    def __init__(self): self.d = {}
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
    def __delitem__(self, k): del self.d[k]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
class Seq(collections.abc.Sequence):
    def __len__(self): return 3
    def __getitem__(self, i): return [0, 1, 4][i]
bag = Bag(); bag.update(a=1, b=2); bag.setdefault("c", 3); popped = bag.pop("a")
u1 = F1.B.value, F2.x.value, [m.name for m in F1], popped, bag.get("b"), bag.get("zz", 9), "b" in bag, list(bag.items()), len(bag), sorted(bag), dict(bag), list(Seq()), 4 in Seq(), Seq().index(4), isinstance(bag, collections.abc.Mapping), isinstance(Seq(), collections.abc.Iterable), isinstance(Seq(), collections.abc.Mapping), issubclass(Bag, collections.abc.Mapping)
import re
u2 = re.compile(r"""(?P<a>\d+)  # digits
  (x|y)?""", re.VERBOSE).match("12x").groups(), re.compile("a").search("ba").start()
del bag
#= TYPE_CHECKING False
#= m1 (3, -3, 4.0, 3.0, 3.0, 3.0, 1.0, 8.0, 6, 6, 3.141592653589793, inf, True, 1.0, -2, 10, 120, 5.0, True, 1.0, 12, 4, -1.0)
#= i1 ([1, 2, 3], ['a', 'b', 'c'], [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')], [(0, 0), (0, 1), (1, 0), (1, 1)], [(1, 2), (1, 3), (2, 3)], [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)], [5, 7, 9], [0, 0, 0], [1, 3, 6], [(1, 2), (0, 3)], [('a', ['a', 'a']), ('b', ['b']), ('c', ['c'])], [8], [0, 1, 2], [3, 4], [('a', 0), ('b', 1), ('a', 2)], [(1, 2), (2, 3)], ['b', 'd'], [('a', 'a'), ('a', 'b'), ('b', 'b')], [0], ['a', 'c'])
#= f1 (24, [0, 1, 2], 32, {'a': 1, 'b': 2})
#= f2 (2.3, 2, {'ndigits': 1}, ())
#= f3 (6765, 2, 'named', 1, 1, 1, (1, 2))
#= pt Point(x=1, y=2)
#= n1 (Point(x=1, y=2), 1, 2, Point(x=5, y=2), {'x': 1, 'y': 2}, ('x', 'y'), P3(x=1, y=2, z=0), Point(x=3, y=4), True, 2, Block(filters=8, stride=1), 16, 1, True)
#= x 1
#= y 2
#= dd defaultdict(<class 'list'>, {'a': [1], 'b': []})
#= cn Counter({'a': 2, 'b': 1, 'c': 1, 'z': 1})
#= n2 ([('b', 2), ('a', 1)], {'a': [1], 'b': []}, 2, 0, [('a', 2)], [0, 2, 3], 3, [1, 2], 2, 1, True, True, {'b': 2, 'a': 1}, ['a', 'a', 'b', 'c', 'z'], {'a': 2, 'b': 1, 'c': 1, 'z': 1})
#= n3 (['a', 'b'], 1, 2, {'a': 0, 'b': 1})
#= o1 (6, 6, (1, 2), 1, [(0, 'a'), (1, 'b')], 'A', -1, 1, True, 0.5)
#= cf Config(width=8, depth=3, blocks=[1, 2, 3], name='net', total=24)
#= cf2 Sub(width=4, depth=2, blocks=[1, 2], name='net', total=8, extra=0.5)
#= d1 (Config(width=8, depth=3, blocks=[1, 2, 3], name='net', total=24), 24, [1, 2], 0.5, 8, 'k', {'width': 8, 'depth': 3, 'blocks': [1, 2, 3], 'name': 'net', 'total': 24}, 6, False, True, ['width', 'depth', 'blocks', 'name', 'total', 'extra'], True, (1, 3, [1, 2], 'net', 3))
#= e1 (1, 'RED', 'GREEN', 1, ['RED', 'GREEN'], True, True, False, 'red', True, 3, 'LOW', True, 'same', 1, (1, 2), 2, True, True, 'Color.RED', '<Color.RED: 1>', 'SAME', 5, [<Level.LOW: 1>, <Level.HIGH: 2>], [4], 'g')
#= t1 (1, False, 'a', [], 'abc', '0123456789')
#= t2 (True, True, True, False, True, True, False, True, True, True, False)
#= ns namespace(a=1, b=2, c=3)
#= t3 (1, 3, namespace(a=1, b=2, c=3), True, True, ['a', 'b'])
#= popped 1
#= u1 (2, 10, ['A', 'B'], 1, 2, 9, True, [('b', 2), ('c', 3)], 2, ['b', 'c'], {'b': 2, 'c': 3}, [0, 1, 4], True, 2, True, True, False, True)
#= u2 (('12', 'x'), 1)
