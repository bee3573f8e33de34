/** Lowers a convolutional LSTM: one convolution over all time steps, then step by step the state's convolution and the gates i f c o. */
import type { AxisWindow } from '../../../graph/graph';
import { activationExpression } from '../../activations';
import { add, input, mul, substitute, type Expression } from '../../expression';
import type { ConvOp } from '../../ops';
import { CannotRun, type PlanTensor } from '../plan';
import { known, type LowerContext, type PrimitiveOf } from './context';
import { bindWindow } from './windows';

/** Source: Keras `layers/rnn/conv_lstm.py` (the state's convolution has stride 1 and keeps its size). */
export function lowerConvLstm(
  context: LowerContext,
  primitive: PrimitiveOf<'recurrent'>,
  windows: readonly AxisWindow[],
): (PlanTensor | null)[] {
  const { x, builder } = context;
  if (context.inputs.length > 1) throw new CannotRun('a given initial state cannot be computed here');
  if (context.layer?.config['data_format'] === 'channels_first')
    throw new CannotRun('channels-first convolutional LSTMs cannot be computed here');
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
  let h: PlanTensor | null = null;
  let c: PlanTensor | null = null;
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
    c = c ? builder.map(add(fresh, mul(of(gate, 2), input(3))), [i, g, f, c]) : builder.map(fresh, [i, g]);
    h = builder.map(mul(of(gate, 0), of(activation, 1)), [o, c]);
    outputs.push(builder.reshape(h, [n, 1, ...size.slice(1)]));
  }
  if (!h || !c) throw new CannotRun('its input has no time steps');
  const states: (PlanTensor | null)[] = [primitive.returnSequences ? builder.concat(outputs, 1) : h, h, c];
  return context.node.outputs.map((_, index) => states[index] ?? null);
}

const of = (expression: Expression, index: number): Expression => substitute(expression, [input(index)]);

function expressionOf(name: string | null): Expression {
  const expression = name === null ? null : activationExpression(name);
  if (!expression) throw new CannotRun('its activation cannot be computed here');
  return expression;
}
