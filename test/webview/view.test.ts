/** The panel's pure parts: formats, view state, rows, sorting, copied texts, words, camera, colour maps and planes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analyze } from '../../src/features';
import { colormap, COLORMAPS } from '../../src/webview/activations/colormaps';
import {
  colourise,
  colourRange,
  histogram,
  planesOf,
  seenInterval,
  statistics,
} from '../../src/webview/activations/planes';
import { fieldData } from '../../src/webview/field/plot';
import * as format from '../../src/webview/format';
import { indexNodes, reasonOf, tableRows } from '../../src/webview/model';
import { mainStep, nodeKind } from '../../src/webview/network/kinds';
import { isotonic } from '../../src/webview/network/layered';
import { layoutModel } from '../../src/webview/network/layout';
import { cut, estimate, toText } from '../../src/webview/network/picture';
import { clamp, fit, reveal, zoomAt } from '../../src/webview/network/viewport';
import { neighbour } from '../../src/webview/network/walk';
import { INITIAL, remember, restore } from '../../src/webview/state';
import { LANGUAGES, translator } from '../../src/webview/strings';
import { sortRows, toCsv, toJson, toMarkdown } from '../../src/webview/tableData';
import { Net, resnet, vgg } from './build';

describe('formats', () => {
  it('writes numbers short without crossing into the next unit', () => {
    assert.deepEqual([0, 9999, 10_000, 999_400, 999_600, 138_357_544].map(format.short), [
      '0',
      '9,999',
      '10.0 k',
      '999 k',
      '1.00 M',
      '138 M',
    ]);
    assert.deepEqual([512, 1536, 4 * 138_357_544].map(format.bytes), ['512 B', '1.50 KiB', '528 MiB']);
    assert.equal(format.short(null), '?');
  });
  it('keeps three digits for any size', () =>
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 2 ** 52 }), (value) =>
        /^\d(\.\d\d|\d\.\d|\d\d) [kMGTP]$/.test(format.short(value)),
      ),
    ));
  it('writes shapes as Keras does', () => {
    assert.equal(format.shape([{ kind: 'open' }, 28, { kind: 'unknown', reason: 'r' }]), '(None, 28, ?)');
    assert.equal(format.shape([3]), '(3,)');
    assert.equal(format.shape({ kind: 'unknown', reason: 'r' }), '(…)');
    assert.equal(format.sampleShape([{ kind: 'open' }, 7, 7, 512]), '7×7×512');
  });
  it('writes measured values', () =>
    assert.deepEqual([0, -0.5, 123456, NaN].map(format.measured), ['0', '−0.5', '1.23e+5', 'NaN']));
});

describe('view state', () => {
  it('survives being stored', () =>
    assert.deepEqual(restore(JSON.parse(JSON.stringify({ ...INITIAL, tab: 'table', seed: 3 }))), {
      ...INITIAL,
      tab: 'table',
      seed: 3,
    }));
  it('takes defaults for whatever has become something else', () => {
    assert.deepEqual(restore(null), INITIAL);
    assert.deepEqual(
      restore({
        version: 1,
        tab: 'gone',
        split: 7,
        cameras: { a: { x: 1 }, b: { x: 1, y: 2, zoom: 1 } },
        sort: 3,
      }),
      { ...INITIAL, split: 0.85, cameras: { b: { x: 1, y: 2, zoom: 1 } } },
    );
  });
  it('is restored from anything without failing', () =>
    fc.assert(fc.property(fc.anything(), (stored) => restore(stored).version === 1)));
  it('remembers the newest models only', () => {
    let record: Record<string, number> = {};
    for (let k = 0; k < 60; k++) record = remember(record, `m${k}`, k);
    assert.equal(Object.keys(record).length, 40);
    assert.ok('m59' in record && !('m0' in record));
    assert.ok(!('m59' in remember<number>(record, 'm59', undefined)));
  });
});

describe('rows', () => {
  const snapshot = vgg().snapshot();
  const rows = tableRows(snapshot, 0);
  it('follow the summary', () =>
    assert.deepEqual(
      rows.slice(0, 3).map((row) => [row.name, row.params]),
      [
        ['input_layer', 0],
        ['block1_conv1', 1792],
        ['block1_conv2', 36928],
      ],
    ));
  it('sort with unknown values last either way', () => {
    const some = [
      { ...rows[0], params: null },
      { ...rows[1], params: 5 },
      { ...rows[2], params: 9 },
    ];
    assert.deepEqual(
      sortRows(some, { column: 'params', descending: true }).map((row) => row.params),
      [9, 5, null],
    );
    assert.deepEqual(
      sortRows(some, { column: 'params', descending: false }).map((row) => row.params),
      [5, 9, null],
    );
    assert.deepEqual(
      sortRows(rows, { column: 'name', descending: false }).map((row) => row.name)[0],
      'block1_conv1',
    );
  });
  it('copy as Markdown and CSV', () => {
    const markdown = toMarkdown(rows, snapshot.totals[0]).split('\n');
    assert.equal(
      markdown[3],
      '| block1_conv1 | Conv2D | (None, 224, 224, 64) | 1,792 | 86,704,128 | 3×3 | 1×1 |',
    );
    assert.match(markdown.at(-2)!, /^\| Total \|/);
    const csv = toCsv([{ ...rows[1], name: '=cmd,"x"' }]).split('\r\n');
    assert.ok(csv[1].startsWith(`"'=cmd,""x""",Conv2D,"(None, 224, 224, 64)",1792,`), csv[1]);
  });
  it('export as JSON with open lengths as null and unknown ones as "?"', () => {
    const net = new Net();
    const input = net.input([8, 8, 3]);
    const snapshot = net.model('m', [input], [net.opaque(input, 'no source')]).snapshot();
    const json = JSON.parse(toJson(snapshot, 0, tableRows(snapshot, 0))) as {
      layers: { output: unknown; unknown: unknown }[];
    };
    assert.deepEqual(
      json.layers.map((layer) => [layer.output, layer.unknown]),
      [
        [[null, 8, 8, 3], null],
        [null, 'no source'],
      ],
    );
  });
  it('tell why something is not known', () => {
    const net = new Net();
    const out = net.opaque(net.input([8]), 'no source');
    assert.equal(reasonOf(net.producer(out), net.graph.tensors[out].shape), 'no source');
  });
  it('name nodes the same way after an edit elsewhere', () => {
    const [before, after] = [resnet([2, 2, 2, 2]), resnet([2, 2, 2, 2])];
    assert.deepEqual(
      [...indexNodes(before.graph, 0).nodeOf.keys()],
      [...indexNodes(after.graph, 0).nodeOf.keys()],
    );
  });
});

describe('words', () => {
  it('exist in both languages with the same places to fill', () => {
    const places = (text: string): string =>
      [...text.matchAll(/\{\d\}/g)]
        .map((match) => match[0])
        .sort()
        .join();
    for (const [key, english] of Object.entries(LANGUAGES.en)) {
      const chinese = LANGUAGES.zh[key as keyof typeof LANGUAGES.en];
      assert.ok(chinese.length > 0, key);
      assert.equal(places(chinese), places(english), key);
    }
  });
  it('follow the editor', () => {
    assert.equal(translator('zh-cn')('parameters'), '参数量');
    assert.equal(translator('fr')('channel', 3), 'Channel 3');
  });
});

describe('camera', () => {
  const camera = fc.record({
    x: fc.double({ min: -500, max: 500, noNaN: true }),
    y: fc.double({ min: -500, max: 500, noNaN: true }),
    zoom: fc.double({ min: 0.1, max: 3, noNaN: true }),
  });
  it('zooms about a point that stays where it is', () =>
    fc.assert(
      fc.property(camera, fc.double({ min: 0.5, max: 2, noNaN: true }), (before, factor) => {
        const after = zoomAt(before, factor, 100, 50);
        assert.ok(Math.abs((100 - before.x) / before.zoom - (100 - after.x) / after.zoom) < 1e-6);
        assert.ok(Math.abs((50 - before.y) / before.zoom - (50 - after.y) / after.zoom) < 1e-6);
      }),
    ));
  it('brings a box into view and otherwise does not move', () => {
    const view = { width: 300, height: 400 };
    assert.deepEqual(reveal({ x: 0, y: 0, zoom: 1 }, { x: 60, y: 100, width: 100, height: 40 }, view), {
      x: 0,
      y: 0,
      zoom: 1,
    });
    const moved = reveal({ x: 0, y: 0, zoom: 1 }, { x: 60, y: 900, width: 100, height: 40 }, view);
    assert.equal(moved.y, 400 - 40 - 940);
  });
  it('fits and never loses the drawing', () => {
    assert.equal(fit({ width: 200, height: 3000 }, { width: 300, height: 400 }).zoom, 1);
    const far = clamp(
      { x: 9999, y: -9999, zoom: 1 },
      { width: 200, height: 300 },
      { width: 300, height: 400 },
    );
    assert.deepEqual(far, { x: 252, y: -252, zoom: 1 });
  });
});

describe('layered placement', () => {
  it('keeps the gaps and is nearest to the wishes', () => {
    assert.deepEqual(isotonic([0, 0, 10], [1, 1, 1], [0, 4, 4]), [-2, 2, 10]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 4 })), {
          minLength: 1,
          maxLength: 12,
        }),
        (wishes) => {
          const gaps = wishes.map((_, i) => (i === 0 ? 0 : 5));
          const placed = isotonic(
            wishes.map(([wish]) => wish),
            wishes.map(([, weight]) => weight),
            gaps,
          );
          placed.forEach((x, i) => i > 0 && assert.ok(x - placed[i - 1] >= 5 - 1e-9));
          // Moving everything by the mean error could not be better: the weighted errors cancel out.
          assert.ok(
            Math.abs(placed.reduce((sum, x, i) => sum + (x - wishes[i][0]) * wishes[i][1], 0)) < 1e-6,
          );
        },
      ),
    );
  });
  it('walks along lines', () => {
    const drawing = layoutModel(vgg().graph, 0, {});
    assert.equal(neighbour(drawing, null, 'down')!.key, 'input_layer');
    assert.equal(neighbour(drawing, 'block1_conv1', 'down')!.key, 'block1_conv2');
    assert.equal(neighbour(drawing, 'block1_conv1', 'up')!.key, 'input_layer');
    assert.equal(neighbour(drawing, 'block1_conv1', 'last')!.key, 'dense_1');
  });
});

describe('lettering', () => {
  it('is cut to fit', () =>
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 10, max: 200 }), (text, room) => {
        const kept = cut(text, room, 'title', estimate);
        assert.ok(kept === text || estimate(kept, 'title') <= room);
      }),
    ));
  it('is escaped in exported text', () =>
    assert.equal(
      toText({ tag: 'text', attributes: { class: 'a"b' }, children: ['<x> & y'] }),
      '<text class="a&quot;b">&lt;x&gt; &amp; y</text>',
    ));
});

describe('colour maps', () => {
  /** Lightness by the sRGB luminance. */
  const luminance = (table: Uint8ClampedArray, i: number): number => {
    const linear = (value: number): number =>
      value <= 10.31 ? value / 255 / 12.92 : Math.pow((value / 255 + 0.055) / 1.055, 2.4);
    return (
      0.2126 * linear(table[3 * i]) + 0.7152 * linear(table[3 * i + 1]) + 0.0722 * linear(table[3 * i + 2])
    );
  };
  for (const name of COLORMAPS.filter((name) => name !== 'diverging')) {
    it(`${name} grows lighter all the way`, () => {
      const table = colormap(name);
      for (let i = 1; i < 256; i++)
        assert.ok(luminance(table, i) >= luminance(table, i - 1) - 1e-3, String(i));
    });
  }
  it('the diverging one is lightest in the middle and as dark at both ends', () => {
    const table = colormap('diverging');
    assert.ok(luminance(table, 127) > 0.85);
    assert.ok(Math.abs(luminance(table, 0) - luminance(table, 255)) < 0.05);
  });
});

describe('planes', () => {
  const range = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => i);
  it('take channels last apart', () => {
    const planes = planesOf({ shape: [1, 2, 3, 4], data: range(24), channelAxis: 3 });
    assert.deepEqual([planes.form, planes.height, planes.width, planes.channels], ['image', 2, 3, 4]);
    assert.deepEqual([...planes.plane(1)], [1, 5, 9, 13, 17, 21]);
  });
  it('take channels first apart', () => {
    const planes = planesOf({ shape: [1, 4, 2, 3], data: range(24), channelAxis: 1 });
    assert.deepEqual([planes.height, planes.width, planes.channels], [2, 3, 4]);
    assert.deepEqual([...planes.plane(1)], [6, 7, 8, 9, 10, 11]);
  });
  it('take volumes, sequences and vectors apart', () => {
    const volume = planesOf({ shape: [1, 2, 2, 2, 3], data: range(24), channelAxis: 4 });
    assert.deepEqual([volume.form, volume.depth, [...volume.plane(0, 1)]], ['volume', 2, [12, 15, 18, 21]]);
    const sequence = planesOf({ shape: [1, 3, 2], data: range(6), channelAxis: 2 });
    assert.deepEqual([sequence.form, sequence.width, [...sequence.plane(1)]], ['sequence', 3, [1, 3, 5]]);
    assert.deepEqual([...planesOf({ shape: [1, 4], data: range(4), channelAxis: 1 }).plane(0)], [0, 1, 2, 3]);
  });
  it('know their statistics; what is not finite takes no part', () => {
    assert.deepEqual(statistics(Float32Array.of(1, 3, NaN)), {
      min: 1,
      max: 3,
      mean: 2,
      constant: false,
      invalid: 1,
    });
    assert.ok(statistics(new Float32Array(9)).constant);
    assert.deepEqual(histogram(Float32Array.of(0, 0.4, 1), 0, 1, 2), [2, 1]);
  });
  it('are coloured from low to high', () => {
    const table = colormap('grey');
    const pixels = new Uint8ClampedArray(12);
    colourise(Float32Array.of(-1, 1, NaN), ...colourRange(-1, 1, false), table, pixels);
    assert.deepEqual([...pixels], [0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 0]);
    assert.deepEqual(colourRange(-1, 3, true), [-3, 3]);
  });
  it('know what a cell sees', () => assert.deepEqual(seenInterval(2, 7, 4, 3), [5, 11]));
});

describe('receptive-field plot', () => {
  it('marks layers whose input sees everything already', () => {
    const net = new Net();
    const input = net.input([8, 8, 1]);
    let x = input;
    for (let k = 0; k < 6; k++) x = net.conv(x, 4, 3);
    const data = fieldData(net.model('m', [input], [x]).snapshot(), 0);
    assert.deepEqual(
      data.points.map((point) => point.size),
      [1, 3, 5, 7, 9, 11, 13],
    );
    assert.deepEqual(
      data.points.map((point) => point.unproductive),
      [false, false, false, false, false, true, true],
    );
    assert.equal(data.input, 8);
  });
});

describe('a nested model', () => {
  it('is a box of its own, not the first convolution inside it', () => {
    const text =
      'import keras\nfrom keras import layers\ninner = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Conv2D(4, 3)])\ni = keras.Input((8, 8, 3))\nm = keras.Model(i, layers.SeparableConv2D(2, 3)(inner(i)))\n';
    const { graph } = analyze({ path: 'm.py', text }, { reader: { read: () => undefined }, searchPath: [] });
    const of = (type: string) => graph.nodes.find((node) => node.type === type)!;
    assert.equal(nodeKind(graph, of('Sequential')), 'composite');
    assert.equal(mainStep(graph, of('Sequential')).type, 'Sequential');
    assert.equal(nodeKind(graph, of('SeparableConv2D')), 'conv');
  });
});

describe('lengths', () => {
  it('are written as fractions where they are no whole numbers', () => {
    assert.equal(format.sizes([4 / 3, 0.5]), '4/3×1/2');
    assert.equal(format.sizes([3, null]), '3×?');
  });
});
