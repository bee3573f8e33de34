/** RNN over any cell, and StackedRNNCells. Sources: Keras `layers/rnn/rnn.py`, `stacked_rnn_cells.py`. */
import type { Dim } from '../../../graph/graph';
import { unknownBase } from '../../../python/interpreter/classes';
import { list, tuple, type Value } from '../../../python/values';
import { argumentError, computeDtype, elementsOf, intOf, pythonType } from '../../arguments';
import type { CallContext, CallResult, Config, LayerDefinition, TensorRef } from '../../definition';
import { unknownDim } from '../../dims';
import { argumentText } from '../../pythonText';
import { signature } from '../../signature';
import { spec } from '../shared';
import { layerParts, lengthOf, sublayer, tensorsOf, timeStep } from '../compound';
import { CALL_PARAMETERS, checkStateful, recurrentOutputs, sequenceDims } from './shared';

/** The lengths in a `state_size`, one entry per state: an int, several, or lists of them for stacked cells. */
type Sizes = Dim | readonly Sizes[];

function sizesOf(value: Value | undefined): Sizes {
  if (value === undefined) return unknownDim('the state size of the cell is not known');
  const size = intOf(value);
  if (size !== null) return size;
  const elements = elementsOf(value);
  if (elements) return elements.map(sizesOf);
  return unknownDim(value.kind === 'unknown' ? value.reason : 'the state size of the cell is not known');
}

const isList = (sizes: Sizes): sizes is readonly Sizes[] => Array.isArray(sizes);
const flat = (sizes: Sizes): readonly Dim[] => (isList(sizes) ? sizes.flatMap(flat) : [sizes]);

/** Zero tensors in the structure of the sizes. */
function zeroStates(context: CallContext, sizes: Sizes, batch: Dim, dtype: string | null): Value {
  if (isList(sizes)) return list(sizes.map((entry) => zeroStates(context, entry, batch, dtype)));
  const [zero] = context.step({
    type: 'Zeros',
    primitive: { op: 'constant', value: 0 },
    inputs: [],
    outputs: [spec([batch, sizes], dtype)],
  });
  return context.value(zero);
}

/** The states to start from: given, else zeros. */
function initialStates(context: CallContext, sizes: Sizes, batch: Dim, dtype: string | null): Value {
  const given = context.callArgs.get('initial_state');
  const list_ = isList(sizes) ? sizes : [sizes];
  if (given !== undefined && given.kind !== 'none')
    return given.kind === 'list' || given.kind === 'tuple' ? given : list([given]);
  return zeroStates(context, list_, batch, dtype);
}

function cellOf(context: CallContext): Value {
  const value = context.config.value('cell');
  if (!elementsOf(value)) return value;
  return sublayer(context, 'cell', 'StackedRNNCells', { cells: value }) ?? value;
}

/** The output length of one step: the cell's `output_size`, else its first state's. */
function outputSize(context: CallContext, cell: Value, sizes: Sizes): Dim {
  const stated = context.machine.findAttr(cell, 'output_size');
  const size = stated === undefined || stated.kind === 'none' ? null : intOf(stated);
  if (size !== null) return size;
  if (stated !== undefined && stated.kind === 'unknown') return unknownDim(stated.reason);
  return flat(sizes)[0] ?? unknownDim('the state size of the cell is not known');
}

function checkCell(config: Config): void {
  const value = config.value('cell');
  for (const cell of elementsOf(value) ?? [value]) {
    const text = argumentText(config, 'cell');
    if (cell.kind === 'unknown' || cell.kind === 'class' || cell.kind === 'module') continue;
    const missing = (name: string): boolean =>
      cell.kind !== 'instance' ||
      (config.machine.findAttr(cell, name) === undefined && unknownBase(cell.cls) === null);
    if (missing('call')) {
      argumentError(
        'rnn-cell',
        'cell',
        'This is no recurrent cell: it has no `call` method.',
        `Argument \`cell\` should have a \`call\` method. Received: cell=${text}`,
      );
    }
    if (missing('state_size')) {
      argumentError(
        'rnn-cell',
        'cell',
        'A recurrent cell must have a `state_size`.',
        `The RNN cell should have a \`state_size\` attribute (single integer or list of integers, one integer per RNN state). Received: cell=${text}`,
      );
    }
  }
}

/** The number of features that a built cell (of several: the first) takes; undefined where it takes any. */
function widthOf(cell: Value): number | undefined {
  const [first] = elementsOf(layerParts(cell)?.config?.value('cells') ?? cell) ?? [cell];
  const parts = layerParts(first);
  return parts?.config ? parts.definition?.inputSpec?.(parts.config)?.axes?.[-1] : undefined;
}

function callRnn(context: CallContext): CallResult {
  const { config, machine } = context;
  const [input] = context.inputs;
  const dtype = computeDtype(config);
  const { batch, time, dims } = sequenceDims(input, 3);
  checkStateful(config, batch, input.shape);
  const cell = cellOf(context);
  const sizes = sizesOf(machine.findAttr(cell, 'state_size'));
  const units = outputSize(context, cell, sizes);
  const states = isList(sizes) ? flat(sizes) : [sizes];
  const result = recurrentOutputs(
    config,
    batch,
    time,
    [units],
    states.map((state) => [state]),
    dtype,
  );
  if (cell.kind !== 'instance') {
    const reason = cell.kind === 'unknown' ? cell.reason : 'the cell is not known';
    return { ...result, primitive: { op: 'opaque', reason } };
  }
  const width = dims[dims.length - 1];
  const wanted = widthOf(cell);
  // Keras' shape rule does not run the cell: that it was built for another width shows when data runs through it.
  if (wanted !== undefined && typeof width === 'number' && width !== wanted)
    return { ...result, primitive: { op: 'opaque', reason: `the cell was built for ${wanted} features` } };
  const step = timeStep(context, input, dims, true);
  const returned = context.callLayer(cell, [step], {}, [initialStates(context, sizes, batch, dtype)]);
  const [first] = tensorsOf(context, returned);
  return { ...placed(context, result, first), primitive: { op: 'composite', repeat: lengthOf(time) } };
}

/** Connects the layer's output to the cell's: all steps side by side, or the last one. */
function placed(
  context: CallContext,
  result: Pick<CallResult, 'outputs' | 'structure' | 'unknown'>,
  stepOutput: TensorRef | undefined,
): CallResult {
  const [output, ...states] = result.outputs;
  if (stepOutput === undefined) return result;
  const sequences = context.config.flag('return_sequences') === true;
  const [made] = context.step({
    type: sequences ? 'Stack' : 'Identity',
    primitive: sequences ? { op: 'stack', axis: 1 } : { op: 'identity' },
    inputs: [stepOutput],
    outputs: [output],
  });
  return { ...result, outputs: [made, ...states] };
}

const rnn: LayerDefinition = {
  name: 'RNN',
  parameters:
    signature(`cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False,
    zero_output_for_mask=False`),
  callParameters: CALL_PARAMETERS,
  configure: checkCell,
  call: callRnn,
  sublayers: ['cell'],
  keras2: {
    parameters:
      signature(`cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False,
      time_major=False, *, zero_output_for_mask=False`),
  },
};

const cellsOf = (value: Value): readonly Value[] =>
  elementsOf(layerParts(value)?.config?.value('cells') ?? value) ?? [];

const stackedCells: LayerDefinition = {
  name: 'StackedRNNCells',
  parameters: signature('cells'),
  callParameters: signature('inputs, states, training=False'),
  sublayers: ['cells'],
  configure(config) {
    const given = config.value('cells');
    if (given.kind === 'none' || given.kind === 'int' || given.kind === 'float' || given.kind === 'bool')
      argumentError(
        'rnn-cell',
        'cells',
        '`cells` must be a list of recurrent cells.',
        `'${pythonType(given)}' object is not iterable`,
        {},
        'TypeError',
      );
    for (const cell of elementsOf(config.value('cells')) ?? []) {
      if (
        cell.kind !== 'instance' ||
        unknownBase(cell.cls) !== null ||
        config.machine.findAttr(cell, 'call') !== undefined
      )
        continue;
      argumentError(
        'rnn-cell',
        'cells',
        'One of these is no recurrent cell: it has no `call` method.',
        `All cells must have a \`call\` method. Received cell without a \`call\` method: ${argumentText(config, 'cells')}`,
      );
    }
  },
  call(context) {
    const { machine, config } = context;
    const given = context.callArgs.get('states');
    const states = given && (given.kind === 'list' || given.kind === 'tuple') ? given.items : [];
    let [current] = context.inputs;
    const ends: Value[] = [];
    for (const [i, cell] of cellsOf(context.self).entries()) {
      const state = states[i] ?? machine.unknown('the state of this cell is not known');
      const wasList = state.kind === 'list' || state.kind === 'tuple';
      const returned = context.callLayer(cell, [current], {}, [wasList ? state : list([state])]);
      const items = machine.iterate(returned)?.items;
      const next = items && context.tensor(items[0]);
      if (!items || !next) {
        const reason = 'what a cell returns is not known';
        return { outputs: [spec({ kind: 'unknown', reason }, computeDtype(config))], unknown: reason };
      }
      current = next;
      const after = items[1];
      ends.push(
        !wasList && after?.kind === 'list' && after.items.length === 1
          ? after.items[0]
          : (after ?? machine.unknown('no state returned')),
      );
    }
    return {
      outputs: [current],
      arrange: ([output]) => tuple([output, ends.length === 1 ? ends[0] : list(ends)]),
    };
  },
  properties: {
    state_size: (machine, self) =>
      list(
        cellsOf(self).map(
          (cell) =>
            machine.findAttr(cell, 'state_size') ?? machine.unknown('the state size of a cell is not known'),
        ),
      ),
    output_size(machine, self) {
      const cells = cellsOf(self);
      const last = cells[cells.length - 1];
      const size = last && (machine.findAttr(last, 'output_size') ?? machine.findAttr(last, 'state_size'));
      return size?.kind === 'list' || size?.kind === 'tuple'
        ? size.items[0]
        : (size ?? machine.unknown('the output size of the last cell is not known'));
    },
  },
};

export const overCells: readonly LayerDefinition[] = [rnn, stackedCells];
