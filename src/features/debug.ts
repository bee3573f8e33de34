/** Texts of the debug commands: the model graph, the values seen, and the timings. */
import { verifyGraph } from '../graph/verify';
import type { Analysis } from '../analysis/analysis';
import { formatShape } from '../keras/dims';
import { flow } from './explain';

/** Every node with its inputs and outputs, indented under its parent; then what is wrong with the graph. */
export function dumpGraph(analysis: Analysis): string {
  const { graph } = analysis;
  const depth = (id: number): number =>
    graph.nodes[id].parent === null ? 0 : 1 + depth(graph.nodes[id].parent as number);
  const lines = graph.nodes.map((node) => {
    const flags = [
      node.internal && 'internal',
      node.probed && 'probed',
      node.conditional && 'conditional',
      node.failed && 'failed',
    ]
      .filter(Boolean)
      .join(' ');
    const from = node.inputs.map((id) => `t${id}`).join(', ');
    const to = node.outputs.map((id) => `t${id}`).join(', ');
    return `${'  '.repeat(depth(node.id))}#${node.id} ${node.type} ${node.name} [${node.primitive.op}] ${from} → ${to}  ${flow(analysis, node)} ${flags}`.trimEnd();
  });
  const models = graph.models.map(
    (model, index) =>
      `model ${index}: ${model.kind} ${model.bindings.map((binding) => binding.name).join(', ')} rows ${model.rows.length} nodes ${model.nodes.length}`,
  );
  const failures = graph.failures.map(
    (failure) => `${failure.severity} ${failure.code}: ${failure.message} ${JSON.stringify(failure.facts)}`,
  );
  const problems = graph.problems.map((problem) => `problem ${problem.kind}: ${problem.message}`);
  return [
    ...lines,
    '',
    ...models,
    ...failures,
    ...problems,
    ...verifyGraph(graph).map((text) => `wrong: ${text}`),
    '',
  ].join('\n');
}

/** Names with what they were seen to be, by line. */
export function dumpValues(analysis: Analysis): string {
  const { graph, program } = analysis;
  return graph.observations
    .filter((observation) => observation.range.file === program.path)
    .map(({ range, name, seen }) => {
      const text =
        seen.kind === 'tensor'
          ? `tensor ${formatShape(graph.tensors[seen.tensor].shape)}`
          : seen.kind === 'layer'
            ? `layer ${graph.layers[seen.layer].name}`
            : seen.kind === 'shape'
              ? formatShape(seen.shape)
              : seen.kind === 'value'
                ? seen.text
                : `unknown: ${seen.unknown.reason}`;
      return `${program.position(range.from).line + 1}: ${name} = ${text}`;
    })
    .join('\n');
}

export function dumpTimings(analysis: Analysis): string {
  const { graph, timings } = analysis;
  return [
    `interpretation ${timings.interpretMs.toFixed(1)} ms`,
    `${graph.nodes.length} nodes, ${graph.tensors.length} tensors, ${graph.layers.length} layers, ${graph.weights.length} weights, ${graph.models.length} models`,
    ...graph.problems.map((problem) => `${problem.kind}: ${problem.message}`),
    '',
  ].join('\n');
}
