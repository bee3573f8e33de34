/**
 * What `fit`, `evaluate` and `predict` are given against what the model takes and gives: data of another shape than the
 * inputs, and labels that the loss cannot compare with the output (keras/src/losses/losses.py and the backends' `nn.py`).
 */
import type { SourceRange } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError } from '../definition';
import { formatShape, isKnownRank } from '../dims';
import type { CallSite, Dim } from '../../graph/graph';
import { lossName } from './compiled';
import type { LayerState } from './layerState';
import { checkInputs } from './modelCall';
import { asTensor, tensorDataOf } from './structure';

/** Losses that compare elements of equal shapes. */
const SAME_SHAPE = new Set(['categorical_crossentropy', 'binary_crossentropy']);

/** Data given to a functional model. Says nothing of what is not known. */
export function checkData(
  state: LayerState,
  x: Value | undefined,
  y: Value | undefined,
  site: CallSite,
  ranges: Readonly<Record<string, SourceRange>>,
): void {
  const { recorder, functional } = state;
  if (functional === null || state.broken) return;
  if (x !== undefined && functional.inputIds.length === 1 && isArray(x)) {
    try {
      const ref = asTensor(recorder, x);
      if (ref !== undefined && isKnownRank(ref.shape) && ref.shape.length > 0)
        checkInputs(recorder, state, functional, [ref]);
    } catch (error) {
      if (!(error instanceof KerasError)) throw error;
      recorder.fail(error, {
        site,
        layer: state.layer,
        callArgs: ranges.x === undefined ? {} : { inputs: ranges.x },
        inputs: [...functional.inputIds],
      });
      return;
    }
  }
  if (y !== undefined && isArray(y) && functional.outputIds.length === 1)
    checkLabels(state, y, functional.outputIds[0], site);
}

function isArray(value: Value): boolean {
  return value.kind === 'instance' && (value.cls.name === 'ndarray' || tensorDataOf(value) !== undefined);
}

function checkLabels(state: LayerState, y: Value, output: number, site: CallSite): void {
  const { recorder, compiled } = state;
  const loss = compiled === null ? null : lossName(compiled.loss);
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
    return;
  if (recorder.isDoubtful(output)) return;
  const wrong = mismatch(loss, labels, given);
  if (wrong === null) return;
  const width = given[given.length - 1];
  const range = compiled.args['loss'];
  recorder.fail(
    new KerasError(
      'loss-shape',
      `${loss} compares the output ${formatShape(given)} with labels of shape ${formatShape(labels)}: ${wrong.words}`,
      wrong.keras,
      {
        ...(range === undefined ? {} : { callArgument: 'loss' }),
        facts: {
          loss,
          suggestion: wrong.suggestion ?? null,
          classes: last(labels) ?? null,
          width: typeof width === 'number' ? width : null,
        },
      },
    ),
    {
      site: compiled.site,
      layer: state.layer,
      callArgs: compiled.args,
      inputs: [output],
      inputRanges: [site.range],
    },
  );
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

/** The last length where it is a number. */
function last(shape: readonly Dim[]): number | undefined {
  const dim = shape[shape.length - 1];
  return typeof dim === 'number' ? dim : undefined;
}
