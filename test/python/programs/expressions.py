# Operators, precedence, literals, chained comparison, conditional expressions, slices, f-strings.
a = not 1 or 2
b = 1. + 1.e-5 + .5 + 5.
c = 1_000 + 0x1F + 0b11 + 0o17
d = -2 ** 2, 2 ** -1, (-7) // 2, -7 % 3, 7 % -3, 7.5 // 2, -7.5 % 2
e = 1 < 2 < 3, 1 < 3 < 2, 1 == 1.0, True + True, 3 / 2, 4 / 2
f = 3 if [] else 4 if () else 5
g = [1, 2, 3, 4, 5][1:-1], "hello"[::-1], (1, 2, 3)[-2:], range(10)[2:8:2], list(range(10))[::3]
h = 1 in [1, 2], "a" not in "abc", 3 in {3: 4}, 2 in (1, 3), 5 in range(0, 10, 5)
i = None is None, [] is not None, 1 is not None
j = 7 & 3, 7 | 8, 6 ^ 3, ~5, 1 << 4, 256 >> 2
x, width, prec = 3.14159, 10, 2
k = f"{x:{width}.{prec}f}|{x!r:>10}|{'q'!s}|{width=}|{{}}|{x:e}"
l = "a" "b" 'c' f"{1 + 1}" "d"
m = f"{'nested'}" + f'{"q"}' + f"{[i for i in range(3)]}" + f"{ {'a': 1}['a'] }"
n = [*range(3), *"ab"], {**{"a": 1}, "b": 2}, (*[1, 2], 3), sorted({1, *[2]})
o = 1 if 0 else (2, 3)
p = "x" * 3, [0] * 2 + [1], (1,) * 2, "%s-%d" % ("a", 3), "%5.2f%%" % 1.5
q = [1, 2] == [1, 2], (1, 2) < (1, 3), "a" < "b", [1, [2]] == [1, [2]], {1: 2} == {1: 2}, {1, 2} == {2, 1}
r = 1 and 0, 1 and 2, 0 or "", [] or [1], not not 3
s = (lambda a, b=2, *c, d=4, **e: (a, b, c, d, e))(1, 3, 5, d=6, f=7)
t = [(y := 3), y * 2, y]
u = 10 ** 3, 2.0 ** 3, 7 // 2.0, divmod(7, 2), abs(-3), round(2.5), round(3.567, 1)
v = """multi
line""", r"\n", b"abc", "tab\tq", '\x41\u00e9'
w = 1 if True else 2 if False else 3
y2 = -3 + +3 - -3, not 1 == 2, not (1, 2) == (1, 2)
z = 0.1 + 0.2, 1e16, 1e-7, 3.0, 1e22, float("inf"), 5 // 1.0
aa = (1, 2) + (3,), [1] + [2], "a" + "b"
ab = "abc"[1], [1, 2, 3][-1], (4, 5)[0]
ac = [[i * j for j in range(3)] for i in range(3)]
ad = {k: v for k, v in zip("abc", range(3)) if v != 1}
ae = sorted({i % 3 for i in range(10)})
af = sum(i * i for i in range(5))
ag = [i for i in range(20) if i % 2 if i % 3]
ah = [(i, j) for i in range(3) for j in range(i)]
ai = any(i > 3 for i in [1, 5]), all([]), max([1, 3, 2], key=lambda q: -q), min(3, 1)
aj = 3 .__class__.__name__, (3).__class__ is int, type("a").__name__
ak = 1 if not None else 2
al = "a,b,c".split(","), "-".join(["a", "b"]), " x ".strip(), "Abc".lower(), "abc".startswith("a")
am = {"a": 1}.get("b", 2), {"a": 1}.items() and 1, list({"a": 1, "b": 2}.values()), dict(a=1, b=2)
an = ..., Ellipsis is ...
#= a 2
#= b 6.50001
#= c 1049
#= d (-4, 0.5, -4, 2, -2, 3.0, 0.5)
#= e (True, False, True, 2, 1.5, 2.0)
#= f 5
#= g ([2, 3, 4], 'olleh', (2, 3), range(2, 8, 2), [0, 3, 6, 9])
#= h (True, False, True, False, True)
#= i (True, True, True)
#= j (3, 15, 5, -6, 16, 64)
#= x 3.14159
#= width 10
#= prec 2
#= k '      3.14|   3.14159|q|width=10|{}|3.141590e+00'
#= l 'abc2d'
#= m 'nestedq[0, 1, 2]1'
#= n ([0, 1, 2, 'a', 'b'], {'a': 1, 'b': 2}, (1, 2, 3), [1, 2])
#= o (2, 3)
#= p ('xxx', [0, 0, 1], (1, 1), 'a-3', ' 1.50%')
#= q (True, True, True, True, True, True)
#= r (0, 2, '', [1], True)
#= s (1, 3, (5,), 6, {'f': 7})
#= y 3
#= t [3, 6, 3]
#= u (1000, 8.0, 3.0, (3, 1), 3, 2, 3.6)
#= v ('multi\nline', '\\n', b'abc', 'tab\tq', 'Aé')
#= w 1
#= y2 (3, True, False)
#= z (0.30000000000000004, 1e+16, 1e-07, 3.0, 1e+22, inf, 5.0)
#= aa ((1, 2, 3), [1, 2], 'ab')
#= ab ('b', 3, 4)
#= ac [[0, 0, 0], [0, 1, 2], [0, 2, 4]]
#= ad {'a': 0, 'c': 2}
#= ae [0, 1, 2]
#= af 30
#= ag [1, 5, 7, 11, 13, 17, 19]
#= ah [(1, 0), (2, 0), (2, 1)]
#= ai (True, True, 1, 1)
#= aj ('int', True, 'str')
#= ak 1
#= al (['a', 'b', 'c'], 'a-b', 'x', 'abc', True)
#= am (2, 1, [1, 2], {'a': 1, 'b': 2})
#= an (Ellipsis, True)
