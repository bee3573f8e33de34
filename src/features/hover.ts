/** The hover on a layer call, a layer's constructor, a name or a shape: Markdown, the same for every host. */
import type { Analysis } from '../analysis/analyze';
import type { Layer, Node, Observation } from '../graph/graph';
import { formatShape } from '../keras/dims';
import { explain, flow } from './explain';
import { escapeMarkdown, fieldText, openDims, shapesText, short } from './format';
import { fieldFigures } from '../analysis/figures';
import { executions, locate, modelOf } from './locate';
import { modelName, totalsText } from './summary';
import type { Place } from '../analysis/program';

export interface Hover {
  /** Offsets in the cell (or file) that was asked about. */
  readonly from: number;
  readonly to: number;
  readonly markdown: string;
}

/** Distinct results listed before the rest is only counted. */
const LISTED = 12;

export function hover(analysis: Analysis, place: Place): Hover | null {
  const { program } = analysis;
  const found = locate(analysis, program.offset(place));
  if (found === null) return null;
  const lines =
    found.kind === 'observations'
      ? observations(analysis, found.observations)
      : found.kind === 'layers' && found.nodes.length === 0
        ? unused(analysis, found.layers)
        : results(analysis, found.nodes);
  if (lines.length === 0) return null;
  return {
    from: program.place(found.range.from).offset,
    to: program.place(found.range.to).offset,
    markdown: lines.join('\n'),
  };
}

/** Executions of one place: one in full, several as a list. */
function results(analysis: Analysis, nodes: readonly Node[]): string[] {
  if (nodes.length === 0) return [];
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const key = `${node.type}|${flow(analysis, node)}|${analysis.figures.parametersOf(node).total}|${fieldCell(analysis, node)}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const first = nodes[0];
  if (groups.size === 1) {
    const times = nodes.length > 1 ? ` · ${nodes.length} calls` : '';
    const model = first.layer === null ? undefined : modelOf(analysis, analysis.graph.layers[first.layer]);
    return [
      heading(first, times),
      '',
      `\`${flow(analysis, first)}\``,
      '',
      ...(model ? modelLines(analysis, model) : explain(analysis, first)),
    ];
  }
  const last = nodes[nodes.length - 1];
  const output = (node: Node): string =>
    shapesText(node.outputs.map((id) => analysis.graph.tensors[id].shape));
  const lines = [
    `**${escapeMarkdown(first.type)}** · ${nodes.length} calls: \`${output(first)}\` … \`${output(last)}\``,
    '',
    '| | input → output | parameters | MACs | receptive field |',
    '|--:|---|--:|--:|---|',
  ];
  [...groups.values()].slice(0, LISTED).forEach((group) => {
    const [node] = group;
    const figure = analysis.figures.ofNode(node);
    const cell = (value: number | null): string => (value === null ? '?' : short(value));
    lines.push(
      `| ${group.length}× | \`${flow(analysis, node)}\` | ${cell(figure.params)} | ${cell(figure.macs)} | ${fieldCell(analysis, node)} |`,
    );
  });
  if (groups.size > LISTED) lines.push('', `… and ${groups.size - LISTED} more`);
  lines.push('', `The first, \`${first.name}\`:`, '', ...explain(analysis, first));
  return lines;
}

function fieldCell(analysis: Analysis, node: Node): string {
  const field = fieldFigures(analysis.figures.fieldOf(node));
  return field === null ? '' : fieldText(field).split(', padding')[0];
}

function heading(node: Node, times: string): string {
  return `**${escapeMarkdown(node.type)}** \`${node.name}\`${times}${node.probed ? ' · with assumed arguments' : ''}`;
}

/** A layer that was made but never called. */
function unused(analysis: Analysis, layers: readonly Layer[]): string[] {
  const [layer] = layers;
  const model = modelOf(analysis, layer);
  if (model)
    return [`**${escapeMarkdown(layer.type)}** \`${layer.name}\``, '', ...modelLines(analysis, model)];
  return [
    `**${escapeMarkdown(layer.type)}** \`${layer.name}\``,
    '',
    layer.built ? '' : 'Not called yet: its input, and so its shapes and parameters, are not known.',
  ];
}

function modelLines(analysis: Analysis, model: Analysis['graph']['models'][number]): string[] {
  const totals = analysis.figures.ofModel(model);
  const shape = (ids: readonly number[]): string =>
    shapesText(ids.map((id) => analysis.graph.tensors[id].shape));
  const lines = [
    `**${escapeMarkdown(modelName(analysis, model))}**: ${model.kind} model of ${model.rows.length} rows`,
    '',
  ];
  if (model.inputs.length > 0 && model.outputs.length > 0)
    lines.push(`\`${shape(model.inputs)} → ${shape(model.outputs)}\``, '');
  lines.push(...totalsText(totals).map((text) => `- ${text}`));
  const output = model.outputs[0];
  const field = output === undefined ? null : fieldFigures(analysis.figures.fields.of(output, model.inputs));
  if (field !== null) lines.push(`- Receptive field ${fieldText(field)}`);
  if (model.unknown) lines.push(`- Unknown: ${escapeMarkdown(model.unknown.reason)}`);
  return lines;
}

/** A name or attribute: the tensors, layers or values it was seen to be. */
function observations(analysis: Analysis, seen: readonly Observation[]): string[] {
  const { graph } = analysis;
  const texts = new Map<string, { count: number; more: string[] }>();
  for (const observation of seen) {
    const [text, more] = observed(analysis, observation);
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
          `\`${seen[0].name}\` · ${seen.length} times: \`${formatShape(graph.tensors[first.tensor].shape)}\` … \`${formatShape(graph.tensors[last.tensor].shape)}\``,
          '',
        ]
      : [];
  const lines = entries
    .slice(0, LISTED)
    .map(([text, { count }]) => `- ${text}${count > 1 ? ` (${count} times)` : ''}`);
  if (entries.length > LISTED) lines.push(`- … and ${entries.length - LISTED} more`);
  return [...lead, ...lines];
}

function observed(analysis: Analysis, { name, seen }: Observation): [text: string, more: string[]] {
  const { graph } = analysis;
  switch (seen.kind) {
    case 'tensor': {
      const tensor = graph.tensors[seen.tensor];
      const node = tensor.producer === null ? null : graph.nodes[tensor.producer];
      const more = openDims(tensor.shape).map((line) => `- Open length, ${line}`);
      if (node !== null && node.primitive.op !== 'input')
        more.unshift(`- from **${escapeMarkdown(node.type)}** \`${node.name}\``);
      const field = fieldFigures(analysis.figures.fields.of(tensor.id));
      if (field !== null && node?.primitive.op !== 'input')
        more.push(`- Receptive field ${fieldText(field)}`);
      return [
        `\`${name}\`: tensor \`${formatShape(tensor.shape)}\`${tensor.dtype ? ` ${tensor.dtype}` : ''}`,
        more,
      ];
    }
    case 'layer': {
      const layer = graph.layers[seen.layer];
      const model = modelOf(analysis, layer);
      if (model)
        return [
          `\`${name}\`: **${escapeMarkdown(layer.type)}** \`${layer.name}\``,
          modelLines(analysis, model),
        ];
      const nodes = executions(analysis, layer);
      return [
        `\`${name}\`: **${escapeMarkdown(layer.type)}** \`${layer.name}\``,
        nodes.length > 0 ? results(analysis, nodes).slice(2) : ['Not called yet.'],
      ];
    }
    case 'shape':
      return [`\`${name}\` = \`${formatShape(seen.shape)}\``, []];
    case 'value':
      return [`\`${name}\` = \`${seen.text}\``, []];
    case 'unknown': {
      const { at, reason } = seen.unknown;
      const where =
        at && at.file === analysis.program.path
          ? ` (line ${analysis.program.position(at.from).line + 1})`
          : '';
      return [`\`${name}\`: unknown, ${escapeMarkdown(reason)}${where}`, []];
    }
  }
}
