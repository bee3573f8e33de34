# Inheritance, mro, super, properties, class and static methods, special methods, dataclass-like patterns.
class Base:
    registry = []
    size = 1
    def __init_subclass__(cls, **kwargs):
        cls.registry.append(cls.__name__)
    def __init__(self, a, *args, b=2, **kwargs):
        self.a, self.b = a, b
        self.rest = args, kwargs
    def who(self): return "base"
    @property
    def area(self): return self.a * self.b
    @area.setter
    def area(self, value): self.a = value
    @classmethod
    def make(cls, *args): return cls(*args)
    @staticmethod
    def double(x): return 2 * x
    def __repr__(self): return f"{type(self).__name__}({self.a})"
    def __eq__(self, other): return isinstance(other, Base) and self.a == other.a
    def __hash__(self): return hash(self.a)
    def __lt__(self, other): return self.a < other.a
    def __len__(self): return self.a
    def __getitem__(self, i): return (self.a, i)
    def __call__(self, x): return x + self.a
    def __contains__(self, x): return x == self.a
    def __iter__(self): return iter(range(self.a))
    def __add__(self, other): return Base(self.a + (other.a if isinstance(other, Base) else other))
    __radd__ = __add__
    def __neg__(self): return Base(-self.a)
    def __bool__(self): return self.a > 0
    def __getattr__(self, name):
        if name.startswith("dyn_"): return name[4:]
        raise AttributeError(name)
    def __matmul__(self, other): return "matmul"
    def __iadd__(self, other):
        self.a += other
        return self
class Left(Base):
    def who(self): return "left " + super().who()
class Right(Base):
    size = 2
    def who(self): return "right " + super(Right, self).who()
class Both(Left, Right):
    def __init__(self, a):
        super().__init__(a, 5, b=3, c=4)
        self.extra = a
    def who(self): return "both " + super().who()
both = Both(2)
mro = [c.__name__ for c in Both.__mro__]
facts = both.who(), both.a, both.b, both.rest, both.size, both.area, both.extra
both.area = 7
after = both.a, both.area
made = Both.make(3), Base.double(4), both.double(5), Left.make(1, 2)
ops = both + 1, 1 + both, -both, both == Both(7), both != Both(8), both < Both(9), len(both), both[2], both(3), 7 in both, list(Base(3)), bool(Base(0)), both @ 1
dyn = both.dyn_x, hasattr(both, "nope"), getattr(both, "nope", "default"), getattr(both, "a")
registry = Base.registry
is_ = isinstance(both, Right), isinstance(both, (int, Left)), issubclass(Both, Base), isinstance(3, Base), type(both) is Both, isinstance(True, int)
acc = Base(1)
acc += 5
setattr(both, "new", 1)
new = both.new, sorted(vars(both))
class Counter:
    count = 0
    items = {}
    def __init__(self):
        Counter.count += 1
        self.id = type(self).count
        self.__private = 3
    def get(self): return self.__private
c1, c2 = Counter(), Counter()
counts = Counter.count, c1.id, c2.id, c1.get()
class Outer:
    K = 3
    class Inner:
        V = 4
        def m(self): return self.V
    values = [i for i in range(K)]
    def build(self): return self.Inner().m() + Outer.Inner.V
outer = Outer().build(), Outer.values
class MyList(list):
    def total(self): return sum(self)
    def __getitem__(self, i): return super().__getitem__(i) * 10
ml = MyList([1, 2, 3])
ml.append(4)
mls = ml.total(), ml[1], len(ml), list(ml), isinstance(ml, list), ml == [1, 2, 3, 4]
class Config(dict):
    def __getattr__(self, name):
        try: return self[name]
        except KeyError: raise AttributeError(name)
    def __setattr__(self, name, value): self[name] = value
cfg = Config(a=1, b={"c": 2})
cfg.d = 5
cfgs = cfg.a, cfg["b"]["c"], cfg.d, "a" in cfg, len(cfg), hasattr(cfg, "zz"), sorted(cfg.keys()), cfg.get("q", 9)
class E(ValueError):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code
try:
    raise E(5)
except ValueError as e:
    caught = str(e), e.code, isinstance(e, E), e.args
def deco(n):
    def wrap(f):
        def inner(*args, **kwargs): return f(*args, **kwargs) + n
        inner.tag = n
        return inner
    return wrap
@deco(10)
@deco(1)
def base(x): return x
decorated = base(5), base.tag
def clsdeco(cls):
    cls.added = 9
    return cls
@clsdeco
class D:
    pass
dadded = D.added, D().added
class Desc:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, cls=None): return (self.name, obj is None)
class HasDesc:
    field = Desc()
desc = HasDesc().field, HasDesc.field
class It:
    def __init__(self, n): self.n, self.i = n, 0
    def __iter__(self): return self
    def __next__(self):
        self.i += 1
        if self.i > self.n: raise StopIteration
        return self.i
it = list(It(3)), sum(It(4))
class New:
    cache = {}
    def __new__(cls, key):
        if key not in cls.cache: cls.cache[key] = super().__new__(cls)
        return cls.cache[key]
    def __init__(self, key): self.key = key
same = New(1) is New(1), New(1) is New(2), New(3).key
class Abstract:
    def run(self): raise NotImplementedError
    def go(self): return self.run()
class Concrete(Abstract):
    def run(self): return "ran"
ran = Concrete().go()
meth = both.who
bound = meth(), meth.__name__, Base.who(both)
Dyn = type("Dyn", (Base,), {"z": 5})
dynamic = Dyn(1).z, Dyn(4).who(), Dyn.__name__
class Point:
    __slots__ = ("x", "y")
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
match Point(1, 2):
    case Point(1, b): pm = b
#= both Both(7)
#= mro ['Both', 'Left', 'Right', 'Base', 'object']
#= facts ('both left right base', 2, 3, ((5,), {'c': 4}), 2, 6, 2)
#= after (7, 21)
#= made (Both(3), 8, 10, Left(1))
#= ops (Base(8), Base(8), Base(-7), True, True, True, 7, (7, 2), 10, True, [0, 1, 2], False, 'matmul')
#= dyn ('x', False, 'default', 7)
#= registry ['Left', 'Right', 'Both', 'Dyn']
#= is_ (True, True, True, False, True, True)
#= acc Base(6)
#= new (1, ['a', 'b', 'extra', 'new', 'rest'])
#= counts (2, 1, 2, 3)
#= outer (8, [0, 1, 2])
#= ml [1, 2, 3, 4]
#= mls (10, 20, 4, [1, 2, 3, 4], True, True)
#= cfg {'a': 1, 'b': {'c': 2}, 'd': 5}
#= cfgs (1, 2, 5, True, 3, False, ['a', 'b', 'd'], 9)
#= caught ('code 5', 5, True, ('code 5',))
#= decorated (16, 10)
#= dadded (9, 9)
#= desc (('field', False), ('field', True))
#= it ([1, 2, 3], 10)
#= same (True, False, 3)
#= ran 'ran'
#= bound ('both left right base', 'who', 'base')
#= dynamic (5, 'base', 'Dyn')
#= b 2
#= pm 2
