/** Reads the command line: subcommand, options and files; says plainly what is wrong with it. */
import { parseArgs } from 'node:util';

/** The command line cannot be understood, or a file cannot be read: exit code 2. */
export class UsageError extends Error {}

export const HELP = `Usage:
  convlens summary FILE… [--format table|json|markdown|csv] [--model NAME] [--input SHAPE] [--python-path DIR…]
  convlens check PATH… [--format text|json|sarif|github] [--python-path DIR…]
  convlens run FILE --model NAME [--image FILE|--sample NAME] [--weights FILE] [--layer NAME] [--seed N] --out DIR
  convlens compare FILE[#MODEL] FILE[#MODEL] [--format markdown|json] [--python-path DIR…]
  convlens debug FILE [--what syntax|graph|values|timings]

summary  shapes, parameters, multiply-adds (MACs, one sample) and receptive fields of the models in Python files and notebooks
check    shape errors and other mistakes; folders are searched for .py and .ipynb
compare  layers added, removed and changed from one model to another, and what that does to the figures
run      computes the feature maps of a model on a sample or a file (PNG, JPEG, .npy), with weights from .keras or .h5
         (else what the program loads, or a file beside it of its name; --weights none for initial ones), and writes them as PNG

All take --python-path DIR (packages to read) and --keras 2|3 (else as the program's imports and calls say).
The code is read, never executed. Exit code: 0 no errors, 1 errors found (check), 2 could not run, or could not read a file.`;

/** What every command takes that reads a program. */
export interface Reading {
  readonly pythonPath: readonly string[];
  /** `--keras`: as the program's imports and calls say where absent. */
  readonly keras?: 2 | 3;
}

export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'version' }
  | (Reading & {
      readonly command: 'summary';
      readonly files: readonly string[];
      readonly format: 'table' | 'json' | 'markdown' | 'csv';
      readonly model: string | null;
      readonly input: string | null;
    })
  | (Reading & {
      readonly command: 'check';
      readonly paths: readonly string[];
      readonly format: 'text' | 'json' | 'sarif' | 'github';
    })
  | (Reading & {
      readonly command: 'compare';
      /** Each a file, with `#` and a model's name behind it where it has several. */
      readonly before: string;
      readonly after: string;
      readonly format: 'markdown' | 'json';
    })
  | (Reading & {
      readonly command: 'run';
      readonly file: string;
      readonly model: string;
      readonly image: string | null;
      readonly sample: string | null;
      readonly weights: string | null;
      readonly layer: string | null;
      readonly seed: number;
      readonly out: string;
    })
  | (Reading & {
      readonly command: 'debug';
      readonly file: string;
      readonly what: 'syntax' | 'graph' | 'values' | 'timings';
    });

const READING = {
  'python-path': { type: 'string', multiple: true },
  keras: { type: 'string' },
} as const;

export function parseCommand(args: readonly string[]): Command {
  const [command, ...rest] = args;
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (options.includes('--help') || options.includes('-h')) return { command: 'help' };
  switch (command) {
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      return { command: 'help' };
    case '--version':
    case '-V':
      return { command: 'version' };
    case 'summary': {
      const { values, positionals } = read(rest, {
        format: { type: 'string' },
        model: { type: 'string' },
        input: { type: 'string' },
        ...READING,
      });
      const format = oneOf('--format', values.format ?? 'table', [
        'table',
        'json',
        'markdown',
        'csv',
      ] as const);
      return {
        command,
        files: some(positionals, 'summary needs a FILE'),
        format,
        model: values.model ?? null,
        input: values.input ?? null,
        ...reading(values),
      };
    }
    case 'check': {
      const { values, positionals } = read(rest, { format: { type: 'string' }, ...READING });
      const format = oneOf('--format', values.format ?? 'text', ['text', 'json', 'sarif', 'github'] as const);
      return {
        command,
        paths: some(positionals, 'check needs a PATH'),
        format,
        ...reading(values),
      };
    }
    case 'compare': {
      const { values, positionals } = read(rest, { format: { type: 'string' }, ...READING });
      if (positionals.length !== 2) throw new UsageError('compare needs two files');
      return {
        command,
        before: positionals[0],
        after: positionals[1],
        format: oneOf('--format', values.format ?? 'markdown', ['markdown', 'json'] as const),
        ...reading(values),
      };
    }
    case 'run': {
      const text = { type: 'string' } as const;
      const { values, positionals } = read(rest, {
        model: text,
        image: text,
        sample: text,
        weights: text,
        layer: text,
        out: text,
        seed: text,
        ...READING,
      });
      if (positionals.length !== 1) throw new UsageError('run needs one FILE');
      if (values.model === undefined) throw new UsageError('run needs --model NAME');
      if (values.out === undefined) throw new UsageError('run needs --out DIR');
      if (values.image !== undefined && values.sample !== undefined)
        throw new UsageError('--image and --sample exclude each other');
      const seed = Number(values.seed ?? '0');
      if (!Number.isSafeInteger(seed))
        throw new UsageError(`--seed takes a whole number, not ${values.seed}`);
      return {
        command,
        file: positionals[0],
        model: values.model,
        image: values.image ?? null,
        sample: values.sample ?? null,
        weights: values.weights ?? null,
        layer: values.layer ?? null,
        seed,
        out: values.out,
        ...reading(values),
      };
    }
    case 'debug': {
      const { values, positionals } = read(rest, { what: { type: 'string' }, ...READING });
      if (positionals.length !== 1) throw new UsageError('debug needs one FILE');
      return {
        command,
        file: positionals[0],
        what: oneOf('--what', values.what ?? 'graph', ['syntax', 'graph', 'values', 'timings'] as const),
        ...reading(values),
      };
    }
    default:
      throw new UsageError(
        `unknown command ${command}: there are summary, check, run, compare, debug (convlens --help)`,
      );
  }
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function read<T extends Options>(
  args: string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>> {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node adds advice on arguments that begin with `-`, which is rarely what was meant.
    const [message] = (error instanceof Error ? error.message : String(error)).split('. To specify');
    throw new UsageError(`${message} (convlens --help)`, { cause: error });
  }
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`${option} takes ${allowed.join(', ')}; not ${value}`);
  return found;
}

function some(values: readonly string[], message: string): readonly string[] {
  if (values.length === 0) throw new UsageError(message);
  return values;
}

function reading(values: { 'python-path'?: string[]; keras?: string }): Reading {
  const { keras } = values;
  return {
    pythonPath: folders(values['python-path']),
    ...(keras === undefined ? {} : { keras: oneOf('--keras', keras, ['2', '3'] as const) === '2' ? 2 : 3 }),
  };
}

/** `--python-path a:b --python-path c` gives three folders; a Windows drive's colon is kept. */
function folders(values: readonly string[] | undefined): string[] {
  return (values ?? [])
    .flatMap((value) => value.split(process.platform === 'win32' ? ';' : ':'))
    .filter((folder) => folder !== '');
}
