/**
 * Attributes that layers and models have in Keras 3 and Keras 2, on every backend, whether they are modelled or not: what an
 * object lacks that is not among them is the program's own to define.
 */
export const ATTRIBUTE_NAMES: ReadonlySet<string> = new Set(
  [
    'activation activity_regularizer add add_loss add_metric add_update add_variable add_weight apply',
    'autocast autotune_steps_per_execution axis backward backward_layer beta bias bias_constraint',
    'bias_initializer bias_regularizer buffers build build_from_config built call',
    'call_signature_parameters cell cells children compile compile_from_config compiled compiled_loss',
    'compiled_metrics compute_dtype compute_loss compute_mask compute_metrics compute_output_shape',
    'compute_output_signature compute_output_spec count_params cpu cuda depthwise_kernel',
    'distribute_reduction_method distribute_strategy double dtype dtype_policy dynamic embeddings',
    'enable_lora epsilon eval evaluate evaluate_generator export filters finalize_state fit fit_generator',
    'float forward forward_layer from_config gamma get_build_config get_compile_config get_config',
    'get_input_at get_input_mask_at get_input_shape_at get_layer get_metrics_result get_output_at',
    'get_output_mask_at get_output_shape_at get_quantization_layer_structure get_state_tree',
    'get_weight_paths get_weights graph half history inbound_nodes input input_dtype input_mask',
    'input_names input_shape input_spec inputs jit_compile kernel kernel_constraint kernel_initializer',
    'kernel_regularizer kernel_size layer layers load_own_variables load_state_dict load_weights',
    'lora_alpha lora_enabled lora_rank loss losses make_predict_function make_test_function',
    'make_train_function metrics metrics_names metrics_variables modules moving_mean moving_variance name',
    'name_scope named_children named_modules named_parameters non_trainable_variables',
    'non_trainable_weights operations optimizer outbound_nodes output output_mask output_names',
    'output_shape outputs parameters path pointwise_kernel pop predict predict_function predict_generator',
    'predict_on_batch predict_step quantization_config quantization_mode quantization_summary quantize',
    'quantized_build quantized_call rate recurrent_kernel register_buffer register_parameter',
    'rematerialized_call requires_grad_ reset_metrics reset_states run_eagerly sample_weights save',
    'save_own_variables save_spec save_weights set_state_tree set_weights state_dict state_updates',
    'stateful stateless_call stateless_compute_loss states steps_per_execution stop_training strides',
    'submodules summary supports_jit supports_masking symbolic_call targets test_function test_on_batch',
    'test_step to to_json to_yaml total_loss train train_function train_on_batch train_step',
    'train_tf_function trainable trainable_variables trainable_weights training units',
    'unrolled_steps_per_execution updates use_bias uses_learning_phase validate variable_dtype',
    'variable_serialization_spec variables weights with_name_scope zero_grad',
  ]
    .join(' ')
    .split(' '),
);

/** Those of layers alone, which no model has. */
const OF_LAYERS = new Set(
  (
    'activation axis backward_layer beta bias bias_constraint bias_initializer bias_regularizer cell cells depthwise_kernel ' +
    'embeddings epsilon filters forward_layer gamma kernel kernel_constraint kernel_initializer kernel_regularizer ' +
    'kernel_size layer lora_alpha lora_enabled lora_rank moving_mean moving_variance pointwise_kernel rate ' +
    'recurrent_kernel strides units use_bias'
  ).split(' '),
);

/** Attributes of models, on every backend. */
export const MODEL_ATTRIBUTE_NAMES: ReadonlySet<string> = new Set(
  [...ATTRIBUTE_NAMES].filter((name) => !OF_LAYERS.has(name)),
);
