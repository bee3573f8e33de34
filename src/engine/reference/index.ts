/** The reference: every op of the engine in plain TypeScript. The independent answer of the tests, and the last resort where no device runs. */
import type { EngineOp } from '../ops';
import { adaptiveMax, cumsum, matmul, reduce, softmax } from './algebra';
import { float64, type Allocate, type Numbers } from './arrays';
import { convolve, pool } from './convolution';
import { concatenate, embed, gather, mapElements } from './movement';
import { adaptiveMaxGradient, embeddingGradient, fold, poolGradient, scatter, unfold } from './transposes';
import { recurrent } from './recurrent';
import { recurrentGradient } from './recurrentGradient';
import { winogradInput, winogradOutput } from './winograd';

/** Computes one op. Inputs in the op's order, C order, channels last. */
export function computeOp(op: EngineOp, inputs: readonly Numbers[], allocate: Allocate = float64): Numbers {
  switch (op.kind) {
    case 'conv':
      return convolve(op, inputs, allocate);
    case 'pool':
      return pool(op, inputs, allocate);
    case 'matmul':
      return matmul(op, inputs, allocate);
    case 'gather':
      return gather(op, inputs, allocate);
    case 'concat':
      return concatenate(op, inputs, allocate);
    case 'map':
      return mapElements(op, inputs, allocate);
    case 'reduce':
      return reduce(op, inputs, allocate);
    case 'softmax':
      return softmax(op, inputs, allocate);
    case 'embedding':
      return embed(op, inputs, allocate);
    case 'recurrent':
      return recurrent(op, inputs, allocate);
    case 'adaptiveMax':
      return adaptiveMax(op, inputs, allocate);
    case 'cumsum':
      return cumsum(op, inputs, allocate);
    case 'unfold':
      return unfold(op, inputs, allocate);
    case 'fold':
      return fold(op, inputs, allocate);
    case 'poolGradient':
      return poolGradient(op, inputs, allocate);
    case 'scatter':
      return scatter(op, inputs, allocate);
    case 'embeddingGradient':
      return embeddingGradient(op, inputs, allocate);
    case 'adaptiveMaxGradient':
      return adaptiveMaxGradient(op, inputs, allocate);
    case 'recurrentGradient':
      return recurrentGradient(op, inputs, allocate);
    case 'winogradInput':
      return winogradInput(op, inputs, allocate);
    case 'winogradOutput':
      return winogradOutput(op, inputs, allocate);
  }
}
