/**
 * What `fit`, `evaluate` and `predict` are given against what the model takes and gives: data of another shape than the
 * inputs, and labels that the loss cannot compare with the output (keras/src/losses/losses.py and the backends' `nn.py`).
 */
import type { TensorId, SourceRange } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError } from '../definition';
import { formatShape, isKnownRank } from '../dims';
import type { CallSite, Dim } from '../../graph/graph';
import { closest } from '../names';
import { lossName } from './compiled';
import type { FunctionalGraph } from './functional';
import type { LayerState } from './layerState';
import { callLayer } from './layerCall';
import { checkInputs, hasErrors, runsThrough } from './modelCall';
import type { Recorder } from './recorder';
import { asTensor, flatten, tensorDataOf } from './structure';

/** Losses that compare elements of equal shapes. */
const SAME_SHAPE = new Set(['categorical_crossentropy', 'binary_crossentropy']);
/** Losses that subtract one from the other, lengths of 1 stretched. */
const DIFFERENCE = new Set([
  'mean_squared_error',
  'mean_absolute_error',
  'mean_squared_logarithmic_error',
  'mean_absolute_percentage_error',
  'huber',
  'log_cosh',
]);

/** What a training method is given. */
export interface Given {
  readonly x: Value | undefined;
  readonly y: Value | undefined;
  readonly site: CallSite;
  /** The arguments as they are written. */
  readonly written: { readonly x: SourceRange | null; readonly y: SourceRange | null };
}

/** Models whose data have been complained of: `evaluate` after `fit` meets the same mistake again. */
const told = new WeakSet<LayerState>();

/** Data given to a functional model. Says nothing of what is not known; at most one mistake for a model. */
export function checkData(state: LayerState, given: Given): void {
  const { functional } = state;
  if (functional === null || state.broken || told.has(state) || hasErrors(state)) return;
  const wrong =
    (given.x !== undefined && wrongInputs(state, functional, given.x, given)) ||
    (given.y !== undefined && wrongLabels(state, functional, given.y, given)) ||
    wrongCounts(state, given);
  if (wrong) told.add(state);
}

function isArray(value: Value): boolean {
  return value.kind === 'instance' && (value.cls.name === 'ndarray' || tensorDataOf(value) !== undefined);
}

/** Entries of data for the tensors of a model, by the names of the layers that make them; null when they cannot be told. */
function entriesFor(
  recorder: Recorder,
  data: Value,
  structure: Value,
  ids: readonly TensorId[],
): Entry[] | null {
  if (ids.length === 1 && isArray(data)) return [{ id: ids[0], value: data }];
  if (data.kind === 'list' || data.kind === 'tuple') {
    if ((data.kind === 'list' && data.tail !== null) || data.items.length !== ids.length) return null;
    return ids.map((id, i) => ({ id, value: data.items[i] }));
  }
  if (data.kind !== 'dict' || data.tail !== null) return null;
  const names = namesOf(recorder, structure, ids);
  return ids.flatMap((id, i) => {
    const value = data.entries.get(`s:${names[i]}`)?.value;
    return value === undefined ? [] : [{ id, value }];
  });
}

interface Entry {
  readonly id: TensorId;
  readonly value: Value;
}

/** Keys of a dict of tensors, else the names of the layers that made them. */
function namesOf(recorder: Recorder, structure: Value, ids: readonly TensorId[]): string[] {
  if (structure.kind === 'dict' && structure.entries.size === ids.length)
    // Flattened in the order of the keys.
    return [...structure.entries.values()].map(({ key }) => (key.kind === 'str' ? key.value : '')).sort();
  return ids.map((id) => recorder.producerOf(id)?.name ?? '');
}

/** True when a mistake was reported. */
function wrongInputs(state: LayerState, functional: FunctionalGraph, x: Value, given: Given): boolean {
  const { recorder } = state;
  if (wrongNumber(state, functional, x, given)) return true;
  const entries = entriesFor(recorder, x, functional.inputs, functional.inputIds);
  if (entries === null) return false;
  const refs = functional.inputIds.map((id) => {
    const value = entries.find((entry) => entry.id === id)?.value;
    const ref = value === undefined || !isArray(value) ? undefined : asTensor(recorder, value);
    return ref !== undefined && isKnownRank(ref.shape) && ref.shape.length > 0 ? ref : undefined;
  });
  try {
    checkInputs(recorder, state, functional, refs);
    return false;
  } catch (error) {
    if (!(error instanceof KerasError)) throw error;
    const [ref] = refs;
    if (ref !== undefined && runsThrough(recorder, state, ref)) {
      const data = recorder.valueOf(ref.tensor);
      const { failed } = recorder.attempt(() =>
        recorder.drive(given.site, () =>
          callLayer(recorder, state, recorder.machine.args([state.self, data])),
        ),
      );
      if (!failed) return false;
    }
    const { x: at } = given.written;
    if (at !== null) Object.assign(error.options.facts ?? {}, { file: at.file, from: at.from, to: at.to });
    recorder.fail(error, { site: given.site, layer: state.layer, inputs: [...functional.inputIds] });
    return true;
  }
}

/** Fewer or more arrays than a model of several inputs has. True when that was reported. */
function wrongNumber(state: LayerState, functional: FunctionalGraph, x: Value, { site }: Given): boolean {
  const wanted = functional.inputIds.length;
  const listed = (x.kind === 'list' && x.tail === null) || x.kind === 'tuple';
  const got = isArray(x) ? 1 : listed && x.items.every(isArray) ? x.items.length : wanted;
  if (wanted < 2 || got === wanted || functional.inputs.kind === 'dict') return false;
  state.recorder.fail(
    new KerasError(
      'input-count',
      `${state.layer.name} takes ${wanted} inputs, but gets ${got}`,
      `Layer "${state.layer.name}" expects ${wanted} input(s), but it received ${got} input tensors.`,
      { facts: { expected: wanted, found: got } },
    ),
    { site, layer: state.layer },
  );
  return true;
}

/** Arrays of different numbers of samples: Keras takes one from each at a time. */
function wrongCounts(state: LayerState, { x, y, site }: Given): boolean {
  const { recorder } = state;
  const counts = (value: Value | undefined): number[] =>
    value === undefined
      ? []
      : flatten(value).flatMap((leaf) => {
          const shape = isArray(leaf) ? asTensor(recorder, leaf)?.shape : undefined;
          const count = shape !== undefined && isKnownRank(shape) ? shape[0] : undefined;
          return typeof count === 'number' ? [count] : [];
        });
  const [ofX, ofY] = [counts(x), counts(y)];
  if (new Set([...ofX, ...ofY]).size < 2) return false;
  const sizes = (name: string, list: readonly number[]): string =>
    list.length === 0 ? '' : `'${name}' sizes: ${list.join(', ')}\n`;
  recorder.fail(
    new KerasError(
      'data-count',
      `the arrays hold different numbers of samples: ${[...ofX, ...ofY].join(', ')}`,
      `Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.${sizes('x', ofX)}${sizes('y', ofY)}`.trim(),
      { facts: { x: ofX, y: ofY } },
    ),
    { site, layer: state.layer },
  );
  return true;
}

/** True when a mistake was reported. */
function wrongLabels(state: LayerState, functional: FunctionalGraph, y: Value, given: Given): boolean {
  const { site } = given;
  const { recorder, compiled } = state;
  if (compiled === null) return false;
  const { loss } = compiled;
  if (wrongLossKey(state, functional, y, loss, given)) return true;
  const entries = entriesFor(recorder, y, functional.outputs, functional.outputIds);
  if (entries === null) return false;
  const names = namesOf(recorder, functional.outputs, functional.outputIds);
  return entries.some(({ id, value }) => {
    const at = functional.outputIds.indexOf(id);
    const own =
      loss.kind === 'dict'
        ? loss.entries.get(`s:${names[at]}`)?.value
        : loss.kind === 'list' || loss.kind === 'tuple'
          ? loss.items[at]
          : loss;
    return own !== undefined && isArray(value) && checkLabels(state, own, value, id, site);
  });
}

/** Whether the outputs go by the names of their layers: a dict of outputs has keys of its own. */
const namesOwn = ({ outputs }: FunctionalGraph): boolean => outputs.kind !== 'dict';

/** A loss for an output that the model does not have, or labels that lack one which has a loss. */
function wrongLossKey(
  state: LayerState,
  functional: FunctionalGraph,
  y: Value,
  loss: Value,
  given: Given,
): boolean {
  const { recorder, compiled } = state;
  if (loss.kind !== 'dict' || loss.tail !== null || compiled === null) return false;
  const names = namesOf(recorder, functional.outputs, functional.outputIds);
  const labels = y.kind === 'dict' ? [...y.entries.keys()] : [];
  if (y.kind === 'unknown' || (y.kind === 'dict' && y.tail !== null) || names.includes('')) return false;
  const lacking =
    y.kind === 'dict'
      ? names.find((name) => loss.entries.has(`s:${name}`) && !y.entries.has(`s:${name}`))
      : undefined;
  if (lacking !== undefined && y.kind === 'dict' && namesOwn(functional)) {
    const others = [...y.entries.values()].flatMap(({ key }) => (key.kind === 'str' ? [key.value] : []));
    const meant = closest(lacking, others) ?? others.find((name) => !names.includes(name)) ?? null;
    recorder.fail(
      new KerasError(
        'loss-key',
        `the labels have no entry "${lacking}", but the output of this name has a loss`,
        `'${lacking}'`,
        { callArgument: 'y', facts: { name: meant, suggestion: lacking }, exception: 'KeyError' },
      ),
      {
        site: given.site,
        layer: state.layer,
        callArgs: given.written.y === null ? {} : { y: given.written.y },
      },
    );
    return true;
  }
  const wrong = [...loss.entries.values()].find(
    ({ key }) => key.kind === 'str' && !names.includes(key.value) && !labels.includes(`s:${key.value}`),
  )?.key;
  if (wrong?.kind !== 'str') return false;
  const suggestion = closest(wrong.value, names) ?? names.find((name) => !loss.entries.has(`s:${name}`));
  recorder.fail(
    new KerasError(
      'loss-key',
      `there is a loss for "${wrong.value}", but the outputs are ${names.map((name) => `"${name}"`).join(', ')}`,
      `The path: ('${wrong.value}',) in the \`loss\` argument, can't be found in either the model's output (\`y_pred\`) or in the labels (\`y_true\`).`,
      {
        callArgument: 'loss',
        facts: { name: wrong.value, suggestion: suggestion ?? null },
        exception: 'KeyError',
      },
    ),
    { site: compiled.site, layer: state.layer, callArgs: compiled.args },
  );
  return true;
}

/** True when a mistake was reported. */
function checkLabels(state: LayerState, lossValue: Value, y: Value, output: number, site: CallSite): boolean {
  const { recorder, compiled } = state;
  const loss = lossName(lossValue);
  const labels = asTensor(recorder, y)?.shape;
  const given = recorder.ref(output).shape;
  if (
    compiled === null ||
    loss === null ||
    labels === undefined ||
    !isKnownRank(labels) ||
    !isKnownRank(given) ||
    labels.length === 0 ||
    given.length < 2
  )
    return false;
  if (recorder.isDoubtful(output)) return false;
  const wrong = mismatch(loss, labels, given);
  const width = last(given);
  const classes = recorder.labelClasses.get(y);
  if (
    wrong === null &&
    loss === 'sparse_categorical_crossentropy' &&
    classes !== undefined &&
    width !== undefined &&
    width < classes
  )
    return fewUnits(state, classes, width, output, site);
  if (wrong === null) return false;
  recorder.fail(
    new KerasError(
      'loss-shape',
      `${loss} compares the output ${formatShape(given)} with labels of shape ${formatShape(labels)}: ${wrong.words}`,
      wrong.keras,
      {
        facts: {
          loss,
          suggestion: wrong.suggestion ?? null,
          classes: last(labels) ?? null,
          width: width ?? null,
          labelRank: labels.length,
          rank: given.length,
          output: functionalIndex(state, output),
        },
        related: [{ range: compiled.args['loss'] ?? compiled.site.range, message: 'the loss' }],
      },
    ),
    { site, layer: state.layer, inputs: [output] },
  );
  return true;
}

function functionalIndex(state: LayerState, output: number): number {
  return state.functional?.outputIds.indexOf(output) ?? 0;
}

/** Class numbers beyond the width of the output: there is no probability to compare with. */
function fewUnits(
  state: LayerState,
  classes: number,
  width: number,
  output: number,
  site: CallSite,
): boolean {
  state.recorder.fail(
    new KerasError(
      'class-count',
      `the output tells ${width} classes apart, but the labels have ${classes}, numbered from 0 to ${classes - 1}`,
      `Received a label value of ${classes - 1} which is outside the valid range of [0, ${width}).`,
      { facts: { classes, width, output: functionalIndex(state, output) } },
    ),
    { site, layer: state.layer, inputs: [output] },
  );
  return true;
}

interface Mismatch {
  readonly words: string;
  readonly keras: string;
  readonly suggestion?: string;
}

/** After Keras' `squeeze_or_expand_to_same_rank`: a last axis of 1 is dropped or added where the ranks differ by one. */
function mismatch(loss: string, labels: readonly Dim[], output: readonly Dim[]): Mismatch | null {
  const width = last(output);
  if (loss === 'sparse_categorical_crossentropy') {
    const squeezed = labels.length === output.length && last(labels) === 1 ? labels.slice(0, -1) : labels;
    if (squeezed.length === output.length - 1) return null;
    if (labels.length === output.length && last(labels) === undefined) return null;
    return {
      words: 'it wants one class number for each output, and these are vectors',
      keras: `Argument \`output\` must have rank (ndim) \`target.ndim - 1\`. Received: target.shape=${formatShape(labels)}, output.shape=${formatShape(output)}`,
      ...(labels.length === output.length && last(labels) === width
        ? { suggestion: 'categorical_crossentropy' }
        : {}),
    };
  }
  if (DIFFERENCE.has(loss)) return difference(labels, output);
  if (!SAME_SHAPE.has(loss)) return null;
  let [a, b] = [labels, output];
  if (b.length === a.length + 1 && last(b) === 1) a = [...a, 1];
  else if (a.length === b.length + 1 && last(a) === 1) a = a.slice(0, -1);
  else if (a.length === b.length + 1 || b.length === a.length + 1) {
    if (last(a.length > b.length ? a : b) === undefined) return null;
  }
  const classes =
    typeof width === 'number' && width > 1 && (labels.length === output.length - 1 || last(labels) === 1);
  const fits =
    a.length === b.length &&
    a.every(
      (dim, axis) => axis === 0 || typeof dim !== 'number' || typeof b[axis] !== 'number' || dim === b[axis],
    );
  if (fits) return null;
  return {
    words: classes ? 'these are class numbers, not vectors of probabilities' : 'both need the same shape',
    keras: `Arguments \`target\` and \`output\` must have the same ${a.length === b.length ? 'shape' : 'rank (ndim)'}. Received: target.shape=${formatShape(labels)}, output.shape=${formatShape(output)}`,
    ...(classes ? { suggestion: 'sparse_categorical_crossentropy' } : {}),
  };
}

/** Labels and outputs that cannot be subtracted: two lengths that differ, neither of them 1. The batch axis is left out. */
function difference(labels: readonly Dim[], output: readonly Dim[]): Mismatch | null {
  if (labels.length !== output.length) return null;
  const apart = labels.some((dim, axis) => {
    const other = output[axis];
    return (
      axis > 0 &&
      typeof dim === 'number' &&
      typeof other === 'number' &&
      dim !== other &&
      dim !== 1 &&
      other !== 1
    );
  });
  return apart
    ? {
        words: 'both need the same shape',
        keras: `Incompatible shapes for broadcasting: ${formatShape(labels)} and ${formatShape(output)}`,
      }
    : null;
}

/** The last length where it is a number. */
function last(shape: readonly Dim[]): number | undefined {
  const dim = shape[shape.length - 1];
  return typeof dim === 'number' ? dim : undefined;
}
