/** Which array of a file goes to which weight, and what to tell of it: layer by layer, with every disagreement of shapes. */
import type { Layer, LayerId, ModelGraph, Weight, WeightId } from '../../graph/graph';
import type { LayerWeights, WeightReport } from '../api';
import { CannotRun } from '../plan/plan';
import type { Hdf5Array } from './hdf5/file';

export class Assignment {
  readonly arrays = new Map<WeightId, Hdf5Array>();
  private readonly layers = new Map<LayerId, LayerWeights>();

  constructor(
    private readonly graph: ModelGraph,
    private readonly shapeOf: (weight: Weight) => readonly number[],
  ) {}

  /** The weights of one layer against the arrays found for it, in order. */
  own(layer: Layer, weights: readonly WeightId[], arrays: readonly Hdf5Array[], place: string): void {
    const problems: string[] = [];
    let loaded = 0;
    if (arrays.length && arrays.length !== weights.length)
      problems.push(`the file has ${arrays.length} weights for it, the model ${weights.length}`);
    weights.forEach((id, i) => {
      const weight = this.graph.weights[id];
      const array: Hdf5Array | undefined = arrays[i];
      if (!array) return;
      const shape = this.shape(weight);
      if (shape === null) problems.push(`${weight.name}: its shape is not known`);
      else if (shape.join() !== array.shape.join())
        problems.push(
          `${weight.name}: (${array.shape.join(', ')}) in the file, (${shape.join(', ')}) in the model`,
        );
      else {
        this.arrays.set(id, array);
        loaded++;
      }
    });
    if (arrays.length === 0) problems.push(`the file has nothing under “${place}”`);
    const status =
      loaded === weights.length ? 'loaded' : loaded > 0 ? 'partly' : arrays.length ? 'mismatch' : 'missing';
    this.layers.set(layer.id, {
      layer: layer.id,
      name: layer.name,
      status,
      reason: problems.join('; ') || null,
    });
  }

  report(name: string, format: string): WeightReport {
    const layers = [...this.layers.values()];
    return {
      name,
      format,
      loaded: layers.filter((layer) => layer.status === 'loaded').length,
      layers,
    };
  }

  private shape(weight: Weight): readonly number[] | null {
    try {
      return this.shapeOf(weight);
    } catch (error) {
      if (error instanceof CannotRun) return null;
      throw error;
    }
  }
}
