/**
 * The view of a network as a sequence model: how many positions one unit reads at once (its n-gram), by how many operations the
 * farthest of them reaches it, and how many steps must run one after another. After Vaswani et al., Attention is all you need
 * (2017), table 1: a recurrent layer takes as many steps as there are positions, a convolution, a pool or attention one.
 */
import { isUnknown, type ModelGraph, type Node, type Shape, type TensorId } from '../graph/graph';
import { knownLength } from './receptive/steps';
import type { ReceptiveField, ReceptiveFields } from './receptiveField';

export interface SequenceView {
  /** Positions of the network's input (over all axes of the field); null where open. */
  readonly positions: number | null;
  /** Positions that one unit reads, per axis of the field; null where not known. */
  readonly ngram: readonly (number | null)[];
  /** Operations that mix positions on the shortest way from the farthest position that a unit reads; null where it depends on an open length. */
  readonly pathLength: number | null;
  /** Such operations that must run one after another, from the input to here; null where that depends on an open length. */
  readonly sequentialSteps: number | null;
}

/** Costs on the way to the units of a tensor; Infinity: as many as an open length. */
interface Chain {
  /** From a unit's own position. */
  readonly own: number;
  /** From the farthest position that it reads. */
  readonly reach: number;
  readonly steps: number;
  /** Something on the way makes this a sequence: recurrence, attention, a window along one axis, a layer per time step. */
  readonly sequence: boolean;
}

const START: Chain = { own: 0, reach: 0, steps: 0, sequence: false };

/** Sequence views of a graph's tensors, by the receptive fields that are worked out for it. */
export class SequenceViews {
  private chains: (Chain | undefined)[] | null = null;

  constructor(
    private readonly graph: ModelGraph,
    private readonly fields: ReceptiveFields,
  ) {}

  /** Null for a tensor that no sequence reaches. `inputs` are preferred, as for the field. */
  of(tensor: TensorId, inputs?: readonly TensorId[]): SequenceView | null {
    this.chains ??= this.follow();
    const chain = this.chains[tensor];
    if (!chain?.sequence) return null;
    const field = this.fields.of(tensor, inputs);
    if (field === null || field.axes.length === 0) return null;
    return {
      positions: product(field.axes.map((axis) => axis.inputLength)),
      ngram: field.axes.map((axis) => axis.size),
      pathLength: finite(chain.reach),
      sequentialSteps: finite(chain.steps),
    };
  }

  private follow(): (Chain | undefined)[] {
    const chains: (Chain | undefined)[] = new Array(this.graph.tensors.length);
    const open: Node[] = [];
    // What a compound layer's steps do not make themselves costs what its last step does.
    const settle = (node: Node): void => {
      const inside = [...node.children]
        .reverse()
        .flatMap((id) => this.graph.nodes[id].outputs)
        .find((id) => chains[id] !== undefined);
      const chain = inside === undefined ? this.merge(node, chains) : chains[inside]!;
      for (const output of node.outputs) chains[output] ??= chain;
    };
    for (const node of this.graph.nodes) {
      while (open.length > 0 && !isWithin(this.graph, node, open[open.length - 1]))
        settle(open.pop() as Node);
      if (node.primitive.op === 'composite') {
        open.push(node);
        continue;
      }
      const chain = this.step(node, chains);
      for (const output of node.outputs) chains[output] = chain;
    }
    while (open.length > 0) settle(open.pop() as Node);
    return chains;
  }

  /** Branches joined: the shortest way by the branches that read most. */
  private merge(node: Node, chains: readonly (Chain | undefined)[]): Chain {
    const branches = node.inputs.flatMap((id) => {
      const chain = chains[id];
      return chain === undefined ? [] : [{ chain, reads: reads(this.fields.of(id)) }];
    });
    if (branches.length === 0) return START;
    const most = Math.max(...branches.map((branch) => branch.reads));
    const widest = branches.filter((branch) => branch.reads === most);
    return {
      own: Math.min(...branches.map(({ chain }) => chain.own)),
      reach: Math.min(...widest.map(({ chain }) => chain.reach)),
      steps: Math.max(...branches.map(({ chain }) => chain.steps)),
      sequence: branches.some(({ chain }) => chain.sequence),
    };
  }

  private step(node: Node, chains: readonly (Chain | undefined)[]): Chain {
    const { primitive } = node;
    const before = this.merge(node, chains);
    const around = node.parent === null ? null : this.graph.nodes[node.parent].primitive;
    const perStep = around?.op === 'composite' && around.repeat !== undefined && node.internal;
    switch (primitive.op) {
      case 'input':
        return START;
      case 'recurrent':
        return this.recurrence(node, before, !primitive.returnSequences);
      case 'attention': {
        const read = node.inputs.slice(1).flatMap((id) => chains[id] ?? []);
        const own = read.length === 0 ? before.own : Math.min(...read.map((chain) => chain.own));
        return { own: before.own + 1, reach: own + 1, steps: before.steps + 1, sequence: true };
      }
      case 'conv':
      case 'pool': {
        const moves = primitive.axes.some(({ kernel }) => kernel !== 1);
        const sequence = before.sequence || primitive.axes.length === 1;
        return moves ? { ...windowed(before), sequence } : { ...before, sequence };
      }
      case 'reduce': {
        // An RNN over a cell takes its steps out of the sequence with all that came before them.
        if (perStep && node.layer === null && primitive.fn === 'other')
          return this.recurrence(node, before, true);
        const collapses = primitive.axes === null || primitive.axes.includes(1);
        return collapses ? collapsed(before) : before;
      }
      case 'adaptivePool':
        return collapsed(before);
      case 'slice':
        if (perStep) return { ...before, sequence: true };
        return primitive.items[1]?.kind === 'index' ? { ...before, own: before.reach } : before;
      case 'dense':
      case 'einsum':
      case 'matmul': {
        if (!this.mixes(node)) return before;
        // Weights that are a tensor themselves, one per position: attention written out.
        const sequence = before.sequence || node.inputs.length > 1;
        return { ...collapsed(before), sequence };
      }
      default:
        return before;
    }
  }

  private recurrence(node: Node, before: Chain, last: boolean): Chain {
    const count = lengthOf(this.graph.tensors[node.inputs[0]]?.shape) ?? Infinity;
    // Where every unit of the input reads everything already, the unit's own does.
    const whole = this.fields.of(node.inputs[0])?.global === true;
    const reach = whole ? Math.min(before.reach + 1, before.own + count) : before.own + count;
    return { own: last ? reach : before.own + 1, reach, steps: before.steps + count, sequence: true };
  }

  /** Whether the output reads more positions than any of the inputs. */
  private mixes(node: Node): boolean {
    const after = reads(this.fields.of(node.outputs[0]));
    return node.inputs.length > 0 && node.inputs.every((id) => reads(this.fields.of(id)) < after);
  }
}

function windowed(chain: Chain): Chain {
  return { ...chain, own: chain.own + 1, reach: chain.reach + 1, steps: chain.steps + 1 };
}

/** One operation reads all positions directly, and leaves no position of its own. */
function collapsed(chain: Chain): Chain {
  return { ...chain, own: chain.own + 1, reach: chain.own + 1, steps: chain.steps + 1 };
}

/** Positions that a unit reads, to compare branches; a whole input of open length is more than any window. */
function reads(field: ReceptiveField | null): number {
  if (field === null) return 0;
  return field.axes.reduce((total, axis) => total * (axis.size ?? (axis.global ? Infinity : 1)), 1);
}

function lengthOf(shape: Shape | undefined): number | null {
  return shape === undefined || isUnknown(shape) ? null : knownLength(shape[1]);
}

function product(lengths: readonly (number | null)[]): number | null {
  return lengths.reduce<number | null>(
    (total, length) => (total === null || length === null ? null : total * length),
    1,
  );
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function isWithin(graph: ModelGraph, node: Node, ancestor: Node): boolean {
  for (let parent = node.parent; parent !== null; parent = graph.nodes[parent].parent)
    if (parent === ancestor.id) return true;
  return false;
}
