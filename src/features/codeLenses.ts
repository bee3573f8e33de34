/** Lenses over models and builder functions: rows, parameters, multiply-adds, input → output. */
import type { Analysis } from '../analysis/analyze';
import { formatShape } from '../keras/dims';
import { short } from './format';
import { modelName } from './summary';

export interface CodeLens {
  /** Offset in the cell (or file) whose line the lens stands over. */
  readonly offset: number;
  readonly title: string;
  /** Index into `graph.models`, for a preview or summary command. */
  readonly model: number;
  readonly name: string;
}

export function codeLenses(analysis: Analysis, cell = 0): CodeLens[] {
  const { graph, program } = analysis;
  const lenses: CodeLens[] = [];
  const lines = new Set<string>();
  graph.models.forEach((model, index) => {
    const binding =
      model.bindings.find((candidate) => candidate.moduleLevel && candidate.range.file === program.path) ??
      model.bindings.find((candidate) => candidate.range.file === program.path);
    const range = binding?.range ?? graph.layers[model.layer].site.range;
    if (range.file !== program.path) return;
    const place = program.place(range.from);
    const line = program.position(range.from).line;
    const title = lensTitle(analysis, index);
    if (place.cell !== cell || lines.has(`${line}|${title}`)) return;
    lines.add(`${line}|${title}`);
    lenses.push({ offset: place.offset, title, model: index, name: modelName(analysis, model) });
  });
  return lenses.sort((a, b) => a.offset - b.offset);
}

/** `23 layers · 138 M parameters · 15.5 G MACs · (None, 224, 224, 3) → (None, 1000)` */
export function lensTitle(analysis: Analysis, index: number): string {
  const model = analysis.graph.models[index];
  const totals = analysis.figures.ofModel(model);
  const amount = (value: number | null, least: number): string =>
    value !== null ? short(value) : least > 0 ? `≥ ${short(least)}` : '?';
  const parts = [`${model.rows.length} layers`, `${amount(totals.params, totals.least.params)} parameters`];
  if (model.nodes.length > 0) parts.push(`${amount(totals.macs, totals.least.macs)} MACs`);
  const shapes = (ids: readonly number[]): string =>
    ids.map((id) => formatShape(analysis.graph.tensors[id].shape)).join(', ');
  if (model.inputs.length > 0 && model.outputs.length > 0)
    parts.push(`${shapes(model.inputs)} → ${shapes(model.outputs)}`);
  return parts.join(' · ');
}
