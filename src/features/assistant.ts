/** Answers for language models: a model's summary, the problems of a file, one layer explained. Plain Markdown without pictures. */
import type { Analysis } from '../analysis/analysis';
import type { Fix } from '../analysis/diagnostic';
import type { Node } from '../graph/graph';
import { messageOf } from './diagnostics';
import { explain, flow } from './explain';
import { modelName, summary } from './summary';
import { defaultModel } from './snapshot';

/** The summaries of the models of a name, or of every named model; says which there are when none fits. */
export function describeModels(analysis: Analysis, name?: string): string {
  const { models } = analysis.graph;
  if (models.length === 0) return `No Keras model was found in this file.${gaveUp(analysis)}`;
  const indices = models.map((_, index) => index);
  const named = indices.filter((index) => modelName(analysis, models[index]) === name);
  if (name !== undefined && named.length === 0) {
    const names = [...new Set(models.map((model) => `\`${modelName(analysis, model)}\``))];
    return `No model is called \`${name}\`. There are: ${names.join(', ')}.`;
  }
  const bound = indices.filter((index) => models[index].bindings.some(({ moduleLevel }) => moduleLevel));
  const shown = name !== undefined ? named : bound.length > 0 ? bound : [defaultModel(analysis.graph) ?? 0];
  const texts = shown.map((index) => summary(analysis, index, 'markdown'));
  return [...texts, `Shapes start with the batch axis (None).${gaveUp(analysis)}`].join('\n');
}

/** Every problem with its line, code, explanation and possible fixes (by the problem's place among the diagnostics). */
export function describeProblems(analysis: Analysis, fixes: readonly (readonly Fix[])[]): string {
  const { diagnostics, program, graph } = analysis;
  const checked = graph.nodes.filter((node) => node.layer !== null && !node.internal).length;
  if (diagnostics.length === 0)
    return `No shape errors in ${checked} layer calls of ${graph.models.length} models.${gaveUp(analysis)}`;
  return diagnostics
    .map((diagnostic, index) => {
      const { line, cell } = program.position(diagnostic.range.from);
      const place = program.notebook
        ? `cell ${program.cells[cell].index}, line ${line + 1}`
        : `line ${line + 1}`;
      const titles = (fixes[index] ?? []).map((fix) => `  - possible fix: ${fix.title}`);
      return [
        `- ${place}: ${diagnostic.severity} \`${diagnostic.code}\`: ${messageOf(diagnostic)}`,
        ...titles,
      ].join('\n');
    })
    .join('\n')
    .concat(gaveUp(analysis));
}

/** The executions of a layer named by its Keras name, its variable's class or its line (from 1). */
export function describeLayer(
  analysis: Analysis,
  { name, line }: { readonly name?: string; readonly line?: number },
): string {
  const { graph, program } = analysis;
  const at = (node: Node): number => program.position(node.site.range.from).line + 1;
  const own = graph.nodes.filter((node) => node.site.range.file === program.path);
  const made = (node: Node): number | null =>
    node.layer === null || graph.layers[node.layer].site.range.file !== program.path
      ? null
      : program.position(graph.layers[node.layer].site.range.from).line + 1;
  const nodes = own.filter(
    (node) =>
      (name === undefined || node.name === name || node.type === name) &&
      (line === undefined || (!node.internal && at(node) === line) || made(node) === line),
  );
  if (nodes.length === 0) {
    const names = [...new Set(own.filter(({ internal }) => !internal).map((node) => node.name))];
    return `No layer call was found there. Layers of this file: ${names.slice(0, 60).join(', ')}.`;
  }
  const shown = nodes.slice(0, MOST);
  const texts = shown.map((node) =>
    [
      `**${node.type}** \`${node.name}\` (line ${at(node)})`,
      `\`${flow(analysis, node)}\``,
      ...explain(analysis, node).filter((text) => !text.startsWith('![')),
    ].join('\n'),
  );
  if (nodes.length > MOST) texts.push(`… and ${nodes.length - MOST} more calls`);
  return texts.join('\n\n');
}

const MOST = 8;

function gaveUp({ graph }: Analysis): string {
  const given = graph.problems.map(({ message }) => message);
  return given.length === 0 ? '' : ` Not everything could be read: ${[...new Set(given)].join('; ')}.`;
}
