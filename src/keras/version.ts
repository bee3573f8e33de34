/**
 * Which Keras a program is written for, where it does not say: `tf.keras` has been Keras 2 until TensorFlow 2.15 and Keras 3
 * since. What both take alike is read as Keras 3; where Keras 3 would stop, a program that Keras 2 runs is one for Keras 2.
 */
import type { Failure, ModelGraph } from '../graph/graph';

/** Modules that Keras 3 does not have (`layers.add` is a function, which it has): whoever imports one runs Keras 2. */
const KERAS_2_ONLY =
  /^(?:(?:tensorflow\.)?keras\.(?:engine|layers\.(?!(?:add|subtract|multiply|average|maximum|minimum|concatenate|dot|serialize|deserialize)$)[a-z]\w*|wrappers|objectives|utils\.(?:np_utils|generic_utils|conv_utils|vis_utils|training_utils|multi_gpu_utils)|utils\.multi_gpu_model|backend\.(?!(?:backend|clear_session|epsilon|floatx|get_uid|image_data_format|is_float_dtype|is_int_dtype|is_keras_tensor|result_type|set_epsilon|set_floatx|set_image_data_format|standardize_dtype)$)\w+|legacy_tf_layers|optimizer_v2|optimizers\.legacy|preprocessing\.text|callbacks\.callbacks)|tensorflow\.python\.keras|tensorflow\.contrib|tensorflow_addons|keras_contrib|keras_applications|keras_preprocessing)(?:\.|$)/;
/** Modules that only Keras 3 has. */
const KERAS_3_ONLY =
  /^(?:tensorflow\.)?keras\.(?:ops|random|tree|distribution|quantizers|dtype_policies)(?:\.|$)/;
/** Whether the imports leave open which Keras a program is written for. */
export function versionIsOpen(imported: ReadonlySet<string>): boolean {
  let standalone = false;
  let through = false;
  for (const name of imported) {
    if (KERAS_3_ONLY.test(name)) return false;
    if (KERAS_2_ONLY.test(name)) return true;
    if (name === 'keras' || name.startsWith('keras.')) standalone = true;
    if (name === 'tensorflow' || name.startsWith('tensorflow.')) through = true;
  }
  return through && !standalone;
}

/** Whether the program imports what only Keras before TensorFlow's own had: Keras 1 and 2 up to 2.3 took old names of arguments. */
export function importsOldKeras(imported: ReadonlySet<string>): boolean {
  for (const name of imported) if (name.startsWith('keras.') && KERAS_2_ONLY.test(name)) return true;
  return false;
}

/** Failures that stop the program. */
export function errorsOf(graph: ModelGraph): Failure[] {
  return graph.failures.filter(({ severity }) => severity === 'error');
}

/** Whether a run ended before the program did: what it has not seen it has no errors of. */
export function gaveUp(graph: ModelGraph): boolean {
  return graph.problems.some(({ kind }) => kind === 'fuel' || kind === 'internal');
}

/** Tells where Keras 3 would stop a program that is read as one for Keras 2. */
export function noteVersion(graph: ModelGraph, stopped: readonly Failure[]): void {
  const [first] = stopped;
  graph.failures.push({
    code: 'keras-version',
    severity: 'info',
    range: first.range,
    site: first.site,
    node: null,
    layer: null,
    message: `This program is read as one for Keras 2: Keras 3 (TensorFlow 2.16 and newer) stops here. ${first.message}`,
    keras: first.keras,
    facts: { calls: stopped.length },
    related: [],
    probed: first.probed,
  });
}
