/**
 * What a layer definition is: the one place that says a layer's names, signature, checks, weights, shape rule and
 * primitive (design invariant 6). `layers/*.ts` holds the definitions, `registry.ts` lists them, `model/` makes Python
 * classes of them.
 */
import type { Dim, Known, Primitive, Shape, SourceRange, TensorId } from '../graph/graph';
import type { Bound, Machine, Parameter } from '../python/machine';
import type { InstanceValue, NativeImpl, Value } from '../python/values';

/** Shape and dtype of one tensor, before or after a layer. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: string | null;
}

/** A tensor in the graph being recorded. */
export interface TensorRef extends TensorSpec {
  readonly tensor: TensorId;
}

/** A variable to create when the layer is built. */
export interface WeightSpec {
  /** Keras' variable name (`kernel`). */
  readonly name: string;
  readonly shape: Shape;
  /** Default true. `layer.trainable = False` is applied on top of it elsewhere. */
  readonly trainable?: boolean;
  /** Default: the layer's variable dtype. */
  readonly dtype?: string;
  /** The config parameter that holds the initialiser (`kernel_initializer`), or a fixed initialiser name (`zeros`). */
  readonly initializer?: { readonly argument: string } | { readonly name: string };
  /** Held by a cell inside the layer, which `trainable=False` in the layer's constructor does not reach. */
  readonly inCell?: boolean;
}

/** In `Config.memo`: whether `trainable` was set (not given to the constructor) and what it held then was frozen. */
export const FROZEN = 'frozen';

/** Constructor arguments after binding, read with the reason kept when something is not known. */
export interface Config {
  readonly machine: Machine;
  readonly bound: Bound;
  value(name: string): Value;
  given(name: string): boolean;
  /** An int; null when not known (floats and other types too: `configure` checks them). */
  int(name: string): Known<number>;
  float(name: string): Known<number>;
  /** A bool through Python truth; null when not known. */
  flag(name: string): Known<boolean>;
  string(name: string): Known<string>;
  /** Whether the value is certainly `None`. */
  isNone(name: string): boolean;
  /** An int or a sequence of `rank` ints, spread to `rank` entries; entries null when not known. */
  ints(name: string, rank: number): Known<number>[];
  /** Identifier of an activation as Keras serialises it (`relu`, `linear`); null when not known. A layer or custom callable gives `custom`. */
  activation(name: string): string | null;
  /** 'channels_last' unless 'channels_first' is given or set globally. null when not known. */
  channelsFirst(): Known<boolean>;
  /** The dtype the layer computes in, from its `dtype` argument or the global policy; null: not known; absent: `float32`. */
  readonly computeDtype?: Known<string>;
  /** Keras 2 or 3 semantics. */
  readonly kerasVersion: 2 | 3;
  /** Free space for what `configure` worked out. */
  readonly memo: Map<string, unknown>;
}

/**
 * A mistake that Keras would raise for (severity error) or warn of. Thrown or passed to `report`; everything stated must
 * be certain: nothing unknown ever leads here.
 */
export class KerasError {
  constructor(
    readonly code: string,
    /** Plain words, with the shapes. */
    readonly message: string,
    /** Keras' own sentence. */
    readonly keras: string | null,
    readonly options: {
      /** Constructor parameter that causes it: the range is taken from there. */
      readonly argument?: string;
      /** Call argument that causes it. */
      readonly callArgument?: string;
      /** Index of the input tensor that causes it. */
      readonly input?: number;
      readonly facts?: Readonly<
        Record<string, string | number | boolean | null | readonly (number | null)[]>
      >;
      /** Other places that take part in it. */
      readonly related?: readonly { readonly range: SourceRange; readonly message: string }[];
      /** The Python exception class Keras raises. Default ValueError. */
      readonly exception?: string;
      readonly severity?: 'error' | 'warning' | 'info' | 'hint';
    } = {},
  ) {}

  /** The same, where Keras goes on and only data that run through would stop. */
  asWarning(): KerasError {
    return new KerasError(this.code, this.message, this.keras, { ...this.options, severity: 'warning' });
  }
}

/** Which inputs a layer accepts: Keras' InputSpec, checked before the shape rule. */
export interface InputSpec {
  readonly ndim?: number;
  readonly minNdim?: number;
  readonly maxNdim?: number;
  /** Required lengths by axis (negative axes count from the end). */
  readonly axes?: Readonly<Record<number, number>>;
}

/** Everything the shape rule of a layer may look at and do. */
export interface CallContext {
  readonly machine: Machine;
  readonly config: Config;
  /** The layer object. */
  readonly self: InstanceValue;
  /** Input tensors: the first call argument flattened, in order. */
  readonly inputs: readonly TensorRef[];
  /** Keras computes or traces this call; false where it asks `compute_output_spec` (a functional model being built). */
  readonly computes: boolean;
  /** Whether the layer is built by this call: it is its first. */
  readonly builds: boolean;
  /** False when the first argument was one tensor, true when it was a list, tuple or dict of tensors. */
  readonly inputIsList: boolean;
  /** The other arguments of the call by Keras' name (`training`, `mask`, `initial_state`, `value`, `key`, …). */
  readonly callArgs: ReadonlyMap<string, Value>;
  /** Reads a tensor value given as another argument. */
  tensor(value: Value): TensorRef | undefined;
  /** Weights created for this layer by name: their shapes. */
  weight(name: string): Shape | undefined;
  /**
   * Records an internal step (a child node) and gives its output tensors: for layers that are made of several
   * primitives, such as SeparableConv2D or MultiHeadAttention. `weights` names this layer's weights used by the step.
   */
  step(step: {
    readonly type: string;
    readonly primitive: Primitive;
    readonly inputs: readonly TensorRef[];
    readonly outputs: readonly TensorSpec[];
    readonly weights?: readonly string[];
  }): TensorRef[];
  /** Calls another layer object or function (wrappers): records its node under this one. `positional` follows the inputs. */
  callLayer(
    layer: Value,
    inputs: readonly TensorRef[],
    keywords?: Readonly<Record<string, Value>>,
    positional?: readonly Value[],
    /** The inputs as the program arranged them, where that is neither one tensor nor a plain list. */
    whole?: Value,
  ): Value;
  /** Reports a warning or a second-order error without giving up the call. */
  report(error: KerasError): void;
  /** A tensor value for the recorded step output, to be returned. */
  value(ref: TensorRef): Value;
}

/** What a call gives. */
export interface CallResult {
  /** One per output tensor, in order. A TensorRef (from `step`) keeps its tensor. */
  readonly outputs: readonly (TensorSpec | TensorRef)[];
  /** `single`: a tensor; `list`/`tuple`: that of tensors. Default: single when there is one output. */
  readonly structure?: 'single' | 'list' | 'tuple';
  /** Builds the returned value from the output tensors, for nested structures such as a cell's `(output, [states])`. */
  readonly arrange?: (outputs: readonly Value[]) => Value;
  /** Absent when steps were recorded: `composite`. */
  readonly primitive?: Primitive;
  /** Why some of it is unknown. */
  readonly unknown?: string;
}

export interface LayerDefinition {
  /** Keras class name (`Conv2D`). */
  readonly name: string;
  /** Other public names in `keras.layers` (`Convolution2D`). */
  readonly aliases?: readonly string[];
  /** Name of the definition it derives from for isinstance; default `Layer`. */
  readonly base?: string;
  /** Constructor parameters in Keras' order, without self and without the common ones (`name`, `dtype`, `trainable`, `activity_regularizer`, `input_shape`, …), which are added to all. */
  readonly parameters: readonly Parameter[];
  /** False when the constructor passes nothing on to `Layer.__init__`: only its own parameters are accepted. */
  readonly commonArguments?: false;
  /** Parameters that Keras takes and never looks at. */
  readonly ignored?: readonly string[];
  /** Parameters of `call` after `self`; default: `inputs` (plus `training`, `mask` accepted everywhere). */
  readonly callParameters?: readonly Parameter[];
  /** Checks of the arguments; throws KerasError. Runs in the constructor. */
  configure?(config: Config): void;
  inputSpec?(config: Config): InputSpec | undefined;
  /** Own weights for the given input shapes; throws KerasError (`open dimension`, …). Entries may be unknown. */
  weights?(config: Config, inputs: readonly TensorSpec[], self: InstanceValue): readonly WeightSpec[];
  /** Shape rule and primitive; throws KerasError. */
  call?(context: CallContext): CallResult;
  /** After an error: the most sensible output, so that interpretation goes on. Default: as `call` with unknowns, else unknown. */
  fallback?(config: Config, inputs: readonly TensorSpec[]): readonly TensorSpec[];
  /** Layers given as constructor arguments that belong to this one (wrappers): parameter names. */
  readonly sublayers?: readonly string[];
  /** Extra methods and attributes of the Python class. */
  readonly methods?: Readonly<Record<string, NativeImpl>>;
  readonly properties?: Readonly<Record<string, (machine: Machine, self: InstanceValue) => Value>>;
  /** Prefix of automatic names where it is not the class name in snake case. */
  readonly autoName?: string;
  /** Keras 2 differs: replaced parts. */
  readonly keras2?: Partial<Omit<LayerDefinition, 'name' | 'keras2'>>;
}

/** Convenience for shape rules. */
export type DimLike = Dim;
