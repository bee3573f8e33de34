# Argument binding, closures, recursion, generators, comprehension scopes, higher-order functions.
import functools, itertools, math, operator
from collections import namedtuple, OrderedDict, defaultdict
def f(a, /, b, *, c=3, **kw): return a, b, c, kw
r1 = f(1, 2), f(1, b=2, c=4, d=5), f(*[1, 2], **{"c": 9})
def g(*args, sep="-", **kwargs): return sep.join(str(x) for x in args), kwargs
r2 = g(1, 2, sep="+"), g(), g(*"ab", x=1)
def make_counter():
    n = 0
    def tick():
        nonlocal n
        n += 1
        return n
    return tick
tick = make_counter()
r3 = tick(), tick()
fact = lambda n: 1 if n <= 1 else n * fact(n - 1)
r4 = fact(10)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
r5 = [fib(i) for i in range(10)]
def gen(n):
    for i in range(n):
        if i == 3: return
        yield i
    yield "end"
def chain(*its):
    for it in its:
        yield from it
r6 = list(gen(2)), list(gen(5)), list(chain([1], gen(2), "ab"))
def infinite():
    i = 0
    while True:
        yield i
        i += 1
r7 = list(itertools.islice(infinite(), 5)), next(infinite()), [x for x, _ in zip(infinite(), "abc")]
fs = [lambda x, i=i: x + i for i in range(3)]
r8 = [h(10) for h in fs]
late = [lambda: k for k in range(3)]
r9 = [h() for h in late]
part = functools.partial(f, 1, c=7)
r10 = part(2), functools.reduce(operator.add, [1, 2, 3])
r11 = list(map(lambda a, b: a * b, [1, 2], [3, 4])), list(filter(None, [0, 1, "", 2]))
def kwonly(*, a, b=2): return a + b
r12 = kwonly(a=1)
errors = []
for call in (lambda: f(1), lambda: f(1, 2, 3), lambda: kwonly(1), lambda: kwonly(c=1), lambda: f(a=1, b=2)):
    try: call()
    except TypeError as e: errors.append("TypeError")
def deflt(x, y=None):
    y = y or {}
    y[x] = 1
    return y
r13 = deflt(1), deflt(2)
P = namedtuple("P", "x y")
p = P(1, y=2)
r14 = p.x, p.y, p[0], list(p), p._replace(x=5).x, P._fields
x, y = p
d = defaultdict(list)
for word in "a b a".split(): d[word].append(len(word))
r15 = dict(d), sorted(d)
def rec(items):
    out = []
    for i in items:
        if isinstance(i, (list, tuple)): out.extend(rec(i))
        else: out.append(i)
    return out
r16 = rec([1, [2, (3, [4])], 5])
def conv_out(n, k, s=1, p="valid"): return math.ceil(n / s) if p == "same" else (n - k) // s + 1
r17 = conv_out(224, 7, 2), conv_out(224, 7, 2, "same"), math.floor(7 / 2), int(3.9), int(-3.9)
def outer(fn): return fn(3)
r18 = outer(lambda v: v ** 2)
@functools.wraps(fact)
def wrapped(n): return fact(n)
r19 = wrapped(4)
@functools.lru_cache(maxsize=None)
def memo(n): return n * 2
r20 = memo(4)
def early(items):
    for i, it in enumerate(items):
        if it > 2: return i, it
    return None
r21 = early([1, 2, 3, 4]), early([0])
def star(a, *rest, last=None): return a, rest, last
r22 = star(*range(4), last=9)
gen_exp = (i * i for i in range(4))
r23 = next(gen_exp), list(gen_exp), list(gen_exp)
def tree(n): return {"v": n, "kids": [tree(n - 1) for _ in range(2)] if n else []}
r24 = tree(2)
def send_gen():
    total = yield 1
    yield 2
r25 = list(send_gen())
def annotated(a: int, b: "str" = "x", *args: float) -> dict: return {"a": a, "b": b}
r26 = annotated(1), annotated.__name__, annotated.__defaults__
def _make_divisible(v, divisor, min_value=None):
    if min_value is None: min_value = divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new_v < 0.9 * v: new_v += divisor
    return new_v
r27 = [_make_divisible(v * 0.75, 8) for v in (16, 24, 32, 64, 96, 160, 320)]
r28 = list(itertools.product([1, 2], "ab")), list(itertools.chain.from_iterable([[1], [2]])), list(itertools.accumulate([1, 2, 3]))
def mutate(lst, n): lst.append(n)
shared = []
mutate(shared, 1); mutate(shared, 2)
r29 = sorted([3, 1, 2], reverse=True), sorted("bca"), sorted([(2, "a"), (1, "b")], key=lambda t: t[1])
r30 = [a for a, *b in [(1, 2, 3), (4,)]], {k: len(v) for k, v in {"a": [1], "b": []}.items()}
r31 = (lambda: (yield))() is not None
def walrus(xs): return [half for x in xs if (half := x // 2)], half
r32 = walrus([2, 4, 1, 8])
def nested_comp(n): return [[(i, j) for j in range(i)] for i in range(n) if (k := i) or True], k
r33 = nested_comp(3)
def loc(a, b=2, **kw):
    c = 3
    return sorted(locals())
r34 = loc(1), (lambda **k: k)(**dict(a=1))
def conv(x, f, name=None): return (x, f, name and name + "_conv")
r35 = conv(1, 2), conv(1, 2, "a")
def build(cfg):
    x = 0
    for i, (n, (f, *rest)) in enumerate(cfg): x += n * f + len(rest)
    return x
r36 = build([(1, (2, 3, 4)), (2, (5,))])
#= r1 ((1, 2, 3, {}), (1, 2, 4, {'d': 5}), (1, 2, 9, {}))
#= r2 (('1+2', {}), ('', {}), ('a-b', {'x': 1}))
#= r3 (1, 2)
#= r4 3628800
#= r5 [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]
#= r6 ([0, 1, 'end'], [0, 1, 2], [1, 0, 1, 'end', 'a', 'b'])
#= r7 ([0, 1, 2, 3, 4], 0, [0, 1, 2])
#= r8 [10, 11, 12]
#= r9 [2, 2, 2]
#= r10 ((1, 2, 7, {}), 6)
#= r11 ([3, 8], [1, 2])
#= r12 3
#= errors ['TypeError', 'TypeError', 'TypeError', 'TypeError', 'TypeError']
#= r13 ({1: 1}, {2: 1})
#= p P(x=1, y=2)
#= r14 (1, 2, 1, [1, 2], 5, ('x', 'y'))
#= x 1
#= y 2
#= d defaultdict(<class 'list'>, {'a': [1, 1], 'b': [1]})
#= word 'a'
#= r15 ({'a': [1, 1], 'b': [1]}, ['a', 'b'])
#= r16 [1, 2, 3, 4, 5]
#= r17 (109, 112, 3, 3, -3)
#= r18 9
#= r19 24
#= r20 8
#= r21 ((2, 3), None)
#= r22 (0, (1, 2, 3), 9)
#= r23 (0, [1, 4, 9], [])
#= r24 {'v': 2, 'kids': [{'v': 1, 'kids': [{'v': 0, 'kids': []}, {'v': 0, 'kids': []}]}, {'v': 1, 'kids': [{'v': 0, 'kids': []}, {'v': 0, 'kids': []}]}]}
#= r25 [1, 2]
#= r26 ({'a': 1, 'b': 'x'}, 'annotated', ('x',))
#= r27 [16, 24, 24, 48, 72, 120, 240]
#= r28 ([(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')], [1, 2], [1, 3, 6])
#= shared [1, 2]
#= r29 ([3, 2, 1], ['a', 'b', 'c'], [(2, 'a'), (1, 'b')])
#= r30 ([1, 4], {'a': 1, 'b': 0})
#= r31 True
#= r32 ([1, 2, 4], 4)
#= r33 ([[], [(1, 0)], [(2, 0), (2, 1)]], 2)
#= r34 (['a', 'b', 'c', 'kw'], {'a': 1})
#= r35 ((1, 2, None), (1, 2, 'a_conv'))
#= r36 14
