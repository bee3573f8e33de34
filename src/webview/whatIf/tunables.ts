/** Which arguments of a layer can be tried in the panel, with their values: read from what interpretation kept of its constructor. */
import type { ConfigValue, Layer, LayerId, Model, ModelGraph, NodeId, Shape } from '../../graph/graph';
import * as format from '../format';
import { mainStep } from '../network/kinds';

export type Value = number | string | readonly (number | null)[];

export interface Tunable {
  readonly layer: LayerId;
  readonly name: string;
  /** Keras' parameter name. */
  readonly argument: string;
  /** `count`: a number of at least 1. `sizes`: the like per axis. `shape`: lengths, null for None. `choice`: a word. */
  readonly kind: 'count' | 'sizes' | 'shape' | 'choice';
  /** null: not known. */
  readonly value: Value | null;
  readonly choices: readonly string[];
}

export interface Tunables {
  readonly items: readonly Tunable[];
  /** Layers that the same constructor call makes (in a loop or a helper): all of them change. */
  readonly together: number;
}

/** Arguments that can be set, in the order in which one thinks of them; the counts are numbers, the others may be one per axis. */
const COUNTS = new Set([
  'filters',
  'units',
  'depth_multiplier',
  'groups',
  'num_heads',
  'key_dim',
  'output_dim',
]);
const ARGUMENTS = [
  'filters',
  'units',
  'num_heads',
  'key_dim',
  'output_dim',
  'depth_multiplier',
  'kernel_size',
  'pool_size',
  'size',
  'strides',
  'dilation_rate',
  'padding',
  'groups',
];

/** Every argument that can be set, in order. Empty for a layer that another file makes. */
export function tunables(graph: ModelGraph, id: NodeId): Tunables {
  const node = graph.nodes[id];
  const layer = node?.layer === null || node === undefined ? undefined : graph.layers[node.layer];
  if (!layer || !isOwn(graph, layer) || layer.builtin !== layer.type) return { items: [], together: 0 };
  const step = mainStep(graph, node).primitive;
  const axes = step.op === 'conv' || step.op === 'pool' ? step.axes.length : 1;
  const items = ARGUMENTS.flatMap((argument): Tunable[] => {
    if (!(argument in layer.config)) return [];
    const value = layer.config[argument] ?? standIn(layer, argument);
    const base = { layer: layer.id, name: layer.name, argument };
    if (argument === 'padding' && typeof value === 'string') {
      const choices = step.op === 'conv' && axes === 1 && !step.transposed ? PADDINGS_1D : PADDINGS;
      return [{ ...base, kind: 'choice', value, choices }];
    }
    const known = numbers(value);
    if (known === null && !(argument in layer.unknowns)) return [];
    const kind = COUNTS.has(argument) ? 'count' : 'sizes';
    return [{ ...base, kind, value: known, choices: [] }];
  });
  return { items, together: items.length === 0 ? 0 : sharing(graph, layer) };
}

const PADDINGS = ['valid', 'same'];
const PADDINGS_1D = ['valid', 'same', 'causal'];

/**
 * The argument that sets the shape of a model's input; of a model that no `Input` starts the comment that states it; null where
 * neither can be in this file.
 */
export function inputTunable(graph: ModelGraph, model: number, input = 0): Tunable | null {
  const found = graph.models[model];
  if (!found) return null;
  const tensor = graph.tensors[found.inputs[input] ?? -1];
  const stated = statedTunable(graph, found);
  if (!tensor || !format.isRanked(tensor.shape)) return stated;
  const producer = tensor.producer === null ? null : graph.nodes[tensor.producer];
  const own = producer?.layer === null || !producer ? undefined : graph.layers[producer.layer];
  const makers = [
    own,
    ...found.rows.slice(0, 2).map((row) => (row.layer === null ? undefined : graph.layers[row.layer])),
  ];
  for (const layer of makers) {
    const argument = ['shape', 'batch_shape', 'input_shape', 'batch_input_shape'].find(
      (name) => layer?.args[name]?.file === graph.file,
    );
    if (!layer || argument === undefined) continue;
    const value = lengths(argument.startsWith('batch') ? tensor.shape : tensor.shape.slice(1));
    return { layer: layer.id, name: layer.name, argument, kind: 'shape', value, choices: [] };
  }
  return stated;
}

function statedTunable(graph: ModelGraph, model: Model): Tunable | null {
  const layer = graph.layers[model.layer];
  const tensor = graph.tensors[model.inputs[0] ?? -1];
  const producer = tensor?.producer === null || !tensor ? undefined : graph.nodes[tensor.producer];
  // One input, and none that an `Input` of the program gives.
  const isStated = model.kind === 'subclass' || model.kind === 'sequential';
  if (
    !layer ||
    !isStated ||
    model.inputs.length > 1 ||
    (producer && !producer.internal && producer.layer !== null)
  )
    return null;
  const value = tensor && format.isRanked(tensor.shape) ? lengths(tensor.shape.slice(1)) : null;
  return { layer: layer.id, name: layer.name, argument: 'input', kind: 'shape', value, choices: [] };
}

/** What Keras takes for an argument that is None. */
function standIn(layer: Layer, argument: string): ConfigValue {
  return argument === 'strides' ? (layer.config.pool_size ?? null) : null;
}

function isOwn(graph: ModelGraph, layer: Layer): boolean {
  return layer.site.range.file === graph.file;
}

function sharing(graph: ModelGraph, { site }: Layer): number {
  const { file, from, to } = site.range;
  return graph.layers.filter(
    ({ site: { range } }) => range.file === file && range.from === from && range.to === to,
  ).length;
}

function numbers(value: ConfigValue): number | number[] | null {
  if (typeof value === 'number') return value;
  if (!Array.isArray(value) || value.length === 0) return null;
  const list = value as readonly ConfigValue[];
  if (!list.every((each): each is number => typeof each === 'number')) return null;
  return list.every((each) => each === list[0]) ? list[0] : [...list];
}

function lengths(shape: Shape): (number | null)[] | null {
  if (!format.isRanked(shape)) return null;
  return shape.some((dim) => format.dim(dim) === format.NOT_KNOWN)
    ? null
    : shape.map((dim) => (typeof dim === 'number' ? dim : null));
}

/** As it is typed: `3`, `3, 5`, `None, 64`. */
export function written(value: Value | null): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  return value.map((length) => (length === null ? 'None' : String(length))).join(', ');
}

/** What was typed as a value of this kind; null when it is none. Numbers may be separated by commas, spaces, × or x. */
export function parsed(kind: Tunable['kind'], text: string): Value | null {
  if (kind === 'choice') return text;
  const parts = text
    .trim()
    .replace(/^[([]|[)\]]$/g, '')
    .split(/[\s,×x]+/)
    .filter((part) => part !== '');
  const values = parts.map((part) => (/^(none|null|\?)$/i.test(part) ? null : Number(part)));
  const least = kind === 'shape' ? 1 : kind === 'count' ? 1 : 0;
  const fine = (value: number | null): boolean =>
    value === null ? kind === 'shape' : Number.isSafeInteger(value) && value >= least && value <= 1e6;
  if (values.length === 0 || values.length > 6 || !values.every(fine)) return null;
  if (kind === 'shape') return values;
  const list = values as number[];
  if (list.every((value) => value === list[0])) return list[0];
  return kind === 'count' ? null : list;
}

/** One step up or down: sizes by one (odd kernels stay odd), counts and input lengths by a factor of two. Channels of an input stay. */
export function stepped(tunable: Tunable, up: boolean): Value | null {
  const { value, kind } = tunable;
  if (value === null || typeof value === 'string') return null;
  const twice = (n: number): number => (up ? n * 2 : Math.max(1, Math.round(n / 2)));
  const step = (n: number): number => (tunable.argument === 'kernel_size' && n % 2 === 1 ? 2 : 1);
  const one = (n: number): number => Math.max(1, n + (up ? step(n) : -step(n)));
  if (kind === 'shape') {
    const list = typeof value === 'number' ? [value] : value;
    const spatial = list.length > 1 ? list.length - 1 : 1;
    return list.map((n, axis) => (n === null || axis >= spatial ? n : twice(n)));
  }
  const by = kind === 'count' && tunable.argument !== 'groups' ? twice : one;
  return typeof value === 'number' ? by(value) : value.map((n) => by(n!));
}
