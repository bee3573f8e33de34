/** The hover on a layer call, a layer's constructor, a name, a shape or a function that makes models: Markdown, the same for every host. */
import type { Analysis } from '../analysis/analysis';
import type { Layer, Node, Observation } from '../graph/graph';
import { formatShape } from '../keras/dims';
import { explain, flow, noHost, placeText, type Host } from './explain';
import { coreText } from './elsewhere';
import { escapeMarkdown, fieldSize, fieldText, openDims, shapesText, short } from './format';
import { fieldFigures } from '../analysis/figures';
import { executions, locate, modelOf, type Found } from './locate';
import { modelName, totalsText } from './summary';
import type { Place } from '../analysis/program';
import { t } from './words';

export interface Hover {
  /** Offsets in the cell (or file) that was asked about. */
  readonly from: number;
  readonly to: number;
  readonly markdown: string;
}

/** Distinct results listed before the rest is only counted. */
const LISTED = 12;

/** `host`: what shows the hover; without it places are only named. */
export function hover(analysis: Analysis, place: Place, host: Host = noHost): Hover | null {
  const { program } = analysis;
  const found = locate(analysis, program.offset(place));
  if (found === null) return null;
  const lines = linesOf(analysis, found, host);
  if (lines.length === 0) return null;
  return {
    from: program.place(found.range.from).offset,
    to: program.place(found.range.to).offset,
    markdown: lines.join('\n'),
  };
}

function linesOf(analysis: Analysis, found: Found, host: Host): string[] {
  switch (found.kind) {
    case 'observations':
      return observations(analysis, found.observations, host);
    case 'models':
      return models(analysis, found.name, found.models);
    case 'layers':
      return found.nodes.length === 0 ? unused(analysis, found.layers) : results(analysis, found.nodes, host);
    case 'nodes':
      return results(analysis, found.nodes, host);
  }
}

/** Executions of one place: one in full, several as a list. */
function results(analysis: Analysis, nodes: readonly Node[], host: Host): string[] {
  if (nodes.length === 0) return [];
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const key = `${node.type}|${flow(analysis, node)}|${analysis.figures.parametersOf(node).total}|${fieldCell(analysis, node)}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const first = nodes[0];
  if (groups.size === 1) {
    const times = nodes.length > 1 ? ` · ${t('{0} calls', nodes.length)}` : '';
    const model = first.layer === null ? undefined : modelOf(analysis, analysis.graph.layers[first.layer]);
    return [
      heading(first, times),
      '',
      `\`${flow(analysis, first)}\``,
      '',
      ...(model ? modelLines(analysis, model) : explain(analysis, first, host)),
    ];
  }
  const last = nodes[nodes.length - 1];
  const output = (node: Node): string =>
    shapesText(node.outputs.map((id) => analysis.graph.tensors[id].shape));
  const lines = [
    `**${escapeMarkdown(first.type)}** · ${t('{0} calls: {1}', nodes.length, `\`${output(first)}\` … \`${output(last)}\``)}`,
    '',
    `| | ${t('input → output')} | ${t('parameters')} | ${t('MACs')} | ${t('receptive field')} |`,
    '|--:|---|--:|--:|--:|',
  ];
  [...groups.values()].slice(0, LISTED).forEach((group) => {
    const [node] = group;
    const figure = analysis.figures.ofNode(node);
    const cell = (value: number | null): string => (value === null ? '?' : short(value));
    lines.push(
      `| ${group.length}× | \`${flow(analysis, node)}\` | ${cell(figure.params)} | ${cell(figure.macs)} | ${fieldCell(analysis, node)} |`,
    );
  });
  if (groups.size > LISTED) lines.push('', t('… and {0} more', groups.size - LISTED));
  lines.push('', t('The first, {0}:', `\`${first.name}\``), '', ...explain(analysis, first, host));
  return lines;
}

function fieldCell(analysis: Analysis, node: Node): string {
  const field = fieldFigures(analysis.figures.fieldOf(node));
  return field === null ? '' : fieldSize(field);
}

function heading(node: Node, times: string): string {
  const probed = node.probed ? ` · ${t('with assumed arguments')}` : '';
  return `**${escapeMarkdown(node.type)}** \`${node.name}\`${times}${probed}`;
}

/** A layer that was made but never called. */
function unused(analysis: Analysis, layers: readonly Layer[]): string[] {
  const [layer] = layers;
  const title = `**${escapeMarkdown(layer.type)}** \`${layer.name}\``;
  const model = modelOf(analysis, layer);
  if (model) return [title, '', ...modelLines(analysis, model)];
  return layer.built
    ? [title]
    : [title, '', t('Not called yet: its input, and so its shapes and parameters, are not known.')];
}

/** A function that makes models, or one call of it: one model in full, several as a list. */
function models(analysis: Analysis, name: string, indices: readonly number[]): string[] {
  const { graph, figures } = analysis;
  if (indices.length === 1) return modelLines(analysis, graph.models[indices[0]]);
  const lines = [
    t('{0}: makes {1} models', `**${escapeMarkdown(name)}**`, indices.length),
    '',
    `| ${t('model')} | ${t('input → output')} | ${t('parameters')} | ${t('MACs')} |`,
    '|---|---|--:|--:|',
  ];
  const amount = (value: number | null): string => (value === null ? '?' : short(value));
  for (const index of indices.slice(0, LISTED)) {
    const model = graph.models[index];
    const { params, macs } = figures.ofModel(model);
    lines.push(
      `| ${escapeMarkdown(modelName(analysis, model))} | \`${modelFlow(analysis, model)}\` | ${amount(params)} | ${amount(macs)} |`,
    );
  }
  if (indices.length > LISTED) lines.push('', t('… and {0} more', indices.length - LISTED));
  return lines;
}

type Model = Analysis['graph']['models'][number];

function modelFlow(analysis: Analysis, model: Model): string {
  const shape = (ids: readonly number[]): string =>
    shapesText(ids.map((id) => analysis.graph.tensors[id].shape));
  return model.inputs.length > 0 && model.outputs.length > 0
    ? `${shape(model.inputs)} → ${shape(model.outputs)}`
    : '?';
}

function modelLines(analysis: Analysis, model: Model): string[] {
  const totals = analysis.figures.ofModel(model);
  const name = `**${escapeMarkdown(modelName(analysis, model))}**`;
  const lines = [t('{0}: {1} model of {2} rows', name, model.kind, model.rows.length), ''];
  if (model.inputs.length > 0 && model.outputs.length > 0)
    lines.push(`\`${modelFlow(analysis, model)}\``, '');
  lines.push(...totalsText(totals).map((text) => `- ${text}`));
  const output = model.outputs[0];
  const field = output === undefined ? null : fieldFigures(analysis.figures.fields.of(output, model.inputs));
  if (field !== null) lines.push(`- ${t('Receptive field {0}', fieldText(field))}`);
  if (model.unknown) lines.push(`- ${t('Unknown: {0}', escapeMarkdown(coreText(model.unknown.reason)))}`);
  return lines;
}

/** A name or attribute: the tensors, layers or values it was seen to be. */
function observations(analysis: Analysis, seen: readonly Observation[], host: Host): string[] {
  const { graph } = analysis;
  const texts = new Map<string, { count: number; more: string[] }>();
  for (const observation of seen) {
    const [text, more] = observed(analysis, observation, host);
    const entry = texts.get(text);
    if (entry) entry.count++;
    else texts.set(text, { count: 1, more });
  }
  const entries = [...texts];
  if (entries.length === 1) return [entries[0][0], '', ...entries[0][1].more];
  const tensor = seen.every((observation) => observation.seen.kind === 'tensor');
  const first = seen[0].seen;
  const last = seen[seen.length - 1].seen;
  const lead =
    tensor && first.kind === 'tensor' && last.kind === 'tensor'
      ? [
          `\`${seen[0].name}\` · ${t('{0} times: {1}', seen.length, `\`${formatShape(graph.tensors[first.tensor].shape)}\` … \`${formatShape(graph.tensors[last.tensor].shape)}\``)}`,
          '',
        ]
      : [];
  const lines = entries
    .slice(0, LISTED)
    .map(([text, { count }]) => `- ${text}${count > 1 ? ` (${t('{0} times', count)})` : ''}`);
  if (entries.length > LISTED) lines.push(`- ${t('… and {0} more', entries.length - LISTED)}`);
  return [...lead, ...lines];
}

function observed(
  analysis: Analysis,
  { name, seen }: Observation,
  host: Host,
): [text: string, more: string[]] {
  const { graph } = analysis;
  switch (seen.kind) {
    case 'tensor': {
      const tensor = graph.tensors[seen.tensor];
      const node = tensor.producer === null ? null : graph.nodes[tensor.producer];
      const more = openDims(tensor.shape).map((line) => `- ${t('Open length, {0}', line)}`);
      if (node !== null && node.primitive.op !== 'input')
        more.unshift(`- ${t('from {0}', producerText(analysis, node, host))}`);
      const field = fieldFigures(analysis.figures.fields.of(tensor.id));
      if (field !== null && node?.primitive.op !== 'input')
        more.push(`- ${t('Receptive field {0}', fieldText(field))}`);
      const shape = `\`${formatShape(tensor.shape)}\`${tensor.dtype ? ` ${tensor.dtype}` : ''}`;
      return [t('{0}: tensor {1}', `\`${name}\``, shape), more];
    }
    case 'layer': {
      const layer = graph.layers[seen.layer];
      const title = `\`${name}\`: **${escapeMarkdown(layer.type)}** \`${layer.name}\``;
      const model = modelOf(analysis, layer);
      if (model) return [title, modelLines(analysis, model)];
      const nodes = executions(analysis, layer);
      return [title, nodes.length > 0 ? results(analysis, nodes, host).slice(2) : [t('Not called yet.')]];
    }
    case 'shape':
      return [`\`${name}\` = \`${formatShape(seen.shape)}\``, []];
    case 'value':
      return [`\`${name}\` = \`${seen.text}\``, []];
    case 'unknown': {
      const why = escapeMarkdown(coreText(seen.unknown.reason)) + placeText(analysis, seen.unknown.at, host);
      return [t('{0}: unknown, {1}', `\`${name}\``, why), []];
    }
  }
}

function producerText(analysis: Analysis, node: Node, host: Host): string {
  return `**${escapeMarkdown(node.type)}** \`${node.name}\`${placeText(analysis, node.site.range, host)}`;
}
