/** The list of all layers that ConvLens knows, by name: adding a layer means its definition and one line here. */
import type { LayerDefinition } from './definition';
import { activations } from './layers/activation';
import { dotAttentions } from './layers/attention/dot';
import { groupQueryAttention } from './layers/attention/grouped';
import { multiHeadAttention } from './layers/attention/multiHead';
import { convolutions } from './layers/convolution/conv';
import { depthwiseConvolutions } from './layers/convolution/depthwise';
import { transposedConvolutions } from './layers/convolution/transposed';
import { dense, ternaryDense } from './layers/core/dense';
import { einsumDense } from './layers/core/einsumDense';
import { embeddings } from './layers/core/embedding';
import { inputLayer } from './layers/core/input';
import { simpleLayers } from './layers/core/simple';
import { merges } from './layers/merging';
import { normalizations } from './layers/normalization';
import { poolings } from './layers/pooling';
import { featureLayers } from './layers/preprocessing/features';
import { images } from './layers/preprocessing/images';
import { stftSpectrogram } from './layers/preprocessing/spectrogram';
import { convLstms } from './layers/recurrent/convLstm';
import { overCells } from './layers/recurrent/overCells';
import { recurrentLayers } from './layers/recurrent/recurrent';
import { regularizations } from './layers/regularization';
import { borders } from './layers/reshaping/borders';
import { reshapings } from './layers/reshaping/reshape';
import { upSamplings } from './layers/reshaping/upsampling';
import { wrappers } from './layers/wrappers';

export const DEFINITIONS: readonly LayerDefinition[] = [
  inputLayer,
  dense,
  ternaryDense,
  einsumDense,
  ...embeddings,
  ...simpleLayers,
  ...convolutions,
  ...transposedConvolutions,
  ...depthwiseConvolutions,
  ...poolings,
  ...reshapings,
  ...borders,
  ...upSamplings,
  ...merges,
  ...normalizations,
  ...activations,
  ...regularizations,
  ...recurrentLayers,
  ...overCells,
  ...convLstms,
  ...dotAttentions,
  multiHeadAttention,
  groupQueryAttention,
  ...wrappers,
  ...images,
  ...featureLayers,
  stftSpectrogram,
];

const byName = new Map<string, LayerDefinition>();
for (const definition of DEFINITIONS) {
  for (const name of [definition.name, ...(definition.aliases ?? [])]) byName.set(name, definition);
}

/** The definition for a name in `keras.layers` (aliases included). */
export function layerDefinition(name: string): LayerDefinition | undefined {
  return byName.get(name);
}

/** Every public name with its definition. */
export function layerNames(): ReadonlyMap<string, LayerDefinition> {
  return byName;
}

/** Functional forms of merge layers (`keras.layers.add([a, b])`): name of the function → class to instantiate and call. */
export const FUNCTIONAL_FORMS: Readonly<Record<string, string>> = {
  add: 'Add',
  average: 'Average',
  concatenate: 'Concatenate',
  dot: 'Dot',
  maximum: 'Maximum',
  minimum: 'Minimum',
  multiply: 'Multiply',
  subtract: 'Subtract',
};
