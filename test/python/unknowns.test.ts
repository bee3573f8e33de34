// Unknown values: both sides of an undecided branch run on the same state and are joined; nothing unknown is ever an error.
import assert from 'node:assert/strict';
import { run, show, values } from './run';
import { unknown } from '../../src/python/values';

/** `U` and `V` are unknown in the program. */
function after(text: string): Record<string, string> {
  const { machine, globals, uncaught } = run(`from outside import U, V\n${text}`);
  assert.deepEqual(uncaught, []);
  return Object.fromEntries(
    [...globals]
      .filter(([name]) => !/^(__|U$|V$)/.test(name))
      .map(([name, value]) => [name, show(machine, value)]),
  );
}

const rows: readonly (readonly [name: string, text: string, expected: Record<string, string>])[] = [
  [
    'keeps what both sides agree on',
    'a = 1\nif U:\n  a = 2\n  b = 3\nelse:\n  a = 2\n  b = 3',
    { a: '2', b: '3' },
  ],
  [
    'takes a call that does not fit the function for one of the decorator that is not known',
    '@U(x=1)\ndef f(a, b): return (a, 1)\nr = f()\ns = f(2, 3)\nt = f(c=1)',
    { f: '<function f>', r: '(?, 1)', s: '(2, 1)', t: '(?, 1)' },
  ],
  ['joins what differs', 'if U:\n  a = 2\nelse:\n  a = 3', { a: '?{2|3}' }],
  ['joins with the value before', 'a = 1\nif U:\n  a = 2', { a: '?{1|2}' }],
  ['keeps a name bound on one side, for reading it elsewhere would raise', 'if U:\n  a = 2', { a: '2' }],
  ['leaves out a side that raises', 'a = 1\nif U:\n  a = 2\n  raise ValueError("no")', { a: '1' }],
  ['leaves out a side that fails an assertion', 'a = 1\nif U:\n  a = 2\n  assert a == 3', { a: '1' }],
  ['joins the parts of tuples', 'if U: t = (1, 2)\nelse: t = (1, 3)', { t: '(1, ?{2|3})' }],
  ['joins lists of the same length', 'if U: t = [1, 2]\nelse: t = [1, 3]', { t: '[1, ?{2|3}]' }],
  ['opens lists of different length', 'l = [0]\nif U: l.append(1)', { l: '[0, ...]' }],
  [
    'joins dictionaries',
    'd = {"a": 1}\nif U:\n  d["a"] = 2\n  d["b"] = 3',
    { d: "{'a': ?{1|2}, 'b': 3?, ...}" },
  ],
  [
    'undoes changes to objects',
    'class A: pass\na = A()\na.n = 1\nif U: a.n = 2\nelse: b = a.n\nc = a.n',
    { A: '?', a: '<A>', b: '1', c: '?{1|2}' },
  ],
  ['follows nested conditions', 'if U:\n  if V: a = 1\n  else: a = 2\nelse: a = 1', { a: '?{1|2}' }],
  ['follows elif', 'if U: a = 1\nelif V: a = 2\nelse: a = 3', { a: '?{1|2|3}' }],
  ['joins returns', 'def f():\n  if U: return 1\n  return 2\na = f()', { f: '<function f>', a: '?{1|2}' }],
  [
    'keeps equal returns',
    'def f():\n  if U: return 1\n  x = 1\n  return x\na = f()',
    { f: '<function f>', a: '1' },
  ],
  [
    'returns the rest where a side raises',
    'def f():\n  if U: raise ValueError\n  return 2\na = f()',
    { f: '<function f>', a: '2' },
  ],
  [
    'returns the early value where the rest raises',
    'def f():\n  if U: return 1\n  raise ValueError\na = f()',
    { f: '<function f>', a: '1' },
  ],
  [
    'joins the effects after an early return',
    'l = []\ndef f():\n  if U: return 0\n  l.append(1)\n  return 0\na = f()',
    { l: '[...]', f: '<function f>', a: '0' },
  ],
  [
    'joins the effects before an early return',
    'l = []\ndef f():\n  l.append(0)\n  if U:\n    l.append(1)\n    return 0\n  l.append(2)\n  return 0\na = f()',
    { l: '[0, ?{1|2}]', f: '<function f>', a: '0' },
  ],
  [
    'joins early returns in nested branches',
    'def f():\n  n = 0\n  if U:\n    n = 1\n    if V: return n\n    n = 2\n  return n\na = f()',
    { f: '<function f>', a: '?{0|1|2}' },
  ],
  [
    'ends all sides',
    'def f():\n  if U: return 1\n  else: return 1\n  return 9\na = f()',
    { f: '<function f>', a: '1' },
  ],
  [
    'breaks out of a loop',
    'n = 0\nfor i in range(3):\n  if U: break\n  n += 1',
    { i: '?{0|1|2}', n: '?{0|1|2|3}' },
  ],
  [
    'continues in a loop',
    'l = []\nfor i in range(2):\n  if U: continue\n  l.append(i)',
    { i: '1', l: '[...]' },
  ],
  [
    'runs else when no break was certain',
    'a = 0\nfor i in range(2):\n  if U: break\nelse:\n  a = 1',
    { a: '?{0|1}', i: '?{0|1}' },
  ],
  [
    'returns out of a loop',
    'def f():\n  for i in range(3):\n    if U: return i\n  return 9\na = f()',
    { f: '<function f>', a: '?{0|1|2|9}' },
  ],
  [
    'runs a loop over the unknown once',
    'n = 0\nl = []\nfor x in U:\n  n += 1\n  l.append(x)',
    { n: '?int', l: '[...]', x: '?' },
  ],
  ['runs an undecided while once', 'n = 0\nwhile U < 3: n += 1', { n: '?int' }],
  [
    'keeps what a loop leaves alone',
    'n = 1\nk = 0\nfor x in U:\n  n = 1\n  k += 1',
    { n: '1', k: '?int', x: '?' },
  ],
  [
    'appends known elements after known ones',
    'l = [1]\nfor x in U: l.append(2)\na = l[0]\nb = l[1]\nc = len(l)',
    { l: '[1, ...]', x: '?', a: '1', b: '?', c: '?int' },
  ],
  [
    'decides conditions that hold for every alternative',
    'if U: a = 2\nelse: a = 3\nb = a > 1\nif a: c = 1\nelse: c = 2\nd = a == 5',
    { a: '?{2|3}', b: 'True', c: '1', d: 'False' },
  ],
  [
    'follows unknown conditional expressions',
    'a = 1 if U else 2\nb = 1 if U else 1\nc = U or 3\nd = U and 3',
    { a: '?{1|2}', b: '1', c: '?', d: '?' },
  ],
  [
    'knows False and anything',
    'a = False and U\nb = True or U\nc = not U',
    { a: 'False', b: 'True', c: '?bool' },
  ],
  [
    'never raises from an unknown',
    'a = U + 1\nb = U.x.y(3)[4]\nc = -U\nd = [U][0]\ne = U < 3\nf = f"{U}"\ng = "%d" % U\nx, y = U\nU.z = 3\nU[1] = 2\ndel U[0]\nU += 1',
    { a: '?', b: '?', c: '?', d: '?', e: '?bool', f: '?str', g: '?str', x: '?', y: '?' },
  ],
  [
    'unpacks what is open',
    'l = [1, 2]\nfor q in U: l.append(3)\na, b, *c = l\nd, *e = U',
    { l: '[1, 2, ...]', q: '?', a: '1', b: '2', c: '[...]', d: '?', e: '[...]' },
  ],
  [
    'passes open arguments',
    'def f(a, b=2, *c, **d): return a, b, c, d\nr = f(*U)\ns = f(1, **U)\nt = f(1, 2, *[3], **{"z": U})',
    { f: '<function f>', r: '(?, ?, [...], {})', s: '(1, ?, (), {...})', t: "(1, 2, (3,), {'z': ?})" },
  ],
  ['catches what is certainly raised only', 'try:\n  a = U.thing()\nexcept Exception:\n  a = 1', { a: '?' }],
  ['takes an unknown handler', 'try:\n  raise ValueError("x")\nexcept U.Error:\n  a = 1', { a: '1' }],
  ['passes through unknown context managers', 'with U.scope() as s:\n  a = 1', { s: '?', a: '1' }],
  [
    'keeps a function whose decorator is unknown',
    '@U.decorate(3)\ndef f(): return 4\na = f()',
    { f: '<function f>', a: '4' },
  ],
  [
    'lets a class of unknown base have any attribute',
    'class A(U):\n  def m(self): return self.other\na = A().m()\nb = A.anything\nc = A(1, 2).x',
    { A: '?', a: '?', b: '?', c: '?' },
  ],
  [
    'uses what an import gave or not',
    'try:\n  import nowhere\nexcept ImportError:\n  nowhere = None\na = nowhere.x',
    { nowhere: "<module 'nowhere'>", a: '?' },
  ],
  [
    'matches the unknown in every way',
    'match U:\n  case 1: a = 1\n  case [x, y]: a = 2\n  case _: a = 3',
    { x: '?', y: '?', a: '?{1|2|3}' },
  ],
  [
    'iterates open comprehensions',
    'a = [i for i in U]\nb = {i: 1 for i in U}\nc = [i for i in [1, 2] if U]\nd = list(i for i in [1, U])',
    { a: '[...]', b: '{...}', c: '[...]', d: '[1, ?]' },
  ],
  [
    'joins the position of iterators',
    'it = iter([1, 2, 3])\nif U: next(it)\na = next(it)',
    { it: '<iterator>', a: '?' },
  ],
  [
    'does not take a probed name for one of few in a loop',
    'n = 0\nfor x in U:\n  n = 5',
    { n: '?int', x: '?' },
  ],
  [
    'keeps a lambda over a joined variable',
    'k = 1\nif U: k = 2\nf = lambda: k\na = f()',
    { k: '?{1|2}', f: '<function <lambda>>', a: '?{1|2}' },
  ],
  [
    'joins what calls change',
    'class C:\n  def __init__(self): self.l = []\n  def add(self, x):\n    self.l.append(x)\n    return len(self.l)\nc = C()\nif U: n = c.add(1)\nelse: n = c.add(2)\na = c.l',
    { C: '?', c: '<C>', n: '1', a: '[?{1|2}]' },
  ],
  [
    'returns from inside try with finally',
    'l = []\ndef f():\n  try:\n    if U: return 1\n    return 2\n  finally:\n    l.append(0)\na = f()',
    { l: '[0]', f: '<function f>', a: '?{1|2}' },
  ],
  [
    'raises on one side inside try',
    'try:\n  if U: raise ValueError\n  a = 1\nexcept ValueError:\n  a = 2',
    { a: '1' },
  ],
  [
    'follows while True with an undecided way out',
    'n = 0\nwhile True:\n  n += 1\n  if U: break\nb = 1',
    { n: '?int', b: '1' },
  ],
  [
    'narrows what a condition tells',
    'if U: a = None\nelse: a = "x"\nif a is not None:\n  b = a + "y"\nelse: b = "none"\nc = a and a + "z"\nif not a: d = 1\nelse: d = len(a) + 1\nif a == "x" and V: e = a\nelse: e = "x"',
    { a: "?{'x'|None}", b: "?{'none'|'xy'}", c: "?{'xz'|None}", d: '?{1|2}', e: "'x'" },
  ],
  [
    'gives the beginning of an endless generator',
    'def g():\n  n = 0\n  while True:\n    yield n\n    n += 1\ni = g()\na = next(i), next(i)\nb = U in g()',
    { g: '<function g>', i: '<iterator>', a: '(0, 1)', b: '?bool' },
  ],
  [
    'yields on one side',
    'def g():\n  yield 1\n  if U: yield 2\na = list(g())',
    { g: '<function g>', a: '[1, ...]' },
  ],
];

describe('unknown values', () => {
  for (const [name, text, expected] of rows) {
    it(name, () => {
      const found = after(text);
      for (const key of Object.keys(found))
        if (expected[key] === '?' && found[key].startsWith('<class')) delete found[key];
      const wanted = Object.fromEntries(
        Object.entries(expected).filter(([key]) => key in found || expected[key] !== '?'),
      );
      assert.deepEqual(found, wanted);
    });
  }

  it('says why a value is not known, in words', () => {
    const reason = (text: string): string => {
      const value = run(text).globals.get('a');
      return value?.kind === 'unknown' ? value.reason : `${value?.kind}`;
    };
    assert.equal(
      reason('from outside import use_bn\nif use_bn: a = 1\nelse: a = 2'),
      'depends on "use_bn", which is not known (module outside is not available)',
    );
    assert.equal(reason('a = missing_name'), "raises NameError: name 'missing_name' is not defined");
    assert.equal(reason('import outside\na = outside.f(3).g'), 'module outside is not available');
    assert.equal(
      reason('from outside import n\na = 0\nfor i in range(n): a += 1'),
      'changes in a loop over "range(n)", which is not known (module outside is not available)',
    );
    assert.equal(
      reason('def f(n):\n  return f(n + 1)\na = f(0)'),
      'calls of f() are nested too deeply to follow',
    );
  });

  it('goes on after an exception that nothing catches', () => {
    assert.deepEqual(
      values(
        'a = 1\nb = [][3]\nc, d = 1 / 0, 2\nraise ValueError("x")\ne = a + 1\ndef f(): return undefined\ng = f()\nh = 3',
      ),
      {
        a: '1',
        b: '?',
        c: '?',
        d: '?',
        e: '2',
        f: '<function f>',
        g: '?',
        h: '3',
      },
    );
    assert.deepEqual(run('b = [][3]\nraise ValueError("x")').uncaught, ['IndexError', 'ValueError']);
  });

  it('marks values that a library made unknown', () => {
    const { globals } = run('b = q.x if q else 1', {
      setup: (machine) => machine.joiners.push(() => undefined),
    });
    assert.equal(globals.get('b')?.kind, 'unknown');
    assert.equal(unknown('why').reason, 'why');
  });
});
