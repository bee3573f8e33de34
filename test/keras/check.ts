/**
 * Checks small programs against what they say of themselves: a line `# ^^^ (None, 26, 26, 32)` under a statement names the
 * shape (or layer, or value) that ConvLens sees in the marked name; `rows(...)` gives a model's summary as text.
 */
import { strict as assert } from 'node:assert';
import type { LayerId, Model, ModelGraph, Observation } from '../../src/graph/graph';
import { formatShape } from '../../src/keras/dims';
import { interpret, type Environment } from '../../src/keras/interpret';

/** Interprets a program; an error of the analysis itself fails the test. */
export function graphOf(text: string, environment: Environment = {}): ModelGraph {
  return interpret(
    { path: 'test.py', text },
    {
      ...environment,
      onInternal: (error) => {
        throw error;
      },
    },
  );
}

/** Runs `text` and compares every marker; no failures may be recorded unless `failures` lists their codes. */
export function check(
  text: string,
  failures: readonly string[] = [],
  environment: Environment = {},
): ModelGraph {
  const graph = graphOf(text, environment);
  const lines = text.split('\n');
  let offset = 0;
  let statement = { line: '', offset: 0 };
  let markers = 0;
  for (const line of lines) {
    const marker = /^(\s*#\s*)(\^+) (.*)$/.exec(line);
    if (marker === null) statement = { line, offset };
    else {
      const from = statement.offset + marker[1].length;
      const to = from + marker[2].length;
      const found = graph.observations
        .filter((seen) => seen.range.from === from && seen.range.to === to)
        .map((seen) => show(graph, seen));
      assert.deepEqual(found.join(' | '), marker[3].trim(), `at: ${statement.line.trim()}`);
      markers++;
    }
    offset += line.length + 1;
  }
  assert.deepEqual(
    graph.failures.map((failure) => failure.code),
    failures,
    graph.failures.map((failure) => failure.message).join('\n'),
  );
  assert.deepEqual(
    graph.problems.map((problem) => problem.message),
    [],
  );
  assert.ok(markers > 0 || graph.models.length > 0 || failures.length > 0, 'the program checks nothing');
  return graph;
}

function show(graph: ModelGraph, { seen }: Observation): string {
  switch (seen.kind) {
    case 'tensor':
      return formatShape(graph.tensors[seen.tensor].shape);
    case 'layer':
      return `${graph.layers[seen.layer].name}: ${parameters(graph, seen.layer)}`;
    case 'shape':
      return formatShape(seen.shape);
    case 'value':
      return seen.text;
    case 'unknown':
      return `? ${seen.unknown.reason}`;
  }
}

/** Parameters of a layer and what it owns, `?` when a weight's shape is not wholly known. */
export function parameters(graph: ModelGraph, id: LayerId): number | '?' {
  const weights = new Set<number>();
  const seen = new Set<LayerId>();
  const collect = (layer: LayerId): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    graph.layers[layer].weights.forEach((weight) => weights.add(weight));
    graph.layers[layer].sublayers.forEach(collect);
  };
  collect(id);
  let total = 0;
  for (const weight of weights) {
    const { shape } = graph.weights[weight];
    if (!Array.isArray(shape)) return '?';
    for (const dim of shape) if (typeof dim !== 'number') return '?';
    total += (shape as number[]).reduce((a, b) => a * b, 1);
  }
  return total;
}

/** The model that a name is bound to, the latest one. */
export function model(graph: ModelGraph, name: string): Model {
  const found = graph.models.filter((candidate) =>
    candidate.bindings.some((binding) => binding.name === name),
  );
  assert.ok(
    found.length > 0,
    `no model is bound to ${name}; there are ${graph.models.flatMap((candidate) => candidate.bindings.map((binding) => binding.name)).join(', ')}`,
  );
  return found[found.length - 1];
}

/** `name (Type) outputs parameters` per row of `summary()`. */
export function rows(graph: ModelGraph, name: string): string[] {
  return model(graph, name).rows.map((row) => {
    const node = row.node === null ? null : graph.nodes[row.node];
    const outputs =
      node === null ? '?' : node.outputs.map((id) => formatShape(graph.tensors[id].shape)).join(' ');
    if (row.layer === null) return `${node!.name} (${node!.type}) ${outputs}`;
    const layer = graph.layers[row.layer];
    return `${layer.name} (${layer.type}) ${outputs} ${parameters(graph, row.layer)}`;
  });
}
