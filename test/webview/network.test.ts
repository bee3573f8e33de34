/** The network's drawing as data: structure, folding and placement hold for chains, branches, skips, tangles and nests. */
import assert from 'node:assert/strict';
import { ENTRY, EXIT, modelScope, type Scope } from '../../src/webview/network/items';
import { layoutModel } from '../../src/webview/network/layout';
import { foldRepeats, runs } from '../../src/webview/network/repeats';
import { decompose, itemsOf, type Region } from '../../src/webview/network/structure';
import type { Drawing, PlacedBox } from '../../src/webview/network/types';
import { inception, Net, resnet, unet, vgg } from './build';

/** A scope of `n` unnamed items with the given edges; sources and sinks meet the boundary. */
function scope(n: number, edges: readonly (readonly [number, number])[]): Scope {
  const items = Array.from({ length: n }, (_, index) => ({ key: `k${index}`, node: index, foldable: false }));
  const fed = new Set(edges.map(([, to]) => to));
  const left = new Set(edges.map(([from]) => from));
  const all = [
    ...edges,
    ...items.flatMap((_, i) => (fed.has(i) ? [] : [[ENTRY, i] as const])),
    ...items.flatMap((_, i) => (left.has(i) ? [] : [[i, EXIT] as const])),
  ];
  return { items, edges: all.map(([from, to], tensor) => ({ from, to, tensor })) };
}

function show(region: Region): string {
  switch (region.kind) {
    case 'item':
      return String(region.item);
    case 'series':
      return `(${region.parts.map(show).join(' ')})`;
    case 'parallel':
      return `[${region.branches.map(show).join(' | ')}${region.direct.map(() => ' | ·').join('')}]`;
    case 'tangle':
      return `{${region.parts.map(show).join(' ')}}`;
    case 'repeat':
      return `${region.instances.length}×${show(region.instances[0])}`;
  }
}

const structure = (n: number, edges: readonly (readonly [number, number])[]): string =>
  show(decompose(scope(n, edges)));

describe('network structure', () => {
  it('sees a chain as a series', () =>
    assert.equal(
      structure(3, [
        [0, 1],
        [1, 2],
      ]),
      '(0 1 2)',
    ));
  it('sees a residual block as a branch with a line around it', () =>
    assert.equal(
      structure(4, [
        [0, 1],
        [1, 2],
        [2, 3],
        [0, 3],
      ]),
      '(0 [(1 2) | ·] 3)',
    ));
  it('sees branches of different length', () =>
    assert.equal(
      structure(5, [
        [0, 1],
        [0, 2],
        [2, 3],
        [1, 4],
        [3, 4],
      ]),
      '(0 [1 | (2 3)] 4)',
    ));
  it('nests a U-Net', () =>
    assert.equal(
      structure(7, [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 4],
        [4, 5],
        [5, 6],
        [0, 6],
        [1, 5],
        [2, 4],
      ]),
      '(0 [(1 [(2 [3 | ·] 4) | ·] 5) | ·] 6)',
    ));
  it('sees dense connections as nested too', () =>
    assert.equal(
      structure(4, [
        [0, 1],
        [1, 2],
        [0, 2],
        [2, 3],
      ]),
      '(0 [1 | ·] 2 3)',
    ));
  it('leaves crossing branches to layered layout', () =>
    assert.equal(
      structure(6, [
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
        [1, 4],
        [2, 4],
        [3, 5],
        [4, 5],
      ]),
      '(0 {1 2 3 4} 5)',
    ));
  it('puts a second input beside what runs before it is used', () =>
    assert.equal(
      structure(4, [
        [0, 1],
        [1, 3],
        [2, 3],
      ]),
      '([(0 1) | 2] 3)',
    ));
  it('keeps an item of a cycle', () =>
    assert.deepEqual(
      itemsOf(
        decompose(
          scope(3, [
            [0, 1],
            [1, 2],
            [2, 1],
          ]),
        ),
      ).sort(),
      [0, 1, 2],
    ));
});

describe('repeated blocks', () => {
  it('finds the longest hiding run and the better beginning', () => {
    // a (b c)×4 d, with blocks of 5 items
    assert.deepEqual(
      runs([0, 1, 2, 1, 2, 1, 2, 1, 2, 3], [1, 4, 1, 4, 1, 4, 1, 4, 1, 1], () => true),
      [{ start: 1, period: 2, count: 4 }],
    );
  });
  it('leaves two equal layers alone', () =>
    assert.deepEqual(
      runs([1, 1, 1, 2], [1, 1, 1, 1], () => true),
      [],
    ));
  it('folds the stages of ResNet-152', () => {
    const { graph } = resnet([3, 8, 36, 3]);
    const scope = modelScope(graph, 0);
    const folded = show(foldRepeats(graph, scope, decompose(scope)));
    assert.deepEqual(
      [...folded.matchAll(/(\d+)×/g)].map((match) => Number(match[1])),
      [2, 7, 35, 2],
    );
  });
  it('leaves VGG16 as it is', () => {
    const { graph } = vgg();
    const scope = modelScope(graph, 0);
    assert.ok(!show(foldRepeats(graph, scope, decompose(scope))).includes('×'));
  });
});

function overlap(a: PlacedBox, b: PlacedBox): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** What every drawing must hold: siblings do not overlap, children lie in their parents, lines go down and meet known boxes. */
function checkDrawing(drawing: Drawing): void {
  const byKey = new Map(drawing.boxes.map((box) => [box.key, box]));
  assert.equal(byKey.size, drawing.boxes.length, 'keys are unique');
  const groups = new Map<string | null, PlacedBox[]>();
  for (const box of drawing.boxes) groups.set(box.parent, [...(groups.get(box.parent) ?? []), box]);
  for (const siblings of groups.values()) {
    siblings.forEach((a, i) =>
      siblings.slice(i + 1).forEach((b) => assert.ok(!overlap(a, b), `${a.key} overlaps ${b.key}`)),
    );
  }
  for (const box of drawing.boxes) {
    assert.ok(
      box.x >= -0.01 &&
        box.y >= -0.01 &&
        box.x + box.width <= drawing.width + 0.01 &&
        box.y + box.height <= drawing.height + 0.01,
      `${box.key} within the drawing`,
    );
    if (box.parent === null) continue;
    const outer = byKey.get(box.parent)!;
    assert.ok(
      box.x >= outer.x &&
        box.x + box.width <= outer.x + outer.width &&
        box.y > outer.y + 20 &&
        box.y + box.height < outer.y + outer.height,
      `${box.key} within ${outer.key}`,
    );
  }
  for (const edge of drawing.edges) {
    assert.ok(edge.bounds.height > 0, `${edge.key} goes down`);
    assert.ok(edge.from === '' || byKey.has(edge.from), edge.key);
    assert.ok(edge.to === '' || byKey.has(edge.to), edge.key);
    assert.ok(!edge.path.includes('NaN'), edge.key);
  }
}

describe('network layout', () => {
  for (const [name, net] of Object.entries({
    vgg: vgg(),
    resnet: resnet([3, 4, 6, 3]),
    unet: unet(),
    inception: inception(),
  })) {
    it(`places ${name} without overlaps`, () => checkDrawing(layoutModel(net.graph, 0, {})));
  }
  it('keeps the spine of a residual network straight', () => {
    const drawing = layoutModel(resnet([3, 4, 6, 3]).graph, 0, {});
    const adds = drawing.boxes.filter(
      (box) =>
        box.kind === 'node' && ['Add', 'Conv2D'].includes(resnet([3, 4, 6, 3]).graph.nodes[box.node].type),
    );
    const centres = new Set(
      drawing.boxes.filter((box) => box.kind === 'repeat').map((box) => box.x + box.width / 2),
    );
    assert.equal(centres.size, 1);
    assert.ok(adds.length > 4);
  });
  it('opens a repetition with its first block open', () => {
    const { graph } = resnet([3, 4, 6, 3]);
    const repeat = layoutModel(graph, 0, {}).boxes.find((box) => box.kind === 'repeat')!;
    const opened = layoutModel(graph, 0, { [repeat.key]: true });
    checkDrawing(opened);
    const blocks = opened.boxes.filter((box) => box.kind === 'block');
    assert.deepEqual(
      blocks.map((box) => [box.ordinal, box.open]),
      [
        [1, true],
        [2, false],
      ],
    );
    assert.equal(opened.boxes.filter((box) => box.parent === blocks[0].key).length, 10);
    assert.ok(
      opened.edges.some((edge) => edge.skip && edge.from === blocks[0].key),
      'the skip connection enters the opened block',
    );
  });
  it('opens a custom layer and runs lines to its boundary', () => {
    const net = new Net();
    const input = net.input([32, 32, 3]);
    const out = net.group('ResidualBlock', 'block', net.conv(input, 8, 3), (x) =>
      net.add(net.relu(net.conv(x, 8, 3)), x),
    );
    net.model('m', [input], [net.relu(out)]);
    const closed = layoutModel(net.graph, 0, {});
    assert.deepEqual(
      closed.boxes.map((box) => box.kind),
      ['node', 'node', 'group', 'node'],
    );
    const open = layoutModel(net.graph, 0, { block: true });
    checkDrawing(open);
    const leaving = open.edges
      .filter((edge) => edge.from === 'block')
      .map((edge) => `${edge.to}${edge.skip ? ' skip' : ''}`);
    assert.deepEqual(leaving.sort(), ['block/add skip', 'block/conv2d_1', 're_lu_1']);
  });
  it('gives wider boxes to more channels and taller ones to finer maps', () => {
    const drawing = layoutModel(vgg().graph, 0, {});
    const box = (key: string): PlacedBox => drawing.boxes.find((found) => found.key === key)!;
    assert.ok(box('block5_conv1').width > box('block1_conv1').width);
    assert.ok(box('block5_conv1').height < box('block1_conv1').height);
  });
  it('lays out ResNet-152, folded and all open, well within a frame budget', () => {
    const { graph } = resnet([3, 8, 36, 3]);
    const open: Record<string, boolean> = {};
    const started = performance.now();
    for (let round = 0; round < 3; round++)
      for (const box of layoutModel(graph, 0, open).boxes) if (box.foldable) open[box.key] = true;
    const took = performance.now() - started;
    const drawing = layoutModel(graph, 0, open);
    checkDrawing(drawing);
    assert.ok(drawing.boxes.length > 500);
    assert.ok(took < 1500, `${took} ms`);
  });
});
