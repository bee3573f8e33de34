/**
 * Class names of Keras 3.16's modules that are modelled by name only, for telling a slip of the pen from a class of another
 * version: only what is one or two letters off one of these is taken for a slip.
 */
import { native, type ClassValue, type Value } from '../../python/values';
import type { Recorder } from '../model/recorder';
import { closest, editDistance } from '../names';

const CLASSES: Readonly<Record<string, string>> = {
  losses:
    'BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh Loss MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky',
  metrics:
    'AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy CategoricalCrossentropy CategoricalHinge ConcordanceCorrelation CosineSimilarity F1Score FBetaScore FalseNegatives FalsePositives Hinge IoU KLDivergence LogCoshError Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanMetricWrapper MeanSquaredError MeanSquaredLogarithmicError Metric OneHotIoU OneHotMeanIoU PearsonCorrelation Poisson Precision PrecisionAtRecall R2Score Recall RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SpecificityAtSensitivity SquaredHinge Sum TopKCategoricalAccuracy TrueNegatives TruePositives',
  optimizers:
    'Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer MultiOptimizer Muon Nadam Optimizer OptimizerMap RMSprop SGD ScheduleFreeAdamW',
  callbacks:
    'BackupAndRestore CSVLogger Callback CallbackList EarlyStopping History LambdaCallback LearningRateScheduler ModelCheckpoint OrbaxCheckpoint ProgbarLogger ReduceLROnPlateau RemoteMonitor SwapEMAWeights TensorBoard TerminateOnNaN',
  regularizers: 'L1 L1L2 L2 OrthogonalRegularizer Regularizer',
  constraints: 'Constraint MaxNorm MinMaxNorm NonNeg UnitNorm',
  initializers:
    'Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer Initializer LecunNormal LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform STFT STFTInitializer TruncatedNormal VarianceScaling Zeros',
  models: 'Model Sequential',
  keras: 'Model Sequential Input Layer',
};

/** Names of earlier versions, near to others. */
const EARLIER = new Set([
  'LogCosh',
  'KLD',
  'MSE',
  'MAE',
  'MSLE',
  'MAPE',
  'CategoricalGeneralizedCrossEntropy',
  'MeanRelativeError',
  'MeanTensor',
  'CosineProximity',
  'Functional',
  'InputSpec',
  'InputLayer',
  'Container',
  'Network',
]);

/** British and American spellings and slips of one or two letters; undefined for what may be a name of its own. */
export function slip(name: string, known: readonly string[]): string | undefined {
  const found =
    known.find((other) => other.toLowerCase() === name.toLowerCase()) ??
    closest(name, known) ??
    // Broken off: `HeNorm`.
    known.find((other) => name.length > 4 && other.startsWith(name) && other.length - name.length < 3);
  // A different digit is another layer (`Conv4D`), not a slip of the pen.
  if (found === undefined || found.replace(/\D/g, '') !== name.replace(/\D/g, '')) return undefined;
  return found.toLowerCase() === name.toLowerCase() ||
    (found.startsWith(name) && name.length > 4) ||
    editDistance(name, found) <= (name.length > 8 ? 2 : 1)
    ? found
    : undefined;
}

/** The stand-in for a class name that is a slip of one of the module's: reported where it is imported or called. */
export function misspeltClass(
  recorder: Recorder,
  module: string,
  name: string,
  lookup: (name: string) => Value | undefined,
  known: readonly string[] = CLASSES[module]?.split(' ') ?? [],
): Value | undefined {
  if (name.length < 4 || !/^[A-Z]/.test(name)) return undefined;
  if (known.includes(name) || EARLIER.has(name)) return undefined;
  const suggestion = slip(name, known);
  const meant = suggestion === undefined ? undefined : lookup(suggestion);
  if (suggestion === undefined || (meant?.kind !== 'class' && meant?.kind !== 'native')) return undefined;
  const value: Value = native(name, (machine, args) => {
    recorder.misspelt(value);
    return meant.kind === 'class'
      ? machine.instantiate(meant satisfies ClassValue, args)
      : machine.call(meant, args);
  });
  recorder.misspellings.set(value, {
    name,
    suggestion,
    module: module === 'keras' ? 'keras' : `keras.${module}`,
  });
  return value;
}
