// What the library makes of values that only a run can know: unknown with its reason and type, open lengths as formulas,
// and never an exception.
import assert from 'node:assert/strict';
import { format } from '../../../src/python/symbolic';
import type { Value } from '../../../src/python/values';
import { filesReader, run, show, values } from '../run';

/** The value of `r` after the program, with formulas spelled out. */
function result(text: string, symbols: readonly string[] = []): string {
  const names = new Map<string, Value>(
    symbols.map((name) => [name, { kind: 'symbolic', expr: name, isNone: false }]),
  );
  const { machine, globals, uncaught } = run(text, {
    modules: [
      (name) =>
        name === 'outer'
          ? {
              kind: 'module',
              name,
              attrs: names,
              open: true,
              lookup: (missing) => ({ kind: 'unknown', reason: `${missing} is from outside`, at: null }),
            }
          : undefined,
    ],
  });
  assert.deepEqual(uncaught, [], text);
  const spell = (value: Value | undefined): string => {
    if (value?.kind === 'symbolic') return format(value.expr);
    if (value?.kind === 'tuple') return `(${value.items.map(spell).join(', ')})`;
    return show(machine, value);
  };
  return spell(globals.get('r'));
}

const OPEN: readonly (readonly [string, string])[] = [
  [
    'import math; r = math.ceil(h / 2), math.floor(h / 2), int(h / 2), h // 2',
    '(⌊(h + 1)/2⌋, ⌊h/2⌋, ⌊h/2⌋, ⌊h/2⌋)',
  ],
  [
    'import numpy as np; r = int(np.ceil(h / 2)), int(np.floor(h / 4)), np.prod((h, 3, 2)), np.prod([h, w])',
    '(⌊(h + 1)/2⌋, ⌊h/4⌋, 6·h, h·w)',
  ],
  [
    'import math; r = math.prod((h, 2)), max(h, 1), min(h, w, 5), sum([h, w, 1]), abs(h), int(h), round(h)',
    '(2·h, max(h, 1), min(min(h, w), 5), h + w + 1, max(h, −1·h), h, h)',
  ],
  [
    'import numpy as np; x = np.zeros((h, 28)); r = x.shape, x[1:].shape, x[:-1].shape, x.T.shape, x[::2].shape',
    '((h, 28), (h − 1, 28), (h − 1, 28), (28, h), (⌊(h + 1)/2⌋, 28))',
  ],
  [
    'import numpy as np; x = np.zeros((h, 28, 3)); r = x.reshape(-1, 84).shape, x.reshape(h, -1).shape, x[..., None].shape, np.concatenate([x, x]).shape',
    '((h, 84), (h, 84), (h, 28, 3, 1), (2·h, 28, 3))',
  ],
  [
    'import numpy as np; r = np.arange(h).shape, np.zeros(h).shape, np.ones((2, h)).sum(axis=0).shape, len(np.zeros((h, 1)))',
    '((h), (h), (h), h)',
  ],
  ['r = isinstance(h, int), isinstance(h, float), isinstance(h, (int, str))', '(True, False, True)'],
  [
    'import operator, functools; r = functools.reduce(operator.mul, (h, 2, 3), 1), operator.floordiv(h, 2)',
    '(6·h, ⌊h/2⌋)',
  ],
];

const UNKNOWN: readonly (readonly [string, string])[] = [
  // built-in functions
  [
    'r = int(u), float(u), str(u), bool(u), len(u), isinstance(u, int), abs(u), callable(u), hasattr(u, "x")',
    '(?int, ?float, ?str, ?bool, ?int, ?bool, ?, ?bool, ?bool)',
  ],
  [
    'r = sum(u), max(u), min(1, u), any([0, u]), any([1, u]), all([0, u]), all([1, u])',
    '(?, ?, ?, ?bool, True, False, ?bool)',
  ],
  ['r = list(u)', '[...]'],
  ['r = list(zip([1, 2], u))', '[...]'],
  ['r = [*map(lambda x: 3, u)]', '[...]'],
  ['r = sorted([2, u])', '[?{2|?}, ?{2|?}]'],
  ['r = range(u)', '?range'],
  ['r = getattr(u, "x", 3), getattr(3, u), getattr("a", "nope", 7)', '(?, ?, 7)'],
  ['r = next(iter(u), 0), print(u), id(u), repr(u)', '(?, None, ?int, ?str)'],
  // texts
  [
    'r = f"a{u}", "%s" % u, "{}".format(u), "-".join([u]), "a" + str(u), u.split("/"), "a".replace("a", u)',
    '(?str, ?str, ?str, ?str, ?str, ?, ?str)',
  ],
  ['r = "abc".startswith(u), "a b".split(u), "x".center(u)', '(?bool, ?list, ?str)'],
  // containers
  [
    'r = {"a": 1}.get(u), {"a": 1}.get("b", u), {u: 1}.get("a", 5), dict(u), set([1, u])',
    '(?, ?, ?, {...}, {1, ...})',
  ],
  ['r = [1, 2]; r.append(u); r.extend(u)', '[1, 2, ?, ...]'],
  ['r = [1, 2]; r.pop(u)', '[...]'],
  ['r = [3, 4]; r.insert(u, 1)', '[...]'],
  ['r = [1, u, 2].index(2), [1, 2].index(u), (1, u).count(1)', '(?int, ?int, ?int)'],
  // modules
  [
    'import math; r = math.sqrt(u), math.ceil(u), math.log(u, 2), math.gcd(u, 2), math.prod([u, 2])',
    '(?float, ?int, ?float, ?int, ?)',
  ],
  [
    'import os; r = os.environ.get("A", "1"), os.environ["B"], os.getenv("C", 3), os.path.join("a", u), os.path.exists("a"), os.cpu_count(), "A" in os.environ',
    "('1', ?str, 3, ?str, ?bool, ?int, ?bool)",
  ],
  [
    'import os; os.environ["A"] = "2"; r = os.environ["A"], os.getenv("A", "1"), "A" in os.environ, os.environ.get("B"), os.environ.setdefault("C", "4"), os.environ["C"]',
    "('2', '2', True, ?, '4', '4')",
  ],
  ['import os\nif u: os.environ["A"] = "2"\nr = os.getenv("A", "1"), os.environ["A"]', "(?{'1'|'2'}, ?str)"],
  [
    'import random; r = random.random(), random.randint(1, 5), random.choice([1, 2]), random.sample([1, 2], 1)',
    '(?float, ?int, ?{1|2}, [?{1|2}])',
  ],
  ['import time; r = time.time(), time.strftime("%Y")', '(?float, ?str)'],
  [
    'import argparse\np = argparse.ArgumentParser()\np.add_argument("depth", type=int)\np.add_argument("--n", required=True)\np.add_argument("--k", type=int, default=3)\na = p.parse_args()\nr = a.depth, a.n, a.k',
    '(?int, ?str, 3)',
  ],
  [
    'import argparse\np = argparse.ArgumentParser()\np.add_subparsers(dest="cmd")\na = p.parse_args()\nr = a.whatever',
    '?',
  ],
  [
    'import sys; r = sys.argv[1], len(sys.argv), sys.version_info >= (3, 8), sys.version_info < (3,)',
    '(?, ?int, ?bool, False)',
  ],
  ['import json; r = json.loads(u), json.load(open("no.json")), json.dumps(u)', '(?, ?, ?str)'],
  ['import re; r = re.match(u, "a"), re.sub("a", u, "ab"), re.match("(a+)+b", "aaa")', '(?, ?str, ?)'],
  ['import copy; r = copy.deepcopy(u), copy.copy([u])[0]', '(?, ?)'],
  [
    'import functools, itertools; r = functools.reduce(lambda a, b: a, u), list(itertools.chain([1], u)), next(itertools.count(u))',
    '(?, [1, ...], ?)',
  ],
  [
    'from collections import namedtuple\nP = namedtuple("P", "x y")\nr = P(*u).x, P(**u).y, P(1, *u).x',
    '(?, ?, 1)',
  ],
  ['from enum import Enum\nclass C(Enum):\n    A = 1\n    B = 2\nr = C(u).value', '?'],
  [
    'from dataclasses import dataclass\n@dataclass\nclass C:\n    a: int\n    b: int = 2\nr = C(**u).a, C(u).a, C(1, **u).b, C(1) == u',
    '(?, ?, ?, ?bool)',
  ],
  ['import pathlib; p = pathlib.Path(u); r = p.name, (p / "a").exists(), str(p)', '(?, ?bool, ?str)'],
  ['from absl import flags\nF = flags.FLAGS\nflags.DEFINE_integer("n", 3, "")\nr = F.n, F.other', '(3, ?)'],
  ['import no_such_module; r = no_such_module.f(1).x[2]', '?'],
  ['from tqdm import tqdm; r = list(tqdm([1, 2])), tqdm(range(3)).total', '([1, 2], ?)'],
  // numpy
  [
    'import numpy as np; a = np.load("x.npy"); r = a.shape, a[0], np.array(u).shape, np.zeros(u).shape, np.sqrt(u), np.prod(u), np.max(u, axis=0)',
    '(?, ?, ?tuple, ?tuple, ?, ?number, ?)',
  ],
  [
    'import numpy as np; a = np.zeros((2, u)); r = a.shape, a[0].shape, a.T.shape, a.size, a.sum(), a.reshape(-1, 2).shape, a * u, (a + 1).shape',
    '((2, ?), (?,), (?, 2), ?, ?, (?, 2), ?, (2, ?))',
  ],
  [
    'import numpy as np; a = np.random.rand(4, 3); r = a[0, 0], a.tolist()[0][0], bool(a[0, 0] > 1), a[a > 0.5].shape, int(a.max()), a[u].shape, a[:u].shape',
    '(?, ?float, ?bool, (?,), ?int, ?tuple, (?, 3))',
  ],
  [
    'import numpy as np; a = np.ones(3); a[u] = 5; r = a.tolist(), a.shape',
    '([?float, ?float, ?float], (3,))',
  ],
  [
    'import numpy as np; r = np.concatenate([np.zeros((2, 3)), u]).shape, np.stack(u).shape, np.expand_dims(u, 0).shape, np.unheard_of(1)',
    '(?tuple, ?tuple, ?tuple, ?)',
  ],
  ['import numpy as np\nif np.array([1, 2]).shape == u:\n    r = 1\nelse:\n    r = 2', '?{1|2}'],
  ['import numpy as np; r = [i for i in np.zeros((1000, 2))]', '[...]'],
  [
    'from sklearn.model_selection import train_test_split as t\nimport numpy as np\na, b, c, d = t(np.zeros((100, 28)), np.zeros(100), test_size=0.2)\ne, f = t(np.zeros((10, 3)))\ng, h = t(u)\nr = a.shape, b.shape, c.shape, d.shape, e.shape, f.shape, g',
    '((80, 28), (20, 28), (80,), (20,), (7, 3), (3, 3), ?)',
  ],
];

describe('library: open lengths', () => {
  for (const [text, expected] of OPEN)
    it(text, () => assert.equal(result(`from outer import h, w\n${text}`, ['h', 'w']), expected));
});

describe('library: unknown values', () => {
  for (const [text, expected] of UNKNOWN) {
    it(text.split('\n').join('; '), () => {
      const shown = run(`from outer import u\n${text}`, {
        modules: [
          (name) =>
            name === 'outer'
              ? {
                  kind: 'module',
                  name,
                  attrs: new Map([['u', { kind: 'unknown', reason: 'u is from outside', at: null }]]),
                  open: true,
                }
              : undefined,
        ],
      });
      assert.deepEqual(shown.uncaught, []);
      assert.equal(show(shown.machine, shown.globals.get('r')), expected);
    });
  }
});

describe('library: what Python certainly refuses', () => {
  const CERTAIN: readonly (readonly [string, string])[] = [
    ['int("x")', 'ValueError'],
    ['[].pop()', 'IndexError'],
    ['{}.pop("a")', 'KeyError'],
    ['[1].remove(2)', 'ValueError'],
    ['"a".nope()', 'AttributeError'],
    ['len(5)', 'TypeError'],
    ['max([])', 'ValueError'],
    ['round("a")', 'TypeError'],
    ['"-".join([1])', 'TypeError'],
    ['"%d" % "a"', 'TypeError'],
    ['f"{1:s}"', 'ValueError'],
    ['{[]: 1}', 'TypeError'],
    ['__import__("math").sqrt(-1)', 'ValueError'],
    ['__import__("numpy").zeros((2, 3)).reshape(4)', 'ValueError'],
    ['__import__("numpy").zeros((2, 3)) + __import__("numpy").zeros(2)', 'ValueError'],
    [
      '__import__("numpy").concatenate([__import__("numpy").zeros((2, 3)), __import__("numpy").zeros((2, 4))])',
      'ValueError',
    ],
    ['__import__("numpy").zeros((2, 3))[2]', 'IndexError'],
    ['__import__("numpy").zeros(3)[0, 0]', 'IndexError'],
    ['bool(__import__("numpy").zeros(3))', 'ValueError'],
    ['__import__("collections").namedtuple("P", "x y")(1)', 'TypeError'],
  ];
  for (const [text, error] of CERTAIN) it(text, () => assert.deepEqual(run(`${text}\n`).uncaught, [error]));
});

describe('library: files of the workspace', () => {
  const files = {
    'conf.json': '{"filters": [8, 16], "rate": 0.5, "name": "net"}',
    'conf.yaml':
      'model:\n  depth: 3   # layers\n  widths: [8, 16]\n  act: relu\nstages:\n  - name: a\n    n: 2\n  - name: b\n    n: 1.5\nflags: {on: true, off: no, none: ~}\nlist:\n- 1\n- "two"\n',
    'notes.txt': 'one\ntwo\n',
  };
  const READS: readonly (readonly [string, string])[] = [
    [
      'import json\nwith open("conf.json") as f:\n    r = json.load(f)',
      "{'filters': [8, 16], 'rate': 0.5, 'name': 'net'}",
    ],
    [
      'import yaml\nwith open("conf.yaml") as f:\n    r = yaml.safe_load(f)',
      "{'model': {'depth': 3, 'widths': [8, 16], 'act': 'relu'}, 'stages': [{'name': 'a', 'n': 2}, {'name': 'b', 'n': 1.5}], 'flags': {True: True, False: False, 'none': None}, 'list': [1, 'two']}",
    ],
    ['r = [line.strip() for line in open("notes.txt")]', "['one', 'two']"],
    ['import pathlib; r = pathlib.Path("notes.txt").read_text()', "'one\\ntwo\\n'"],
    [
      'from omegaconf import OmegaConf; c = OmegaConf.load("conf.yaml"); r = c.model.depth, c["stages"][0].name',
      "(3, 'a')",
    ],
    ['r = open("absent.txt").read()', '?'],
    ['r = open("notes.txt", "wb")', '?file'],
  ];
  for (const [text, expected] of READS)
    it(text, () => assert.equal(values(text, { reader: filesReader(files) }).r, expected));
});

describe('library: dictionaries with attributes', () => {
  it('ml_collections, easydict and omegaconf give what was set', () => {
    const { r } = values(`
from ml_collections import config_dict
import ml_collections
from easydict import EasyDict as edict
from omegaconf import OmegaConf
def get():
    c = ml_collections.ConfigDict()
    c.width = 8
    c.block = ml_collections.ConfigDict({"n": 2})
    c.block.n = 3
    return c
c = get()
e = edict({"a": {"b": 1}}); e.a.c = 2; e.z = 5
o = OmegaConf.create({"m": {"k": 3}})
r = c.width, c.block.n, c["width"], "width" in c, c.get("nope", 0), e.a.b, e.a.c, e["z"], o.m.k, o.nope, dict(e.a), len(c)
`);
    assert.equal(r, "(8, 3, 8, True, 0, 1, 2, 5, 3, None, {'b': 1, 'c': 2}, 2)");
  });
});
