/** Lowers a convolutional LSTM: one convolution over all time steps, then step by step the state's convolution and the gates i f c o. */
import type { AxisWindow } from '../../../graph/graph';
import { activationExpression } from '../../activations';
import { add, input, mul, num, select, substitute, type Expression } from '../../expression';
import type { ConvOp } from '../../ops';
import { CannotRun, type PlanTensor } from '../plan';
import { known, type LowerContext, type PrimitiveOf } from './context';
import { sequenceMask, zeroesMasked } from './recurrent';
import { bindWindow } from './windows';

/** Source: Keras `layers/rnn/conv_lstm.py` (the state's convolution has stride 1 and keeps its size). */
export function lowerConvLstm(
  context: LowerContext,
  primitive: PrimitiveOf<'recurrent'>,
  windows: readonly AxisWindow[],
): (PlanTensor | null)[] {
  const { builder } = context;
  const first = context.layer?.config['data_format'] === 'channels_first';
  const toLast = (tensor: PlanTensor, lead: number): PlanTensor =>
    first ? builder.transpose(tensor, movedAxis(tensor.shape.length, lead, -1)) : tensor;
  const toFirst = (tensor: PlanTensor, lead: number): PlanTensor =>
    first ? builder.transpose(tensor, movedAxis(tensor.shape.length, -1, lead)) : tensor;
  const x = toLast(context.x, 2);
  const [n, steps] = x.shape;
  const channels = x.shape[x.shape.length - 1];
  const units = known(primitive.units, 'the number of filters');
  const activation = expressionOf(primitive.activation);
  const gate = expressionOf(primitive.recurrentActivation);
  const axes = windows.map((window, d) => bindWindow(window, x.shape[d + 2], false));
  const taps = axes.map((axis) => axis.kernel);
  const spatial = axes.map((axis) => axis.output);
  const bias = primitive.useBias ? [context.weight('bias', [4 * units])] : [];
  const outer: ConvOp = {
    kind: 'conv',
    n: n * steps,
    axes,
    inChannels: channels,
    outChannels: 4 * units,
    groups: 1,
    depthwise: false,
    transposed: false,
    bias: primitive.useBias,
    epilogue: null,
  };
  const fromInput = builder.emit(
    outer,
    [x, context.weight('kernel', [...taps, channels, 4 * units]), ...bias],
    [n, steps, ...spatial, 4 * units],
  );
  const state: ConvOp = {
    ...outer,
    n,
    inChannels: units,
    bias: false,
    axes: axes.map((axis) => ({
      input: axis.output,
      output: axis.output,
      kernel: axis.kernel,
      stride: 1,
      dilation: 1,
      padBefore: Math.floor((axis.kernel - 1) / 2),
    })),
  };
  const recurrentKernel = context.weight('recurrent_kernel', [...taps, units, 4 * units]);
  const size = [n, ...spatial, units];
  const outputs: PlanTensor[] = [];
  const mask = sequenceMask(context);
  const zeroes = zeroesMasked(context, mask);
  const given = context.givenTensors('initial_state').map((state) => state && toLast(state, 1));
  if (given.some((state) => !state || state.shape.join() !== size.join()))
    throw new CannotRun('the state it starts from is not known');
  let h: PlanTensor | null = given[0] ?? null;
  let c: PlanTensor | null = given[1] ?? null;
  for (let step = 0; step < steps; step++) {
    const at = primitive.goBackwards ? steps - 1 - step : step;
    let gates = builder.reshape(builder.section(fromInput, 1, at, 1), [n, ...spatial, 4 * units]);
    if (h)
      gates = builder.map(add(input(0), input(1)), [
        gates,
        builder.emit(state, [h, recurrentKernel], [n, ...spatial, 4 * units]),
      ]);
    const [i, f, g, o] = [0, 1, 2, 3].map((k) =>
      builder.section(gates, gates.shape.length - 1, k * units, units),
    );
    const fresh = mul(of(gate, 0), of(activation, 1));
    const [before, carried]: readonly (PlanTensor | null)[] = [h, c];
    c = c ? builder.map(add(fresh, mul(of(gate, 2), input(3))), [i, g, f, c]) : builder.map(fresh, [i, g]);
    h = builder.map(mul(of(gate, 0), of(activation, 1)), [o, c]);
    let output = h;
    if (mask) {
      // Where the step is masked the states stay as they were (zeros at the start).
      const here = builder.reshape(builder.section(mask, 1, at, 1), [n, ...size.slice(1).map(() => 1)]);
      const keep = (fresh: PlanTensor, old: PlanTensor | null): PlanTensor =>
        old
          ? builder.map(select(input(2), input(0), input(1)), [fresh, old, here])
          : builder.map(select(input(1), input(0), num(0)), [fresh, here]);
      c = keep(c, carried);
      output = zeroes ? keep(h, null) : keep(h, before);
      h = zeroes ? keep(h, before) : output;
    }
    outputs.push(builder.reshape(output, [n, 1, ...size.slice(1)]));
  }
  if (!h || !c) throw new CannotRun('its input has no time steps');
  const last = builder.reshape(outputs[outputs.length - 1], size);
  const states = [
    primitive.returnSequences ? toFirst(builder.concat(outputs, 1), 2) : toFirst(last, 1),
    toFirst(h, 1),
    toFirst(c, 1),
  ];
  return context.node.outputs.map((_, index) => states[index] ?? null);
}

/** The order of axes in which axis `from` stands at `to`. */
function movedAxis(rank: number, from: number, to: number): number[] {
  const axes = Array.from({ length: rank }, (_, d) => d);
  const [moved] = axes.splice(from < 0 ? from + rank : from, 1);
  axes.splice(to < 0 ? to + rank : to, 0, moved);
  return axes;
}

const of = (expression: Expression, index: number): Expression => substitute(expression, [input(index)]);

function expressionOf(name: string | null): Expression {
  const expression = name === null ? null : activationExpression(name);
  if (!expression) throw new CannotRun('its activation cannot be computed here');
  return expression;
}
