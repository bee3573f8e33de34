/** The command line's entry: runs one command, prints its result, and sets the exit code (0, 1 errors found, 2 could not run). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dumpGraph, dumpSyntax, dumpTimings, dumpValues } from '../features';
import { HELP, parseCommand, UsageError, type Command } from './arguments';
import { checkCommand } from './checkCommand';
import { compareCommand } from './compareCommand';
import { analyzeFile, nodeReader, requireFolders } from './files';
import { summaryCommand } from './summaryCommand';

async function main(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  if ('pythonPath' in command) requireFolders(command.pythonPath);
  switch (command.command) {
    case 'help':
      process.stdout.write(`${HELP}\n`);
      return args.length === 0 ? 2 : 0;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return 0;
    case 'summary':
      process.stdout.write(summaryCommand(command));
      return 0;
    case 'check': {
      const { output, errors, exitCode } = checkCommand(command, version());
      process.stdout.write(output);
      for (const error of errors) process.stderr.write(`convlens: ${error}\n`);
      return exitCode;
    }
    case 'compare':
      process.stdout.write(compareCommand(command));
      return 0;
    case 'run': {
      // The engine is large: the other commands start without it.
      const { runCommand } = await import('./runCommand');
      process.stdout.write(await runCommand(command));
      return 0;
    }
    case 'debug':
      process.stdout.write(debug(command));
      return 0;
  }
}

function debug(command: Extract<Command, { command: 'debug' }>): string {
  const analysis = analyzeFile(command.file, nodeReader(), command);
  switch (command.what) {
    case 'syntax':
      return dumpSyntax(analysis);
    case 'graph':
      return dumpGraph(analysis);
    case 'values':
      return `${dumpValues(analysis)}\n`;
    case 'timings':
      return dumpTimings(analysis);
  }
}

/** From the package that the command belongs to. */
function version(): string {
  for (const folder of [path.join(__dirname, '..'), path.join(__dirname, '../..')]) {
    try {
      const info = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (info.name === 'convlens' && info.version !== undefined) return info.version;
    } catch {
      // Not there: the next place.
    }
  }
  return 'unknown';
}

// A reader that closes early (`convlens summary … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      error instanceof UsageError
        ? `convlens: ${error.message}\n`
        : `convlens: internal error: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 2;
  },
);
