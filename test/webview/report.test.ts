/** Report and sequence view: what they say is what the snapshot says. */
import assert from 'node:assert/strict';
import { analyze, snapshot } from '../../src/features';
import type { Snapshot } from '../../src/protocol';
import { htmlReport } from '../../src/webview/export/report';
import { others, sequenceNode } from '../../src/webview/field/sequence';
import { tableRows } from '../../src/webview/model';
import { translator } from '../../src/webview/strings';

function program(body: string): Snapshot {
  const text = `import keras\nfrom keras import layers\n${body}\n`;
  const analysis = analyze({ path: 'm.py', text }, { reader: { read: () => undefined }, searchPath: [] });
  return snapshot(analysis, { uri: 'm', version: 1, fileName: 'a<b>.py', language: 'en' });
}

describe('HTML report', () => {
  it('tells totals, rows and findings, and escapes what the program names', () => {
    const data = program(
      'm = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3, name="<b>&x"), layers.Flatten(), layers.Dense(2)])',
    );
    const html = htmlReport(translator('en'), 'en', data, 0, tableRows(data, 0), '<svg></svg>');
    assert.ok(html.includes('&lt;b&gt;&amp;x') && html.includes('a&lt;b&gt;.py'));
    assert.ok(!/<b>&x|<script/.test(html));
    assert.ok(html.includes('<td>112</td>'), 'parameters of the convolution');
    assert.equal(html.match(/<tr>/g)!.length, 1 + data.graph.models[0].rows.length);
  });
});

describe('sequence view', () => {
  it('compares with a layer of each kind at equal width', () => {
    const rows = Object.fromEntries(others(10, 4).map(({ name, ...row }) => [name, row]));
    assert.deepEqual(rows.lstm, { span: 10, pathLength: 10, steps: 10, macs: 8 * 10 * 16 });
    assert.deepEqual(rows.attention, { span: 10, pathLength: 1, steps: 1, macs: 4 * 10 * 16 + 2 * 100 * 4 });
    assert.equal(rows.hierarchy.pathLength, 4);
    assert.deepEqual(others(null, 4)[0], {
      name: 'lstm',
      span: null,
      pathLength: null,
      steps: null,
      macs: null,
    });
  });

  it('has the figures of the analysis, of the node that is chosen', () => {
    const data = program(
      'm = keras.Sequential([keras.Input((32, 8)), layers.Conv1D(8, 3, name="c"), layers.Conv1D(8, 3, dilation_rate=2, name="d"), layers.LSTM(8, name="r")])',
    );
    const id = (name: string): number => data.graph.nodes.find((node) => node.name === name)!.id;
    assert.deepEqual(data.sequences![id('d')], { positions: 32, span: 7, pathLength: 2, steps: 2 });
    assert.equal(data.sequences![id('r')].span, 32);
    assert.equal(sequenceNode(data, 0, id('c')), id('c'));
    assert.equal(sequenceNode(data, 0, null), id('r'));
    // An LSTM of equal width costs what the comparison says.
    const { macs } = data.figures[id('r')];
    assert.equal(others(26, 8)[0].macs, macs);
  });

  it('is not there where there is no sequence', () => {
    const data = program('m = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3)])');
    assert.equal(sequenceNode(data, 0, null), null);
  });
});
