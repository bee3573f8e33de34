// The interpreter neither throws nor hangs, whatever the text: real programs cut, mangled and mixed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { runProgram } from '../../src/python/run';
import { parseModule } from '../../src/python/syntax/parser';

const folder = path.join(__dirname, 'programs');
const programs = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => fs.readFileSync(path.join(folder, name), 'utf8').replace(/^#=.*\n/gm, ''));
const pieces = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ':',
  ',',
  '=',
  '"',
  "'",
  '"""',
  "f'{",
  '\n',
  '\n    ',
  '\t',
  'if U:',
  'else:',
  'for x in U:',
  'while True:',
  'return ',
  'yield ',
  'lambda ',
  '*',
  '**',
  'class A(U):',
  'def f(',
  '@',
  'try:',
  'finally:',
  'except:',
  'break',
  'continue',
  'del ',
  'import ',
  'from . import ',
  ':=',
  'await ',
  'match x:',
  'case ',
  '#',
  '\\',
  '\u0000',
  'é',
  '0x',
  '1e999',
  'U',
  'self',
  'super()',
  'global x',
  'nonlocal x',
  'raise',
  'assert ',
  'with U as x:',
  '%',
  '...',
];

function survives(text: string, cells?: string[]): void {
  const before = Date.now();
  let failure: unknown;
  const result = runProgram({
    path: 'fuzz.py',
    text,
    cells,
    fuel: 50_000,
    onInternal: (error) => {
      failure = error;
    },
  });
  assert.equal(failure, undefined, failure instanceof Error ? failure.stack : String(failure));
  for (const fn of result.machine.uncalled().functions.slice(0, 3))
    result.after(() => result.machine.probe(() => result.machine.apply(fn, [])));
  assert.ok(Date.now() - before < 5000, 'took too long');
}

const mutated = fc
  .tuple(
    fc.constantFrom(...programs),
    fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(30), fc.constantFrom('', ...pieces)),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([program, edits]) =>
    edits.reduce((text, [place, length, piece]) => {
      const at = Math.floor(place * text.length);
      return text.slice(0, at) + piece + text.slice(at + length);
    }, program),
  );

describe('any text', function () {
  this.timeout(120_000);

  it('programs with random edits are read to the end', () => {
    fc.assert(
      fc.property(mutated, (text) => survives(text)),
      { numRuns: 150 },
    );
  });

  it('programs cut off anywhere are read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...programs),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (program, a, b) => {
          const [from, to] = [a, b].sort((x, y) => x - y).map((part) => Math.floor(part * program.length));
          survives(program.slice(from, to));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('shuffled lines and tokens are read', () => {
    const lines = programs.flatMap((program) => program.split('\n'));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 40 }), (picked) =>
        survives(picked.join('\n')),
      ),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces, 'x', ' '), { maxLength: 60 }), (picked) =>
        survives(picked.join('')),
      ),
      { numRuns: 300 },
    );
  });

  it('undecided conditions everywhere keep the state consistent', () => {
    // Every known condition of a program made unknown: all branches are followed and joined.
    for (const program of programs)
      survives(`from outside import U\n${program.replace(/\b(if|elif|while) [^:\n]+:/g, '$1 U:')}`);
  });

  it('notebook cells are read', () => {
    fc.assert(
      fc.property(fc.array(mutated, { maxLength: 3 }), (cells) => survives('', cells)),
      { numRuns: 30 },
    );
  });

  it('positions lie within the text and nest', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const { body } = parseModule(text, 'fuzz.py');
        const visit = (node: unknown, from: number, to: number): void => {
          if (Array.isArray(node)) return node.forEach((item) => visit(item, from, to));
          if (typeof node !== 'object' || node === null) return;
          const span = node as { from?: number; to?: number; type?: string };
          if (typeof span.from === 'number' && typeof span.to === 'number') {
            assert.ok(
              span.from <= span.to && span.from >= 0 && span.to <= text.length,
              `${span.type} ${span.from}–${span.to} in 0–${text.length}`,
            );
          }
          for (const [key, value] of Object.entries(node))
            if (key !== 'value' || typeof value === 'object') visit(value, from, to);
        };
        visit(body, 0, text.length);
      }),
      { numRuns: 60 },
    );
  });

  it('hostile programs end within the fuel', () => {
    for (const text of [
      'while True: pass',
      'def f(): f()\nf()',
      'def f(n): return f(n) + f(n)\nf(1)',
      'class A:\n  def __getattr__(self, n): return getattr(self, n + "x")\nA().y',
      'x = [1]\nfor i in x: x.append(i)',
      'a = "x" * 10**9',
      'a = [0] * 10**9',
      'a = 9 ** 9 ** 9',
      'for i in range(10**12): pass',
      'x = [[[]]]\nwhile True: x = [x, x]',
      'def g():\n  while True: yield 1\nx = list(g())\nfor i in g(): pass',
      `x = ${'('.repeat(5000)}`,
      `x = ${'('.repeat(3000)}1${')'.repeat(3000)}`,
      `x = ${'1+'.repeat(20000)}1`,
      `x = ${'-'.repeat(20000)}1`,
      `x = ${'not '.repeat(20000)}1`,
      `x = ${'a.'.repeat(5000)}b`,
      `x = ${'f('.repeat(3000)}`,
      Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}if x:`).join('\n'),
      `if x: pass\n${'elif x: pass\n'.repeat(3000)}`,
      'class A:\n  def __eq__(self, o): return self == o\nA() == A()',
      'class A:\n  def __iter__(self): return self\n  def __next__(self): return 1\nlist(A())',
      'l = []\nl.append(l)\nprint(l)\na = l == l\nb = repr(l)\nd = {}\nd["d"] = d\nc = str(d)',
      'import fuzz\nfrom fuzz import *\nfrom . import fuzz as g',
      'x = lambda: x()\nx()',
      'class A(A): pass',
      'class A:\n  @property\n  def p(self): return self.p\nA().p',
      'def f(*a): return f(*a, *a, 1)\nf(1)',
      'from outside import U\ndef f(n):\n  if U: return f(n + 1)\n  return f(n - 1)\nf(0)',
      'from outside import U\n' +
        'for a in U:\n '.repeat(1) +
        'x = [1]\n' +
        'if U:\n  x.append(1)\n'.repeat(200),
    ]) {
      survives(text);
    }
  });
});
