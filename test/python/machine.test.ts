// What the machine offers to libraries: observers, call stacks, probing, catching, notebooks, directives, fuel, hooks.
import assert from 'node:assert/strict';
import { check, run, show, values } from './run';
import type { Machine } from '../../src/python/machine';
import { runProgram } from '../../src/python/run';
import {
  NONE,
  int,
  native,
  str,
  unknown,
  type ClassValue,
  type Mutable,
  type Value,
} from '../../src/python/values';

function install(machine: Machine, name: string, value: Value): void {
  (machine.builtin('object') as ClassValue).attrs.delete(name);
  (machine as unknown as { builtins: Map<string, Value> }).builtins.set(name, value);
}

describe('observers', () => {
  it('see reads, bindings and calls where they stand', () => {
    check(
      `
def f(n):
    m = n * 2
#   ^ 2 ; 4
    return m
#          ^ 2 ; 4
a = f(1)
#   ^^^^ 2
b = f(a)
#   ^^^^ 4
#     ^ 2
c = [10, 20, 30][1]
#   ^^^^^^^^^^^^^^^ 20
class A:
    x = 3
o = A()
if True:
    o.y = o.x
#   ^^^ 3
#         ^^^ 3
for i, j in [(1, 2), (3, 4)]: pass
#   ^ 1 ; 3
#      ^ 2 ; 4
`.trimStart(),
    );
  });

  it('see the call stack, innermost first, and the range of arguments', () => {
    const text = 'def inner(x):\n    return probe(x, key=2)\ndef outer():\n    return inner(1)\nouter()';
    let stack: string[] = [];
    let ranges: string[] = [];
    run(text, {
      setup: (machine) =>
        install(
          machine,
          'probe',
          native('probe', (m, args) => {
            stack = m.callStack().map((range) => text.slice(range.from, range.to));
            const bound = m.bind(
              [{ name: 'a' }, { name: 'key', default: NONE }, { name: 'other', default: int(5) }],
              args,
            );
            ranges = [...bound.ranges].map(([name, range]) => `${name}=${text.slice(range.from, range.to)}`);
            assert.deepEqual([...bound.given], ['a', 'key']);
            assert.deepEqual(
              [...bound.values].map(([name, value]) => `${name}:${show(m, value)}`),
              ['a:1', 'key:2', 'other:5'],
            );
            return NONE;
          }),
        ),
    });
    assert.deepEqual(stack, ['probe(x, key=2)', 'inner(1)', 'outer()']);
    assert.deepEqual(ranges, ['a=x', 'key=2']);
  });

  it('tell calls in module code from others', () => {
    const levels: boolean[] = [];
    run('def f(): return g()\ndef g(): return 1\nf()', {
      observer: { called: (_range, _callee, _result, moduleLevel) => levels.push(moduleLevel) },
    });
    assert.deepEqual(levels, [false, true]);
  });
});

describe('machine', () => {
  it('knows what would be caught', () => {
    const seen: boolean[] = [];
    const setup = (machine: Machine): void =>
      install(
        machine,
        'probe',
        native('probe', (m) => {
          seen.push(m.wouldCatch('ValueError'));
          return NONE;
        }),
      );
    run(
      'probe()\ntry: probe()\nexcept ValueError: pass\ntry: probe()\nexcept KeyError: pass\ntry: probe()\nexcept: pass\ndef f(): probe()\ntry: f()\nexcept (TypeError, Exception): pass\ntry: probe()\nfinally: pass',
      { setup },
    );
    assert.deepEqual(seen, [false, true, false, true, true, false]);
  });

  it('knows what runs on one side only', () => {
    const seen: boolean[] = [];
    const setup = (machine: Machine): void =>
      install(
        machine,
        'probe',
        native('probe', (m) => {
          seen.push(m.conditional);
          return NONE;
        }),
      );
    run(
      'from outside import U\nprobe()\nif U: probe()\nif 1: probe()\nfor i in U: probe()\nprobe()\ndef f():\n  if U: return\n  probe()\nf()\nprobe()',
      { setup },
    );
    assert.deepEqual(seen, [false, true, false, true, false, true, false]);
  });

  it('undoes and joins the state of a library', () => {
    const log: string[] = [];
    const make = (): Mutable & { n: number } => ({
      n: 0,
      save() {
        return this.n;
      },
      restore(saved) {
        this.n = saved as number;
      },
      join(a, b) {
        log.push(`${a}|${b}`);
        this.n = Math.max(a as number, b as number);
      },
    });
    const state = make();
    const setup = (machine: Machine): void =>
      install(
        machine,
        'add',
        native('add', (m, args) => {
          m.touch(state);
          const given = args.positional[0].value;
          state.n += given.kind === 'int' ? given.value : 0;
          return int(state.n);
        }),
      );
    run('from outside import U\nadd(1)\nif U:\n  add(10)\nelse:\n  add(100)\nadd(1000)', { setup });
    assert.deepEqual(log, ['11|101']);
    assert.equal(state.n, 1101);
  });

  it('lets native classes create, track and answer', () => {
    const log: string[] = [];
    const setup = (machine: Machine): void => {
      const object = machine.builtin('object') as ClassValue;
      const mro: ClassValue[] = [];
      const cls: ClassValue = {
        kind: 'class',
        name: 'Thing',
        module: 'lib',
        bases: [object],
        mro,
        attrs: new Map<string, Value>([['kind', str('thing')]]),
        def: null,
        file: null,
        unknownBase: null,
        native: { id: 1 },
        instances: 0,
        hooks: {
          create: (_m, self) => (log.push(`create ${self.cls.name}`), { made: true }),
          getAttr: (_m, self, name) =>
            name === 'magic' ? str(`magic ${String((self.data as { made: boolean }).made)}`) : undefined,
          didSetAttr: (_m, _self, name, value) => void log.push(`set ${name} ${value.kind}`),
          didSubclass: (_m, made) => void log.push(`subclass ${made.name}`),
        },
      };
      mro.push(cls, object);
      install(machine, 'Thing', cls);
    };
    const found = values(
      'class Mine(Thing):\n  def __init__(self):\n    super().__init__()\n    self.x = 1\n  def m(self): return self.magic\nt = Mine()\na = t.m(), t.kind, t.x\nt.y = []\ntry: t.zzz\nexcept AttributeError as e: b = str(e)',
      { setup },
    );
    assert.equal(found.a, "('magic true', 'thing', 1)");
    assert.equal(found.b, `"'Mine' object has no attribute 'zzz'"`);
    assert.deepEqual(log, ['subclass Mine', 'create Mine', 'set x int', 'set y list']);
  });

  it('probes what nothing called and puts everything back', () => {
    const { machine, globals, after } = run(
      'log = []\ndef used(): log.append(1)\nused()\ndef unused(x, y=2):\n  log.append(y)\n  global z\n  z = 5\n  return x\nclass Base: pass\nclass Made(Base): pass\nMade()\nclass Never:\n  def m(self): raise ValueError\nf = lambda: 1',
    );
    const { functions, classes } = machine.uncalled();
    assert.deepEqual(
      functions.map((fn) => fn.name),
      ['unused'],
    );
    assert.deepEqual(
      classes.map((cls) => cls.name),
      ['Never'],
    );
    const result = after(() =>
      machine.probe(() => {
        assert.equal(machine.probing, true);
        return machine.apply(functions[0], [unknown('argument "x" of unused()')]);
      }),
    );
    assert.equal(machine.probing, false);
    assert.ok(result?.kind === 'unknown' && result.reason === 'argument "x" of unused()');
    assert.equal(show(machine, globals.get('log')), '[1]');
    assert.equal(globals.has('z'), false);
    assert.equal(
      machine.probe(() => machine.invoke(machine.instantiate(classes[0], machine.args([])), 'm', [])),
      undefined,
    );
  });

  it('runs notebooks as one program', () => {
    const bound: string[] = [];
    const { machine, globals, problems, directives } = run('', {
      path: 'n.ipynb',
      cells: [
        '%matplotlib inline\n!pip install x\nimport math\na = 1\n# convlens: input=(None, 3)',
        '%%bash\nls $(pwd) | wc',
        'def f(x):\n  return x + a\n?f\nf?',
        'b = f(2)\nc = undefined_name',
        '%time d = 3\ne = b + 1',
      ],
      observer: { bind: (name, range) => bound.push(`${name} ${range.file} ${range.from}`) },
    });
    assert.deepEqual(problems, []);
    assert.equal(show(machine, globals.get('b')), '3');
    assert.equal(show(machine, globals.get('e')), '4');
    assert.ok(bound.includes('b n.ipynb#cell3 0'));
    assert.deepEqual(
      directives.map(({ text, file, trailing }) => [text, file, trailing]),
      [['input=(None, 3)', 'n.ipynb#cell0', false]],
    );
  });

  it('finds directives in comments only', () => {
    const { directives } = run(
      'x = "# convlens: no"\ny = 1  # convlens: input=(None, 8)\n#convlens:ignore\n# other',
    );
    assert.deepEqual(
      directives.map(({ text, trailing }) => [text, trailing]),
      [
        ['input=(None, 8)', true],
        ['ignore', false],
      ],
    );
  });

  it('ends the run when the fuel is used up, and says so', () => {
    const result = runProgram({ path: 'a.py', text: 'a = 1\nwhile True:\n  a += 1\nb = 2', fuel: 1000 });
    assert.deepEqual(
      result.problems.map((problem) => problem.kind),
      ['fuel'],
    );
    assert.equal(result.globals.has('b'), false);
  });

  it('ends the run at its deadline', () => {
    let time = 0;
    const result = runProgram({
      path: 'a.py',
      text: 'for i in range(10000):\n  for j in range(10000): pass',
      now: () => (time += 1),
      deadline: 5,
    });
    assert.deepEqual(
      result.problems.map((problem) => problem.kind),
      ['fuel'],
    );
  });

  it('reads what stands around half-typed code', () => {
    const rows: readonly (readonly [string, Record<string, string>])[] = [
      ['a = 1\nb = f(\nc = 3', { a: '1', b: '?', c: '3' }],
      ['a = (1, 2\nb = [3\nc = {4: 5\nd = 6', { a: '?', b: '?', c: '?', d: '6' }],
      ['def f(x\n  return 1\na = 2', { a: '2' }],
      ['class A(\n  x = 1\na = 2', { a: '2' }],
      ['x = 3 +\ny = 4', { x: '?', y: '4' }],
      ['if x >:\n  a = 1\nb = 2', { a: '1', b: '2' }],
      ['for i in :\n  a = 1\nb = 2', { i: '?', a: '1', b: '2' }],
      ['a = "open\nb = 2', { a: '?', b: '2' }],
      ['a = 1\nimport\nfrom x import\nb = 2', { a: '1', b: '2' }],
      ['a = x.\nb = 2', { a: '?', b: '2' }],
      ['a.b. = 3\nc = 1', { c: '1' }],
      ['def f():\n  a = 1\n   b = 2\n  return a\nc = f()', { c: '1' }],
      ['a = 1 2\nb = 3', { a: '?', b: '3' }],
      ['a = [1, 2\n\ndef f():\n  return 3\nb = f()', { a: '?', b: '3' }],
      ['try:\n  a = 1\nb = 2', { a: '1', b: '2' }],
      ['with open("x") as\n  a = 1\nb = 2', { b: '2' }],
      ['@\ndef f(): return 1\na = f()', { a: '1' }],
      ['else:\n  a = 1\nb = 2', { b: '2' }],
      ['a = f(1, 2))\nb = 3', { a: '?', b: '3' }],
      ['print "hello"\nb = 3', { b: '3' }],
    ];
    for (const [text, expected] of rows) {
      const found = values(text);
      for (const [name, value] of Object.entries(expected))
        assert.equal(found[name], value, `${name} in ${JSON.stringify(text)}`);
      assert.ok(
        runProgram({ path: 'a.py', text }).problems.some((problem) => problem.kind === 'syntax'),
        text,
      );
    }
  });
});
