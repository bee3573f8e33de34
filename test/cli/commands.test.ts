// The command line as a process sees it: formats, exit codes, errors, folders and notebooks.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { parseCommand, UsageError } from '../../src/cli/arguments';
import { checkCommand } from '../../src/cli/checkCommand';
import { compareCommand } from '../../src/cli/compareCommand';
import { tilesPng } from '../../src/cli/images';
import { runCommand } from '../../src/cli/runCommand';
import { summaryCommand } from '../../src/cli/summaryCommand';
import type { JsonFile } from '../../src/features';
import { decode } from 'fast-png';

const GOOD =
  'import keras\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)])\n';
const BAD =
  'import keras\nfrom keras import layers\nx = keras.Input((8, 8, 1))\ny = layers.Conv2D(4, 30)(x)\n';

describe('command line', () => {
  let folder: string;
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const summary = (...args: string[]): string => {
    const command = parseCommand(['summary', ...args]);
    assert.equal(command.command, 'summary');
    return command.command === 'summary' ? summaryCommand(command) : '';
  };
  const check = (...args: string[]): ReturnType<typeof checkCommand> => {
    const command = parseCommand(['check', ...args]);
    if (command.command !== 'check') throw new Error('not check');
    return checkCommand(command, '1.2.3');
  };
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'convlens-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('prints a table, Markdown and CSV with the convention for multiply-adds', () => {
    const file = write('good.py', GOOD);
    const table = summary(file);
    for (const part of [
      'model (Sequential)',
      '(None, 6, 6, 4)',
      'Total parameters: 330',
      'Multiply-adds (MACs, one sample): 1,584',
    ])
      assert.ok(table.includes(part), table);
    assert.ok(
      summary(file, '--format', 'markdown').includes(
        '| conv2d | Conv2D | (None, 6, 6, 4) | 40 | 1,296 | 3 × 3, stride 1 × 1, padding 0 × 0 |',
      ),
    );
    assert.ok(summary(file, '--format', 'csv').includes('conv2d,Conv2D,3,"(None, 6, 6, 4)",40,40,1296,'));
  });

  it('prints the JSON contract', () => {
    const { files } = JSON.parse(summary(write('good.py', GOOD), '--format', 'json')) as {
      files: JsonFile[];
    };
    const [model] = files[0].models;
    assert.deepEqual(
      {
        name: model.name,
        line: model.line,
        kind: model.kind,
        inputs: model.inputs,
        outputs: model.outputs,
        params: model.params,
        macs: model.macs,
      },
      {
        name: 'model',
        line: 3,
        kind: 'sequential',
        inputs: [[null, 8, 8, 1]],
        outputs: [[null, 2]],
        params: { total: 330, trainable: 330, nonTrainable: 0 },
        macs: 1584,
      },
    );
    assert.deepEqual(
      model.layers.map(({ name, type, line, column }) => [name, type, line, column]),
      [
        ['conv2d', 'Conv2D', 3, 51],
        ['flatten', 'Flatten', 3, 72],
        ['dense', 'Dense', 3, 90],
      ],
    );
    assert.deepEqual(model.layers[0].receptiveField, {
      size: [3, 3],
      minSize: [3, 3],
      stride: [1, 1],
      padding: [0, 0],
      aligned: true,
      global: false,
    });
    // A Sequential's layers are called by Keras, not by a line of the file.
    assert.deepEqual(files[0].calls, []);
    assert.deepEqual(files[0].diagnostics, []);
  });

  it('chooses a model and states an input', () => {
    const file = write('two.py', `${GOOD}net = keras.Sequential([layers.Dense(3)])\n`);
    assert.ok(!summary(file, '--model', 'net').includes('model (Sequential)'));
    assert.throws(
      () => summary(file, '--model', 'other'),
      (error: Error) => error instanceof UsageError && /the file has model, net/.test(error.message),
    );
    assert.throws(() => summary(file, '--input', 'a,b'), UsageError);
    const open = write(
      'open.py',
      'import keras\nclass Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.d = keras.layers.Dense(3)\n    def call(self, x):\n        return self.d(x)\nnet = Net()\n',
    );
    assert.ok(summary(open).includes('Total parameters: at least 3'));
    assert.ok(summary(open, '--input', 'None,8').includes('Total parameters: 27'));
  });

  it('finds errors in files, folders and notebooks, and says so in the exit code', () => {
    write('project/good.py', GOOD);
    write('project/deep/bad.py', BAD);
    write('project/.venv/pyvenv.cfg', '');
    write('project/.venv/bad.py', BAD);
    write('project/unrelated.py', 'print(1)\n');
    write(
      'project/book.ipynb',
      JSON.stringify({
        cells: [
          { cell_type: 'markdown', source: 'text' },
          { cell_type: 'code', source: ['%matplotlib inline\n', BAD] },
        ],
      }),
    );
    const { output, exitCode } = check(path.join(folder, 'project'), '--format', 'json');
    const { files } = JSON.parse(output) as { files: JsonFile[] };
    assert.equal(exitCode, 1);
    assert.deepEqual(
      files.map((file) => [
        path.basename(file.path),
        file.diagnostics.map(({ code, line, column, cell }) => [code, line, column, cell]),
      ]),
      [
        ['book.ipynb', [['window-too-large', 5, 22, 1]]],
        ['bad.py', [['window-too-large', 4, 22, undefined]]],
        ['good.py', []],
      ],
    );
    assert.equal(check(path.join(folder, 'project/good.py')).exitCode, 0);
  });

  it('reports as text, GitHub annotations and SARIF', () => {
    const file = write('bad.py', BAD);
    assert.match(
      check(file).output,
      /bad\.py:4:22: error: The window 30×30 is larger than the input 8×8.*\[window-too-large\]\n {4}Keras: Computed output size.*\n1 error, 0 warnings in 1 file/,
    );
    assert.match(
      check(file, '--format', 'github').output,
      /^::error file=.*bad\.py,line=4,col=22,endLine=4,endColumn=24,title=ConvLens window-too-large::The window.*%0AKeras: /,
    );
    const sarif = JSON.parse(check(file, '--format', 'sarif').output);
    assert.equal(sarif.version, '2.1.0');
    assert.deepEqual(sarif.runs[0].results[0].locations[0].physicalLocation.region, {
      startLine: 4,
      startColumn: 22,
      endLine: 4,
      endColumn: 24,
    });
    const [{ physicalLocation }] = sarif.runs[0].results[0].locations;
    assert.equal(physicalLocation.artifactLocation.uri, `file://${file}`, 'an absolute path is a file: URI');
    assert.match(sarif.runs[0].tool.driver.rules[0].shortDescription.text, /window larger than its input/);
    assert.equal(sarif.runs[0].tool.driver.rules[sarif.runs[0].results[0].ruleIndex].id, 'window-too-large');
  });

  it('names the cell of a notebook instead of a line that its file does not have', () => {
    const notebook = write(
      'a b#1.ipynb',
      JSON.stringify({ cells: [{ cell_type: 'markdown' }, { cell_type: 'code', source: BAD }] }),
    );
    const github = check(notebook, '--format', 'github').output;
    assert.match(github, /^::error file=[^,]*a b#1\.ipynb,title=ConvLens window-too-large::cell 1, line 4: /);
    const [location] = JSON.parse(check(notebook, '--format', 'sarif').output).runs[0].results[0].locations;
    assert.ok(location.physicalLocation.artifactLocation.uri.endsWith('/a%20b%231.ipynb'));
    assert.equal(location.physicalLocation.region, undefined);
    assert.deepEqual(location.logicalLocations, [{ name: 'cell 1', kind: 'module' }]);
  });

  it('says nothing of Python that has nothing to do with Keras', () => {
    const other = write('other.py', 'def f():\n    return undefined_thing\nf()\n');
    const { output, exitCode } = check(other);
    assert.deepEqual([output, exitCode], ['0 errors, 0 warnings in 1 file (0 models)\n', 0]);
    assert.equal(check(write('own.py', `import keras\n${readFileSync(other, 'utf8')}`)).exitCode, 1);
  });

  it('compares two models of files', () => {
    const before = write('good.py', GOOD);
    const after = write(
      'better.py',
      `${GOOD.replace('Conv2D(4', 'Conv2D(6')}other = keras.Sequential([keras.Input((3,))])\n`,
    );
    const compare = (...args: string[]): string => {
      const command = parseCommand(['compare', ...args]);
      return command.command === 'compare' ? compareCommand(command) : '';
    };
    // 40 and 60 parameters of the convolution, 36·4·2 + 2 and 36·6·2 + 2 of the dense layer.
    assert.match(compare(before, `${after}#model`), /\| Parameters \| 330 \| 494 \| \+164/);
    const { changed } = JSON.parse(compare(before, `${after}#model`, '--format', 'json'));
    assert.deepEqual(changed[0].arguments, ['filters']);
    assert.throws(() => compare(before, `${after}#nothing`), UsageError);
    assert.throws(() => parseCommand(['compare', before]), UsageError);
  });

  it('refuses what it does not understand', () => {
    for (const args of [
      ['summary'],
      ['check', '--format', 'xml', 'a.py'],
      ['run', 'a.py'],
      ['run', 'a.py', '--model', 'm'],
      ['dance'],
      ['summary', '--nonsense', 'a.py'],
    ]) {
      assert.throws(() => parseCommand(args), UsageError, args.join(' '));
    }
    assert.throws(() => check(path.join(folder, 'missing.py')), UsageError);
    assert.deepEqual(parseCommand(['check', 'a.py', '--python-path', 'x', '--python-path', 'y']), {
      command: 'check',
      paths: ['a.py'],
      format: 'text',
      pythonPath: ['x', 'y'],
    });
  });

  it('draws maps as tiles', () => {
    const data = Float32Array.from([0, 10, 1, 20, 2, 30, 3, 40]);
    const png = decode(tilesPng({ shape: [1, 2, 2, 2], data, channelAxis: 3 }));
    // Two 2×2 channels beside each other, one empty column between; 0 black, 40 white.
    assert.deepEqual([png.width, png.height], [5, 2]);
    assert.deepEqual([...png.data], [0, 6, 0, 64, 128, 13, 19, 0, 191, 255]);
  });

  it('runs a model on trained weights and an array, and says what did not fit', async () => {
    const rows = JSON.parse(
      readFileSync(path.join(__dirname, '../engine/weights/facts/saved.json'), 'utf8'),
    ) as { name: string; program: string; files: Record<string, string> }[];
    const { program, files } = rows.filter((row) => row.name === 'tokens')[0];
    const weights = path.join(folder, 'm.weights.h5');
    writeFileSync(weights, inflateSync(Buffer.from(files['m.weights.h5'], 'base64')));
    const run = (text: string, ...args: string[]): Promise<string> => {
      const out = path.join(folder, 'maps');
      const command = parseCommand(['run', write('run.py', text), '--model', 'model', '--out', out, ...args]);
      if (command.command !== 'run') throw new Error('not run');
      return runCommand(command);
    };
    const told = await run(program, '--weights', weights);
    assert.match(told, /weights m\.weights\.h5 \(Keras weights\): 3 of 3 layers/);
    assert.match(told, /trained weights/);
    // The file that the program names is found beside it.
    const beside = await run(`${program}model.load_weights("m.weights.h5")\n`);
    assert.match(beside, /weights m\.weights\.h5 \(Keras weights\): 3 of 3 layers/);
    assert.match(await run(`${program}model.load_weights("m.weights.h5")\n`, '--weights', 'none'), /seed 0/);
    const partly = await run(program.replace('L.Dense(3', 'L.Dense(4'), '--weights', weights);
    assert.match(partly, /2 of 3 layers/);
    assert.match(partly, /dense: kernel: \(5, 3\) in the file, \(5, 4\) in the model/);
    await assert.rejects(run(program, '--weights', write('no.h5', 'nothing')), UsageError);
    await assert.rejects(run(program, '--image', write('no.png', 'nothing')), /not a picture/);
  });
});
