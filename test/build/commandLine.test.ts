// The command line as installed: the file that `bin` in package.json names, run as a program of its own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const program = path.join(root, bin.convlens);

function convlens(...args: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, error: stderr };
}

describe('built command line', function () {
  this.timeout(60000);
  before(() => assert.ok(existsSync(program), `${bin.convlens} is missing: npm run build`));

  it('starts with a shebang and may be executed', () => {
    assert.match(readFileSync(program, 'utf8').slice(0, 40), /^#!\/usr\/bin\/env node\n/);
    if (process.platform !== 'win32') assert.ok(statSync(program).mode & 0o100, 'not executable');
  });

  // Totals as Keras prints them for keras.applications' models of the same architecture.
  for (const [file, total] of [
    ['vgg16.py', 138357544],
    ['resnet50.py', 25636712],
  ] as const) {
    it(`summary of ${file} has ${total} parameters`, () => {
      const { code, out } = convlens('summary', `media/samples/${file}`, '--format', 'json');
      assert.equal(code, 0);
      const models: { params: { total: number } }[] = JSON.parse(out).files[0].models;
      assert.deepEqual(
        models.map((model) => model.params.total),
        [total],
      );
    });
  }

  it('check ends with 0 where there is no error and 1 where there is one', () => {
    assert.equal(convlens('check', 'test/hosts/workspace/cnn.py').code, 0);
    const broken = convlens('check', 'test/hosts/workspace/broken.py', '--format', 'json');
    assert.equal(broken.code, 1);
    const [problem] = JSON.parse(broken.out).files[0].diagnostics;
    assert.equal(problem.severity, 'error');
    assert.equal(problem.line, 8);
  });

  it('ends with 2 and says why when it could not run', () => {
    for (const args of [['summary', 'no/such/file.py'], ['no-such-command'], []]) {
      const { code, out, error } = convlens(...args);
      assert.equal(code, 2, `convlens ${args.join(' ')}`);
      assert.ok((out + error).trim().length > 0, `convlens ${args.join(' ')} said nothing`);
    }
  });
});
