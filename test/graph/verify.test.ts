// A well-formed graph passes the verifier; each kind of damage is named.
import assert from 'node:assert/strict';
import { verifyGraph } from '../../src/graph/verify';
import type { ModelGraph } from '../../src/graph/graph';
import { GraphBuilder } from './build';

function small(): ModelGraph {
  const build = new GraphBuilder();
  build.dense(build.flatten(build.conv(build.input(28, 28, 1), { filters: 8, kernel: 3 })), 10);
  return build.graph;
}

describe('graph verifier', () => {
  it('accepts a well-formed graph', () => assert.deepEqual(verifyGraph(small()), []));

  const damage: [string, (graph: ModelGraph) => void, RegExp][] = [
    [
      'a tensor without its producer',
      (graph) => (graph.tensors[1].producer = 0),
      /tensor 1 is not output 0 of node 0/,
    ],
    [
      'an input that does not exist',
      (graph) => Object.assign(graph.nodes[1], { inputs: [99] }),
      /node 1 \(Conv2D\) refers to 99/,
    ],
    ['a negative length', (graph) => (graph.tensors[1].shape = [-1, 2]), /tensor 1 has the length -1/],
    ['a half length', (graph) => (graph.tensors[1].shape = [1, 2.5]), /length 2\.5/],
    ['a child without parent', (graph) => graph.nodes[0].children.push(1), /child 1, whose parent is null/],
    ['ids out of order', (graph) => graph.nodes.reverse(), /node 0 has the id 3/],
    [
      "a layer that lists another layer's node",
      (graph) => graph.layers[1].nodes.push(0),
      /lists node 0, which is of layer 0/,
    ],
  ];
  for (const [what, damages, expected] of damage) {
    it(`finds ${what}`, () => {
      const graph = small();
      damages(graph);
      assert.match(verifyGraph(graph).join('\n'), expected);
    });
  }
});
