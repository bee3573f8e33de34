/** Builds model graphs and snapshots by hand, so that the panel's parts can be tested without interpreting Python. */
import {
  emptyGraph,
  type AxisWindow,
  type Dim,
  type LayerId,
  type ModelGraph,
  type Node,
  type NodeId,
  type Primitive,
  type Shape,
  type TensorId,
} from '../../src/graph/graph';
import { convWindow } from '../../src/keras/geometry';
import type { NodeFigures, PanelDiagnostic, Snapshot } from '../../src/protocol';

const OPEN: Dim = { kind: 'open' };

export interface ConvOptions {
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: 'same' | 'valid';
  readonly name?: string;
  readonly activation?: string;
}

/** One model under construction; tensors are ids. */
export class Net {
  readonly graph: ModelGraph = emptyGraph('model.py');
  readonly figures: Record<NodeId, NodeFigures> = {};
  readonly diagnostics: PanelDiagnostic[] = [];
  private readonly counts = new Map<string, number>();
  private parent: NodeId | null = null;
  private offset = 0;

  input(shape: readonly number[], name?: string): TensorId {
    return this.node('InputLayer', { op: 'input' }, [], [OPEN, ...shape], { name, params: 0 });
  }

  conv(x: TensorId, filters: number, kernel: number, options: ConvOptions = {}): TensorId {
    const shape = this.shape(x);
    const axes = shape.slice(1, -1).map((input) =>
      convWindow({
        input,
        kernel,
        stride: options.stride ?? 1,
        dilation: options.dilation ?? 1,
        padding: options.padding ?? 'same',
      }),
    );
    const inChannels = shape[shape.length - 1] as number;
    const primitive: Primitive = {
      op: 'conv',
      axes,
      transposed: false,
      depthwise: false,
      depthMultiplier: null,
      groups: 1,
      inChannels,
      outChannels: filters,
      channelsFirst: false,
      useBias: true,
      activation: options.activation ?? 'linear',
    };
    const weights = Math.pow(kernel, axes.length) * inChannels * filters;
    const out = axes.map((axis) => axis.output);
    return this.node(`Conv${axes.length}D`, primitive, [x], [OPEN, ...out, filters], {
      name: options.name,
      params: weights + filters,
      macs: weights * volume(out),
      kernel: [...axes.map(() => kernel), inChannels, filters],
    });
  }

  pool(x: TensorId, size: number, mode: 'max' | 'average' = 'max'): TensorId {
    const shape = this.shape(x);
    const axes = shape
      .slice(1, -1)
      .map((input): AxisWindow => convWindow({ input, kernel: size, stride: size, padding: 'valid' }));
    return this.node(
      mode === 'max' ? 'MaxPooling2D' : 'AveragePooling2D',
      { op: 'pool', mode, axes, channelsFirst: false },
      [x],
      [OPEN, ...axes.map((axis) => axis.output), shape[shape.length - 1]],
      {},
    );
  }

  up(x: TensorId, factor = 2): TensorId {
    const shape = this.shape(x);
    const out = shape.slice(1, -1).map((length) => (length as number) * factor);
    return this.node(
      'UpSampling2D',
      { op: 'upsample', factors: out.map(() => factor), interpolation: 'nearest', channelsFirst: false },
      [x],
      [OPEN, ...out, shape[shape.length - 1]],
      {},
    );
  }

  bn(x: TensorId): TensorId {
    const shape = this.shape(x);
    const channels = shape[shape.length - 1] as number;
    return this.node(
      'BatchNormalization',
      { op: 'normalize', mode: 'batch', axis: [shape.length - 1], epsilon: 1e-3, center: true, scale: true },
      [x],
      shape,
      { params: 4 * channels },
    );
  }

  relu(x: TensorId): TensorId {
    return this.node('ReLU', { op: 'elementwise', fn: 'relu' }, [x], this.shape(x), {});
  }

  add(a: TensorId, b: TensorId): TensorId {
    return this.node('Add', { op: 'elementwise', fn: 'add' }, [a, b], this.shape(a), {});
  }

  concat(...parts: TensorId[]): TensorId {
    const shapes = parts.map((part) => this.shape(part));
    const channels = shapes.reduce((sum, shape) => sum + (shape[shape.length - 1] as number), 0);
    return this.node(
      'Concatenate',
      { op: 'concat', axis: shapes[0].length - 1 },
      parts,
      [...shapes[0].slice(0, -1), channels],
      {},
    );
  }

  gap(x: TensorId): TensorId {
    const shape = this.shape(x);
    return this.node(
      'GlobalAveragePooling2D',
      { op: 'reduce', fn: 'mean', axes: [1, 2], keepDims: false },
      [x],
      [OPEN, shape[shape.length - 1]],
      {},
    );
  }

  dense(x: TensorId, units: number, activation = 'linear'): TensorId {
    const shape = this.shape(x);
    const inFeatures = shape[shape.length - 1] as number;
    return this.node(
      'Dense',
      { op: 'dense', inFeatures, units, useBias: true, activation },
      [x],
      [...shape.slice(0, -1), units],
      { params: (inFeatures + 1) * units, macs: inFeatures * units },
    );
  }

  opaque(x: TensorId, reason: string): TensorId {
    const unknown = { kind: 'unknown', reason } as const;
    const out = this.node('Lambda', { op: 'opaque', reason }, [x], unknown, {});
    this.producer(out).unknown = unknown;
    return out;
  }

  /** A custom layer whose inside `build` makes. */
  group(type: string, name: string, x: TensorId, build: (x: TensorId) => TensorId): TensorId {
    const id = this.graph.nodes.length;
    this.node(type, { op: 'composite' }, [x], this.shape(x), { name });
    const outer = this.parent;
    this.parent = id;
    const out = build(x);
    this.parent = outer;
    const node = this.graph.nodes[id];
    node.outputs = [out];
    const inside = node.children.map((child) => this.figures[child]);
    this.figures[id] = {
      ...this.figures[id],
      params: sum(inside.map((f) => f.params)),
      trainable: sum(inside.map((f) => f.trainable)),
      macs: sum(inside.map((f) => f.macs)),
    };
    return out;
  }

  fail(tensor: TensorId, code: string, message: string): void {
    const node = this.producer(tensor);
    node.failed = true;
    this.diagnostics.push({
      code,
      severity: 'error',
      message,
      node: node.id,
      layer: node.layer,
      from: node.site.range.from,
      to: node.site.range.to,
    });
  }

  model(name: string, inputs: TensorId[], outputs: TensorId[]): this {
    const nodes = this.graph.nodes.filter(
      (node) => node.parent === null && !this.graph.models.some((model) => model.nodes.includes(node.id)),
    );
    const layer = this.layer('Functional', name, [], 0);
    this.graph.models.push({
      layer,
      kind: 'functional',
      inputs,
      outputs,
      nodes: nodes.map((node) => node.id),
      probed: false,
      unknown: null,
      rows: nodes.map((node) =>
        node.layer === null ? { layer: null, node: node.id } : { layer: node.layer, node: node.id },
      ),
      bindings: [{ name, range: { file: 'model.py', from: 0, to: 1 }, moduleLevel: true }],
    });
    return this;
  }

  snapshot(changes: Partial<Snapshot> = {}): Snapshot {
    const totals = this.graph.models.map((model) => {
      const figures = model.nodes.map((node) => this.figures[node]);
      const params = sum(figures.map((f) => f.params));
      const macs = sum(figures.map((f) => f.macs));
      const trainable = sum(figures.map((f) => f.trainable));
      const activationBytes = sum(figures.map((f) => f.activationBytes));
      return {
        params,
        trainable,
        nonTrainable: (params ?? 0) - (trainable ?? 0),
        macs,
        flops: (macs ?? 0) * 2,
        activationBytes,
        atLeast: this.graph.nodes.some((node) => node.unknown !== null),
      };
    });
    return {
      uri: 'file:///model.py',
      version: 1,
      fileName: 'model.py',
      graph: this.graph,
      model: this.graph.models.length > 0 ? 0 : null,
      figures: this.figures,
      totals,
      diagnostics: this.diagnostics,
      selected: null,
      language: 'en',
      ...changes,
    };
  }

  producer(tensor: TensorId): Node {
    return this.graph.nodes[this.graph.tensors[tensor].producer!];
  }

  private shape(tensor: TensorId): readonly Dim[] {
    return this.graph.tensors[tensor].shape as readonly Dim[];
  }

  private layer(type: string, name: string, weights: number[], at: number): LayerId {
    const id = this.graph.layers.length;
    const range = { file: 'model.py', from: at, to: at + 10 };
    this.graph.layers.push({
      id,
      name,
      type,
      builtin: type,
      site: { range, stack: [] },
      args: {},
      config: {},
      unknowns: {},
      built: true,
      trainable: true,
      weights,
      sublayers: [],
      nodes: [],
      probed: false,
    });
    return id;
  }

  private node(
    type: string,
    primitive: Primitive,
    inputs: TensorId[],
    shape: Shape,
    more: { name?: string; params?: number; macs?: number; kernel?: number[] },
  ): TensorId {
    const id = this.graph.nodes.length;
    const snake = type.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
    const times = this.counts.get(snake) ?? 0;
    this.counts.set(snake, times + 1);
    const name = more.name ?? (times ? `${snake}_${times}` : snake);
    this.offset += 20;
    const weights: number[] = [];
    if (more.kernel) {
      weights.push(this.graph.weights.length);
      this.graph.weights.push({
        id: weights[0],
        name: 'kernel',
        shape: more.kernel,
        trainable: true,
        dtype: 'float32',
        initializer: { name: 'glorot_uniform' },
        owner: this.graph.layers.length,
      });
    }
    const layer = this.layer(type, name, weights, this.offset);
    const tensor = this.graph.tensors.length;
    this.graph.tensors.push({
      id: tensor,
      shape,
      dtype: 'float32',
      producer: id,
      index: 0,
      name: `t${tensor}`,
    });
    const range = { file: 'model.py', from: this.offset, to: this.offset + 15 };
    this.graph.nodes.push({
      id,
      layer,
      type,
      name,
      inputs,
      outputs: [tensor],
      primitive,
      weights,
      parent: this.parent,
      children: [],
      site: { range, stack: [] },
      args: {},
      internal: false,
      probed: false,
      conditional: false,
      unknown: null,
      failed: false,
    });
    if (this.parent !== null) this.graph.nodes[this.parent].children.push(id);
    this.graph.layers[layer].nodes.push(id);
    this.figures[id] = this.figure(primitive, inputs, shape, more);
    return tensor;
  }

  private figure(
    primitive: Primitive,
    inputs: TensorId[],
    shape: Shape,
    more: { params?: number; macs?: number },
  ): NodeFigures {
    const fields = inputs.flatMap((tensor) => this.figures[this.producer(tensor).id].receptiveField ?? []);
    const from = fields.sort((a, b) => (b.size[0] ?? 0) - (a.size[0] ?? 0))[0];
    const axes = primitive.op === 'conv' || primitive.op === 'pool' ? primitive.axes : [];
    const before = from ?? {
      size: [1, 1],
      minSize: [1, 1],
      stride: [1, 1],
      padding: [0, 0],
      aligned: true,
      global: false,
    };
    const size = before.size.map(
      (length, axis) =>
        (length ?? 1) +
        ((axes[axis]?.kernel ?? 1) - 1) * (axes[axis]?.dilation ?? 1) * (before.stride[axis] ?? 1),
    );
    const stride = before.stride.map((length, axis) => (length ?? 1) * (axes[axis]?.stride ?? 1));
    const padding = before.padding.map(
      (length, axis) => (length ?? 0) + (axes[axis]?.padBefore ?? 0) * (before.stride[axis] ?? 1),
    );
    const known = Array.isArray(shape);
    return {
      params: known ? (more.params ?? 0) : null,
      trainable: more.params ?? 0,
      macs: known ? (more.macs ?? 0) : null,
      flops: (more.macs ?? 0) * 2,
      activationBytes: known ? 4 * volume(shape.slice(1) as Dim[]) : null,
      receptiveField:
        primitive.op === 'opaque'
          ? null
          : {
              size,
              minSize: size,
              stride,
              padding,
              aligned: true,
              global: before.global || primitive.op === 'reduce',
            },
    };
  }
}

function volume(dims: readonly Dim[]): number {
  return dims.reduce<number>((product, length) => product * (typeof length === 'number' ? length : 1), 1);
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** VGG16's shape: a plain chain. */
export function vgg(): Net {
  const net = new Net();
  const input = net.input([224, 224, 3]);
  let x = input;
  [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ].forEach(([filters, times], block) => {
    for (let k = 0; k < times; k++)
      x = net.conv(x, filters, 3, { name: `block${block + 1}_conv${k + 1}`, activation: 'relu' });
    x = net.pool(x, 2);
  });
  x = net.gap(x);
  x = net.dense(x, 4096, 'relu');
  x = net.dense(x, 1000, 'softmax');
  return net.model('vgg16', [input], [x]);
}

/** A ResNet with bottleneck blocks; `stages` as in the paper (ResNet50: 3, 4, 6, 3; ResNet152: 3, 8, 36, 3). */
export function resnet(stages: readonly number[]): Net {
  const net = new Net();
  const input = net.input([224, 224, 3]);
  let x = net.pool(net.relu(net.bn(net.conv(input, 64, 7, { stride: 2, name: 'conv1' }))), 2);
  stages.forEach((blocks, stage) => {
    const filters = 64 << stage;
    for (let k = 0; k < blocks; k++) {
      const stride = k === 0 && stage > 0 ? 2 : 1;
      const shortcut = k === 0 ? net.bn(net.conv(x, filters * 4, 1, { stride })) : x;
      let y = net.relu(net.bn(net.conv(x, filters, 1, { stride })));
      y = net.relu(net.bn(net.conv(y, filters, 3)));
      y = net.bn(net.conv(y, filters * 4, 1));
      x = net.relu(net.add(shortcut, y));
    }
  });
  x = net.dense(net.gap(x), 1000, 'softmax');
  return net.model('resnet', [input], [x]);
}

/** A U-Net: skip connections within skip connections. */
export function unet(depth = 4): Net {
  const net = new Net();
  const input = net.input([128, 128, 3]);
  const level = (x: TensorId, filters: number, left: number): TensorId => {
    const down = net.conv(net.conv(x, filters, 3), filters, 3);
    if (left === 0) return down;
    const up = net.conv(net.up(level(net.pool(down, 2), filters * 2, left - 1)), filters, 2);
    return net.conv(net.conv(net.concat(down, up), filters, 3), filters, 3);
  };
  return net.model('unet', [input], [net.conv(level(input, 32, depth), 1, 1, { activation: 'sigmoid' })]);
}

/** An Inception module: four equal branches. */
export function inception(): Net {
  const net = new Net();
  const input = net.input([28, 28, 192]);
  let x = input;
  for (let k = 0; k < 2; k++) {
    const a = net.conv(x, 64, 1);
    const b = net.conv(net.conv(x, 96, 1), 128, 3);
    const c = net.conv(net.conv(x, 16, 1), 32, 5);
    const d = net.conv(net.pool(net.up(x, 2), 2), 32, 1);
    x = net.concat(a, b, c, d);
  }
  return net.model('inception', [input], [x]);
}
