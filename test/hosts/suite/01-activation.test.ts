// The extension wakes up for Python, and loads its analysis only when a Python file mentions Keras or TensorFlow.
import * as vscode from 'vscode';
import * as assert from '../harness/assert';
import { open } from '../harness/editor';
import { note } from '../harness/suiteRun';
import type { Api } from '../../../src/extension/start';

describe('activation', () => {
  const extension = () => vscode.extensions.getExtension<Api>('convlens.convlens')!;

  it('a Python file without Keras activates it and loads nothing', async () => {
    await open('plain.py');
    await assert.eventually('activation', () => extension().isActive);
    // Long enough for a wrong load to show: the right one below takes far less.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(extension().exports.loaded, false, 'loaded before any file mentions Keras');
  });

  it('activation tells how long it took', function () {
    // A figure, not a bound: how busy the machine is must not decide a test. `npm run bench` bounds the work itself.
    const taken = extension().exports.activationTime;
    assert.ok(Number.isFinite(taken) && taken >= 0, `activation took ${taken} ms`);
    note(this, `activation took ${taken} ms`);
  });

  it('a Python file that mentions Keras loads the analysis', async () => {
    await open('cnn.py');
    await assert.eventually('the analysis', () => extension().exports.loaded);
  });

  it('every command of package.json is registered', async () => {
    const declared: string[] = extension().packageJSON.contributes.commands.map(
      (command: { command: string }) => command.command,
    );
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.ok(declared.length > 0, 'package.json declares no commands');
    assert.deepEqual(
      declared.filter((name) => !registered.has(name)),
      [],
      'declared but not registered',
    );
  });
});
