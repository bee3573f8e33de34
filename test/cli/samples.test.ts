// The sample models through the whole pipeline: every row and total equals what real Keras answered (facts/samples.json),
// and VGG16 and ResNet-50 have the published receptive fields.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonFile, type JsonFile } from '../../src/features';
import { verifyGraph } from '../../src/graph/verify';
import { analyzeFile, nodeReader } from '../../src/cli/files';

type Row = [name: string, type: string, shapes: (number | null)[][], params: number];
interface Answers {
  readonly files: Readonly<
    Record<string, Readonly<Record<string, { total: number; trainable: number; rows: Row[] }>>>
  >;
}

const folder = path.resolve(__dirname, '../../media/samples');
const answers = JSON.parse(readFileSync(path.join(__dirname, 'facts/samples.json'), 'utf8')) as Answers;

function analyse(name: string): { file: JsonFile; wrong: string[]; problems: unknown[] } {
  const analysis = analyzeFile(path.join(folder, name), nodeReader(), { pythonPath: [] });
  return { file: jsonFile(analysis), wrong: verifyGraph(analysis.graph), problems: analysis.graph.problems };
}

describe('sample models', () => {
  it('have recorded answers, all of them', () => {
    assert.deepEqual(
      Object.keys(answers.files).sort(),
      readdirSync(folder)
        .filter((name) => name.endsWith('.py'))
        .sort(),
    );
  });

  for (const [name, models] of Object.entries(answers.files)) {
    it(`${name} has Keras' rows and totals`, () => {
      const { file, wrong, problems } = analyse(name);
      assert.deepEqual(wrong, []);
      assert.deepEqual(problems, []);
      assert.deepEqual(file.diagnostics, []);
      assert.deepEqual(file.models.map((model) => model.name).sort(), Object.keys(models).sort());
      for (const model of file.models) {
        const expected = models[model.name];
        assert.deepEqual(
          [model.params.total, model.params.trainable],
          [expected.total, expected.trainable],
          model.name,
        );
        // A Sequential's `layers` in Keras leave out its input; the summary does so too.
        const rows = model.layers
          .filter((layer) => !layer.op)
          .map((layer): unknown[] => [layer.name, layer.type, layer.outputs, layer.params]);
        assert.deepEqual(rows, expected.rows, model.name);
        assert.ok(
          model.layers.every(
            (layer) => layer.unknown === null && layer.macs !== null && layer.receptiveField !== null,
          ),
        );
      }
    });
  }

  it('vgg16.py has the published receptive fields, and its multiply-adds', () => {
    const [model] = analyse('vgg16.py').file.models;
    const rows = model.layers.map((layer) => [
      layer.name,
      `${layer.receptiveField?.size[0]}/${layer.receptiveField?.stride[0]}/${layer.receptiveField?.padding[0]}`,
    ]);
    const published = {
      block1_conv1: '3/1/1',
      block1_pool: '6/2/2',
      block2_conv1: '10/2/4',
      block2_pool: '16/4/6',
      block3_conv1: '24/4/10',
      block3_conv2: '32/4/14',
      block3_pool: '44/8/18',
      block4_conv1: '60/8/26',
      block4_conv2: '76/8/34',
      block4_pool: '100/16/42',
      block5_conv1: '132/16/58',
      block5_conv2: '164/16/74',
      block5_pool: '212/32/90',
    };
    for (const [name, expected] of Object.entries(published))
      assert.deepEqual(
        rows.find(([row]) => row === name),
        [name, expected],
      );
    assert.equal(model.macs, 15470264320);
  });

  it('resnet50.py has the published receptive fields', () => {
    const [model] = analyse('resnet50.py').file.models;
    const field = (name: string): unknown[] => {
      const found = model.layers.find((layer) => layer.name === name)?.receptiveField;
      return [found?.size[0], found?.stride[0], found?.padding[0], found?.aligned];
    };
    // Strides stand on the first convolution of a stage, so a stage ends before the next one's stride.
    assert.deepEqual(field('conv2_block3_out').slice(0, 2), [35, 4]);
    assert.deepEqual(field('conv3_block4_out').slice(0, 2), [99, 8]);
    assert.deepEqual(field('conv4_block6_out').slice(0, 2), [291, 16]);
    assert.deepEqual(field('conv5_block3_out'), [483, 32, 241, true]);
    assert.equal(model.macs, 3857973248);
  });
});
