/** Lenses over models, and over the functions and classes that make them: rows, parameters, multiply-adds, receptive field, input → output. */
import type { Analysis } from '../analysis/analysis';
import { fieldFigures } from '../analysis/figures';
import type { Model, SourceRange } from '../graph/graph';
import { formatShape } from '../keras/dims';
import { short, sizes } from './format';
import { modelName } from './summary';
import { t } from './words';

export interface CodeLens {
  /** Offset in the cell (or file) whose line the lens stands over. */
  readonly offset: number;
  readonly title: string;
  /** Index into `graph.models`, for a preview or summary command: the first where there are several. */
  readonly model: number;
  /** What the model, the function or the class is called. */
  readonly name: string;
}

/** One lens a line: over what a program binds models to, and over the `def` or `class` that makes them. */
export function codeLenses(analysis: Analysis, cell = 0): CodeLens[] {
  const { graph, program } = analysis;
  const lenses: CodeLens[] = [];
  const lines = new Set<string>();
  const put = (range: SourceRange, title: string, model: number, name: string): void => {
    const place = program.place(range.from);
    const key = `${program.position(range.from).line}|${title}`;
    if (place.cell !== cell || lines.has(key)) return;
    lines.add(key);
    lenses.push({ offset: place.offset, title, model, name });
  };
  const made = analysis.builders;
  const built = new Set<number>();
  for (const { name, at, models } of [...made.functions, ...made.classes]) {
    for (const model of models) built.add(model);
    put(at, severalTitle(analysis, models), models[0], name);
  }
  graph.models.forEach((model, index) => {
    const range = lensRange(analysis, model, built.has(index));
    if (range !== null) put(range, lensTitle(analysis, index), index, modelName(analysis, model));
  });
  return lenses.sort((a, b) => a.offset - b.offset);
}

/** Where a model's own lens stands; null for one that shows over its function or class already, or that the file does not hold. */
function lensRange({ graph, program }: Analysis, model: Model, built: boolean): SourceRange | null {
  const own = model.bindings.filter(({ range }) => range.file === program.path);
  const binding = own.find(({ moduleLevel }) => moduleLevel) ?? (built ? undefined : own[0]);
  if (binding !== undefined) return binding.range;
  const { range } = graph.layers[model.layer].site;
  return built || range.file !== program.path || range.to === range.from ? null : range;
}

/** The title of models that one function makes: one in full, several as their span. */
function severalTitle(analysis: Analysis, models: readonly number[]): string {
  const titles = [...new Set(models.map((index) => lensTitle(analysis, index)))];
  if (titles.length === 1)
    return models.length === 1 ? titles[0] : `${titles[0]} · ${t('{0} calls', models.length)}`;
  const totals = models.map((index) => analysis.figures.ofModel(analysis.graph.models[index]));
  const span = (values: readonly (number | null)[]): string => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return '?';
    const [least, most] = [Math.min(...known), Math.max(...known)];
    return least === most ? short(least) : `${short(least)} … ${short(most)}`;
  };
  return [
    t('{0} calls', models.length),
    t('{0} parameters', span(totals.map(({ params }) => params))),
    t('{0} MACs', span(totals.map(({ macs }) => macs))),
  ].join(' · ');
}

/** `23 layers · 138 M parameters · 15.5 G MACs · receptive field 212 · (None, 224, 224, 3) → (None, 1000)` */
export function lensTitle(analysis: Analysis, index: number): string {
  const model = analysis.graph.models[index];
  const totals = analysis.figures.ofModel(model);
  const amount = (value: number | null, least: number): string =>
    value !== null ? short(value) : least > 0 ? `≥ ${short(least)}` : '?';
  const parts = [
    model.rows.length === 1 ? t('1 layer') : t('{0} layers', model.rows.length),
    t('{0} parameters', amount(totals.params, totals.least.params)),
  ];
  if (model.nodes.length > 0) parts.push(t('{0} MACs', amount(totals.macs, totals.least.macs)));
  const field = modelField(analysis, model);
  if (field !== null) parts.push(field);
  const shapes = (ids: readonly number[]): string =>
    ids.map((id) => formatShape(analysis.graph.tensors[id].shape)).join(', ');
  if (model.inputs.length > 0 && model.outputs.length > 0)
    parts.push(`${shapes(model.inputs)} → ${shapes(model.outputs)}`);
  return parts.join(' · ');
}

/** The receptive field of a model with one input and one output, in brief; null where there is none to tell. */
function modelField(analysis: Analysis, model: Model): string | null {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) return null;
  const { producer } = analysis.graph.tensors[model.outputs[0]];
  if (producer === null) return null;
  const field = fieldFigures(analysis.figures.fieldOf(analysis.graph.nodes[producer], model));
  if (field === null || field.size.length === 0) return null;
  if (field.global && field.stride.every((stride) => stride === null)) return t('sees the whole input');
  return field.size.every((size) => size === null) ? null : t('receptive field {0}', sizes(field.size, true));
}
