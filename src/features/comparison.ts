/** Two versions of a model, or two models, as a document: what was added, removed and changed, and what that does to the figures. */
import type { Analysis } from '../analysis/analysis';
import {
  compareGraphs,
  isSame,
  type ChangedRow,
  type ComparedRow,
  type ComparedTotals,
  type Comparison,
} from '../analysis/compare';
import { bytes, escapeMarkdown, fieldText, grouped, orUnknown, short } from './format';
import { modelName } from './summary';
import { t } from './words';

/** One side: a model of an analysis and what to call it (`HEAD`, a file's name, …). */
export interface ComparedModel {
  readonly analysis: Analysis;
  readonly model: number;
  readonly label: string;
}

export function compareModels(before: ComparedModel, after: ComparedModel): Comparison {
  const side = ({ analysis, model }: ComparedModel): Parameters<typeof compareGraphs>[0] => ({
    graph: analysis.graph,
    model: analysis.graph.models[model],
    figures: analysis.figures,
  });
  return compareGraphs(side(before), side(after));
}

/**
 * The model of another version of a program that a model is to be compared with: the one of its name, else the one made by
 * a constructor of the same place in the order of models of its kind, else none.
 */
export function counterpart(of: Analysis, model: number, within: Analysis): number | null {
  const name = modelName(of, of.graph.models[model]);
  const named = within.graph.models.findIndex((other) => modelName(within, other) === name);
  if (named >= 0) return named;
  const { kind, layer } = of.graph.models[model];
  const { type } = of.graph.layers[layer];
  const alike = (analysis: Analysis): number[] =>
    analysis.graph.models.flatMap((other, index) =>
      other.kind === kind && analysis.graph.layers[other.layer].type === type ? [index] : [],
    );
  return alike(within)[alike(of).indexOf(model)] ?? null;
}

/** The document, in Markdown. */
export function comparisonReport(before: ComparedModel, after: ComparedModel): string {
  const comparison = compareModels(before, after);
  const title = (side: ComparedModel): string => {
    const name = modelName(side.analysis, side.analysis.graph.models[side.model]);
    return `${escapeMarkdown(name)} (${escapeMarkdown(side.label)})`;
  };
  return [
    `# ${title(before)} → ${title(after)}`,
    '',
    ...(isSame(comparison) ? [t('The two are the same: no layer and no argument differs.'), ''] : []),
    ...figuresTable(comparison.before, comparison.after),
    '',
    ...changedTable(comparison.changed),
    ...rowsTable(t('Added ({0})', comparison.added.length), comparison.added),
    ...rowsTable(t('Removed ({0})', comparison.removed.length), comparison.removed),
    t('{0} layers are unchanged.', comparison.same),
    '',
    t('Multiply-adds and memory are for one sample.'),
    '',
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
}

function figuresTable(before: ComparedTotals, after: ComparedTotals): string[] {
  const number = (
    label: string,
    [a, b]: readonly [number | null, number | null],
    [leastA, leastB]: readonly [number, number] = [0, 0],
    text: (value: number) => string = grouped,
  ): string => row([label, orUnknown(a, leastA, text), orUnknown(b, leastB, text), delta(a, b, text)]);
  const texts = (label: string, a: string, b: string): string =>
    row([label, a, b, a === b ? '' : t('changed')]);
  const code = (text: string): string => (text === '' ? '?' : `\`${text}\``);
  const field = ({ receptiveField }: ComparedTotals): string =>
    receptiveField === null ? '–' : fieldText(receptiveField);
  return [
    row(['', t('before'), t('after'), 'Δ']),
    '|---|--:|--:|--:|',
    number(t('Layers'), [before.rows, after.rows]),
    number(t('Parameters'), [before.params, after.params], [before.least.params, after.least.params]),
    number(t('Trainable parameters'), [before.trainable, after.trainable]),
    number(t('Multiply-adds (MACs)'), [before.macs, after.macs], [before.least.macs, after.least.macs]),
    number(t('Activation memory'), [before.activationBytes, after.activationBytes], [0, 0], bytes),
    texts(t('Receptive field'), field(before), field(after)),
    texts(t('Input'), code(before.inputs), code(after.inputs)),
    texts(t('Output'), code(before.outputs), code(after.outputs)),
  ];
}

/** `+1,024 (+12.5 %)`, without a break in it; empty when nothing changes, `?` when one of the two is not known. */
function delta(before: number | null, after: number | null, text: (value: number) => string): string {
  if (before === null || after === null) return '?';
  const difference = after - before;
  if (difference === 0) return '0';
  const amount = `${difference > 0 ? '+' : '−'}${text(Math.abs(difference)).replace(' ', '\u00a0')}`;
  if (before === 0) return amount;
  const percent = Math.abs((difference / before) * 100);
  const digits = percent >= 100 ? 0 : percent >= 1 ? 1 : 2;
  return `${amount} (${difference > 0 ? '+' : '−'}${percent.toFixed(digits)}\u00a0%)`;
}

function changedTable(changed: readonly ChangedRow[]): string[] {
  if (changed.length === 0) return [];
  const both = (a: string, b: string): string => (a === b ? a : `${a} → ${b}`);
  const code = (text: string): string => `\`${text}\``;
  const amount = (value: number | null): string => (value === null ? '?' : short(value));
  return [
    `## ${t('Changed ({0})', changed.length)}`,
    '',
    row([t('Layer'), t('Type'), t('Arguments'), t('Output shape'), t('Parameters'), t('MACs')]),
    '|---|---|---|---|--:|--:|',
    ...changed.map(({ before, after, arguments: names }) =>
      row([
        both(code(before.name), code(after.name)),
        both(before.type, after.type),
        names
          .map(
            (name) =>
              `\`${name}\` ${code(before.arguments[name] ?? '–')} → ${code(after.arguments[name] ?? '–')}`,
          )
          .join(', '),
        both(code(before.output), code(after.output)),
        both(amount(before.params), amount(after.params)),
        both(amount(before.macs), amount(after.macs)),
      ]),
    ),
    '',
  ];
}

function rowsTable(title: string, rows: readonly ComparedRow[]): string[] {
  if (rows.length === 0) return [];
  const amount = (value: number | null): string => (value === null ? '?' : short(value));
  return [
    `## ${title}`,
    '',
    row([t('Layer'), t('Type'), t('Output shape'), t('Parameters'), t('MACs')]),
    '|---|---|---|--:|--:|',
    ...rows.map(({ name, type, output, params, macs }) =>
      row([`\`${name}\``, type, `\`${output}\``, amount(params), amount(macs)]),
    ),
    '',
  ];
}
