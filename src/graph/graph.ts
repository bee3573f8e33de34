/**
 * The model graph: plain, serialisable data that interpretation leaves behind and everything else reads.
 *
 * Nothing here refers to interpreter values. Ids are indices into the arrays of `ModelGraph`. Lengths are in elements,
 * source positions in UTF-16 offsets of the file they name.
 */

/** A half-open range `[from, to)` of UTF-16 offsets in the file `file`. */
export interface SourceRange {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** Why something is not known, in words a user can read, and where that began. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: string;
  readonly at?: SourceRange;
}

/** An integer formula over named open dimensions (`'H'`, `'W'`, `'batch'`, …). Division is floor division. */
export type Formula =
  | number
  | string
  | { readonly op: '+' | '-' | '*' | '//' | '%' | 'max' | 'min'; readonly a: Formula; readonly b: Formula };

/** A dimension that Keras leaves open (prints `None`); `formula` says how it depends on the model's open inputs. */
export interface OpenDim {
  readonly kind: 'open';
  readonly formula?: Formula;
}

/** One dimension: a length, one that Keras leaves open, or one that ConvLens does not know. */
export type Dim = number | OpenDim | Unknown;

/** Known rank: one `Dim` per axis, batch axis first where there is one. Unknown rank: an `Unknown`. */
export type Shape = readonly Dim[] | Unknown;

export type TensorId = number;
export type NodeId = number;
export type LayerId = number;
export type WeightId = number;
export type CallId = number;

export interface Tensor {
  readonly id: TensorId;
  shape: Shape;
  /** `float32`, `int32`, `bool`, …; null when not known. */
  dtype: string | null;
  /** The node that made it; null for a tensor of unknown origin or a constant. */
  producer: NodeId | null;
  /** Which output of the producer. */
  index: number;
  /** Keras' name for it (`keras_tensor_4`, or the Input's name). */
  name: string;
  /** A constant's numbers in C order, where they are known. */
  values?: readonly number[];
}

/** An argument of a call as plain data; tensors by id, `unknown` for what is not known or no data. */
export type Given =
  | null
  | boolean
  | number
  | string
  | readonly Given[]
  | { readonly tensor: TensorId }
  | { readonly unknown: string };

/** Where a call stands: its whole call expression, and the calls of helpers around it, innermost first. */
export interface CallSite {
  readonly range: SourceRange;
  readonly stack: readonly SourceRange[];
  /** The call of a function of the program that it stands in; absent in module code. */
  readonly call?: CallId;
}

/** One call of a function that has a source: what it made belongs together. */
export interface FunctionCall {
  readonly id: CallId;
  /** The function's name. */
  readonly name: string;
  /** The call expression; null for calls that no source makes. */
  readonly site: SourceRange | null;
  /** The call within which it was made; null in module code. */
  readonly parent: CallId | null;
}

/** A number that may not be known. */
export type Known<T> = T | null;

/**
 * How a window moves along one spatial axis. Made by `keras/geometry.ts` and by nothing else (design invariant 5).
 * For a transposed convolution the numbers are those of the convolution whose gradient it is; `transposed` on the
 * primitive tells. `padBefore`/`padAfter` are null when they depend on an open or unknown input length.
 */
export interface AxisWindow {
  readonly kernel: Known<number>;
  readonly stride: Known<number>;
  readonly dilation: Known<number>;
  readonly padding: 'valid' | 'same' | 'causal' | 'explicit' | 'unknown';
  readonly padBefore: Known<number>;
  readonly padAfter: Known<number>;
  readonly input: Dim;
  readonly output: Dim;
  /** Transposed only: Keras' `output_padding`, null for its default. */
  readonly outputPadding?: Known<number>;
}

/**
 * What a node computes, in terms that cost, receptive field and engine understand; layer names do not matter to them.
 * Weights are referred to by their Keras name among the node's weights (`kernel`, `bias`, `gamma`, …).
 * A compound computation (SeparableConv2D, MultiHeadAttention, a custom layer, a nested model) has `op: 'composite'`
 * and child nodes that hold its steps; analyses then follow the children.
 */
export type Primitive =
  | {
      readonly op: 'conv';
      /** 1, 2 or 3 spatial axes. */
      readonly axes: readonly AxisWindow[];
      readonly transposed: boolean;
      /** Depthwise: every input channel has `depthMultiplier` kernels of its own. */
      readonly depthwise: boolean;
      readonly depthMultiplier: Known<number>;
      readonly groups: Known<number>;
      readonly inChannels: Known<number>;
      readonly outChannels: Known<number>;
      readonly channelsFirst: boolean;
      readonly useBias: boolean;
      /** Name of the fused activation, `linear` when none, null when not known. */
      readonly activation: string | null;
      /** Local (unshared) convolution, if ever. */
      readonly unshared?: boolean;
    }
  | {
      readonly op: 'pool';
      readonly mode: 'max' | 'average';
      readonly axes: readonly AxisWindow[];
      readonly channelsFirst: boolean;
    }
  | {
      /** Reduction over whole axes (`GlobalAveragePooling2D`, `reduce_mean`). Axes are non-negative. */
      readonly op: 'reduce';
      readonly fn:
        | 'mean'
        | 'max'
        | 'min'
        | 'sum'
        | 'prod'
        | 'any'
        | 'all'
        | 'argmax'
        | 'argmin'
        | 'var'
        | 'std'
        | 'other';
      readonly axes: readonly number[] | null;
      readonly keepDims: boolean;
    }
  | {
      readonly op: 'adaptivePool';
      readonly mode: 'max' | 'average';
      readonly outputSize: readonly Known<number>[];
      readonly channelsFirst: boolean;
    }
  | {
      readonly op: 'dense';
      readonly inFeatures: Known<number>;
      readonly units: Known<number>;
      readonly useBias: boolean;
      readonly activation: string | null;
    }
  | {
      readonly op: 'einsum';
      readonly equation: string;
      readonly weight: string | null;
      readonly useBias: boolean;
      readonly activation: string | null;
    }
  | { readonly op: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  | { readonly op: 'embedding'; readonly inputDim: Known<number>; readonly outputDim: Known<number> }
  | {
      /** Same position in, same position out: activations, arithmetic of one or more tensors (with broadcasting). */
      readonly op: 'elementwise';
      /** `relu`, `add`, `multiply`, `maximum`, `average`, `sigmoid`, `where`, …: Keras' names. */
      readonly fn: string;
      /** Parameters of the function (`alpha`, `negative_slope`, `max_value`, constants by operand index, …). */
      readonly params?: Readonly<Record<string, number | string | boolean | null>>;
      /** Constant scalar operands by position, for `x * 2`, `1 - x`. */
      readonly constants?: readonly (number | null)[];
      /** Constant arrays among the operands by position, as tensors that are no inputs of the node. */
      readonly arrays?: readonly (TensorId | null)[];
    }
  | { readonly op: 'softmax'; readonly axis: readonly number[]; readonly log?: boolean }
  | {
      readonly op: 'normalize';
      readonly mode: 'batch' | 'layer' | 'group' | 'instance' | 'rms' | 'unit' | 'spectral' | 'other';
      /** Axes that have their own scale (batch: the channel axis), non-negative. */
      readonly axis: readonly number[];
      readonly groups?: Known<number>;
      readonly epsilon: number;
      readonly center: boolean;
      readonly scale: boolean;
    }
  | { readonly op: 'reshape' }
  | { readonly op: 'transpose'; readonly perm: readonly number[] }
  | { readonly op: 'concat'; readonly axis: number }
  | { readonly op: 'stack'; readonly axis: number }
  | { readonly op: 'split'; readonly axis: number }
  | {
      /** Padding, per tensor axis (batch included): elements added before and after; mode as in numpy. */
      readonly op: 'pad';
      readonly pads: readonly (readonly [Known<number>, Known<number>])[];
      readonly mode: 'constant' | 'reflect' | 'symmetric' | 'edge' | 'circular';
      readonly value?: number;
    }
  | { readonly op: 'crop'; readonly crops: readonly (readonly [Known<number>, Known<number>])[] }
  | {
      /** Per tensor axis: start (inclusive) and step; null step marks an axis that an integer index removed; newAxis marks an inserted one. */
      readonly op: 'slice';
      readonly items: readonly SliceItem[];
    }
  | {
      readonly op: 'upsample';
      readonly factors: readonly Known<number>[];
      readonly interpolation: string;
      readonly channelsFirst: boolean;
    }
  | {
      readonly op: 'resize';
      readonly size: readonly Known<number>[];
      readonly interpolation: string;
      readonly channelsFirst: boolean;
    }
  | { readonly op: 'depthToSpace' | 'spaceToDepth'; readonly block: number; readonly channelsFirst: boolean }
  | {
      readonly op: 'recurrent';
      readonly cell: 'simple' | 'lstm' | 'gru' | 'other';
      readonly units: Known<number>;
      readonly inFeatures: Known<number>;
      readonly returnSequences: boolean;
      readonly goBackwards: boolean;
      readonly resetAfter?: boolean;
      readonly activation: string | null;
      readonly recurrentActivation: string | null;
      readonly useBias: boolean;
      /** Convolutional LSTM: windows of the input-to-state convolution. */
      readonly conv?: readonly AxisWindow[];
    }
  | {
      /** Scaled dot-product over positions: scores and weighted sum only; projections are child nodes beside it. */
      readonly op: 'attention';
      readonly heads: Known<number>;
      readonly keyDim: Known<number>;
      readonly valueDim: Known<number>;
      readonly mode: 'dot' | 'additive' | 'other';
      /** Positions do not look ahead (`use_causal_mask`); null when not known, absent for no. */
      readonly causal?: Known<boolean>;
    }
  | { readonly op: 'input' }
  | { readonly op: 'constant'; readonly value?: number }
  /** Does nothing when predicting (Dropout, noise, Identity, Masking, ActivityRegularization). */
  | { readonly op: 'identity' }
  /** Either of two tensors, after an `if` on an unknown condition. */
  | { readonly op: 'either' }
  /** `repeat`: how often the children run for one execution (time steps); null when not known, absent for once. */
  | { readonly op: 'composite'; readonly repeat?: Known<number> }
  /** Elementwise or not, nobody knows: a Lambda that could not be read, a TFSMLayer. Receptive field unknown. */
  | { readonly op: 'opaque'; readonly reason: string };

export type SliceItem =
  | { readonly kind: 'range'; readonly start: Known<number>; readonly step: Known<number> }
  | { readonly kind: 'index'; readonly index: Known<number> }
  | { readonly kind: 'newAxis' };

export interface Weight {
  readonly id: WeightId;
  /** Keras' variable name within its layer (`kernel`, `bias`, `moving_mean`, …). */
  readonly name: string;
  readonly shape: Shape;
  trainable: boolean;
  readonly dtype: string;
  /** Keras' initialiser name in snake case with its arguments, e.g. `{name: 'glorot_uniform'}`. */
  readonly initializer: {
    readonly name: string;
    readonly config?: Readonly<Record<string, number | string | null>>;
  } | null;
  readonly owner: LayerId | null;
}

/** Plain data of a layer's constructor arguments, after defaults; what is not known is null with the reason in `unknowns`. */
export type ConfigValue =
  null | boolean | number | string | readonly ConfigValue[] | { readonly [key: string]: ConfigValue };

/** Where Keras' files keep what a layer holds. */
export interface SavedMembers {
  /** Layers kept in attributes, lists and dicts: path below the layer's own (`blocks/conv2d_1`), in the order Keras visits them. */
  readonly layers: readonly (readonly [path: string, layer: LayerId])[];
  /** Own variables in the order of saving: those made trainable first. Absent when that is the order of `weights`. */
  readonly variables?: readonly WeightId[];
}

/** One layer object (a model is one too). */
export interface Layer {
  readonly id: LayerId;
  name: string;
  /** Class name as Keras' `summary()` prints it (`Conv2D`, `MyBlock`, `Functional`). */
  readonly type: string;
  /** The class (or nearest base) that ConvLens has a definition for (`Conv2D`), or null for a custom `Layer`. */
  readonly builtin: string | null;
  /** The constructor call. */
  readonly site: CallSite;
  /** Range of each argument's value expression at the constructor call, by parameter name. */
  readonly args: Readonly<Record<string, SourceRange>>;
  readonly config: Readonly<Record<string, ConfigValue>>;
  readonly unknowns: Readonly<Record<string, Unknown>>;
  built: boolean;
  trainable: boolean;
  /** Own weights, not those of sublayers. */
  weights: WeightId[];
  sublayers: LayerId[];
  /** Of these, the layers that it owns on some of the program's possible paths only. */
  maybe?: LayerId[];
  /** Which weights it has depends on the path that the program takes. */
  weightsDiffer?: boolean;
  /** A model of which a part is not known: it holds more than its sublayers. */
  incomplete?: boolean;
  /** How Keras saves what it holds, where that does not follow from the lists above. */
  saved?: SavedMembers;
  /** Executions of this layer, in order. */
  nodes: NodeId[];
  probed: boolean;
}

/** One execution of a layer call or of an operation on tensors. */
export interface Node {
  readonly id: NodeId;
  /** The layer that was called; null for an operation. */
  readonly layer: LayerId | null;
  /** Class name (`Conv2D`, `Add`, `GetItem`): for operations the class name that Keras' summary prints. */
  readonly type: string;
  /** The layer's name, or the operation's automatic name (`add_1`). */
  readonly name: string;
  readonly inputs: readonly TensorId[];
  outputs: TensorId[];
  primitive: Primitive;
  /** Weights that this execution uses: the layer's own, or the variables given to a `tf.nn` function. */
  weights: WeightId[];
  /** The node whose execution made this one: a custom layer's call, a nested model, a compound layer. */
  readonly parent: NodeId | null;
  children: NodeId[];
  readonly site: CallSite;
  /** Range of each argument of this call by parameter name (`inputs`, …), where they stand in the source. */
  readonly args: Readonly<Record<string, SourceRange>>;
  /**
   * Arguments by Keras' parameter name as far as what the node computes depends on them: of an operation all, of a layer those
   * beside its first (masks that ride on its inputs and that Keras hands over by itself among them).
   */
  given?: Readonly<Record<string, Given>>;
  /** True for a step that Keras makes inside its own layers: no line of the user's source calls it. */
  readonly internal: boolean;
  /** Found by probing what nothing called. */
  probed: boolean;
  /** Made on one side of an `if` whose condition is not known. */
  readonly conditional: boolean;
  /** Why the result is not (wholly) known. */
  unknown: Unknown | null;
  /** True when this call failed (a `Failure` tells) and `outputs` are the most sensible guess. */
  failed: boolean;
}

/** A name that a model is bound to: variable, attribute, element, or result of a call at module level. */
export interface ModelBinding {
  readonly name: string;
  readonly range: SourceRange;
  /** True for a binding in module code (not local to a function). */
  readonly moduleLevel: boolean;
}

/** A row of Keras' `summary()`. */
export type SummaryRow =
  { readonly layer: LayerId; readonly node: NodeId | null } | { readonly layer: null; readonly node: NodeId };

export interface Model {
  /** Its layer object. */
  readonly layer: LayerId;
  readonly kind: 'functional' | 'sequential' | 'subclass' | 'graph';
  inputs: TensorId[];
  outputs: TensorId[];
  /** Rows of `summary()`, in Keras' order. */
  rows: SummaryRow[];
  /** All nodes between inputs and outputs in topological order, top level of this model only. */
  nodes: NodeId[];
  bindings: ModelBinding[];
  probed: boolean;
  unknown: Unknown | null;
  /** Files that the program loads its weights from (`load_weights`) or saves it to, as it writes them; loaded ones first. */
  weightFiles?: readonly string[];
  /** What `compile` was told, where known: loss names or classes, for checks. */
  compiled?: {
    readonly site: CallSite;
    readonly args: Readonly<Record<string, SourceRange>>;
    readonly loss: ConfigValue;
    readonly metrics: ConfigValue;
  };
}

/** What the text of a range was seen to be, for hovers on variables: once per distinct result. */
export interface Observation {
  readonly range: SourceRange;
  readonly name: string;
  readonly seen:
    | { readonly kind: 'tensor'; readonly tensor: TensorId }
    | { readonly kind: 'layer'; readonly layer: LayerId }
    | { readonly kind: 'shape'; readonly shape: Shape }
    | { readonly kind: 'value'; readonly text: string }
    | { readonly kind: 'unknown'; readonly unknown: Unknown };
}

/**
 * Something that Keras (or Python, in a call to Keras) would raise or warn of at this place. Plain facts only: words and
 * fixes are made in `analysis/checks/<code>.ts`.
 */
export interface Failure {
  /** Stable code, kebab-case, e.g. `conv-window-too-large`, `concat-shape`, `unknown-argument`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  /** Most precise place: the argument that causes it, else the call. */
  readonly range: SourceRange;
  readonly site: CallSite;
  readonly node: NodeId | null;
  readonly layer: LayerId | null;
  /** What happened in plain words with the shapes, e.g. `a 5×5 window does not fit a 3×3 input`. */
  readonly message: string;
  /** Keras' own sentence. */
  readonly keras: string | null;
  /** Facts a fix needs, by code (numbers, names, suggestions, shapes as text). */
  readonly facts: Readonly<Record<string, ConfigValue>>;
  readonly related: readonly { readonly range: SourceRange; readonly message: string }[];
  readonly probed: boolean;
}

/** Not an error of the user's program: what the analysis itself gave up, and why. */
export interface Problem {
  readonly kind: 'fuel' | 'syntax' | 'import' | 'internal';
  readonly message: string;
  readonly range: SourceRange | null;
}

/** Everything found in one run over one program (its main file and what it imports). */
export interface ModelGraph {
  /** The analysed file's path, as given. */
  readonly file: string;
  tensors: Tensor[];
  nodes: Node[];
  layers: Layer[];
  weights: Weight[];
  models: Model[];
  /** Calls of functions in which layers were made or called. */
  calls: FunctionCall[];
  observations: Observation[];
  failures: Failure[];
  problems: Problem[];
  /** Which Keras the program speaks: 3, or 2 for `tf.keras` before 2.16; for defaults that differ. */
  kerasVersion: 2 | 3;
}

export function emptyGraph(file: string): ModelGraph {
  return {
    file,
    tensors: [],
    nodes: [],
    layers: [],
    weights: [],
    models: [],
    calls: [],
    observations: [],
    failures: [],
    problems: [],
    kerasVersion: 3,
  };
}

export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'unknown';
}

export function isOpen(dim: Dim): dim is OpenDim {
  return typeof dim === 'object' && dim.kind === 'open';
}
