/** Files for the command line: programs to analyse, folders searched for them, and the reader for what programs import. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  analyze,
  notebookProgram,
  searchFolders,
  type Analysis,
  type MendableAnalysis,
  type FileReader,
  type Program,
} from '../features';
import { UsageError, type Reading } from './arguments';

/** Folders that hold no code of the project's own. */
const SKIPPED = new Set(['node_modules', '__pycache__', 'site-packages', 'dist-packages']);
const MENTION = /\b(?:keras|tensorflow|tf_keras)\b/;

/** A reader over the disk; every file is read once. */
export function nodeReader(): FileReader {
  const texts = new Map<string, string | undefined>();
  return {
    read(file) {
      if (!texts.has(file)) texts.set(file, readIfFile(file));
      return texts.get(file);
    },
  };
}

function readIfFile(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? decoded(readFileSync(file)) : undefined;
  } catch {
    return undefined;
  }
}

/** Throws UsageError where a folder of packages is none: a misspelt one would only make more unknown. */
export function requireFolders(folders: readonly string[]): void {
  for (const folder of folders)
    if (!existsSync(folder) || !statSync(folder).isDirectory())
      throw new UsageError(`--python-path takes folders; ${folder} is none`);
}

/** The files to check: given files as they are, folders searched for programs that mention Keras. */
export function findPrograms(paths: readonly string[]): string[] {
  const found: string[] = [];
  for (const given of paths) {
    if (!existsSync(given)) throw new UsageError(`cannot read ${given}: it does not exist`);
    if (statSync(given).isDirectory()) search(given, found);
    else found.push(given);
  }
  return [...new Set(found)];
}

function search(folder: string, found: string[]): void {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some((entry) => entry.name === 'pyvenv.cfg')) return;
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && !SKIPPED.has(entry.name)) search(file, found);
    } else if (/\.(?:py|ipynb)$/.test(entry.name) && entry.isFile() && MENTION.test(readIfFile(file) ?? '')) {
      found.push(file);
    }
  }
}

/** Whether a program mentions Keras or TensorFlow itself, or uses layers that modules of its project make. */
export function isKerasProgram({ program, graph }: Analysis): boolean {
  return graph.layers.length > 0 || graph.nodes.length > 0 || MENTION.test(program.text);
}

/** The text of a named file. Throws UsageError for what is no file, cannot be read, or is no text that Python takes. */
function textOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${plainly(error)}`, { cause: error });
  }
  const text = decoded(bytes);
  if (text.includes('\0')) throw new UsageError(`cannot read ${file}: it is no text in UTF-8`);
  return text;
}

/** UTF-8, or the encoding that the first two lines declare (PEP 263); without the mark of byte order. */
function decoded(bytes: Buffer): string {
  const [first, second] = bytes
    .subarray(0, 400)
    .toString('latin1')
    .split(/\r\n|\r|\n/, 2);
  const declared = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
  const name = (declared.exec(first) ??
    (/^\s*(?:#|$)/.test(first) ? declared.exec(second ?? '') : null))?.[1];
  try {
    return new TextDecoder(name?.replace(/_/g, '-') ?? 'utf-8').decode(bytes);
  } catch {
    // A name that only Python knows.
    return new TextDecoder('utf-8').decode(bytes);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  ELOOP: 'its links lead in a circle',
};

/** Why the system gave no file. */
export function plainly(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

const BACKENDS = ['tensorflow', 'jax', 'torch'] as const;

/** The program in a file. Throws UsageError when it cannot be read. */
export function readProgram(file: string): Program {
  const text = textOf(file);
  if (!file.endsWith('.ipynb')) return { path: file, text };
  try {
    return notebookProgram(file, text);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** `input`: a shape stated on the command line, as the comment that programs can hold themselves. */
export function analyzeFile(
  file: string,
  reader: FileReader,
  reading: Reading,
  input: string | null = null,
): MendableAnalysis {
  const program = readProgram(file);
  const searchPath = [...projectFolders(file), ...reading.pythonPath];
  return analyze(input === null ? program : withInput(program, input), {
    reader,
    searchPath,
    kerasVersion: reading.keras,
    // Keras reads the same variable.
    backend: BACKENDS.find((name) => name === process.env['KERAS_BACKEND']),
  });
}

/** From the file's folder up to the folder in which the command runs; both where the file lies elsewhere. */
function projectFolders(file: string): string[] {
  const folder = path.dirname(file).split(path.sep).join('/');
  const relative = path.relative('.', folder).split(path.sep).join('/');
  if (relative === '..' || relative.startsWith('../') || path.isAbsolute(relative)) return [folder, '.'];
  // Relative where the file was given so: messages then name places as the user does.
  return path.isAbsolute(file)
    ? searchFolders(folder, process.cwd().split(path.sep).join('/'))
    : searchFolders(relative === '' ? '.' : `./${relative}`, '.').map((each) => each.replace(/^\.\//, ''));
}

function withInput(program: Program, input: string): Program {
  const lengths = input
    .replace(/[()[\]\s]/g, '')
    .split(',')
    .filter((part) => part !== '');
  if (lengths.length === 0 || !lengths.every((part) => /^(?:\d+|None)$/.test(part)))
    throw new UsageError(`--input takes lengths such as "None,224,224,3"; not ${input}`);
  const comment = `  # convlens: input=(${lengths.join(', ')}${lengths.length === 1 ? ',' : ''})`;
  const states = (text: string): string => {
    // At the head of model classes; of all classes where no base says Model.
    const model = /^[ \t]*class\b.*\(.*Model.*\).*:[ \t]*$/gm;
    const heads = model.test(text) ? model : /^[ \t]*class\b.*:[ \t]*$/gm;
    return text.replace(heads, (line) => line + comment);
  };
  if ('text' in program) return { ...program, text: states(program.text) };
  return { ...program, cells: program.cells.map(states) };
}
