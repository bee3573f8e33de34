/** `convlens summary`: the models of files as tables, Markdown, CSV or the JSON contract. */
import { jsonFile, modelName, summary, type Analysis, type JsonFile } from '../features';
import { UsageError, type Command } from './arguments';
import { analyzeFile, nodeReader } from './files';

/** Gives what to print. Throws UsageError when a file cannot be read or has no such model. */
export function summaryCommand(command: Extract<Command, { command: 'summary' }>): string {
  const reader = nodeReader();
  const analyses = command.files.map((file) => analyzeFile(file, reader, command, command.input));
  if (command.format === 'json') {
    const files = analyses.map((analysis) => pickModel(jsonFile(analysis), command.model));
    requireModel(
      files.some((file) => command.model === null || file.models.length > 0),
      command.model,
      analyses,
    );
    return `${JSON.stringify({ files })}\n`;
  }
  const texts = analyses.flatMap((analysis) => {
    const indices = shownModels(analysis, command.model);
    if (indices.length === 0)
      return command.model === null ? [`${analysis.program.path}: no model found\n`] : [];
    return indices.map((index) => summary(analysis, index, command.format as 'table' | 'markdown' | 'csv'));
  });
  requireModel(texts.length > 0, command.model, analyses);
  return texts.join('\n');
}

function pickModel(file: JsonFile, name: string | null): JsonFile {
  return name === null ? file : { ...file, models: file.models.filter((model) => model.name === name) };
}

/** Models with a name in the file; all of the graph when none has one. */
function shownModels(analysis: Analysis, name: string | null): number[] {
  const { graph, program } = analysis;
  const indices = graph.models.map((_, index) => index);
  const bound = indices.filter((index) =>
    graph.models[index].bindings.some((binding) => binding.range.file === program.path),
  );
  if (name === null) return bound.length > 0 ? bound : indices;
  return indices.filter(
    (index) =>
      graph.models[index].bindings.some((binding) => binding.name === name) ||
      modelName(analysis, graph.models[index]) === name,
  );
}

function requireModel(found: boolean, name: string | null, analyses: readonly Analysis[]): void {
  if (found || name === null) return;
  const names = analyses.flatMap((analysis) =>
    analysis.graph.models.map((model) => modelName(analysis, model)),
  );
  throw new UsageError(
    `no model is called ${name}${names.length > 0 ? `; the file has ${[...new Set(names)].join(', ')}` : ': the file has no model'}`,
  );
}

/** Index of the model called `name`; throws UsageError with the names there are. */
export function modelIndex(analysis: Analysis, name: string): number {
  const [index] = shownModels(analysis, name);
  requireModel(index !== undefined, name, [analysis]);
  return index;
}
