# Methods of list, dict, set, tuple; the built-in functions over iterables; copies.
import copy
l = [3, 1, 2]
l.append(4); l.extend((5, 6)); l.insert(0, 9); l.insert(-1, 8)
p1 = l.pop(), l.pop(0), l.pop(-2), list(l)
l.remove(1); l.reverse(); q = l.copy(); q.sort(); q2 = sorted(l, reverse=True)
a1 = l, q, q2, l.index(2), l.count(3), sorted(["bb", "a", "ccc"], key=len), sorted("hello"), sorted({"b": 1, "a": 2}), sorted([(2, "b"), (1, "z"), (2, "a")])
l2 = [1, 2, 3]; l2 += [4]; l2[1:2] = [7, 8]; del l2[0]; l2 *= 2
l3 = sorted([("a", 3), ("b", 1)], key=lambda kv: -kv[1]); l3.sort(key=lambda kv: kv[1])
d = {"a": 1, "b": 2}
d.update(c=3); d.update({"a": 10}); d.update([("e", 5)])
a2 = d.get("a"), d.get("zz"), d.get("zz", 0), d.pop("b"), d.pop("zz", None), d.setdefault("f", []), d.setdefault("a", 99), d
a3 = list(d), list(d.keys()), list(d.values()), list(d.items()), len(d), "a" in d, "q" not in d
a4 = dict(a=1, b=2), dict([("x", 1)]), dict({"y": 1}, z=2), dict.fromkeys("ab", 0), {**d, "a": 0}, dict(zip("ab", range(2))), d | {"n": 1}
d2 = d.copy(); d2.clear(); a5 = d2, d.popitem(), list(reversed([1, 2])), [*reversed("abc")]
st = {1, 2, 3}; st.add(4); st.discard(9); st.remove(1)
a6 = sorted(st | {7}), sorted(st & {2, 3}), sorted(st - {2}), sorted(st ^ {2, 100}), st.issubset({2, 3, 4, 5}), st.isdisjoint({9}), st >= {2}, len(st), 3 in st, sorted(st.union([8], [9])), sorted(frozenset("aab"))
a7 = (1, 2, 1).count(1), (1, 2).index(2), tuple([1]), tuple("ab"), list((1, 2)), list("ab"), list(range(3)), list(range(5, 0, -2)), range(3), range(0, 10, 3)[1], len(range(0, 10, 3)), 4 in range(5), list(range(10))[::3]
a8 = sum([1, 2, 3]), sum([0.5, 1], 2), sum([[1], [2]], []), min(3, 1, 2), max([1, 5, 2]), min("b", "a"), max([], default=0), max("aa", "b", key=len), min({"x": 1}), max((1, 2), (1, 3))
a9 = all([]), any([]), all([1, 0]), any([0, 1]), all(x > 0 for x in [1, 2]), any(x > 1 for x in [1, 2])
b1 = list(zip([1, 2, 3], "ab")), list(zip()), list(enumerate("ab")), list(enumerate("ab", 1)), list(map(lambda x, y: x + y, [1, 2], [3, 4])), list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x % 2, range(5))), dict(enumerate("xy"))
it = iter([1, 2, 3])
b2 = next(it), next(it), list(it), next(it, "end"), next((x for x in [1, 2, 3] if x > 1), None)
b3 = isinstance(1, int), isinstance(True, int), isinstance(1, (str, float)), isinstance(1.0, (int, float)), isinstance([], list), issubclass(bool, int), isinstance(None, type(None)), isinstance("a", str), isinstance(print, int)
class A:
    x = 1
    def __init__(self): self.y = 2
    def m(self): return 3
o = A()
b4 = hasattr(o, "x"), hasattr(o, "y"), hasattr(o, "z"), getattr(o, "y"), getattr(o, "z", 5), getattr(o, "m")(), callable(o.m), callable(o), callable(A), dict(vars(o)), dict(o.__dict__), type(o).__name__, A.__name__
setattr(o, "z", 9); delattr(o, "y")
b5 = o.z, hasattr(o, "y"), list(vars(o))
nested = {"a": [1, [2]], "b": (1,)}
deep = copy.deepcopy(nested); deep["a"][1].append(3); shallow = copy.copy(nested); shallow["b"] = 0; shallow["a"].append("s")
b6 = nested, deep, shallow
class C:
    def __init__(self): self.items = [1]
c = C(); c2 = copy.deepcopy(c); c2.items.append(2); c3 = copy.copy(c); c3.items.append(7); c3.other = 1
b7 = c.items, c2.items, c3.items, hasattr(c, "other")
b8 = bool([]), bool([0]), bool(""), bool("0"), bool(0.0), bool(None), int(), float(), str(), list(), dict(), tuple(), str(12), str([1, "a"]), str(None), repr("a"), str((1,)), str({"a": 1.0})
b9 = [1, 2] == [1, 2], (1, 2) < (1, 3), [1] + [2], {"a": 1} == {"a": 1.0}, (1, "a") == (1, "a"), [[0] * 2 for _ in range(2)], slice(1, 3), [1, 2, 3][slice(1, 3)]
first, *rest = range(4); *init, last = "abc"
def swap(a, b): return b, a
c1 = swap(1, 2), [*range(2), *"ab"], {*[1]}, max(len(x) for x in ["a", "bbb"]), sum(1 for _ in range(4)), hash(5), id(o) == id(o), round(7 / 2), 7 // 2, -7 // 2, -7 % 3, 2 ** 0.5, 10 % 3.5
it2 = iter(range(10)); pairs = list(zip(*[iter("abcdef")] * 2)); few = list(zip(range(3), it2)); after = next(it2)
import itertools
it3 = iter(range(10)); head = list(itertools.islice(it3, 3)); third = next(it3)
cnt = itertools.count(); lots = list(zip("abc", cnt)); nxt = next(cnt)
kd = {"a": 1, "b": 2}
c2 = sorted(kd.keys() - {"a"}), sorted(kd.keys() & {"a", "z"}), sorted(kd.keys() | {"c"}), kd.keys() == {"a", "b"}, len(kd.keys()), "a" in kd.keys(), list(kd.keys())[0], list(map(str.upper, ["a"])), sorted(["B", "a"], key=str.lower), list.append.__name__, str.join("-", "ab"), dict.get(kd, "a")
class Key(str): pass
class Tag:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __hash__(self): return hash(self.n)
c3 = {"x": 1}[Key("x")], {Key("y"): 2}["y"], Key("q") in {"q"}, len(Key("abc")), Key("a") + "b", "".join([Key("z")]), Key("Up").lower()
del it2, it3, cnt
#= l [8, 4, 2, 3]
#= p1 (6, 9, 5, [3, 1, 2, 4, 8])
#= q [2, 3, 4, 8]
#= q2 [8, 4, 3, 2]
#= a1 ([8, 4, 2, 3], [2, 3, 4, 8], [8, 4, 3, 2], 2, 1, ['a', 'bb', 'ccc'], ['e', 'h', 'l', 'l', 'o'], ['a', 'b'], [(1, 'z'), (2, 'a'), (2, 'b')])
#= l2 [7, 8, 3, 4, 7, 8, 3, 4]
#= l3 [('b', 1), ('a', 3)]
#= d {'a': 10, 'c': 3, 'e': 5}
#= a2 (10, None, 0, 2, None, [], 10, {'a': 10, 'c': 3, 'e': 5})
#= a3 (['a', 'c', 'e', 'f'], ['a', 'c', 'e', 'f'], [10, 3, 5, []], [('a', 10), ('c', 3), ('e', 5), ('f', [])], 4, True, True)
#= a4 ({'a': 1, 'b': 2}, {'x': 1}, {'y': 1, 'z': 2}, {'a': 0, 'b': 0}, {'a': 0, 'c': 3, 'e': 5, 'f': []}, {'a': 0, 'b': 1}, {'a': 10, 'c': 3, 'e': 5, 'f': [], 'n': 1})
#= d2 {}
#= a5 ({}, ('f', []), [2, 1], ['c', 'b', 'a'])
#= a6 ([2, 3, 4, 7], [2, 3], [3, 4], [3, 4, 100], True, True, True, 3, True, [2, 3, 4, 8, 9], ['a', 'b'])
#= a7 (2, 1, (1,), ('a', 'b'), [1, 2], ['a', 'b'], [0, 1, 2], [5, 3, 1], range(0, 3), 3, 4, True, [0, 3, 6, 9])
#= a8 (6, 3.5, [1, 2], 1, 5, 'a', 0, 'aa', 'x', (1, 3))
#= a9 (True, False, False, True, True, True)
#= b1 ([(1, 'a'), (2, 'b')], [], [(0, 'a'), (1, 'b')], [(1, 'a'), (2, 'b')], [4, 6], [1, 'a'], [1, 3], {0: 'x', 1: 'y'})
#= b2 (1, 2, [3], 'end', 2)
#= b3 (True, True, False, True, True, True, True, True, False)
#= b4 (True, True, False, 2, 5, 3, True, False, True, {'y': 2}, {'y': 2}, 'A', 'A')
#= b5 (9, False, ['z'])
#= nested {'a': [1, [2], 's'], 'b': (1,)}
#= deep {'a': [1, [2, 3]], 'b': (1,)}
#= shallow {'a': [1, [2], 's'], 'b': 0}
#= b6 ({'a': [1, [2], 's'], 'b': (1,)}, {'a': [1, [2, 3]], 'b': (1,)}, {'a': [1, [2], 's'], 'b': 0})
#= c2 (['b'], ['a'], ['a', 'b', 'c'], True, 2, True, 'a', ['A'], ['a', 'B'], 'append', 'a-b', 1)
#= c3 (1, 2, True, 3, 'ab', 'z', 'up')
#= b7 ([1, 7], [1, 2], [1, 7], False)
#= b8 (False, True, False, True, False, False, 0, 0.0, '', [], {}, (), '12', "[1, 'a']", 'None', "'a'", '(1,)', "{'a': 1.0}")
#= b9 (True, True, [1, 2], True, True, [[0, 0], [0, 0]], slice(1, 3, None), [2, 3])
#= first 0
#= rest [1, 2, 3]
#= init ['a', 'b']
#= last 'c'
#= c1 ((2, 1), [0, 1, 'a', 'b'], {1}, 3, 4, 5, True, 4, 3, -4, 2, 1.4142135623730951, 3.0)
#= pairs [('a', 'b'), ('c', 'd'), ('e', 'f')]
#= few [(0, 0), (1, 1), (2, 2)]
#= after 3
#= head [0, 1, 2]
#= third 3
#= lots [('a', 0), ('b', 1), ('c', 2)]
#= nxt 3
#= kd {'a': 1, 'b': 2}
