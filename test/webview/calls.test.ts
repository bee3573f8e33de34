// What one call of a function made is one item of the drawing, and what repeats in program order is folded, on interpreted programs.
import assert from 'node:assert/strict';
import { analyze } from '../../src/features';
import { verifyGraph } from '../../src/graph/verify';
import type { ModelGraph } from '../../src/graph/graph';
import { layoutModel } from '../../src/webview/network/layout';
import { insideScope, modelScope, type Scope } from '../../src/webview/network/items';
import { foldRepeats } from '../../src/webview/network/repeats';
import { decompose, itemsOf, type Region } from '../../src/webview/network/structure';

const HEAD = 'import keras\nfrom keras import layers\n';

function graphOf(text: string): ModelGraph {
  const { graph } = analyze(
    { path: 'model.py', text: HEAD + text },
    { reader: { read: () => undefined }, searchPath: [] },
  );
  assert.deepEqual(verifyGraph(graph), []);
  return graph;
}

/** `name(…)` for a call, the node's type otherwise, insides included. */
function show(graph: ModelGraph, scope: Scope = modelScope(graph, graph.models.length - 1)): string {
  return scope.items
    .map((item) =>
      item.made
        ? `${item.made.name}${item.isOpen ? '' : '*'}(${show(graph, insideScope(graph, item))})`
        : graph.nodes[item.node].type,
    )
    .join(' ');
}

function repeats(graph: ModelGraph): number[] {
  const scope = modelScope(graph, graph.models.length - 1);
  const found: number[] = [];
  const visit = (region: Region): void => {
    if (region.kind === 'repeat') found.push(region.instances.length);
    else if (region.kind === 'parallel') region.branches.forEach(visit);
    else if (region.kind !== 'item') region.parts.forEach(visit);
  };
  const folded = foldRepeats(graph, scope, decompose(scope));
  visit(folded);
  assert.deepEqual(
    itemsOf(folded).sort((a, b) => a - b),
    scope.items.map((_, index) => index),
  );
  return found;
}

const BLOCK = `
def block(x, filters):
    y = layers.Conv2D(filters, 3, padding="same")(x)
    y = layers.BatchNormalization()(y)
    return layers.ReLU()(y)
`;

describe('blocks by the calls that made them', () => {
  it('are what a function made, once per call, in loops too', () =>
    assert.equal(
      show(
        graphOf(`${BLOCK}
i = keras.Input((32, 32, 3))
x = i
for filters in (8, 16):
    x = block(x, filters)
model = keras.Model(i, layers.Flatten()(x))`),
      ),
      'InputLayer block(Conv2D BatchNormalization ReLU) block(Conv2D BatchNormalization ReLU) Flatten',
    ));
  it('nest, and leave out the function that builds it all and those that make little', () =>
    assert.equal(
      show(
        graphOf(`${BLOCK}
def norm(x):
    return layers.BatchNormalization()(x)
def stage(x, filters):
    x = block(x, filters)
    x = block(x, filters)
    return norm(layers.MaxPooling2D()(x))
def build():
    i = keras.Input((32, 32, 3))
    x = stage(i, 4)
    x = stage(x, 8)
    return keras.Model(i, layers.Dense(2)(layers.Flatten()(x)))
model = build()`),
      ),
      'InputLayer stage(block(Conv2D BatchNormalization ReLU) block(Conv2D BatchNormalization ReLU) MaxPooling2D BatchNormalization)' +
        ' stage(block(Conv2D BatchNormalization ReLU) block(Conv2D BatchNormalization ReLU) MaxPooling2D BatchNormalization) Flatten Dense',
    ));
  it('go by the name of the class whose objects are called', () =>
    assert.equal(
      show(
        graphOf(`
class Block:
    def __call__(self, x):
        x = layers.Dense(4)(x)
        x = layers.ReLU()(x)
        return layers.Dropout(0.1)(x)
i = keras.Input((8,))
model = keras.Model(i, Block()(Block()(i)))`),
      ),
      'InputLayer Block(Dense ReLU Dropout) Block(Dense ReLU Dropout)',
    ));
  it('stand closed where they are many', () => {
    const graph = graphOf(`${BLOCK}
i = keras.Input((32, 32, 3))
x = i
for n in range(20):
    x = block(x, 4 + n)
model = keras.Model(i, x)`);
    assert.equal(show(graph).split('block*(').length - 1, 20);
    const drawing = layoutModel(graph, 0, {});
    assert.equal(drawing.boxes.length, 21);
    assert.ok(drawing.boxes.slice(1).every((box) => box.kind === 'call' && !box.open));
    assert.equal(new Set(drawing.boxes.flatMap((box) => box.covers)).size, graph.nodes.length);
  });
  it('are taken apart where something leaves them and comes back', () => {
    const graph = graphOf(`
def around(x, inner):
    a = layers.Dense(4)(x)
    b = inner(a)
    c = layers.Dense(4)(b)
    return layers.Add()([a, c])
i = keras.Input((4,))
first = around(i, lambda x: x)
shared = layers.Dense(4)
def twice(x):
    a = layers.Dense(4)(x)
    b = layers.Dense(4)(a)
    yield layers.Dense(4)(b)
    yield layers.Dense(4)(outside)
parts = twice(first)
outside = shared(next(parts))
model = keras.Model(i, [outside, next(parts)])`);
    const scope = modelScope(graph, 0);
    const edges = scope.edges.filter((edge) => edge.from >= 0 && edge.to >= 0);
    const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
      edges.some(
        (edge) =>
          edge.from === from &&
          (edge.to === to || (!seen.has(edge.to) && reaches(edge.to, to, seen.add(edge.to)))),
      );
    assert.ok(scope.items.every((_, item) => !reaches(item, item)));
  });
});

describe('repetitions', () => {
  it('fold where each is fed by two before it', () => {
    const graph = graphOf(`
def cell(x, older):
    a = layers.Conv2D(8, 3, padding="same")(x)
    b = layers.Conv2D(8, 1)(older)
    return layers.Add()([a, b]), x
i = keras.Input((16, 16, 8))
x, older = layers.Conv2D(8, 3, padding="same")(i), i
for _ in range(15):
    x, older = cell(x, older)
model = keras.Model(i, x)`);
    assert.deepEqual(repeats(graph), [15]);
    const closed = layoutModel(graph, 0, {});
    const repeat = closed.boxes.find((box) => box.kind === 'repeat')!;
    assert.equal(repeat.name, 'cell');
    const open = layoutModel(graph, 0, { [repeat.key]: true });
    assert.equal(open.boxes.filter((box) => box.kind === 'block').length, 15);
  });
  // The last cell feeds no other: it can be taken apart, and stands by itself.
  it('fold without any function, by structure', () =>
    assert.deepEqual(
      repeats(
        graphOf(`
i = keras.Input((16, 16, 8))
x, older = layers.Conv2D(8, 3, padding="same")(i), i
for _ in range(6):
    a = layers.Conv2D(8, 3, padding="same")(x)
    b = layers.Conv2D(8, 1)(older)
    x, older = layers.Add()([a, b]), x
model = keras.Model(i, x)`),
      ),
      [5],
    ));
  it('fold branches of one kind that stand side by side', () =>
    assert.deepEqual(
      repeats(
        graphOf(`
i = keras.Input((16, 16, 8))
x = [layers.ReLU()(layers.Conv2D(4, 3)(i)) for _ in range(12)]
model = keras.Model(i, layers.Concatenate()(x))`),
      ),
      [12],
    ));
});
