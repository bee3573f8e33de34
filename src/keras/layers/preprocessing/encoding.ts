/** What layers share that turn values into indices or into vectors of counts. Source: Keras `layers/preprocessing/index_lookup.py`. */
import type { Dim, Shape } from '../../../graph/graph';
import { argumentError, isPlainData } from '../../arguments';
import type { Config } from '../../definition';
import { isKnownRank } from '../../dims';
import { argumentText } from '../../pythonText';

export const OPAQUE = { op: 'opaque', reason: 'a lookup, not a computation on neighbouring values' } as const;

/** Output for a layer that gives indices (`int`) or vectors of `depth` entries. `last1`: an axis of length 1 is replaced. */
export function encoded(shape: Shape, mode: string | null, depth: Dim): Shape {
  if (mode === null) return { kind: 'unknown', reason: 'the argument output_mode is not known' };
  if (mode === 'int' || !isKnownRank(shape)) return shape;
  if (mode !== 'one_hot') return [...shape.slice(0, -1), depth];
  const last = shape[shape.length - 1];
  if (typeof last === 'object' && last.kind === 'unknown') return { kind: 'unknown', reason: last.reason };
  return shape.length > 1 && last === 1 ? [...shape.slice(0, -1), depth] : [...shape, depth];
}

/** `output_mode` with Keras' older names; raises for a wrong one. */
export function outputMode(config: Config): string | null {
  const mode = config.string('output_mode');
  return mode === 'binary' ? 'multi_hot' : mode === 'tf-idf' ? 'tf_idf' : mode;
}

export function requireMode(config: Config, allowed: readonly string[], layer: string): void {
  const value = config.value('output_mode');
  const mode =
    isPlainData(value) || value.kind === 'none' ? argumentText(config, 'output_mode') : outputMode(config);
  if (mode === null || allowed.includes(mode)) return;
  argumentError(
    'output-mode',
    'output_mode',
    `\`output_mode\` must be one of ${allowed.join(', ')}, not ${mode}.`,
    `Unknown value for \`output_mode\` argument of ${layer}. Allowed values are: (${allowed.map((name) => `'${name}'`).join(', ')}). Received: output_mode=${mode}`,
  );
}
