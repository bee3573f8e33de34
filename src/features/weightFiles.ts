/** Where a model's trained weights may lie: what the program loads or saves, and files beside it that bear its name. */
import type { Model } from '../graph/graph';

/** Endings of files that Keras writes weights to. */
const READABLE = /\.(?:keras|h5|hdf5)$/i;
const ENDINGS = ['.keras', '.weights.h5', '.h5'];

/**
 * Paths relative to the source's folder (or absolute, as the program writes them), the likeliest first. `source`: the source's file
 * name.
 */
export function weightFileCandidates(model: Model, source: string): string[] {
  const stem = source.replace(/\.[^.]*$/, '');
  const names = [...model.bindings.map(({ name }) => name).filter((name) => /^\w+$/.test(name)), stem];
  const stated = (model.weightFiles ?? []).filter((file) => READABLE.test(file));
  return [...new Set([...stated, ...names.flatMap((name) => ENDINGS.map((ending) => name + ending))])];
}
