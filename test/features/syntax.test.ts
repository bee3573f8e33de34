// The syntax tree as text: nodes with their places, and what could not be read.
import { strict as assert } from 'node:assert';
import { dumpSyntax } from '../../src/features';
import { analyse } from './analyse';

describe('syntax tree', () => {
  it('names nodes with their places and fields', () => {
    const lines = dumpSyntax(analyse('import keras\nx = keras.Input((4,))\n')).split('\n');
    assert.ok(lines.includes('Assign [2:1-2:22]'), lines.join('\n'));
    assert.ok(lines.includes('      value: Name id="keras" [2:5-2:10]'), lines.join('\n'));
  });
  it('tells what cannot be read', () => {
    assert.match(dumpSyntax(analyse('x = (1 +\n')), /^problem \d+:\d+: /m);
  });
  it('shows a long sum without ending', () => {
    const text = dumpSyntax(analyse(`x = ${Array.from({ length: 3000 }, () => 'a').join(' + ')}\n`));
    assert.equal(text.match(/Name id="a"/g)?.length, 3000);
  });
});
