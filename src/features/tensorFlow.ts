/** Where the tensor at a place comes from and goes to: the calls that make it, the names that hold it, the calls that read it. */
import type { Analysis } from '../analysis/analysis';
import type { Node, SourceRange, TensorId } from '../graph/graph';
import { locate } from './locate';

export interface TensorUses {
  /** What is called to make the tensors (`layers.Conv2D`), in the order of the text. */
  readonly producers: readonly SourceRange[];
  /** Names that were seen to hold them. */
  readonly names: readonly SourceRange[];
  /** What is called with them. */
  readonly consumers: readonly SourceRange[];
}

/** Of the tensors that the innermost call or name around an offset gives; null where none stands. Ranges lie in the analysed file. */
export function tensorUses(analysis: Analysis, offset: number): TensorUses | null {
  const { graph, program } = analysis;
  const tensors = tensorsAt(analysis, offset);
  if (tensors.size === 0) return null;
  const makers: Node[] = [];
  const readers: Node[] = [];
  for (const node of graph.nodes) {
    if (node.internal) continue;
    if (node.outputs.some((id) => tensors.has(id))) makers.push(node);
    if (node.inputs.some((id) => tensors.has(id))) readers.push(node);
  }
  const names = graph.observations.filter(
    ({ seen, range }) =>
      seen.kind === 'tensor' && tensors.has(seen.tensor) && /^[\w.]+$/.test(textOf(analysis, range)),
  );
  const own = (ranges: readonly SourceRange[]): SourceRange[] => {
    const distinct = new Map<number, SourceRange>();
    for (const range of ranges) if (range.file === program.path) distinct.set(range.from, range);
    return [...distinct.values()].sort((a, b) => a.from - b.from);
  };
  return {
    producers: own(makers.map((node) => called(analysis, node))),
    names: own(names.map(({ range }) => range)),
    consumers: own(readers.map((node) => called(analysis, node))),
  };
}

function tensorsAt(analysis: Analysis, offset: number): ReadonlySet<TensorId> {
  const found = locate(analysis, offset);
  if (found === null || found.kind === 'models') return new Set();
  if (found.kind !== 'observations') return new Set(found.nodes.flatMap(({ outputs }) => outputs));
  return new Set(found.observations.flatMap(({ seen }) => (seen.kind === 'tensor' ? [seen.tensor] : [])));
}

/** The part of a call that names what is called; the whole of an operator's expression. */
function called(analysis: Analysis, { site }: Node): SourceRange {
  const callee = /^[\w.\s]+(?=\()/.exec(textOf(analysis, site.range))?.[0].trimEnd();
  return callee === undefined ? site.range : { ...site.range, to: site.range.from + callee.length };
}

function textOf({ program }: Analysis, range: SourceRange): string {
  return range.file === program.path ? program.text.slice(range.from, range.to) : '';
}
