/** Real Keras as a process that stays: programs in, answers out, in batches. And where a Python that has it is found. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { print, type Program } from './expression';

/** A tensor as both sides tell it: shape (`null`: open, `'?'`: not known) and dtype. */
export type TensorAnswer = readonly [readonly (number | null | '?')[] | '?', string | null];

/** What one side says of a program. */
export interface Answer {
  /** Per statement: its tensors, or null for a layer or model. Shorter than the program where an error ended it. */
  readonly outputs: readonly (readonly TensorAnswer[] | null)[];
  /** Parameters and trainable parameters of built layers and models by name. */
  readonly layers: Readonly<Record<string, readonly [number | null, number | null]>>;
  /** Class of the exception, or `error`. */
  readonly error?: string;
  readonly message?: string;
  /** Index of the statement that raised. */
  readonly at?: number;
  /** Keras took too long to answer. */
  readonly timeout?: boolean;
  /** ConvLens' interpretation broke: an error of its own. */
  readonly crash?: string;
}

export type Versions = Readonly<Record<string, string>>;

const hasKeras = (python: string): boolean =>
  spawnSync(
    python,
    ['-c', 'import importlib.util as u; assert u.find_spec("keras") and u.find_spec("jax")'],
    {
      stdio: 'ignore',
    },
  ).status === 0;

/** A Python that can import Keras and JAX: the one named, `$CONVLENS_PYTHON`, else `python3`; undefined when there is none. */
export function findPython(named?: string): string | undefined {
  const wanted = named ?? process.env.CONVLENS_PYTHON;
  if (wanted) {
    if (!hasKeras(wanted)) throw new Error(`${wanted} cannot import keras and jax`);
    return wanted;
  }
  return hasKeras('python3') ? 'python3' : undefined;
}

/** Makes (once) a virtual environment with Keras and JAX in `folder` and gives its Python. */
export function makePython(folder: string): string {
  const environment = path.join(folder, 'keras');
  const python = path.join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (existsSync(python) && hasKeras(python)) return python;
  mkdirSync(folder, { recursive: true });
  const run = (command: string, args: readonly string[]): void => {
    const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0)
      throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  };
  run('python3', ['-m', 'venv', environment]);
  run(python, ['-m', 'pip', 'install', '--quiet', 'keras==3.16.0', 'jax']);
  return python;
}

export class Keras {
  private readonly lines: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly reader: Interface,
  ) {
    this.lines = reader[Symbol.asyncIterator]();
  }

  versions: Versions = {};

  static async start(python: string): Promise<Keras> {
    const child = spawn(python, [path.join(__dirname, 'ask.py')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, KERAS_BACKEND: 'jax' },
    });
    const keras = new Keras(child, createInterface({ input: child.stdout! }));
    keras.versions = JSON.parse(await keras.line()) as Versions;
    return keras;
  }

  private async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.child.spawnfile} ended without an answer`);
    return value as string;
  }

  async ask(programs: readonly Program[]): Promise<Answer[]> {
    if (programs.length === 0) return [];
    const request = programs.map((program) => program.map(({ name, value }) => [name, print(value)]));
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    return JSON.parse(await this.line()) as Answer[];
  }

  stop(): void {
    this.reader.close();
    this.child.kill();
  }
}
