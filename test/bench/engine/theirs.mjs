// Runs in the page of `npm run bench:engine`: the same plan on TensorFlow.js, as its own converter would arrange it (batch
// normalisation folded into the kernel, bias and activation fused into the convolution).
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { activationExpression } from '../../../src/engine/activations';
import { prepare } from '../../../src/engine/prepare';

const sameAs = (expression, name) =>
  JSON.stringify(expression) === JSON.stringify(activationExpression(name));
function fuse(plan) {
  const readers = new Map();
  for (const step of plan.steps)
    for (const id of step.inputs) readers.set(id, [...(readers.get(id) ?? []), step]);
  const gone = new Set();
  return plan.steps.flatMap((step) => {
    if (gone.has(step)) return [];
    if (step.op.kind !== 'conv' || step.op.transposed) return [step];
    let fused = { step, scale: null, shift: null, activation: 'linear', output: step.output };
    for (;;) {
      const next = readers.get(fused.output) ?? [];
      if (next.length !== 1 || next[0].op.kind !== 'map' || fused.activation !== 'linear') break;
      const [map] = next;
      const { expression } = next[0].op;
      if (sameAs(expression, 'relu') || sameAs(expression, 'relu6'))
        fused = {
          ...fused,
          activation: sameAs(expression, 'relu') ? 'relu' : 'relu6',
          output: map.output,
        };
      else if (
        fused.scale === null &&
        map.inputs.length === 3 &&
        map.inputs.slice(1).every((id) => plan.constants.has(id))
      )
        fused = { ...fused, scale: map.inputs[1], shift: map.inputs[2], output: map.output };
      else break;
      gone.add(map);
    }
    return [fused];
  });
}
const pads = (axes) =>
  axes.map((axis) => [
    axis.padBefore,
    Math.max(
      0,
      (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1 - axis.input - axis.padBefore,
    ),
  ]);
const plane = (axes) =>
  axes.length === 2
    ? axes
    : [{ input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padBefore: 0 }, axes[0]];
class Runner {
  constructor(plan, values, input) {
    this.plan = plan;
    this.values = values;
    this.input = input;
    this.steps = fuse(plan);
  }
  constants = new Map();
  steps;
  constant(id, shape, make) {
    let tensor = this.constants.get(id);
    if (!tensor) {
      tensor = tf.keep(tf.tidy(() => make?.() ?? tf.tensor(this.values(id), shape)));
      this.constants.set(id, tensor);
    }
    return tensor;
  }
  /** Most bytes held at once, as TensorFlow.js itself counts them. */
  peak = 0;
  run(output) {
    return tf.tidy(() => {
      const live = new Map();
      live.set(this.plan.inputs[0].storage, tf.tensor(this.input, [...this.plan.inputs[0].shape]));
      const lastUse = new Map();
      this.steps.forEach((own, i) =>
        ('op' in own ? own : own.step).inputs.forEach((id) => lastUse.set(id, i)),
      );
      this.steps.forEach((own, i) => {
        const step = 'op' in own ? own : own.step;
        const get = (k, shape) => {
          const id = step.inputs[k];
          const tensor = live.get(id);
          return tensor ? tensor.reshape(shape) : this.constant(id, shape).reshape(shape);
        };
        live.set(
          'op' in own ? own.output : own.output,
          tf.tidy(() => ('op' in own ? this.plain(own, get) : this.fused(own, get))),
        );
        this.peak = Math.max(this.peak, tf.memory().numBytes);
        for (const id of step.inputs)
          if (lastUse.get(id) === i && id !== output) {
            live.get(id)?.dispose();
            live.delete(id);
          }
      });
      return live.get(output);
    });
  }
  fused({ step, scale, shift, activation }, get) {
    const op = step.op;
    const axes = plane(op.axes);
    const x = get(0, [op.n, axes[0].input, axes[1].input, op.inChannels]);
    const shape = [
      axes[0].kernel,
      axes[1].kernel,
      op.inChannels,
      op.depthwise ? op.outChannels / op.inChannels : op.outChannels,
    ];
    const perChannel = (id) => this.constant(id, [op.outChannels]);
    const filter = this.constant(step.inputs[1], shape, () => {
      const kernel = tf.tensor(this.values(step.inputs[1]), shape);
      return scale === null
        ? kernel
        : kernel.mul(perChannel(scale).reshape(op.depthwise ? shape.slice(2) : [op.outChannels]));
    });
    const own = op.bias ? perChannel(step.inputs[2]) : null;
    const bias =
      shift === null
        ? own
        : this.constant(-1 - shift, [op.outChannels], () => {
            const base = perChannel(shift);
            return own && scale !== null ? base.add(own.mul(perChannel(scale))) : base.clone();
          });
    const settings = {
      x,
      filter,
      strides: [axes[0].stride, axes[1].stride],
      pad: [[0, 0], ...pads(axes), [0, 0]],
      dilations: [axes[0].dilation, axes[1].dilation],
      ...(bias ? { bias } : {}),
      activation,
    };
    return op.depthwise ? tf.fused.depthwiseConv2d(settings) : tf.fused.conv2d(settings);
  }
  plain(step, get) {
    const { op } = step;
    switch (op.kind) {
      case 'conv': {
        const x = get(0, [op.n, ...op.axes.map((axis) => axis.input), op.inChannels]);
        const filter = get(1, [...op.axes.map((axis) => axis.kernel), op.outChannels, op.inChannels]);
        const shape = [op.n, ...op.axes.map((axis) => axis.output), op.outChannels];
        const y = tf.conv2dTranspose(
          x,
          filter,
          shape,
          op.axes.map((axis) => axis.stride),
          'same',
        );
        return op.bias ? y.add(get(2, [op.outChannels])) : y;
      }
      case 'pool': {
        const axes = plane(op.axes);
        const x = get(0, [op.n, axes[0].input, axes[1].input, op.channels]);
        const pooling = op.mode === 'max' ? tf.maxPool : tf.avgPool;
        return pooling(
          x,
          axes.map((axis) => axis.kernel),
          axes.map((axis) => axis.stride),
          [[0, 0], ...pads(axes), [0, 0]],
        );
      }
      case 'matmul': {
        const a = get(0, [op.m, op.k]);
        const y = tf.matMul(a, get(1, [op.k, op.n]));
        return op.bias ? y.add(get(2, [op.n])) : y;
      }
      case 'concat':
        return tf.concat(
          step.inputs.map((_, k) => get(k, [op.outer, op.sizes[k], op.inner])),
          1,
        );
      case 'softmax':
        return tf.softmax(get(0, [op.outer, op.size]));
      case 'reduce':
        return get(0, [op.outer, op.size, op.inner]).mean(1);
      case 'gather':
        return pad(op, get(0, [...op.inShape]));
      case 'map':
        return evaluate(
          op.expression,
          step.inputs.map((_, k) => get(k, [...op.inShapes[k]])),
        );
      default:
        throw new Error(`${op.kind} is not written for TensorFlow.js`);
    }
  }
  dispose() {
    for (const tensor of this.constants.values()) tensor.dispose();
  }
}
function pad(op, x) {
  return tf.pad(
    x,
    op.axes.map((axis, d) => [-axis.add, op.outShape[d] - op.inShape[d] + axis.add]),
    op.value,
  );
}
function evaluate(expression, inputs) {
  if (sameAs(expression, 'relu')) return tf.relu(inputs[0]);
  if (sameAs(expression, 'relu6')) return tf.relu6(inputs[0]);
  switch (expression.kind) {
    case 'input':
      return inputs[expression.index];
    case 'number':
      return tf.scalar(expression.value);
    case 'binary': {
      const [a, b] = [evaluate(expression.a, inputs), evaluate(expression.b, inputs)];
      const table = {
        add: tf.add,
        sub: tf.sub,
        mul: tf.mul,
        div: tf.div,
        max: tf.maximum,
        min: tf.minimum,
      };
      return table[expression.fn](a, b);
    }
    default:
      throw new Error('this expression is not written for TensorFlow.js');
  }
}
async function theirs(backend, job) {
  setWasmPaths('/');
  if (!(await tf.setBackend(backend))) throw new Error('not available');
  await tf.ready();
  const { plan, read, samples } = prepare(job.graph, job.model, { seed: 1, sample: 'noise' });
  const values = (id) => plan.constants.get(id)?.values(read);
  const runner = new Runner(plan, values, samples[0].data);
  const { producer, index } = job.graph.tensors[job.graph.models[job.model].outputs[0]];
  const output = plan.nodes.find((node) => node.node === producer)?.outputs[index]?.storage;
  const times = [];
  let first = [];
  let bytes = 0;
  const start = performance.now();
  let warmUp = 0;
  for (let round = 0; round <= job.rounds; round++) {
    if (round > 1 && performance.now() - start > 1000 * job.seconds) break;
    const began = performance.now();
    const y = runner.run(output);
    const data = await y.data();
    bytes = Math.max(bytes, runner.peak, tf.memory().numBytes);
    if (round > 0) times.push(performance.now() - began);
    else {
      first = [...data.slice(-64)];
      warmUp = performance.now() - began;
    }
    y.dispose();
  }
  runner.dispose();
  times.sort((a, b) => a - b);
  return { milliseconds: times[0], warmUp, rounds: times.length, bytes, output: first };
}
globalThis.theirs = theirs;
