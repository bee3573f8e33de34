/** What a layer definition's shape rule sees while one call of the layer is under way. */
import type { Node, Shape } from '../../graph/graph';
import type { Machine } from '../../python/machine';
import { list, type InstanceValue, type Value } from '../../python/values';
import { castInput } from '../arguments';
import {
  type KerasError,
  type CallContext,
  type Config,
  type TensorRef,
  type TensorSpec,
} from '../definition';
import { toSnakeCase } from './names';
import { layerStateOf, type LayerState } from './layerState';
import { asTensor } from './structure';
import type { Recorder } from './recorder';

export class LayerCallContext implements CallContext {
  readonly config: Config;
  readonly inputs: readonly TensorRef[];
  readonly computes: boolean;
  readonly builds: boolean;
  /** Whether internal steps were recorded. */
  steps = 0;

  constructor(
    readonly machine: Machine,
    private readonly recorder: Recorder,
    private readonly state: LayerState,
    private readonly node: Node,
    inputs: readonly TensorRef[],
    readonly inputIsList: boolean,
    readonly callArgs: ReadonlyMap<string, Value>,
  ) {
    this.config = state.config!;
    this.builds = state.layer.nodes.length <= 1;
    this.computes = recorder.computes(inputs.map((input) => input.tensor));
    // `Layer.__call__` casts float tensors before `call` sees them.
    const specified = recorder.takeUncast();
    const casts = !specified && this.config.flag('autocast') !== false && this.config.kerasVersion === 3;
    this.inputs =
      casts && inputs.some((input) => castInput(this.config, input.dtype) !== input.dtype)
        ? inputs.map((input) => this.cast(input))
        : inputs;
  }

  private cast(input: TensorRef): TensorRef {
    const dtype = castInput(this.config, input.dtype);
    return dtype === input.dtype ? input : { ...input, dtype };
  }

  get self(): InstanceValue {
    return this.state.self;
  }

  tensor(value: Value): TensorRef | undefined {
    if (value.kind === 'none') return undefined;
    return asTensor(this.recorder, value);
  }

  weight(name: string): Shape | undefined {
    const id = this.state.weightNamed(name);
    return id === undefined ? undefined : this.recorder.graph.weights[id].shape;
  }

  step(step: Parameters<CallContext['step']>[0]): TensorRef[] {
    this.steps++;
    const { recorder } = this;
    return recorder.within(this.node.id, () =>
      recorder.drive(this.node.site, () => {
        const weights = (step.weights ?? []).flatMap((name) => this.state.weightNamed(name) ?? []);
        const child = recorder.begin({
          layer: null,
          type: step.type,
          name: toSnakeCase(step.type),
          inputs: step.inputs.map((ref) => ref.tensor),
          primitive: step.primitive,
          weights,
          internal: true,
        });
        return recorder.finish(child, step.outputs);
      }),
    );
  }

  callLayer(
    layer: Value,
    inputs: readonly TensorRef[],
    keywords: Readonly<Record<string, Value>> = {},
    positional: readonly Value[] = [],
    whole?: Value,
  ): Value {
    this.steps++;
    const { recorder } = this;
    const tensors = inputs.map((ref) => recorder.valueOf(ref.tensor));
    const argument: Value = whole ?? (tensors.length === 1 ? tensors[0] : list(tensors));
    const { inCall } = recorder;
    // A function (of a Lambda) runs as part of a call; layers within are asked as the layer itself is.
    if (layerStateOf(layer) === undefined) recorder.inCall = true;
    try {
      return recorder.within(this.node.id, () =>
        recorder.drive(this.node.site, () => this.machine.apply(layer, [argument, ...positional], keywords)),
      );
    } finally {
      recorder.inCall = inCall;
    }
  }

  report(error: KerasError): void {
    this.recorder.fail(error, {
      site: this.node.site,
      node: this.node,
      layer: this.state.layer,
      callArgs: this.node.args,
      inputs: this.node.inputs,
    });
  }

  value(ref: TensorRef): Value {
    return this.recorder.valueOf(ref.tensor);
  }
}

/** Outputs after an error when a definition has no better guess. */
export function unknownOutputs(reason: string, dtype: string | null): readonly TensorSpec[] {
  return [{ shape: { kind: 'unknown', reason }, dtype }];
}
