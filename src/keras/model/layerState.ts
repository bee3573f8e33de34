/**
 * What a layer object knows beside its Python attributes: its record in the graph, its configuration, weights and the
 * layers it owns. A side of an unknown `if` that builds it is undone and joined like any other effect.
 */
import type {
  CallSite,
  Layer,
  LayerId,
  NodeId,
  SourceRange,
  TensorId,
  Unknown,
  WeightId,
} from '../../graph/graph';
import type { InstanceValue, Mutable, Value } from '../../python/values';
import { FROZEN, type LayerDefinition } from '../definition';
import { appended } from '../lists';
import type { LayerConfig } from './config';
import type { FunctionalGraph } from './functional';
import type { Recorder } from './recorder';

export class LayerState implements Mutable {
  /** The Python object; set right after creation. */
  self!: InstanceValue;
  config: LayerConfig | null = null;
  /** `super().__init__()` has run. */
  initialised = false;
  /** The constructor's arguments are wrong: calls give guesses and report nothing more. */
  broken = false;
  /** Weights with their names, the newest last; lists, as a layer has two or three. */
  private names: (readonly [string, WeightId])[] = [];
  private nature: WeightId[] = [];
  /** Owned layers in the order Keras tracks them. */
  sublayers: LayerState[] = [];
  /** A layer of the program's own: its dtype policy, null when not known; undefined before `super().__init__()`, or without autocast. */
  policy: string | null | undefined;
  /** `input_shape=` of the constructor, with the batch axis. */
  inputShapeArg: Value | null = null;
  /** A part of the model that is not known (a layer of an unknown library in a Sequential). */
  unknownPart: Unknown | null = null;
  /** Sequential: where in the stack the first part stands that is not known. */
  unknownFrom: number | null = null;
  /** Sequential: the layers added; `functional`: the graph once built. */
  stack: LayerState[] | null = null;
  functional: FunctionalGraph | null = null;
  /** Input tensors, output tensors and nodes of each call, for `.input` and `.output`. */
  calls: { readonly node: NodeId; readonly inputs: Value; readonly outputs: Value }[] = [];
  /** Shape given to `build` without calling. */
  builtWith: Value | null = null;
  /** Of a model: paths that `load_weights`, `save` and `save_weights` were given. */
  readonly weightFiles: string[] = [];
  compiled: {
    readonly loss: Value;
    readonly metrics: Value;
    readonly args: Readonly<Record<string, SourceRange>>;
    readonly site: CallSite;
  } | null = null;
  /** InputLayer: its tensor. */
  inputTensor: TensorId | null = null;

  constructor(
    readonly recorder: Recorder,
    readonly layer: Layer,
    readonly definition: LayerDefinition | null,
    /** Not `kind`: that is how the interpreter tells values from other mutables. */
    public role: 'layer' | 'functional' | 'sequential' | 'subclass',
  ) {
    recorder.machine.created(this);
  }

  /** The weight of that name, for `layer.kernel` and for shape rules. */
  weightNamed(name: string): WeightId | undefined {
    for (let i = this.names.length - 1; i >= 0; i--) if (this.names[i][0] === name) return this.names[i][1];
    return undefined;
  }

  /** Whether the weight was made trainable, whatever `layer.trainable` says now. */
  trainsByNature(weight: WeightId): boolean {
    return this.nature.includes(weight);
  }

  get id(): number {
    return this.layer.id;
  }

  get isModel(): boolean {
    return this.role !== 'layer';
  }

  /** Call before any change. */
  touch(): void {
    this.recorder.machine.touch(this);
  }

  own(weight: WeightId, name: string, trainable: boolean): void {
    this.touch();
    this.layer.weights = appended(this.layer.weights, weight);
    this.names = appended(this.names, [name, weight]);
    if (trainable) this.nature = appended(this.nature, weight);
  }

  adopt(sublayer: LayerState): void {
    if (sublayer === this || this.sublayers.includes(sublayer)) return;
    this.touch();
    this.sublayers.push(sublayer);
    this.layer.sublayers.push(sublayer.id);
    // Keras 3 freezes what a layer holds at the moment when `trainable` is set, and nothing that it gets later.
    if (!this.layer.trainable && this.recorder.kerasVersion === 2) sublayer.setTrainable(false);
  }

  /** Sets `trainable` here and in everything owned, as Keras does. */
  setTrainable(value: boolean, seen = new Set<LayerState>()): void {
    if (seen.has(this)) return;
    seen.add(this);
    this.touch();
    this.layer.trainable = value;
    this.config?.memo.set(FROZEN, !value);
    for (const id of this.layer.weights)
      this.recorder.graph.weights[id].trainable = value && this.trainsByNature(id);
    for (const sublayer of this.sublayers) sublayer.setTrainable(value, seen);
  }

  /** Own weights and those of owned layers, each once, in Keras' order. */
  allWeights(seen = new Set<LayerState>(), found: WeightId[] = []): WeightId[] {
    if (seen.has(this)) return found;
    seen.add(this);
    for (const id of this.layer.weights) if (!found.includes(id)) found.push(id);
    for (const sublayer of this.sublayers) sublayer.allWeights(seen, found);
    return found;
  }

  save(): unknown {
    return {
      built: this.layer.built,
      trainable: this.layer.trainable,
      name: this.layer.name,
      weights: [...this.layer.weights],
      trainables: this.layer.weights.map((id) => this.recorder.graph.weights[id].trainable),
      byName: [...this.names],
      nature: [...this.nature],
      sublayers: [...this.sublayers],
      maybe: this.layer.maybe ?? [],
      weightsDiffer: this.layer.weightsDiffer === true,
      stack: this.stack === null ? null : [...this.stack],
      functional: this.functional,
      calls: [...this.calls],
      config: this.config,
      memo: this.config === null ? [] : [...this.config.memo],
      initialised: this.initialised,
      builtWith: this.builtWith,
    } satisfies Saved;
  }

  restore(value: unknown): void {
    const saved = value as Saved;
    this.layer.built = saved.built;
    this.layer.trainable = saved.trainable;
    this.layer.name = saved.name;
    this.layer.weights = [...saved.weights];
    saved.weights.forEach((id, i) => (this.recorder.graph.weights[id].trainable = saved.trainables[i]));
    this.names = [...saved.byName];
    this.nature = [...saved.nature];
    this.sublayers = [...saved.sublayers];
    this.layer.sublayers = saved.sublayers.map((sublayer) => sublayer.id);
    this.doubt(saved.maybe, saved.weightsDiffer);
    this.stack = saved.stack === null ? null : [...saved.stack];
    this.functional = saved.functional;
    this.calls = [...saved.calls];
    this.config = saved.config;
    if (this.config !== null) {
      this.config.memo.clear();
      for (const [key, item] of saved.memo) this.config.memo.set(key, item);
    }
    this.initialised = saved.initialised;
    this.builtWith = saved.builtWith;
  }

  private doubt(maybe: readonly LayerId[], weightsDiffer: boolean): void {
    if (maybe.length > 0) this.layer.maybe = [...maybe];
    else delete this.layer.maybe;
    if (weightsDiffer) this.layer.weightsDiffer = true;
    else delete this.layer.weightsDiffer;
  }

  /**
   * Built on either side counts as built, with the weights of the first side that built it. What only one side owns, or
   * each side otherwise, is marked: how many parameters there are is then not known.
   */
  join(a: unknown, b: unknown): void {
    const first = a as Saved;
    const second = b as Saved;
    const base =
      second.built && !first.built ? second : second.weights.length > first.weights.length ? second : first;
    const other = base === first ? second : first;
    this.restore(base);
    const maybe = new Set([...first.maybe, ...second.maybe]);
    for (const sublayer of first.sublayers) if (!second.sublayers.includes(sublayer)) maybe.add(sublayer.id);
    for (const sublayer of second.sublayers) if (!first.sublayers.includes(sublayer)) maybe.add(sublayer.id);
    const differ = first.built === second.built && this.sizesOf(first) !== this.sizesOf(second);
    this.doubt([...maybe], first.weightsDiffer || second.weightsDiffer || differ);
    for (const sublayer of other.sublayers) {
      if (this.sublayers.includes(sublayer)) continue;
      this.sublayers.push(sublayer);
      this.layer.sublayers.push(sublayer.id);
    }
    // Both sides went out from the same calls: a loop of thousands of steps compares only what came since.
    let common = 0;
    while (common < other.calls.length && other.calls[common] === this.calls[common]) common++;
    for (let i = common; i < other.calls.length; i++)
      if (!this.calls.includes(other.calls[i], common)) this.calls.push(other.calls[i]);
  }

  private sizesOf(saved: Saved): string {
    return JSON.stringify(saved.weights.map((id) => this.recorder.graph.weights[id].shape));
  }
}

interface Saved {
  readonly built: boolean;
  readonly trainable: boolean;
  readonly name: string;
  readonly weights: readonly WeightId[];
  readonly trainables: readonly boolean[];
  readonly byName: readonly (readonly [string, WeightId])[];
  readonly nature: readonly WeightId[];
  readonly sublayers: readonly LayerState[];
  readonly maybe: readonly LayerId[];
  readonly weightsDiffer: boolean;
  readonly stack: readonly LayerState[] | null;
  readonly functional: FunctionalGraph | null;
  readonly calls: LayerState['calls'];
  readonly config: LayerConfig | null;
  readonly memo: readonly (readonly [string, unknown])[];
  readonly initialised: boolean;
  readonly builtWith: Value | null;
}

/** The state of a layer object; undefined for anything else. */
export function layerStateOf(value: Value): LayerState | undefined {
  return value.kind === 'instance' && value.data instanceof LayerState ? value.data : undefined;
}
