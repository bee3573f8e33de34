/** `convlens compare`: two models, of one file or of two, as a report in Markdown or as JSON. */
import { existsSync } from 'node:fs';
import { compareModels, comparisonReport, defaultModel, type ComparedModel } from '../features';
import { UsageError, type Command, type Reading } from './arguments';
import { analyzeFile, nodeReader } from './files';
import { modelIndex } from './summaryCommand';

/** Gives what to print. Throws UsageError when a file cannot be read or has no such model. */
export function compareCommand(command: Extract<Command, { command: 'compare' }>): string {
  const [before, after] = [command.before, command.after].map((text) => side(text, command));
  return command.format === 'json'
    ? `${JSON.stringify(compareModels(before, after))}\n`
    : comparisonReport(before, after);
}

/** `net.py#model`; without a name the last model that the module binds. */
function side(text: string, reading: Reading): ComparedModel {
  const at = existsSync(text) ? -1 : text.lastIndexOf('#');
  const file = at < 0 ? text : text.slice(0, at);
  const analysis = analyzeFile(file, nodeReader(), reading);
  const model = at < 0 ? defaultModel(analysis.graph) : modelIndex(analysis, text.slice(at + 1));
  if (model === null) throw new UsageError(`${file} has no model`);
  return { analysis, model, label: file };
}
