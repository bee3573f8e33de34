/** Keras' own source of architectures is read where the search path holds it, and stood in for where it does not. */
import { strict as assert } from 'node:assert';
import { graphOf, rows } from '../check';

const PROGRAM = `
from keras.src.applications.resnet import ResNet50
m = ResNet50(weights=None)
`;

const SOURCE = `
from keras.src import backend
from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications import imagenet_utils
from keras.src.models import Functional

@keras_export("keras.applications.ResNet50")
def ResNet50(weights="imagenet"):
    shape = imagenet_utils.default_shape(backend.image_data_format())
    inputs = layers.Input(shape)
    return Functional(inputs, layers.Conv2D(5, 3, name="own")(inputs))
`;

describe('an installed Keras', () => {
  it('is read as source', () => {
    const files: Record<string, string> = {
      '/site/keras/__init__.py': '',
      '/site/keras/src/__init__.py': '',
      '/site/keras/src/api_export.py': 'def keras_export(path):\n    return lambda thing: thing\n',
      '/site/keras/src/applications/__init__.py': '',
      '/site/keras/src/applications/imagenet_utils.py':
        'def default_shape(fmt):\n    return (3, 40, 40) if fmt == "channels_first" else (40, 40, 3)\n',
      '/site/keras/src/applications/resnet.py': SOURCE,
    };
    const graph = graphOf(PROGRAM, { reader: { read: (path) => files[path] }, searchPath: ['/site'] });
    assert.deepEqual(rows(graph, 'm'), [
      'input_layer (InputLayer) (None, 40, 40, 3) 0',
      'own (Conv2D) (None, 38, 38, 5) 140',
    ]);
  });

  it('is stood in for by the shipped architectures', () => {
    const all = rows(graphOf(PROGRAM), 'm');
    assert.equal(all.length, 177);
    assert.equal(all[176], 'predictions (Dense) (None, 1000) 2049000');
  });
});
