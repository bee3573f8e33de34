/**
 * Finds the networks of a plain program among its steps: from a placeholder, or from the argument of one of the program's
 * own functions, to the result.
 *
 * The calls of the program's functions form a tree. A call that gives a tensor in which variables had a part, and that no
 * loss had, is a network (`logits = conv_net(x)`). A helper is told from a network by what goes on outside of it: where
 * other steps with variables go on from its result, it is a part of something larger.
 */
import type { Node, NodeId, TensorId } from '../../graph/graph';
import type { Frame } from '../../python/machine';
import type { Value } from '../../python/values';
import type { Recorder } from '../model/recorder';
import { tensorDataOf } from '../model/structure';
import type { Flow } from './flow';

export interface Network {
  /** The call of the program's function that it is the result of; null for steps of a module or of a longer function. */
  readonly call: Frame | null;
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  /** From inputs to outputs, in order of execution. */
  readonly steps: readonly Node[];
}

interface Search {
  readonly recorder: Recorder;
  readonly flow: Flow;
  /** The step that makes a tensor, among all steps on data. */
  readonly producer: ReadonlyMap<TensorId, Node>;
}

export function findNetworks(recorder: Recorder, flow: Flow): readonly Network[] {
  const producer = new Map<TensorId, Node>();
  for (const step of flow.steps) for (const id of step.outputs) producer.set(id, step);
  const search: Search = { recorder, flow, producer };
  const own = flow.steps.filter((step) => !step.probed);
  const probed = [...group(search, flow.steps.filter((step) => step.probed), 0)];
  return [
    ...within(search, own, 0, null),
    // What is only defined is worth showing where it is more than one step.
    ...probed
      .filter(([call, steps]) => call !== null && kernelsOf(search, steps).length > 1)
      .flatMap(([call, steps]) => within(search, steps, 1, call)),
  ];
}

const kernelsOf = ({ flow }: Search, steps: readonly Node[]): readonly Node[] =>
  steps.filter((step) => flow.kernels.has(step.id) && !flow.isObjective(step.id));

/** The steps by the call at `depth` that they run in; null for those of the caller itself. */
function group({ recorder }: Search, steps: readonly Node[], depth: number): Map<Frame | null, Node[]> {
  const groups = new Map<Frame | null, Node[]>();
  for (const step of steps) {
    const call = recorder.plain.calls.get(step.id)?.[depth] ?? null;
    const found = groups.get(call);
    if (found === undefined) groups.set(call, [step]);
    else found.push(step);
  }
  return groups;
}

function within(search: Search, steps: readonly Node[], depth: number, call: Frame | null): readonly Network[] {
  const kernels = kernelsOf(search, steps);
  if (kernels.length === 0) return [];
  const calls = group(search, steps, depth);
  const whole = independent(search, steps, calls);
  const inner = new Set(whole.flatMap((frame) => calls.get(frame) ?? []));
  const covered = whole.length > 0 && kernels.every((step) => inner.has(step));
  if (call !== null && !(covered && new Set(whole.map((frame) => frame.fn)).size > 1)) {
    const results = resultsOf(search, call, steps);
    if (results.length > 0) return networkOf(search, steps, results, call);
  }
  if (covered) {
    const seen = new Set<Value | null>();
    return whole.flatMap((frame) => {
      if (seen.has(frame.fn)) return [];
      const found = within(search, calls.get(frame)!, depth + 1, frame);
      if (found.length > 0) seen.add(frame.fn);
      return found;
    });
  }
  return networkOf(search, steps, ends(search, steps), null);
}

/** Tensors of what the call returned that are a network's: made here, with variables, and not of a loss. */
function resultsOf({ flow, producer }: Search, call: Frame, steps: readonly Node[]): readonly TensorId[] {
  const own = new Set(steps.map((step) => step.id));
  return leaves(call.result).filter((id) => {
    const step = producer.get(id);
    return step !== undefined && own.has(step.id) && flow.isLearned(id) && !flow.isObjective(step.id);
  });
}

/** Tensors in a value; of a tuple with a dict of intermediate results, those outside of the dict. */
function leaves(value: Value | undefined): readonly TensorId[] {
  switch (value?.kind) {
    case 'instance': {
      const id = tensorDataOf(value)?.tensor;
      return id === undefined ? [] : [id];
    }
    case 'list':
    case 'tuple': {
      const plain = value.items.filter((item) => item.kind !== 'dict').flatMap(leaves);
      return plain.length > 0 ? plain : value.items.flatMap(leaves);
    }
    case 'dict':
      return [...value.entries.values()].flatMap((entry) => leaves(entry.value));
    default:
      return [];
  }
}

/**
 * Calls that are whole networks: begun on raw data at least once, and no step with variables outside of such calls goes
 * on from their results. A generator whose images a discriminator judges is one; a layer that another layer follows is not.
 */
function independent(
  search: Search,
  steps: readonly Node[],
  calls: ReadonlyMap<Frame | null, readonly Node[]>,
): readonly Frame[] {
  const { flow } = search;
  const candidates = [...calls.keys()].filter(
    (frame): frame is Frame => frame !== null && kernelsOf(search, calls.get(frame)!).length > 0,
  );
  const functionOf = new Map<NodeId, Value | null>();
  for (const frame of candidates) for (const step of calls.get(frame)!) functionOf.set(step.id, frame.fn);
  const raw = candidates.filter((frame) =>
    entering(calls.get(frame)!).every((id) => !flow.isData(id) || !flow.isLearned(id)),
  );
  const functions = new Set(raw.map((frame) => frame.fn));
  const followers = new Map<Frame, Set<Value | null | undefined>>();
  for (const frame of candidates) followers.set(frame, followersOf(search, steps, calls.get(frame)!, functionOf));
  for (let changed = true; changed; ) {
    changed = false;
    for (const frame of candidates) {
      if (!functions.has(frame.fn)) continue;
      for (const follower of followers.get(frame)!) {
        if (follower !== undefined && follower !== frame.fn && functions.has(follower)) continue;
        functions.delete(frame.fn);
        changed = true;
        break;
      }
    }
  }
  const chosen = raw.filter((frame) => functions.has(frame.fn));
  // Further calls of the same functions go with them.
  return [
    ...chosen,
    ...candidates.filter((frame) => functions.has(frame.fn) && !chosen.includes(frame)),
  ];
}

/** The functions whose kernels go on from what the call made; undefined for kernels of no function. */
function followersOf(
  { flow }: Search,
  steps: readonly Node[],
  own: readonly Node[],
  functionOf: ReadonlyMap<NodeId, Value | null>,
): Set<Value | null | undefined> {
  const inside = new Set(own.map((step) => step.id));
  const reached = new Set(own.flatMap((step) => step.outputs));
  const found = new Set<Value | null | undefined>();
  for (const step of steps) {
    if (inside.has(step.id) || flow.isObjective(step.id) || !step.inputs.some((id) => reached.has(id)))
      continue;
    for (const id of step.outputs) reached.add(id);
    if (flow.kernels.has(step.id)) found.add(functionOf.get(step.id));
  }
  return found;
}

/** Tensors that the steps take from outside. */
function entering(steps: readonly Node[]): readonly TensorId[] {
  const made = new Set(steps.flatMap((step) => step.outputs));
  return [...new Set(steps.flatMap((step) => step.inputs))].filter((id) => !made.has(id));
}

/** Measures that a network's result ends in, and which are no part of it. */
const MEASURES = new Set(['Argmax', 'Argmin', 'Equal', 'TopK', 'InTopK', 'Either']);

/**
 * Where the steps of a network end: the last tensors in which variables had a part, before labels join them. Labels are
 * data from which no step with variables is reached.
 */
function ends({ flow, recorder }: Search, steps: readonly Node[]): readonly TensorId[] {
  const roots = rootsOf(flow, steps);
  const read = new Set<TensorId>();
  for (const step of steps)
    if (flow.kernels.has(step.id) && !flow.isObjective(step.id))
      for (const id of step.inputs) for (const root of roots(id)) read.add(root);
  const outside = new Set<TensorId>();
  const used = new Set<TensorId>();
  const found: TensorId[] = [];
  for (const step of steps) {
    const labelled =
      step.inputs.some((id) => flow.isLearned(id)) &&
      step.inputs.some((id) => {
        const from = roots(id);
        return !flow.isLearned(id) && from.size > 0 && [...from].every((root) => !read.has(root));
      });
    const out =
      labelled ||
      flow.isObjective(step.id) ||
      MEASURES.has(step.type) ||
      step.inputs.some((id) => outside.has(id)) ||
      isScalar(recorder, step);
    if (out) {
      for (const id of step.outputs) outside.add(id);
      continue;
    }
    for (const id of step.inputs) used.add(id);
    found.push(...step.outputs.filter((id) => flow.isLearned(id)));
  }
  return found.filter((id) => !used.has(id));
}

/** A mean over everything, as a loss or a summary is. */
function isScalar(recorder: Recorder, step: Node): boolean {
  return (
    step.primitive.op === 'reduce' &&
    step.outputs.every((id) => {
      const { shape } = recorder.graph.tensors[id];
      return Array.isArray(shape) && shape.length === 0;
    })
  );
}

/** The tensors from outside that a tensor depends on. */
function rootsOf(flow: Flow, steps: readonly Node[]): (id: TensorId) => ReadonlySet<TensorId> {
  const known = new Map<TensorId, ReadonlySet<TensorId>>();
  const of = (id: TensorId): ReadonlySet<TensorId> =>
    known.get(id) ?? (flow.isData(id) ? new Set([id]) : new Set<TensorId>());
  for (const step of steps) {
    const sets = step.inputs.map(of).filter((set) => set.size > 0);
    const all = sets.length === 1 ? sets[0] : new Set(sets.flatMap((set) => [...set]));
    for (const id of step.outputs) known.set(id, all);
  }
  return of;
}

/** The networks that end in `outputs`: one for each part that hangs together. */
function networkOf(
  search: Search,
  steps: readonly Node[],
  outputs: readonly TensorId[],
  call: Frame | null,
): readonly Network[] {
  const { flow, producer } = search;
  const own = new Set(steps.map((step) => step.id));
  const parts: { steps: Set<Node>; outputs: TensorId[] }[] = [];
  for (const output of new Set(outputs)) {
    const needed = new Set<Node>();
    const waiting = [output];
    while (waiting.length > 0) {
      const step = producer.get(waiting.pop()!);
      if (step === undefined || !own.has(step.id) || needed.has(step)) continue;
      needed.add(step);
      waiting.push(...step.inputs);
    }
    const joined = parts.filter((part) => call !== null || [...needed].some((step) => part.steps.has(step)));
    const part = { steps: needed, outputs: [output] };
    for (const other of joined) {
      for (const step of other.steps) part.steps.add(step);
      part.outputs.unshift(...other.outputs);
      parts.splice(parts.indexOf(other), 1);
    }
    parts.push(part);
  }
  return parts.flatMap((part): readonly Network[] => {
    const ordered = [...part.steps].sort((a, b) => a.id - b.id);
    if (kernelsOf(search, ordered).length === 0) return [];
    const inputs = entering(ordered).filter((id) => flow.isData(id) || isFirstOperand(flow, ordered, id));
    return [{ call, inputs, outputs: part.outputs, steps: ordered }];
  });
}

/** Numbers made on the spot that a product runs on: the input of `net(tf.random.normal(…))`. */
function isFirstOperand(flow: Flow, steps: readonly Node[], id: TensorId): boolean {
  return flow.isConstant(id) && steps.some((step) => flow.kernels.has(step.id) && step.inputs[0] === id);
}
