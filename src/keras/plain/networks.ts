/**
 * Finds the networks of a plain program among its steps: from a placeholder, or from the argument of one of the program's
 * own functions, to the result.
 *
 * The calls of the program's functions form a tree. A call that gives a tensor in which variables had a part, and that no
 * loss had, is a network (`logits = conv_net(x)`). A helper is told from a network by what goes on outside of it: where
 * other steps with variables go on from its result, it is a part of something larger.
 */
import { isUnknown, type Node, type NodeId, type TensorId } from '../../graph/graph';
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
  /** Operands of which nothing is known, such as kernels read from a file. */
  readonly loose: readonly TensorId[];
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
  const probed = [
    ...group(
      search,
      flow.steps.filter((step) => step.probed),
      0,
    ),
  ];
  return distinct(search, [
    ...within(search, own, 0, null),
    // What is only defined is worth showing where it is more than one step.
    ...probed
      .filter(([call, steps]) => call !== null && kernelsOf(search, steps).length > 1)
      .flatMap(([call, steps]) => within(search, steps, 1, call)),
  ]);
}

/** One network for steps that stand at the same places: that of which most is known, the first of these. */
function distinct({ recorder, flow }: Search, networks: readonly Network[]): readonly Network[] {
  const { graph } = recorder;
  const known = ({ steps }: Network): number =>
    steps.filter((step) => step.outputs.every((id) => Array.isArray(graph.tensors[id].shape))).length -
    (steps[0]?.probed ? 0.5 : 0);
  const keyOf = ({ steps }: Network): string =>
    steps
      .filter((step) => flow.kernels.has(step.id))
      .map(
        (step) => `${step.site.range.from}:${step.layer ?? flow.variablesOf.get(step.id)?.join('+') ?? ''}`,
      )
      .join();
  const best = new Map<unknown, Network>();
  for (const network of networks) {
    // Of a function that was only looked into, each look makes variables of its own.
    const own = network.steps[0].probed && network.call?.fn?.kind === 'function' ? network.call.fn : null;
    const key = own ?? keyOf(network);
    const before = best.get(key);
    if (before === undefined || known(network) > known(before)) best.set(key, network);
  }
  return networks.filter((network) => [...best.values()].includes(network));
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

function within(
  search: Search,
  steps: readonly Node[],
  depth: number,
  call: Frame | null,
): readonly Network[] {
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
function resultsOf(search: Search, call: Frame, steps: readonly Node[]): readonly TensorId[] {
  const { flow, producer } = search;
  const own = new Set(steps.map((step) => step.id));
  const made = leaves(call.result).filter((id) => own.has(producer.get(id)?.id ?? -1) && flow.isLearned(id));
  if (made.length === 0) return made;
  const outside = beyond(search, steps);
  return made.filter((id) => !outside.has(producer.get(id)!.id));
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
  for (const frame of candidates)
    followers.set(frame, followersOf(search, steps, calls.get(frame)!, functionOf));
  for (let changed = true; changed;) {
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
  return [...chosen, ...candidates.filter((frame) => functions.has(frame.fn) && !chosen.includes(frame))];
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
 * Steps after a network's end: losses, measures, and what follows from them. A loss that is written out begins where labels
 * join: data from which no step with variables is reached, or where there are none, the network's own input.
 */
function beyond({ flow, recorder }: Search, steps: readonly Node[]): ReadonlySet<NodeId> {
  const roots = rootsOf(flow, steps);
  const read = new Set<TensorId>();
  const before = new Set<NodeId>();
  for (const step of [...steps].reverse()) {
    if (flow.kernels.has(step.id) && !flow.isObjective(step.id)) {
      before.add(step.id);
      for (const id of step.inputs) for (const root of roots(id)) read.add(root);
    }
  }
  const leads = leadsTo(steps, before);
  const raw = (id: TensorId): boolean => !flow.isLearned(id) && roots(id).size > 0;
  const joins = (step: Node, which: (id: TensorId) => boolean): boolean =>
    step.primitive.op === 'elementwise' &&
    COMPARING.has(step.primitive.fn) &&
    step.inputs.some((id) => flow.isLearned(id)) &&
    step.inputs.some(which);
  const collect = (begins: (step: Node) => boolean): Set<NodeId> => {
    const found = new Set<NodeId>();
    const outside = new Set<TensorId>();
    for (const step of steps) {
      if (!begins(step) && !step.inputs.some((id) => outside.has(id))) continue;
      found.add(step.id);
      for (const id of step.outputs) outside.add(id);
    }
    return found;
  };
  const labelled = collect(
    (step) =>
      flow.isObjective(step.id) ||
      MEASURES.has(step.type) ||
      isScalar(recorder, step) ||
      joins(step, (id) => raw(id) && [...roots(id)].every((root) => !read.has(root))),
  );
  // A last tensor that only a mean is taken of is itself a part of a loss.
  const averaged = new Set(steps.filter((step) => isScalar(recorder, step)).flatMap((step) => step.inputs));
  return collect(
    (step) =>
      labelled.has(step.id) ||
      (!leads.has(step.id) &&
        joins(step, raw) &&
        reaches(steps, step, (id) => averaged.has(id)) &&
        !hasLabels(steps, step, labelled)),
  );
}

/** How a result is held against labels. */
const COMPARING = new Set([
  'subtract',
  'multiply',
  'divide',
  'squared_difference',
  'equal',
  'not_equal',
  'power',
]);

/** Steps from which one of `targets` is reached. */
function leadsTo(steps: readonly Node[], targets: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  const wanted = new Set<TensorId>();
  for (const step of [...steps].reverse()) {
    if (!targets.has(step.id) && !step.outputs.some((id) => wanted.has(id))) continue;
    found.add(step.id);
    for (const id of step.inputs) wanted.add(id);
  }
  return found;
}

/** Whether a tensor of the kind follows from the step by arithmetic. */
function reaches(steps: readonly Node[], from: Node, which: (id: TensorId) => boolean): boolean {
  const reached = new Set(from.outputs);
  if ([...reached].some(which)) return true;
  for (const step of steps) {
    if (step.id <= from.id || !['elementwise', 'reduce'].includes(step.primitive.op)) continue;
    if (!step.inputs.some((id) => reached.has(id))) continue;
    for (const id of step.outputs) {
      if (which(id)) return true;
      reached.add(id);
    }
  }
  return false;
}

/** Whether labels join somewhere after the step. */
function hasLabels(steps: readonly Node[], from: Node, labelled: ReadonlySet<NodeId>): boolean {
  const reached = new Set(from.outputs);
  for (const step of steps) {
    if (step.id <= from.id || !step.inputs.some((id) => reached.has(id))) continue;
    if (labelled.has(step.id) && step.primitive.op !== 'reduce') return true;
    for (const id of step.outputs) reached.add(id);
  }
  return false;
}

/** Where the steps of a network end: the last tensors in which variables had a part, before what is beyond. */
function ends(search: Search, steps: readonly Node[]): readonly TensorId[] {
  const { flow } = search;
  const outside = beyond(search, steps);
  const inner = steps.filter((step) => !outside.has(step.id));
  const used = new Set(inner.flatMap((step) => step.inputs));
  const found = inner.flatMap((step) => step.outputs.filter((id) => flow.isLearned(id) && !used.has(id)));
  // Beside another end, what is summed up for a loss is a term of it (the divergence of a variational autoencoder).
  const lost = new Set(steps.filter((step) => outside.has(step.id)).flatMap((step) => step.inputs));
  const before = [...new Set(found.map((id) => (lost.has(id) ? beforeTerms(search, id) : id)))];
  const last = before.filter(
    (id) => (found.includes(id) && !lost.has(id)) || search.producer.get(id)?.primitive.op !== 'reduce',
  );
  return last.length > 0 ? last : before;
}

/** Functions of which losses that are written out are made, and no activation is. */
const TERMS = new Set([
  ...['log', 'log1p', 'clip', 'square', 'absolute', 'negative', 'power', 'sqrt', 'exp'],
  ...['add', 'subtract', 'multiply', 'divide'],
]);

/** The network's result behind the terms of a loss: `pred` for `log(pred + 1e-10)`. */
function beforeTerms({ flow, producer }: Search, id: TensorId): TensorId {
  for (let at = id; ;) {
    const step = producer.get(at);
    const data = step?.inputs.filter((input) => !flow.isConstant(input)) ?? [];
    if (step?.primitive.op !== 'elementwise' || !TERMS.has(step.primitive.fn) || data.length !== 1) return at;
    if (!flow.isLearned(data[0])) return at;
    at = data[0];
  }
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
  const { graph } = search.recorder;
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
    const taken = entering(ordered);
    const isLoose = (id: TensorId): boolean =>
      isUnknown(graph.tensors[id].shape) &&
      graph.tensors[id].producer === null &&
      ordered.every((step) => step.inputs.indexOf(id) !== 0);
    const inputs = taken.filter(
      (id) => (flow.isData(id) && !isLoose(id)) || isFirstOperand(flow, ordered, id),
    );
    return [{ call, inputs, outputs: part.outputs, steps: ordered, loose: taken.filter(isLoose) }];
  });
}

/** Numbers made on the spot that a product runs on: the input of `net(tf.random.normal(…))`. */
function isFirstOperand(flow: Flow, steps: readonly Node[], id: TensorId): boolean {
  return flow.isConstant(id) && steps.some((step) => flow.kernels.has(step.id) && step.inputs[0] === id);
}
