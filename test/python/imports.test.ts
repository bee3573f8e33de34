// Imports through an injected reader: absolute, relative, packages, star, cycles, the search path, native modules.
import assert from 'node:assert/strict';
import { filesReader, run, values } from './run';
import { native, str, type ModuleValue, type Value } from '../../src/python/values';

const options = (
  files: Record<string, string>,
  path = 'proj/main.py',
): { reader: ReturnType<typeof filesReader>; path: string } => ({ reader: filesReader(files), path });

describe('imports', () => {
  it('read modules of the program', () => {
    const files = {
      'proj/helpers.py': 'N = 3\ndef double(x): return x * 2\n_hidden = 1\nclass A:\n  def m(self): return N',
      'proj/pkg/__init__.py': 'from .one import ONE\nfrom . import two\n__version__ = "1.0"',
      'proj/pkg/one.py': 'ONE = 1',
      'proj/pkg/two.py': 'from .one import ONE\nfrom .sub.deep import DEEP\nTWO = ONE + 1',
      'proj/pkg/sub/__init__.py': '',
      'proj/pkg/sub/deep.py': 'from ..one import ONE as uno\nfrom ...helpers import N\nDEEP = uno, N',
    };
    assert.deepEqual(
      values(
        'import helpers\nimport helpers as h\nfrom helpers import double, A as B\nimport pkg.two\nfrom pkg import ONE, two\nfrom pkg.sub.deep import DEEP\na = helpers.N, double(4), B().m(), pkg.two.TWO, ONE, two.TWO, DEEP, pkg.__version__, h is helpers',
        options(files),
      ).a,
      "(3, 8, 3, 2, 1, 2, (1, 3), '1.0', True)",
    );
  });

  it('bring all public names with a star, or those of __all__', () => {
    const files = {
      'proj/m.py': 'a = 1\n_b = 2\ndef c(): return _b',
      'proj/n.py': '__all__ = ["x", "_y"]\nx = 1\n_y = 2\nz = 3',
      'proj/o.py': 'from m import *\nfrom nowhere import *\n',
    };
    assert.deepEqual(
      values('from m import *\nd = a, c()\ntry:\n  _b\n  e = 1\nexcept NameError:\n  e = 2', options(files))
        .d,
      '(1, 2)',
    );
    assert.deepEqual(
      values('from m import *\ntry:\n  _b\n  e = 1\nexcept NameError:\n  e = 2', options(files)).e,
      '2',
    );
    assert.deepEqual(
      values('from n import *\nd = x, _y\ntry:\n  z\n  e = 1\nexcept NameError:\n  e = 2', options(files)).d,
      '(1, 2)',
    );
    assert.deepEqual(values('from o import *\nd = a\ne = other + 1', options(files)), {
      a: '1',
      c: '<function c>',
      d: '1',
      e: '?',
    });
  });

  it('give a module the names that it brought with a star', () => {
    const lib = (name: string, known: Record<string, Value>): ModuleValue => ({
      kind: 'module',
      name,
      attrs: new Map(),
      open: true,
      lookup: (key) => known[key] ?? { kind: 'unknown', reason: `${name}.${key} is not modelled`, at: null },
    });
    const found = values('import proxy\na = proxy.power, proxy.mean\nb = proxy.other', {
      ...options({ 'proj/proxy.py': 'from one import *\nfrom two import *' }),
      modules: [
        (name) =>
          name === 'one'
            ? lib(name, { power: str('one'), mean: str('one') })
            : name === 'two'
              ? lib(name, { mean: str('two') })
              : undefined,
      ],
    });
    assert.equal(found.a, "('one', 'two')");
    assert.equal(found.b, '?');
  });

  it('survive cycles', () => {
    const files = {
      'proj/a.py': 'import b\nX = 1\ndef f(): return b.Y',
      'proj/b.py': 'import a\nY = 2\ndef g(): return a.X',
    };
    assert.equal(values('import a, b\nr = a.f(), b.g()', options(files)).r, '(2, 1)');
    const mutual = { 'proj/a.py': 'from b import Y\nX = 1', 'proj/b.py': 'from a import X\nY = 2' };
    assert.equal(values('from a import X\nr = X', options(mutual)).r, '1');
    assert.equal(values('from main import r\nr = 5', options({ 'proj/main.py': 'r = 5' })).r, '5');
  });

  it('look in the packages above the program', () => {
    const files = {
      'repo/lib/__init__.py': '',
      'repo/lib/blocks.py': 'B = 7',
      'repo/lib/models/__init__.py': '',
      'repo/lib/models/net.py': '',
    };
    assert.equal(
      values(
        'from lib.blocks import B\nfrom ..blocks import B as C\nr = B, C',
        options(files, 'repo/lib/models/net.py'),
      ).r,
      '(7, 7)',
    );
    assert.equal(
      values('from lib.blocks import B\nr = B', options(files, '/x/repo/lib/models/net.py')).r,
      '?',
    );
    const rooted = { '/x/repo/lib/blocks.py': 'B = 8' };
    assert.equal(
      values('from lib.blocks import B\nr = B', options(rooted, '/x/repo/lib/models/net.py')).r,
      '8',
    );
  });

  it('find packages without __init__ by their modules', () => {
    const files = { 'proj/ns/deep/mod.py': 'V = 4' };
    assert.equal(
      values(
        'from ns.deep.mod import V\nimport ns.deep.mod\nfrom ns.deep import mod\nr = V, ns.deep.mod.V, mod.V',
        options(files),
      ).r,
      '(4, 4, 4)',
    );
  });

  it('look along the search path last', () => {
    const files = {
      'site/third/__init__.py': 'from .core import run',
      'site/third/core.py': 'def run(): return 9',
      'site/helpers.py': 'N = 1',
      'proj/helpers.py': 'N = 2',
    };
    const result = values('import third, helpers\nr = third.run(), helpers.N', {
      ...options(files),
      searchPath: ['site'],
    });
    assert.equal(result.r, '(9, 2)');
  });

  it('read of an interpreter only packages that have to do with networks, or are small', () => {
    const much = `X = 1\n${'# nothing of note\n'.repeat(5000)}`;
    const files = {
      'env/site-packages/plots/__init__.py': 'from .axes import *\n',
      'env/site-packages/plots/axes.py': much,
      'env/site-packages/nets/__init__.py': `from .blocks import X\n`,
      'env/site-packages/nets/blocks.py': `from nets.deep import Y\n${much}`,
      'env/site-packages/nets/deep.py': 'import os, keras\nY = 2',
      'env/site-packages/small/__init__.py': 'from . import a',
      'env/site-packages/small/a.py': 'Z = 3',
      'named/plots2/__init__.py': much,
    };
    const result = values('import plots, nets, small, plots2\nr = nets.X, small.a.Z, plots2.X\np = plots.X', {
      ...options(files),
      searchPath: ['named', 'env/site-packages'],
    });
    assert.equal(result.r, '(1, 3, 1)');
    assert.equal(result.p, '?');
  });

  it('prefer native libraries', () => {
    const module: ModuleValue = {
      kind: 'module',
      name: 'lib',
      attrs: new Map<string, Value>([['f', native('f', () => str('native'))]]),
      open: true,
      lookup: undefined,
    };
    const modules = [(name: string): ModuleValue | undefined => (name === 'lib' ? module : undefined)];
    const files = { 'proj/lib.py': 'f = 1', 'proj/lib/inner.py': 'V = 3' };
    assert.deepEqual(
      values(
        'import lib\nfrom lib.inner import V\na = lib.f()\nb = lib.other.thing(3)\nfrom lib import *\nc = f()',
        { ...options(files), modules },
      ),
      {
        lib: "<module 'lib'>",
        V: '3',
        a: "'native'",
        b: '?',
        c: "'native'",
        f: '<built-in function f>',
        inner: "<module 'lib.inner'>",
      },
    );
  });

  it('leave what is not found unknown, and say so once', () => {
    const { problems, globals } = run(
      'import nowhere\nimport nowhere.deep as d\nfrom nowhere.other import thing\nfrom .gone import x\na = thing(1).b',
      options({}),
    );
    assert.ok(problems.length > 0 && problems.every((problem) => problem.kind === 'import'));
    const a = globals.get('a');
    assert.ok(a?.kind === 'unknown' && a.reason.includes('nowhere.other'));
  });

  it('know a name that a module of the program lacks', () => {
    const files = { 'proj/m.py': 'a = 1' };
    assert.equal(
      values('try:\n  from m import gone\nexcept ImportError:\n  gone = 2', options(files)).gone,
      '2',
    );
    assert.equal(values('from m import gone', options(files)).gone, '?');
    assert.equal(
      values('import m\nr = hasattr(m, "gone"), hasattr(m, "a")', options(files)).r,
      '(False, True)',
    );
  });

  it('run a module once, as itself and not as the program', () => {
    const files = {
      'proj/m.py': 'log = []\nlog.append(__name__)\nif __name__ == "__main__": log.append("main")',
      'proj/k.py': 'from m import log',
    };
    assert.equal(
      values(
        'import m, k\nfrom m import log\nn = __name__\nif __name__ == "__main__": log.append("here")\nr = log, k.log is log',
        options(files),
      ).r,
      "(['m', 'here'], True)",
    );
  });

  it('mark modules that are still being read', () => {
    const { globals } = run('import slow\na = slow.x', {
      path: 'main.py',
      reader: { read: (path) => (path === 'slow.py' ? 'pending' : undefined) },
    });
    const a = globals.get('a');
    assert.ok(a?.kind === 'unknown' && a.reason.includes('being read'));
  });

  it('go on after mistakes in a module', () => {
    const files = { 'proj/m.py': 'a = 1\nb = [][3]\nc = 3\nd = = 4\ne = 5' };
    assert.deepEqual(
      values('import m\nr = [m.a, m.b, m.c, m.e, m.d, m.zzz]', options(files)).r,
      '[1, ?, 3, 5, ?, ?]',
    );
  });

  it('parse a file once for many runs', () => {
    const parsed = new Map();
    const files = { 'proj/m.py': 'a = 1' };
    run('import m', { ...options(files), parsed });
    const first = parsed.get('proj/m.py');
    run('import m\nb = 2', { ...options(files), parsed });
    assert.equal(parsed.get('proj/m.py'), first);
    run('import m', { ...options({ 'proj/m.py': 'a = 2' }), parsed });
    assert.notEqual(parsed.get('proj/m.py'), first);
  });
});
