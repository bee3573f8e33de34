/** `convlens check`: findings of files and folders as text, JSON, SARIF or GitHub annotations; 1 when there are errors. */
import { counts, githubReport, jsonFile, sarifReport, textReport, type JsonFile } from '../features';
import { UsageError, type Command } from './arguments';
import { analyzeFile, findPrograms, isKerasProgram, nodeReader } from './files';

export interface Outcome {
  readonly output: string;
  /** What could not be read, a line each. */
  readonly errors: readonly string[];
  readonly exitCode: 0 | 1 | 2;
}

export function checkCommand(command: Extract<Command, { command: 'check' }>, version: string): Outcome {
  const reader = nodeReader();
  const errors: string[] = [];
  const files = findPrograms(command.paths).flatMap((file) => {
    try {
      const analysis = analyzeFile(file, reader, command);
      const found = jsonFile(analysis);
      // Other Python is none of this program's business, also when it is named (a commit hook names every file).
      return isKerasProgram(analysis) ? [found] : [{ ...found, diagnostics: [], problems: [] }];
    } catch (error) {
      // One file that cannot be read keeps nothing from being said of the others.
      if (!(error instanceof UsageError)) throw error;
      errors.push(error.message);
      return [];
    }
  });
  const exitCode = errors.length > 0 ? 2 : counts(files).errors > 0 ? 1 : 0;
  return { output: report(files, command.format, version), errors, exitCode };
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
