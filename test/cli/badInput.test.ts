// Files that are missing, folders, binary, empty, in other encodings or with other line ends: plain words, and the exit code.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseCommand, UsageError } from '../../src/cli/arguments';
import { checkCommand, type Outcome } from '../../src/cli/checkCommand';
import { requireFolders } from '../../src/cli/files';
import { summaryCommand } from '../../src/cli/summaryCommand';

const LINES = ['import keras', 'x = keras.Input((8,))', 'if True:', '\ty = keras.layers.Reshape((7,))(x)'];

describe('bad input of the command line', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'convlens-'))));
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: string | Buffer): string => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const check = (...paths: string[]): Outcome => {
    const command = parseCommand(['check', ...paths]);
    assert.ok(command.command === 'check');
    return checkCommand(command, '0.0.0');
  };
  const found = (outcome: Outcome): string[] =>
    [...outcome.output.matchAll(/:(\d+:\d+): error: .* \[([\w-]+)\]$/gm)].map(
      ([, at, code]) => `${at} ${code}`,
    );

  const encodings: [string, Buffer][] = [
    ['a mark of byte order and CRLF', Buffer.from(`\uFEFF${LINES.join('\r\n')}\r\n`)],
    ['CR alone', Buffer.from(LINES.join('\r'))],
    [
      'a declared encoding',
      Buffer.from(
        ['# -*- coding: iso-8859-15 -*-', 'naïve = "é"', ...LINES.slice(1)]
          .join('\n')
          .replace('naïve', 'import keras; naïve'),
        'latin1',
      ),
    ],
    [
      'bytes that are no UTF-8 in a comment',
      Buffer.concat([
        Buffer.from('import keras #'),
        Buffer.from([0xe9, 0xff]),
        Buffer.from(`\n${LINES.slice(1).join('\n')}`),
      ]),
    ],
  ];
  for (const [name, bytes] of encodings)
    it(`reads ${name}`, () => {
      const outcome = check(write('a.py', bytes));
      const [finding, ...more] = found(outcome);
      assert.match(finding, /^[45]:\d+ reshape-size$/);
      assert.deepEqual([more, outcome.errors, outcome.exitCode], [[], [], 1]);
    });

  it('says which file cannot be read and why, and checks the others', () => {
    const bad = write('bad.py', LINES.join('\n'));
    const outcome = check(
      write('binary.py', Buffer.from([0x7f, 0x45, 0, 0, 0xff])),
      write('utf16.py', Buffer.from('import keras\n', 'utf16le')),
      write('broken.ipynb', '{'),
      write('list.ipynb', '[]'),
      bad,
    );
    assert.deepEqual(
      outcome.errors.map((error) => error.replace(folder, '').replace(/: (?:Expected|Unexpected).*/, '')),
      [
        'cannot read /binary.py: it is no text in UTF-8',
        'cannot read /utf16.py: it is no text in UTF-8',
        `${folder}/broken.ipynb is not a notebook`.replace(folder, ''),
        '/list.ipynb is not a notebook: it has no list of cells',
      ],
    );
    assert.deepEqual([found(outcome).length, outcome.exitCode], [1, 2]);
  });

  it('takes what is empty, and what has no Keras', () => {
    const outcome = check(
      write('empty.py', ''),
      write('empty.ipynb', '{"cells":[]}'),
      write('other.py', 'print "Python 2"\n'),
    );
    assert.match(outcome.output, /^0 errors, 0 warnings in 3 files \(0 models\)\n$/);
    assert.equal(outcome.exitCode, 0);
  });

  it('notes what cannot be read as Python, and finds what stands around it', () => {
    const outcome = check(write('half.py', `${LINES.join('\n')}\nz = = 3\nprint "a"\n`));
    assert.match(
      outcome.output,
      /half\.py:5:5: note: this cannot be read as Python: .*\(and in \d more places\)/,
    );
    assert.deepEqual(found(outcome), ['4:27 reshape-size']);
  });

  it('refuses missing files and folders in plain words', () => {
    const sub = path.join(folder, 'sub.py');
    mkdirSync(sub);
    const summary = (file: string) => () => {
      const command = parseCommand(['summary', file]);
      assert.ok(command.command === 'summary');
      return summaryCommand(command);
    };
    const says = (pattern: RegExp) => (error: Error) =>
      error instanceof UsageError && pattern.test(error.message);
    assert.throws(summary(path.join(folder, 'no.py')), says(/no\.py: it does not exist$/));
    assert.throws(() => check(path.join(folder, 'no.py')), says(/no\.py: it does not exist$/));
    assert.throws(summary(sub), says(/sub\.py: it is a folder$/));
    assert.throws(
      () => requireFolders([path.join(folder, 'nowhere')]),
      says(/--python-path .*nowhere is none$/),
    );
  });

  it('helps where it is asked', () => {
    for (const args of [['check', '--help'], ['summary', '-h'], ['--help']])
      assert.equal(parseCommand(args).command, 'help');
    assert.throws(() => parseCommand(['chek', 'a.py']), /unknown command chek: there are summary, check/);
    assert.throws(
      () => parseCommand(['check', '--frmat', 'json']),
      /^Error: Unknown option '--frmat' \(convlens --help\)$/,
    );
  });
});
