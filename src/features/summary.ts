/**
 * A model's summary as text: a table like Keras' with multiply-adds and receptive field added, as Markdown or as CSV.
 * Multiply-adds (MACs) are for one sample everywhere.
 */
import type { Analysis } from '../analysis/analysis';
import type { ModelTotals } from '../analysis/figures';
import type { Model, SourceRange } from '../graph/graph';
import { jsonLayer, type JsonLayer, type JsonShape } from './contract';
import { bytes, fieldText, grouped, orUnknown, short } from './format';
import { t } from './words';

export type SummaryFormat = 'table' | 'markdown' | 'csv';

/** Name to show for a model: what it is bound to, else its own. */
export function modelName(analysis: Analysis, model: Model): string {
  const binding = model.bindings.find((candidate) => candidate.moduleLevel) ?? model.bindings[0];
  return binding?.name ?? analysis.graph.layers[model.layer].name;
}

export function summary(analysis: Analysis, modelIndex: number, format: SummaryFormat): string {
  const model = analysis.graph.models[modelIndex];
  const layers = model.rows.map((row) => jsonLayer(analysis, row, model));
  const totals = analysis.figures.ofModel(model);
  const title = `${modelName(analysis, model)} (${analysis.graph.layers[model.layer].type})`;
  if (format === 'csv') return csv(layers);
  const header = [
    t('Layer'),
    t('Type'),
    t('Output shape'),
    t('Parameters'),
    t('Multiply-adds'),
    t('Receptive field'),
  ];
  const rows = layers.map((layer) => [
    layer.name,
    layer.type,
    layer.outputs === null ? '?' : shapesOf(layer.outputs),
    layer.params === null ? '?' : grouped(layer.params),
    layer.macs === null ? '?' : short(layer.macs),
    layer.receptiveField === null ? '' : fieldText(layer.receptiveField),
  ]);
  const footer = totalsText(totals);
  if (format === 'markdown') {
    const line = (cells: readonly string[]): string =>
      `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
    return [
      `**${title}**`,
      '',
      line(header),
      '|---|---|---|--:|--:|---|',
      ...rows.map(line),
      '',
      ...footer.map((text) => `- ${text}`),
      '',
    ].join('\n');
  }
  return [title, ...table(header, rows), ...footer, ''].join('\n');
}

/** The table with the place of each layer's name in it and where that layer is made, for hosts that can go there. */
export function linkedSummary(
  analysis: Analysis,
  modelIndex: number,
): {
  readonly text: string;
  readonly links: readonly { readonly from: number; readonly to: number; readonly range: SourceRange }[];
} {
  const { graph } = analysis;
  const text = summary(analysis, modelIndex, 'table');
  let from = text.indexOf('\n', text.indexOf('\n', text.indexOf('\n', text.indexOf('\n') + 1) + 1) + 1) + 1;
  const links = graph.models[modelIndex].rows.map((row) => {
    const made = row.layer === null ? graph.nodes[row.node] : graph.layers[row.layer];
    const link = { from, to: from + made.name.length, range: made.site.range };
    from = text.indexOf('\n', from) + 1;
    return link;
  });
  return { text, links: links.filter(({ range }) => range.to > range.from) };
}

/** Totals as sentences, `at least` where parts are unknown. */
export function totalsText(totals: ModelTotals): string[] {
  const { least } = totals;
  const lines = [
    t('Total parameters: {0}', orUnknown(totals.params, least.params)),
    ...(totals.trainable === null
      ? []
      : [
          t(
            'Trainable: {0}, not trainable: {1}',
            grouped(totals.trainable),
            grouped(totals.nonTrainable ?? 0),
          ),
        ]),
    t('Multiply-adds (MACs, one sample): {0}', orUnknown(totals.macs, least.macs)),
    t('Floating-point operations (2·MACs + elementwise): {0}', orUnknown(totals.flops, least.flops)),
  ];
  if (totals.activationBytes !== null)
    lines.push(t('Activations of one sample: {0}', bytes(totals.activationBytes)));
  return lines;
}

export function shapesOf(shapes: readonly JsonShape[]): string {
  const text = (shape: JsonShape): string =>
    shape === null ? '(…)' : shape.length === 1 ? `(${dim(shape[0])},)` : `(${shape.map(dim).join(', ')})`;
  return shapes.length === 1 ? text(shapes[0]) : `[${shapes.map(text).join(', ')}]`;
}

function dim(value: number | null | '?'): string {
  return value === null ? 'None' : String(value);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const right = new Set([3, 4]);
  const widths = header.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        right.has(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [rule, line(header), rule, ...rows.map(line), rule];
}

function csv(layers: readonly JsonLayer[]): string {
  const cell = (value: unknown): string => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const list = (values: readonly (number | null)[] | undefined): string =>
    (values ?? []).map((value) => value ?? '?').join('x');
  const header =
    'layer,type,line,output_shape,params,trainable,macs,flops,activation_bytes,receptive_field,effective_stride,effective_padding';
  const rows = layers.map((layer) =>
    [
      layer.name,
      layer.type,
      layer.line,
      layer.outputs === null ? null : shapesOf(layer.outputs),
      layer.params,
      layer.trainable,
      layer.macs,
      layer.flops,
      layer.activationBytes,
      list(layer.receptiveField?.size),
      list(layer.receptiveField?.stride),
      list(layer.receptiveField?.padding),
    ]
      .map(cell)
      .join(','),
  );
  return [header, ...rows, ''].join('\n');
}
