// Builds small model graphs by hand, with the geometry that inference uses, for tests that need no program.
import {
  emptyGraph,
  isUnknown,
  type AxisWindow,
  type Dim,
  type Layer,
  type ModelGraph,
  type Node,
  type Primitive,
  type Shape,
  type SourceRange,
  type TensorId,
} from '../../src/graph/graph';
import { convWindow, transposedWindow, type PaddingMode } from '../../src/keras/geometry';
import { formatShape, mulDim, openDim } from '../../src/keras/dims';

export interface ConvOptions {
  readonly filters: number;
  readonly kernel: number | readonly number[];
  readonly stride?: number | readonly number[];
  readonly dilation?: number;
  readonly padding?: PaddingMode;
  readonly groups?: number;
  readonly bias?: boolean;
}

/** Adds nodes one after another; every method gives the id of the tensor it made. Shapes are channels last. */
export class GraphBuilder {
  readonly graph: ModelGraph = emptyGraph('test.py');
  /** Set to make the nodes that follow children of this one. */
  parent: number | null = null;

  shape(tensor: TensorId): readonly Dim[] {
    const { shape } = this.graph.tensors[tensor];
    if (isUnknown(shape)) throw new Error('unknown rank');
    return shape;
  }

  text(tensor: TensorId): string {
    return formatShape(this.graph.tensors[tensor].shape);
  }

  input(...lengths: (number | string)[]): TensorId {
    const shape = [
      openDim('batch'),
      ...lengths.map((length) => (typeof length === 'string' ? openDim(length) : length)),
    ];
    return this.node('InputLayer', { op: 'input' }, [], [shape])[0];
  }

  node(
    type: string,
    primitive: Primitive,
    inputs: readonly TensorId[],
    shapes: readonly Shape[],
    weights: readonly (readonly [string, readonly number[]])[] = [],
  ): TensorId[] {
    const { graph } = this;
    const id = graph.nodes.length;
    const range: SourceRange = { file: graph.file, from: id * 10, to: id * 10 + 5 };
    const site = { range, stack: [] };
    const layer: Layer = {
      id: graph.layers.length,
      name: `${type.toLowerCase()}_${id}`,
      type,
      builtin: type,
      site,
      args: {},
      config: {},
      unknowns: {},
      built: true,
      trainable: true,
      weights: [],
      sublayers: [],
      nodes: [id],
      probed: false,
    };
    graph.layers.push(layer);
    for (const [name, shape] of weights) {
      layer.weights.push(graph.weights.length);
      graph.weights.push({
        id: graph.weights.length,
        name,
        shape: [...shape],
        trainable: !name.startsWith('moving'),
        dtype: 'float32',
        initializer: null,
        owner: layer.id,
      });
    }
    const outputs = shapes.map((shape, index) => {
      const tensor = graph.tensors.length;
      graph.tensors.push({ id: tensor, shape, dtype: 'float32', producer: id, index, name: `t${tensor}` });
      return tensor;
    });
    const node: Node = {
      id,
      layer: layer.id,
      type,
      name: layer.name,
      inputs: [...inputs],
      outputs,
      primitive,
      weights: [...layer.weights],
      parent: this.parent,
      children: [],
      site,
      args: {},
      internal: false,
      probed: false,
      conditional: false,
      unknown: null,
      failed: false,
    };
    graph.nodes.push(node);
    if (this.parent !== null) graph.nodes[this.parent].children.push(id);
    return outputs;
  }

  windows(tensor: TensorId, options: Omit<ConvOptions, 'filters'>): AxisWindow[] {
    const spatial = this.shape(tensor).slice(1, -1);
    const at = (value: number | readonly number[] | undefined, i: number, fallback: number): number =>
      value === undefined ? fallback : typeof value === 'number' ? value : value[i];
    return spatial.map((input, i) =>
      convWindow({
        input,
        kernel: at(options.kernel, i, 1),
        stride: at(options.stride, i, 1),
        dilation: options.dilation ?? 1,
        padding: options.padding ?? 'valid',
      }),
    );
  }

  conv(tensor: TensorId, options: ConvOptions): TensorId {
    const axes = this.windows(tensor, options);
    return this.convNode(tensor, axes, options, false);
  }

  transposed(tensor: TensorId, options: ConvOptions): TensorId {
    const spatial = this.shape(tensor).slice(1, -1);
    const axes = spatial.map((input) =>
      transposedWindow({
        input,
        kernel: options.kernel as number,
        stride: (options.stride ?? 1) as number,
        dilation: options.dilation ?? 1,
        padding: (options.padding ?? 'valid') as 'valid' | 'same',
      }),
    );
    return this.convNode(tensor, axes, options, true);
  }

  private convNode(
    tensor: TensorId,
    axes: AxisWindow[],
    options: ConvOptions,
    transposed: boolean,
  ): TensorId {
    const shape = this.shape(tensor);
    const inChannels = shape[shape.length - 1] as number;
    const groups = options.groups ?? 1;
    const kernel = axes.map((axis) => axis.kernel as number);
    const bias = options.bias ?? true;
    return this.node(
      `Conv${axes.length}D`,
      {
        op: 'conv',
        axes,
        transposed,
        depthwise: false,
        depthMultiplier: null,
        groups,
        inChannels,
        outChannels: options.filters,
        channelsFirst: false,
        useBias: bias,
        activation: 'linear',
      },
      [tensor],
      [[shape[0], ...axes.map((axis) => axis.output), options.filters]],
      [
        ['kernel', [...kernel, inChannels / groups, options.filters]],
        ...(bias ? [['bias', [options.filters]] as const] : []),
      ],
    )[0];
  }

  pool(tensor: TensorId, options: Omit<ConvOptions, 'filters'>): TensorId {
    const shape = this.shape(tensor);
    const axes = this.windows(tensor, { stride: options.kernel, ...options });
    return this.node(
      `MaxPooling${axes.length}D`,
      { op: 'pool', mode: 'max', axes, channelsFirst: false },
      [tensor],
      [[shape[0], ...axes.map((axis) => axis.output), shape[shape.length - 1]]],
    )[0];
  }

  upsample(tensor: TensorId, factor: number, interpolation = 'nearest'): TensorId {
    const shape = this.shape(tensor);
    const spatial = shape.slice(1, -1);
    return this.node(
      'UpSampling',
      { op: 'upsample', factors: spatial.map(() => factor), interpolation, channelsFirst: false },
      [tensor],
      [[shape[0], ...spatial.map((dim) => mulDim(dim, factor)), shape[shape.length - 1]]],
    )[0];
  }

  add(...tensors: TensorId[]): TensorId {
    return this.node('Add', { op: 'elementwise', fn: 'add' }, tensors, [this.shape(tensors[0])])[0];
  }

  concat(axis: number, ...tensors: TensorId[]): TensorId {
    const shapes = tensors.map((tensor) => this.shape(tensor));
    const joined = shapes.reduce((total, shape) => total + (shape[axis] as number), 0);
    return this.node('Concatenate', { op: 'concat', axis }, tensors, [
      shapes[0].map((dim, i) => (i === axis ? joined : dim)),
    ])[0];
  }

  crop(tensor: TensorId, before: number, after: number): TensorId {
    const shape = this.shape(tensor);
    const crops = shape.map(
      (_, axis) => (axis > 0 && axis < shape.length - 1 ? [before, after] : [0, 0]) as [number, number],
    );
    return this.node(
      'Cropping',
      { op: 'crop', crops },
      [tensor],
      [shape.map((dim, axis) => (typeof dim === 'number' ? dim - crops[axis][0] - crops[axis][1] : dim))],
    )[0];
  }

  pad(tensor: TensorId, before: number, after: number): TensorId {
    const shape = this.shape(tensor);
    const pads = shape.map(
      (_, axis) => (axis > 0 && axis < shape.length - 1 ? [before, after] : [0, 0]) as [number, number],
    );
    return this.node(
      'ZeroPadding',
      { op: 'pad', pads, mode: 'constant' },
      [tensor],
      [shape.map((dim, axis) => (typeof dim === 'number' ? dim + pads[axis][0] + pads[axis][1] : dim))],
    )[0];
  }

  flatten(tensor: TensorId): TensorId {
    const shape = this.shape(tensor);
    const size = shape.slice(1).reduce<number>((total, dim) => total * (dim as number), 1);
    return this.node('Flatten', { op: 'reshape' }, [tensor], [[shape[0], size]])[0];
  }

  dense(tensor: TensorId, units: number): TensorId {
    const shape = this.shape(tensor);
    const inFeatures = shape[shape.length - 1] as number;
    return this.node(
      'Dense',
      { op: 'dense', inFeatures, units, useBias: true, activation: 'linear' },
      [tensor],
      [[...shape.slice(0, -1), units]],
      [
        ['kernel', [inFeatures, units]],
        ['bias', [units]],
      ],
    )[0];
  }

  globalPool(tensor: TensorId): TensorId {
    const shape = this.shape(tensor);
    const axes = shape.map((_, axis) => axis).slice(1, -1);
    return this.node(
      'GlobalAveragePooling2D',
      { op: 'reduce', fn: 'mean', axes, keepDims: false },
      [tensor],
      [[shape[0], shape[shape.length - 1]]],
    )[0];
  }
}
