# Assignment forms, loops, try, with, match, del, global and nonlocal, assert, while/else.
a = b = [1]
b.append(2)
c, (d, *e), f = 1, (2, 3, 4), 5
[g, h] = 6, 7
x = [1, 2, 3]
x[0], x[1] = x[1], x[0]
x[1:2] = [10, 11]
y = {"k": [1]}
y["k"] += [2]
y.setdefault("z", []).append(3)
i = 5
i += 2; i *= 3; i -= 1; i //= 2; i **= 2; i %= 7
j = 0
while True:
    j += 1
    if j == 3: continue
    if j > 5: break
else:
    j = -1
for k in range(3):
    pass
else:
    k2 = "done"
for n in [1, 2, 3]:
    if n == 2:
        found = n
        break
else:
    found = None
log = []
try:
    log.append("try")
    {}["missing"]
    log.append("never")
except (IndexError, KeyError) as error:
    log.append(type(error).__name__)
    log.append(error.args)
else:
    log.append("else")
finally:
    log.append("finally")

def t(n):
    try:
        if n == 0: return "returned"
        if n == 1: raise ValueError("one")
        if n == 2: [][0]
    except ValueError as e:
        return "value " + str(e)
    except:
        return "other"
    else:
        return "fell through"
    finally:
        log.append(n)
tt = t(0), t(1), t(2), t(3)

def nested():
    try:
        try:
            raise KeyError("k")
        except KeyError:
            raise
    except LookupError as e:
        return repr(e)
nn = nested()

class Manager:
    def __init__(self, name): self.name = name
    def __enter__(self):
        log.append("enter " + self.name)
        return self.name
    def __exit__(self, kind, value, trace):
        log.append(("exit", self.name, kind is None))
        return kind is ValueError
with Manager("m") as m, Manager("n"):
    log.append(m)
with Manager("s"):
    raise ValueError("swallowed")
with (Manager("p") as p1, Manager("q") as q1):
    pq = p1 + q1
counter = 0
def count():
    global counter
    counter += 1
count(); count()
def outer():
    total = 0
    def inner(n):
        nonlocal total
        total += n
    inner(3); inner(4)
    return total
o = outer()
del x[0]
z = 1
del z
hasz = "z" in dir() if False else None
assert i is not None, "message"
def kind(v):
    match v:
        case 0 | 1: return "small"
        case int(n) if n > 100: return "big"
        case int(): return "int"
        case str() as s: return "str " + s
        case [a, b]: return ("pair", a, b)
        case [first, *rest]: return ("list", first, rest)
        case {"type": "conv", "filters": f, **more}: return ("conv", f, more)
        case {"type": t}: return t
        case Manager(name="m"): return "manager"
        case None: return "none"
        case (1.5 | 2.5): return "float"
        case _: return "other"
kinds = [kind(v) for v in (1, 500, 50, "a", [1, 2], (1, 2, 3), {"type": "conv", "filters": 3, "k": 4}, {"type": "x"}, Manager("m"), None, 2.5, 9.5)]
match = 3
case = match + 1
if x: pass
elif y: pass
else: pass
if (w := len(x)) > 1: ww = w
lst = [0, 1, 2, 3, 4]
del lst[1:3]
q, *_ = lst
def defaults(a, b=[]):
    b.append(a)
    return b
defaults(1)
dd = defaults(2)
for idx, (aa, bb) in enumerate(zip([1, 2], "xy")):
    last = idx, aa, bb
total = 0
for row in [[1, 2], [3]]:
    for cell in row:
        if cell == 2: continue
        total += cell
s: int = 3
u: str
async def co(): return 1
value = None
value = value or 5
#= a [1, 2]
#= b [1, 2]
#= c 1
#= d 2
#= e [3, 4]
#= f 5
#= g 6
#= h 7
#= x [10, 11, 3]
#= y {'k': [1, 2], 'z': [3]}
#= i 2
#= j 6
#= k 2
#= k2 'done'
#= n 2
#= found 2
#= log ['try', 'KeyError', ('missing',), 'finally', 0, 1, 2, 3, 'enter m', 'enter n', 'm', ('exit', 'n', True), ('exit', 'm', True), 'enter s', ('exit', 's', False), 'enter p', 'enter q', ('exit', 'q', True), ('exit', 'p', True)]
#= tt ('returned', 'value one', 'other', 'fell through')
#= nn "KeyError('k')"
#= m 'm'
#= p1 'p'
#= q1 'q'
#= pq 'pq'
#= counter 2
#= o 7
#= hasz None
#= kinds ['small', 'big', 'int', 'str a', ('pair', 1, 2), ('list', 1, [2, 3]), ('conv', 3, {'k': 4}), 'x', 'manager', 'none', 'float', 'other']
#= match 3
#= case 4
#= w 3
#= ww 3
#= lst [0, 3, 4]
#= q 0
#= _ [3, 4]
#= dd [1, 2]
#= idx 1
#= aa 2
#= bb 'y'
#= last (1, 2, 'y')
#= total 4
#= row [3]
#= cell 3
#= s 3
#= value 5
