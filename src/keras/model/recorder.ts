/**
 * Owns the model graph while a program is interpreted: makes tensors, nodes, layers and weights, and keeps what Keras
 * itself would remember about them (who made what, automatic names, how to run a step again on other tensors).
 */
import {
  emptyGraph,
  type CallSite,
  type ConfigValue,
  type Failure,
  type Layer,
  type ModelGraph,
  type Node,
  type NodeId,
  type Primitive,
  type Shape,
  type SourceRange,
  type Tensor,
  type TensorId,
  type Unknown,
  type Weight,
  type WeightId,
} from '../../graph/graph';
import type { Directive } from '../../python/ast';
import type { Machine, Mistake } from '../../python/machine';
import type {
  CallArgs,
  ClassValue,
  InstanceValue,
  ModuleValue,
  NativeFunction,
  Value,
} from '../../python/values';
import { KerasError, type TensorRef, type TensorSpec } from '../definition';
import type { Backend } from '../dtypes';
import { appended } from '../lists';
import { FunctionCalls } from './functionCalls';
import { NameCounter, toSnakeCase } from './names';
import { PlainState } from '../plain/state';
import { isFloat } from './config';
import type { LayerState } from './layerState';

/** Payload of a tensor instance. */
export interface TensorData {
  readonly tensor: TensorId;
  /** The variable that it reads, when it is one. */
  readonly weight?: WeightId;
  /** Elements of a small constant, when known (a scalar or a vector). */
  readonly constant?: number | readonly number[];
}

/** How to run a node's operation again: the callable and its arguments as they were. */
export interface Replay {
  readonly fn: Value;
  readonly args: CallArgs;
}

export interface NodeSpec {
  readonly layer: LayerState | null;
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly TensorId[];
  readonly primitive: Primitive;
  readonly weights?: readonly WeightId[];
  readonly args?: Readonly<Record<string, SourceRange>>;
  readonly internal?: boolean;
  readonly given?: Node['given'];
}

/** Python classes that native code needs to make instances of. */
export interface Classes {
  KerasTensor: ClassValue;
  Variable: ClassValue;
  Layer: ClassValue;
  Model: ClassValue;
  Sequential: ClassValue;
  Functional: ClassValue;
  InputLayer: ClassValue;
  TensorShape: ClassValue;
}

/** The stack of what stands at the top of the program. */
const NOWHERE: readonly SourceRange[] = [];

export class Recorder {
  readonly graph: ModelGraph;
  readonly names = new NameCounter();
  readonly layers: LayerState[] = [];
  /** `# convlens: …` comments of the main file. */
  directives: readonly Directive[] = [];
  classes!: Classes;
  /** Classes of layer definitions by name. */
  readonly layerClasses = new Map<string, ClassValue>();
  /** Class of `tf.float32` and its like. */
  dtypeClass: ClassValue | null = null;
  /** Operations made so far, by name. */
  readonly ops = new Map<string, Value>();
  /** Library modules made so far, by name within Keras. */
  readonly modules = new Map<string, ModuleValue>();
  /** `keras.config.set_dtype_policy`. */
  dtypePolicy: string | null = 'float32';
  /** While a program's own `call` runs under Keras 3: the dtype in which it reads float variables. */
  autocast: string | null = null;
  /**
   * The next layer call is one that Keras 3 only specifies (`compute_output_spec`): nothing casts what it gets. Read and
   * taken back by the call itself (`takeUncast`).
   */
  private uncast = false;
  /** Node whose execution is under way; null in ordinary code. */
  parent: NodeId | null = null;
  /** Whether a program's own `call` is under way: Keras runs or traces it, where it asks its own layers for their specification. */
  inCall = false;
  /** Where calls made by Keras itself count as standing; null while user code runs. */
  driven: CallSite | null = null;
  /** Name for the next operation while a graph is cloned: Keras keeps the operations. */
  nameOverride: string | null = null;
  /** `keras.config.set_image_data_format('channels_first')`. */
  channelsFirstDefault = false;

  /** TensorFlow's functions as programs get them, by the operations behind them. */
  readonly guarded = new Map<Value, NativeFunction>();
  /** What plain TensorFlow keeps. */
  readonly plain = new PlainState();
  /** Whether a TensorFlow function met a symbolic tensor: the first such call is the one that Keras stops at. */
  tensorflowMet = false;

  private readonly functionCalls: FunctionCalls;
  private readonly tensorValues = new Map<TensorId, InstanceValue>();
  private readonly variables = new Map<TensorId, WeightId>();
  private readonly variableValues = new Map<WeightId, InstanceValue>();
  private readonly replays = new Map<NodeId, Replay>();
  /** Tensors with a history from an Input, which Keras treats symbolically. */
  private readonly symbolic = new Set<TensorId>();
  /** Tensors whose shape rests on a guess after an error. */
  private readonly doubtful = new Set<TensorId>();
  private readonly standIns = new Map<TensorId, Unknown>();
  private readonly dimNames = new Map<string, number>();
  private readonly failureKeys = new Set<string>();

  constructor(
    readonly machine: Machine,
    file: string,
    public kerasVersion: 2 | 3,
    /** What Keras runs on, where the caller says it. */
    private readonly statedBackend: Backend | null = null,
  ) {
    this.graph = emptyGraph(file);
    this.graph.kerasVersion = kerasVersion;
    this.functionCalls = new FunctionCalls(this.graph, machine);
  }

  /** What Keras runs on: as the program sets it, else as the caller says, else Keras' own default. */
  get backend(): Backend {
    const set = this.machine.environ?.entries.get('s:KERAS_BACKEND');
    const value = set?.maybe ? undefined : set?.value;
    if (value?.kind === 'str' && (value.value === 'jax' || value.value === 'torch')) return value.value;
    return value?.kind === 'str' ? 'tensorflow' : (this.statedBackend ?? 'tensorflow');
  }

  /** Whether the layer call that begins is only specified; what it calls in turn is not concerned. */
  takeUncast(): boolean {
    const { uncast } = this;
    this.uncast = false;
    return uncast;
  }

  /** Whether the layer call that begins is only specified, for those that do not begin it. */
  get specifying(): boolean {
    return this.uncast;
  }

  /** Runs a layer call that Keras 3 only specifies. */
  specify<T>(call: () => T): T {
    this.uncast = true;
    try {
      return call();
    } finally {
      this.uncast = false;
    }
  }

  /** From here on the program is one of Keras 2 (`tf_keras`, or TensorFlow told to use it). */
  useKeras2(): void {
    this.kerasVersion = 2;
    this.graph.kerasVersion = 2;
  }

  // --- places ----------------------------------------------------------------------------------------------------

  /** Where the current native call stands. */
  site(): CallSite {
    if (this.driven !== null) return this.driven;
    const stack = this.machine.callStack();
    if (stack.length === 0) return { range: { file: this.graph.file, from: 0, to: 0 }, stack: [] };
    return this.siteOf(stack[0], stack.length === 1 ? NOWHERE : stack.slice(1));
  }

  /** A place within the function that is running. */
  siteOf(range: SourceRange, stack: readonly SourceRange[]): CallSite {
    const call = this.functionCalls.current();
    return call === undefined ? { range, stack } : { range, stack, call };
  }

  /** Runs `body` with its calls counted as Keras' own, standing at `site`. */
  drive<T>(site: CallSite, body: () => T): T {
    const before = this.driven;
    this.driven = site;
    try {
      return body();
    } finally {
      this.driven = before;
    }
  }

  /** Runs `body` as user code: its calls are calls of the source again. */
  userCode<T>(body: () => T): T {
    const before = this.driven;
    this.driven = null;
    try {
      return body();
    } finally {
      this.driven = before;
    }
  }

  /** Runs `body` under the node `parent`. */
  within<T>(parent: NodeId | null, body: () => T): T {
    const before = this.parent;
    this.parent = parent;
    try {
      return body();
    } finally {
      this.parent = before;
    }
  }

  // --- tensors ---------------------------------------------------------------------------------------------------

  tensor(
    shape: Shape,
    dtype: string | null,
    producer: NodeId | null = null,
    index = 0,
    name?: string,
  ): Tensor {
    const id = this.graph.tensors.length;
    const tensor: Tensor = { id, shape, dtype, producer, index, name: name ?? `keras_tensor_${id}` };
    this.graph.tensors.push(tensor);
    return tensor;
  }

  /** The one Python object for a tensor, so that identity holds. */
  valueOf(tensor: TensorId, extra?: Omit<TensorData, 'tensor'>): InstanceValue {
    let value = this.tensorValues.get(tensor);
    if (value === undefined) {
      value = this.machine.allocate(this.classes.KerasTensor, { tensor, ...extra } satisfies TensorData);
      this.tensorValues.set(tensor, value);
    }
    return value;
  }

  ref(tensor: TensorId): TensorRef {
    const { shape, dtype } = this.graph.tensors[tensor];
    if (this.autocast !== null && dtype !== null && isFloat(dtype) && this.variables.has(tensor))
      return { tensor, shape, dtype: this.autocast };
    return { tensor, shape, dtype };
  }

  isSymbolic(tensor: TensorId): boolean {
    return this.symbolic.has(tensor);
  }

  /** Whether Keras computes with these tensors, or traces it, so that shapes are those of the computation itself. */
  computes(inputs: readonly TensorId[]): boolean {
    return this.inCall || !inputs.some((id) => this.symbolic.has(id));
  }

  isDoubtful(tensor: TensorId): boolean {
    return this.doubtful.has(tensor);
  }

  /** A tensor as the operand of an operation: a variable is read by a step of its own, made once. */
  operand(tensor: TensorId): TensorId {
    const weight = this.variables.get(tensor);
    if (weight === undefined || this.graph.tensors[tensor].producer !== null) return tensor;
    const id = this.graph.nodes.length;
    this.graph.nodes.push({
      id,
      layer: null,
      type: 'Variable',
      name: this.graph.weights[weight].name,
      inputs: [],
      outputs: [tensor],
      primitive: { op: 'constant' },
      weights: [weight],
      parent: null,
      children: [],
      site: this.site(),
      args: {},
      internal: true,
      probed: this.machine.probing,
      conditional: false,
      unknown: null,
      failed: false,
    });
    this.graph.tensors[tensor].producer = id;
    return tensor;
  }

  /** The tensor that reading the variable gives, as a Python object of class Variable. */
  variable(weight: Weight): InstanceValue {
    let value = this.variableValues.get(weight.id);
    if (value === undefined) {
      const tensor = this.tensor(weight.shape, weight.dtype, null, 0, weight.name).id;
      this.variables.set(tensor, weight.id);
      value = this.machine.allocate(this.classes.Variable, {
        tensor,
        weight: weight.id,
      } satisfies TensorData);
      this.variableValues.set(weight.id, value);
      this.tensorValues.set(tensor, value);
    }
    return value;
  }

  /** Masks that Keras hands to a call by itself and keeps among the node's arguments, beside the inputs of the node. */
  readonly maskInputs = new Map<NodeId, readonly TensorId[]>();
  /** Masks that tensors carry. */
  readonly masks = new Map<TensorId, Value>();
  /** `tf.Variable`s, which Keras 3 does not track as weights of the layer that holds them. */
  readonly plainVariables = new Set<WeightId>();

  isTracked(weight: WeightId): boolean {
    return this.kerasVersion === 2 || !this.plainVariables.has(weight);
  }

  /** Marks a tensor as one of which nothing is certain. */
  doubt(ref: TensorRef): TensorRef {
    this.doubtful.add(ref.tensor);
    return ref;
  }

  /** An error of the analysis itself, kept among the problems. */
  internal(error: Error, range: SourceRange): void {
    if (this.graph.problems.length < 50)
      this.graph.problems.push({ kind: 'internal', message: `the analysis failed: ${error.message}`, range });
  }

  /** A tensor in place of a value of which nothing is known. */
  standFor(unknown: Unknown): TensorRef {
    const { id } = this.tensor(unknown, null);
    this.standIns.set(id, unknown);
    this.valueOf(id);
    return this.ref(id);
  }

  /** Why nothing is known of what the tensor stands for; null for every other tensor. */
  standIn(tensor: TensorId): Unknown | null {
    return this.standIns.get(tensor) ?? null;
  }

  /** A constant without history. */
  constant(spec: TensorSpec, constant?: TensorData['constant'], values?: readonly number[]): InstanceValue {
    const tensor = this.tensor(spec.shape, spec.dtype);
    if (values !== undefined) tensor.values = values;
    return this.valueOf(tensor.id, constant === undefined ? undefined : { constant });
  }

  // --- nodes -----------------------------------------------------------------------------------------------------

  /** Starts a node without outputs; `finish` gives them. */
  begin(spec: NodeSpec): Node {
    this.machine.spend(20);
    const id = this.graph.nodes.length;
    const node: Node = {
      id,
      layer: spec.layer === null ? null : spec.layer.id,
      type: spec.type,
      name: spec.name,
      inputs: spec.inputs,
      outputs: [],
      primitive: spec.primitive,
      weights: spec.weights === undefined || spec.weights.length === 0 ? [] : spec.weights.slice(),
      parent: this.parent,
      children: [],
      site: this.site(),
      args: spec.args ?? {},
      ...(spec.given ? { given: spec.given } : {}),
      internal: spec.internal ?? this.driven !== null,
      probed: this.machine.probing,
      conditional: this.machine.conditional,
      unknown: null,
      failed: false,
    };
    this.graph.nodes.push(node);
    if (this.parent !== null) this.graph.nodes[this.parent].children.push(id);
    else this.plain.note(id, this.machine);
    if (spec.layer !== null) spec.layer.layer.nodes = appended(spec.layer.layer.nodes, id);
    return node;
  }

  /** Gives `node` its outputs: new tensors, or those that a child already made. */
  finish(node: Node, outputs: readonly (TensorSpec | TensorRef)[]): TensorRef[] {
    // A placeholder of TensorFlow is no tensor of Keras' own.
    const history =
      (node.primitive.op === 'input' && node.layer !== null) ||
      node.inputs.some((id) => this.symbolic.has(id));
    const doubtful =
      node.failed ||
      node.inputs.some((id) => this.doubtful.has(id)) ||
      (node.layer !== null && this.brokenSites.has(siteKey(this.graph.layers[node.layer].site.range)));
    return outputs.map((output, index) => {
      const ref =
        'tensor' in output && this.descends(output.tensor, node.id)
          ? output
          : this.passOn(node, output, index);
      node.outputs = appended(node.outputs, ref.tensor);
      if (history) this.symbolic.add(ref.tensor);
      if (doubtful) this.doubtful.add(ref.tensor);
      return ref;
    });
  }

  remember(node: NodeId, replay: Replay): void {
    this.replays.set(node, replay);
  }

  replay(node: NodeId): Replay | undefined {
    return this.replays.get(node);
  }

  /** The outermost node that gives out `tensor`: what Keras' history names. */
  producerOf(tensor: TensorId): Node | null {
    let id = this.graph.tensors[tensor].producer;
    if (id === null) return null;
    let node = this.graph.nodes[id];
    while ((id = node.parent) !== null && this.graph.nodes[id].outputs.includes(tensor))
      node = this.graph.nodes[id];
    return node;
  }

  /** A new output tensor of `node`; one that came from elsewhere passes through an identity step. */
  private passOn(node: Node, output: TensorSpec | TensorRef, index: number): TensorRef {
    if (!('tensor' in output)) return this.ref(this.tensor(output.shape, output.dtype, node.id, index).id);
    if (node.primitive.op !== 'composite')
      return this.ref(this.tensor(output.shape, output.dtype, node.id, index).id);
    const before = this.parent;
    this.parent = node.id;
    const step = this.begin({
      layer: null,
      type: 'Identity',
      name: 'identity',
      inputs: [output.tensor],
      primitive: { op: 'identity' },
      internal: true,
    });
    this.parent = before;
    const tensor = this.tensor(output.shape, output.dtype, step.id, 0);
    step.outputs.push(tensor.id);
    if (this.symbolic.has(output.tensor)) this.symbolic.add(tensor.id);
    if (this.doubtful.has(output.tensor)) this.doubtful.add(tensor.id);
    return this.ref(tensor.id);
  }

  /** Whether a step under the node `ancestor` made the tensor, and it is not given out yet at another index. */
  private descends(tensor: TensorId, ancestor: NodeId): boolean {
    if (this.graph.nodes[ancestor].outputs.includes(tensor)) return false;
    let id = this.graph.tensors[tensor].producer;
    while (id !== null && id !== ancestor) id = this.graph.nodes[id].parent;
    return id === ancestor;
  }

  /** Automatic name of an operation: counted only where Keras traces symbolically, outside of layers. */
  operationName(type: string, inputs: readonly TensorId[]): string {
    if (this.nameOverride !== null) return this.nameOverride;
    const name = toSnakeCase(type);
    if (this.plain.active && this.parent === null && !inputs.some((id) => this.symbolic.has(id))) {
      this.machine.touch(this.plain.names);
      return this.plain.names.unique(name);
    }
    if (this.parent !== null || !inputs.some((id) => this.symbolic.has(id))) return name;
    this.machine.touch(this.names);
    return this.names.unique(name);
  }

  autoName(type: string): string {
    this.machine.touch(this.names);
    // `keras.Input` of Keras 2 counts from 1.
    if (this.kerasVersion === 2 && type === 'InputLayer') return `input_${this.names.uid('input')}`;
    return this.names.unique(toSnakeCase(type));
  }

  // --- layers and weights ------------------------------------------------------------------------------------------

  /** A name for an open length: `H`, then `H2`, … for later inputs. */
  dimName(name: string): string {
    const count = (this.dimNames.get(name) ?? 0) + 1;
    this.dimNames.set(name, count);
    return count === 1 ? name : `${name}${count}`;
  }

  layer(layer: Omit<Layer, 'id'>): Layer {
    const made = Object.assign(layer, { id: this.graph.layers.length });
    this.graph.layers.push(made);
    return made;
  }

  weight(weight: Omit<Weight, 'id'>): Weight {
    const made = Object.assign(weight, { id: this.graph.weights.length });
    this.graph.weights.push(made);
    return made;
  }

  // --- names ------------------------------------------------------------------------------------------------------

  /** How many classes the labels of a public data set have, by their array. */
  readonly labelClasses = new WeakMap<Value, number>();
  /** Constructors with a mistake: what other layers made there give may follow from it. */
  readonly brokenSites = new Set<string>();
  /** Values about which everything has been said: what follows from them is no mistake of its own. */
  readonly silent = new WeakSet<Value>();
  /** Names of a library module that are a slip of a known one, by the value that stands for them. */
  readonly misspellings = new Map<
    Value,
    { readonly name: string; readonly suggestion: string; readonly module: string }
  >();
  private readonly reported = new Set<Value>();

  /** Reports the name behind `value` once, where it is imported or called. */
  misspelt(value: Value, range?: SourceRange): void {
    const found = this.misspellings.get(value);
    if (found === undefined || this.reported.has(value)) return;
    const site = range === undefined ? this.site() : { range, stack: [] };
    if (this.machine.unfinished(site.range)) return;
    this.reported.add(value);
    const { name, suggestion, module } = found;
    this.fail(
      new KerasError(
        'layer-class-name',
        `${module === 'keras.layers' ? 'Keras has no layer' : `${module} has no`} \`${name}\`. Did you mean \`${suggestion}\`?`,
        range === undefined
          ? `module '${module}' has no attribute '${name}'`
          : `cannot import name '${name}' from '${module}'`,
        {
          facts: { name, suggestion },
          exception: range === undefined ? 'AttributeError' : 'ImportError',
        },
      ),
      { site },
    );
  }

  // --- failures ----------------------------------------------------------------------------------------------------

  /**
   * What Keras would raise: a Python exception where the program would catch it, else a recorded failure after which
   * interpretation goes on. Errors about tensors whose shapes are guesses are not certain and are dropped.
   */
  fail(
    error: KerasError,
    where: {
      site: CallSite;
      node?: Node | null;
      layer?: Layer | null;
      callArgs?: Readonly<Record<string, SourceRange>>;
      inputs?: readonly TensorId[];
      inputRanges?: readonly (SourceRange | null)[];
    },
  ): void {
    const severity = error.options.severity ?? 'error';
    if (severity === 'error') {
      if (where.inputs?.some((id) => this.doubtful.has(id)) === true) return;
      // The two conditions may go together, so that Keras never gets here.
      if (this.machine.excludable || (error.code === 'input-none' && this.machine.inOpenRound)) return;
      if (this.machine.probing && this.missingInProbe(error, where.layer ?? null)) return;
      const exception = error.options.exception ?? 'ValueError';
      if (this.machine.wouldCatch(exception)) this.machine.raise(exception, error.keras ?? error.message);
    }
    const range = this.failureRange(error, where);
    const key = `${error.code}:${range.file}:${range.from}:${range.to}:${severity}`;
    if (this.failureKeys.has(key)) return;
    this.failureKeys.add(key);
    const failure: Failure = {
      code: error.code,
      severity,
      range,
      site: where.site,
      node: where.node?.id ?? null,
      layer: where.layer?.id ?? null,
      message: error.message,
      keras: error.keras,
      facts: { ...(error.options.facts as Record<string, ConfigValue> | undefined) },
      related: error.options.related ?? [],
      probed: this.machine.probing,
    };
    this.graph.failures.push(failure);
  }

  /** Runs `body` to see whether anything in it is a mistake; what it reports is not kept then. */
  attempt<T>(body: () => T): { readonly result: T; readonly failed: boolean } {
    const { failures } = this.graph;
    const count = failures.length;
    const keys = new Set(this.failureKeys);
    const result = body();
    const failed = failures.slice(count).some(({ severity }) => severity === 'error');
    if (failed) {
      failures.length = count;
      for (const key of this.failureKeys) if (!keys.has(key)) this.failureKeys.delete(key);
    }
    return { result, failed };
  }

  /** An argument is None where nothing calls the function whose default that is: whoever calls it will give one. */
  private missingInProbe(error: KerasError, layer: Layer | null): boolean {
    const { argument } = error.options;
    if (argument === undefined || layer === null) return false;
    return this.layers[layer.id].config?.value(argument).kind === 'none';
  }

  /**
   * A mistake of the program as a Python program that nothing caught. After another error only a name that nothing defines is
   * certain: the rest may follow from what came before.
   */
  mistake(mistake: Mistake, node: Node | null = null): void {
    if (node?.inputs.some((id) => this.doubtful.has(id)) === true) return;
    const { code, range, site, stack } = mistake;
    // A name that a misspelt import was meant to bring.
    const { name } = mistake.facts;
    if (
      code === 'undefined-name' &&
      [...this.misspellings.values()].some(({ suggestion }) => suggestion === name)
    )
      return;
    if (code !== 'undefined-name' && this.graph.failures.some(({ severity }) => severity === 'error')) return;
    const key = `${code}:${range.file}:${range.from}:${range.to}:error`;
    if (this.failureKeys.has(key)) return;
    this.failureKeys.add(key);
    this.graph.failures.push({
      code,
      severity: 'error',
      range,
      site: { range: site, stack },
      node: node?.id ?? null,
      layer: null,
      message: `${mistake.message}\nPython: ${mistake.python}`,
      keras: null,
      facts: mistake.facts,
      related: [],
      probed: this.machine.probing,
    });
  }

  private failureRange(error: KerasError, where: Parameters<Recorder['fail']>[1]): SourceRange {
    const { argument, callArgument, input } = error.options;
    if (argument !== undefined && where.layer?.args[argument] !== undefined)
      return where.layer.args[argument];
    if (callArgument !== undefined && where.callArgs?.[callArgument] !== undefined)
      return where.callArgs[callArgument];
    if (input !== undefined) {
      const range = where.inputRanges?.[input] ?? where.callArgs?.['inputs'];
      if (range != null) return range;
    }
    return where.site.range;
  }

  unknown(reason: string): Unknown {
    return { kind: 'unknown', reason, at: this.site().range };
  }
}

export const recorderOf = (machine: Machine): Recorder => machine.library as Recorder;

/** A place as a key. */
export const siteKey = ({ file, from, to }: SourceRange): string => `${file}:${from}:${to}`;
