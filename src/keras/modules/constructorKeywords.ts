/**
 * Keywords of the optimizers, losses, metrics and callbacks whose constructors are not followed: those that Keras 3 or any
 * Keras 2 takes (keras/src/optimizers, losses, metrics, callbacks). Classes that take any keyword are left out.
 */
import type { Machine } from '../../python/machine';
import type { CallArgs } from '../../python/values';
import { KerasError } from '../definition';
import { closest } from '../names';
import { recorderOf } from '../model/recorder';

/** What every optimizer takes; the second line is Keras 2's own. */
const OPTIMIZER =
  'learning_rate weight_decay clipnorm clipvalue global_clipnorm use_ema ema_momentum ema_overwrite_frequency loss_scale_factor gradient_accumulation_steps name ' +
  'lr decay jit_compile is_legacy_optimizer';
const ADAM = `${OPTIMIZER} beta_1 beta_2 epsilon`;
const LOSS = 'reduction name dtype';
const METRIC = 'name dtype';

/** Per module: classes of the same keywords, and these. */
const KEYWORDS: Readonly<Record<string, readonly (readonly [classes: string, keywords: string])[]>> = {
  'keras.optimizers': [
    ['Adadelta', `${OPTIMIZER} rho epsilon`],
    ['Adafactor', `${OPTIMIZER} beta_2_decay clip_threshold epsilon_1 epsilon_2 relative_step`],
    ['Adagrad', `${OPTIMIZER} initial_accumulator_value epsilon`],
    ['Adam AdamW', `${ADAM} amsgrad adaptive_epsilon`],
    ['Adamax Lamb', ADAM],
    ['Nadam', `${ADAM} schedule_decay`],
    ['Lion', `${OPTIMIZER} beta_1 beta_2`],
    ['RMSprop', `${OPTIMIZER} rho momentum epsilon centered`],
    ['SGD', `${OPTIMIZER} momentum nesterov`],
  ],
  'keras.optimizers.schedules': [
    ['CosineDecay', 'initial_learning_rate decay_steps alpha name warmup_steps warmup_target'],
    ['CosineDecayRestarts', 'initial_learning_rate first_decay_steps t_mul m_mul alpha name'],
    ['ExponentialDecay InverseTimeDecay', 'initial_learning_rate decay_steps decay_rate staircase name'],
    ['PiecewiseConstantDecay', 'boundaries values name'],
    ['PolynomialDecay', 'initial_learning_rate decay_steps end_learning_rate power cycle name'],
  ],
  'keras.losses': [
    ['BinaryCrossentropy CategoricalCrossentropy', `${LOSS} from_logits label_smoothing axis`],
    ['SparseCategoricalCrossentropy', `${LOSS} from_logits ignore_class axis`],
    ['BinaryFocalCrossentropy', `${LOSS} apply_class_balancing alpha gamma from_logits label_smoothing axis`],
    ['CategoricalFocalCrossentropy', `${LOSS} alpha gamma from_logits label_smoothing axis`],
    [
      'CategoricalHinge Hinge KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson SquaredHinge',
      LOSS,
    ],
    ['CosineSimilarity Dice', `${LOSS} axis`],
    ['Huber', `${LOSS} delta`],
    ['Tversky', `${LOSS} alpha beta axis`],
  ],
  'keras.metrics': [
    ['Accuracy CategoricalAccuracy SparseCategoricalAccuracy Mean Sum RootMeanSquaredError', METRIC],
    ['MeanAbsoluteError MeanSquaredError MeanAbsolutePercentageError MeanSquaredLogarithmicError', METRIC],
    ['BinaryAccuracy', `${METRIC} threshold`],
    ['TopKCategoricalAccuracy SparseTopKCategoricalAccuracy', `${METRIC} k from_sorted_ids`],
    ['Precision Recall', `${METRIC} thresholds top_k class_id`],
    ['F1Score FBetaScore', `${METRIC} average threshold beta`],
    [
      'AUC',
      `${METRIC} num_thresholds curve summation_method thresholds multi_label num_labels label_weights from_logits`,
    ],
    [
      'MeanIoU IoU OneHotIoU OneHotMeanIoU',
      `${METRIC} num_classes target_class_ids ignore_class sparse_y_true sparse_y_pred axis`,
    ],
  ],
  'keras.callbacks': [
    [
      'EarlyStopping',
      'monitor min_delta patience verbose mode baseline restore_best_weights start_from_epoch',
    ],
    ['LearningRateScheduler', 'schedule verbose'],
    ['CSVLogger', 'filename separator append'],
  ],
};

/** Reports the first keyword that no version of the class takes. */
export function checkKeywords(machine: Machine, module: string, name: string, args: CallArgs): void {
  const row = KEYWORDS[module]?.find(([classes]) => classes.split(' ').includes(name));
  if (row === undefined) return;
  const known = row[1].split(' ');
  for (const [keyword, { nameRange }] of args.keywords) {
    if (known.includes(keyword) || nameRange === null) continue;
    const recorder = recorderOf(machine);
    const suggestion = closest(keyword, known) ?? null;
    recorder.fail(
      new KerasError(
        'unknown-argument',
        `${name} takes no argument \`${keyword}\`${suggestion === null ? '' : `; did you mean \`${suggestion}\`?`}`,
        module === 'keras.optimizers'
          ? `Argument(s) not recognized: {'${keyword}': …}`
          : `${name}.__init__() got an unexpected keyword argument '${keyword}'`,
        {
          exception: module === 'keras.optimizers' ? 'ValueError' : 'TypeError',
          facts: { name: keyword, suggestion },
        },
      ),
      { site: { range: nameRange, stack: recorder.site().stack } },
    );
    return;
  }
}
