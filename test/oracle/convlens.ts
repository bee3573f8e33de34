/** ConvLens' answer to a program, read from the model graph in the form in which Keras gives its own. */
import { layerParameters } from '../../src/analysis/params';
import { isOpen, isUnknown, type Dim, type Node, type Shape } from '../../src/graph/graph';
import { interpret } from '../../src/keras/interpret';
import { PRELUDE, printProgram, type Program } from './expression';
import type { Answer, TensorAnswer } from './keras';

const dimOf = (dim: Dim): number | null | '?' => (typeof dim === 'number' ? dim : isOpen(dim) ? null : '?');
const shapeOf = (shape: Shape): TensorAnswer[0] =>
  isUnknown(shape) ? '?' : (shape as readonly Dim[]).map(dimOf);

export function answerOf(program: Program): Answer {
  const source = PRELUDE + printProgram(program);
  const uncaught: string[] = [];
  const broken: string[] = [];
  const graph = interpret(
    { path: 'main.py', text: source },
    {
      probe: false,
      backend: 'jax',
      onUncaught: (error: unknown) => uncaught.push(String(error)),
      onInternal: (error) => broken.push(String(error)),
    },
  );
  // Where each statement stands in the source, to tell which one a node or a layer comes from.
  const ends: number[] = [];
  let end = PRELUDE.length;
  for (const statement of program) ends.push((end += printProgram([statement]).length));
  const statementAt = (offset: number): number => ends.findIndex((stop) => offset < stop);

  const outputs: (readonly TensorAnswer[] | null)[] = program.map(() => null);
  const givers = new Map<number, Node>();
  for (const node of graph.nodes) {
    if (node.parent !== null || node.internal) continue;
    const at = statementAt(node.site.range.from);
    const before = givers.get(at);
    // The last node of a statement gives its value; the masks that a layer computes beside it come after it at its own place.
    const isMask =
      before !== undefined &&
      before.layer !== null &&
      node.layer === null &&
      node.site.range.to === before.site.range.to &&
      node.site.range.from === before.site.range.from;
    if (at >= 0 && !isMask) givers.set(at, node);
  }
  for (const [at, node] of givers) {
    outputs[at] = node.outputs.map((id) => {
      const { shape, dtype } = graph.tensors[id]!;
      return [shapeOf(shape), dtype] as const;
    });
  }
  // What a name is bound to counts, where that is one tensor: `top_k(x)[0]` gives one of two.
  for (const { name, range, seen } of graph.observations) {
    const at = statementAt(range.from);
    if (
      at < 0 ||
      seen.kind !== 'tensor' ||
      name !== program[at]!.name ||
      range.from !== (at === 0 ? PRELUDE.length : ends[at - 1])
    )
      continue;
    const { shape, dtype } = graph.tensors[seen.tensor]!;
    outputs[at] = [[shapeOf(shape), dtype]];
  }
  const layers: Record<string, readonly [number | null, number | null]> = {};
  const widest = new Map<number, { from: number; to: number }>();
  for (const layer of graph.layers) {
    const { range } = layer.site;
    const at = statementAt(range.from);
    const known = widest.get(at);
    // The outermost constructor of a statement is the one that its name is bound to.
    if (at < 0 || (known !== undefined && known.to - known.from >= range.to - range.from)) continue;
    widest.set(at, range);
    const { name } = program[at]!;
    delete layers[name];
    if (!layer.built) continue;
    const { total, trainable } = layerParameters(graph, layer.id);
    layers[name] = [total, trainable];
  }
  const failure = graph.failures.find(({ severity }) => severity === 'error');
  const answer: Answer = { outputs, layers, ...(broken.length ? { crash: broken[0] } : {}) };
  if (failure)
    return {
      ...answer,
      error: failure.code,
      message: failure.keras ?? failure.message,
      at: statementAt(failure.site.range.from),
    };
  if (uncaught.length) return { ...answer, error: 'uncaught', message: uncaught[0], at: outputs.length };
  return answer;
}
