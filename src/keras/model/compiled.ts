/** Names of losses and optimizers given to `compile` (keras/src/losses/__init__.py, keras/src/optimizers/__init__.py). */
import type { SourceRange } from '../../graph/graph';
import type { Value } from '../../python/values';
import { didYouMean } from '../arguments';
import { KerasError } from '../definition';
import { closest, snakeCase } from '../names';
import type { LayerState } from './layerState';

const LOSS_CLASSES = [
  'KLDivergence',
  'Poisson',
  'BinaryCrossentropy',
  'BinaryFocalCrossentropy',
  'CategoricalCrossentropy',
  'CategoricalFocalCrossentropy',
  'SparseCategoricalCrossentropy',
  'MeanSquaredError',
  'MeanAbsoluteError',
  'MeanAbsolutePercentageError',
  'MeanSquaredLogarithmicError',
  'CosineSimilarity',
  'LogCosh',
  'Huber',
  'Hinge',
  'SquaredHinge',
  'CategoricalHinge',
  'Dice',
  'Tversky',
  'Circle',
  'CTC',
];
const SHORT: Readonly<Record<string, string>> = {
  bce: 'binary_crossentropy',
  kld: 'kl_divergence',
  mae: 'mean_absolute_error',
  mse: 'mean_squared_error',
  mape: 'mean_absolute_percentage_error',
  msle: 'mean_squared_logarithmic_error',
};
const LOSSES = [...LOSS_CLASSES.map(snakeCase), 'kl_divergence'];
const ACCEPTED = new Set([
  ...LOSSES,
  ...LOSS_CLASSES,
  ...Object.keys(SHORT),
  ...Object.keys(SHORT).map((name) => name.toUpperCase()),
]);
const OPTIMIZERS = [
  'adam',
  'sgd',
  'rmsprop',
  'adadelta',
  'adamw',
  'adagrad',
  'adamax',
  'adafactor',
  'muon',
  'nadam',
  'ftrl',
  'lion',
  'lossscaleoptimizer',
  'schedulefreeadamw',
];

/** The loss as Keras' function name (`categorical_crossentropy`); null when it is not one of Keras' own. */
export function lossName(value: Value): string | null {
  if (value.kind === 'str')
    return SHORT[value.value.toLowerCase()] ?? (ACCEPTED.has(value.value) ? snakeCase(value.value) : null);
  if (value.kind === 'instance' && value.cls.def === null && LOSS_CLASSES.includes(value.cls.name))
    return snakeCase(value.cls.name);
  return null;
}

/** Names of one letter off: a name may be registered by the program, so only a slip of a known one is a mistake. */
export function checkCompile(
  state: LayerState,
  loss: Value,
  optimizer: Value,
  ranges: Readonly<Record<string, SourceRange>>,
): void {
  const { recorder } = state;
  if (recorder.kerasVersion === 2) return;
  const report = (code: string, argument: 'loss' | 'optimizer', value: string, suggestion: string): void =>
    recorder.fail(
      new KerasError(
        code,
        `"${value}" is no ${argument}${didYouMean(suggestion)}`,
        argument === 'loss'
          ? `Could not interpret loss identifier: ${value}`
          : `Could not interpret optimizer identifier: ${value}`,
        {
          callArgument: argument,
          facts: { received: value, suggestion },
        },
      ),
      { site: recorder.site(), layer: state.layer, callArgs: ranges },
    );
  if (loss.kind === 'str' && !ACCEPTED.has(loss.value)) {
    const suggestion = closest(loss.value, LOSSES);
    if (suggestion !== undefined) report('loss-name', 'loss', loss.value, suggestion);
  }
  if (optimizer.kind === 'str' && !OPTIMIZERS.includes(optimizer.value.toLowerCase())) {
    const suggestion = closest(optimizer.value, OPTIMIZERS);
    if (suggestion !== undefined) report('optimizer-name', 'optimizer', optimizer.value, suggestion);
  }
}
