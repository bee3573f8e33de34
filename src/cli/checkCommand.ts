/** `convlens check`: findings of files and folders as text, JSON, SARIF or GitHub annotations; 1 when there are errors. */
import { counts, githubReport, jsonFile, sarifReport, textReport, type JsonFile } from '../features';
import type { Command } from './arguments';
import { analyzeFile, findPrograms, isKerasProgram, nodeReader } from './files';

export interface Outcome {
  readonly output: string;
  readonly exitCode: 0 | 1;
}

export function checkCommand(command: Extract<Command, { command: 'check' }>, version: string): Outcome {
  const reader = nodeReader();
  const files = findPrograms(command.paths).map((file) => {
    const analysis = analyzeFile(file, reader, command);
    const found = jsonFile(analysis);
    // Other Python is none of this program's business, also when it is named (a commit hook names every file).
    return isKerasProgram(analysis) ? found : { ...found, diagnostics: [] };
  });
  return { output: report(files, command.format, version), exitCode: counts(files).errors > 0 ? 1 : 0 };
}

function report(
  files: readonly JsonFile[],
  format: 'text' | 'json' | 'sarif' | 'github',
  version: string,
): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ files })}\n`;
    case 'sarif':
      return sarifReport(files, version);
    case 'github':
      return githubReport(files);
    case 'text':
      return textReport(files);
  }
}
