/** The whole pipeline in one short function: program → interpretation → model graph → figures and diagnostics. */
import type { ModelGraph } from '../graph/graph';
import { interpret } from '../keras/interpret';
import type { Backend } from '../keras/dtypes';
import type { FileReader } from '../python/source';
import { GraphAnalysis, type Analysis } from './analysis';
import { builders } from './builders';
import { diagnose } from './diagnose';
import type { Diagnostic } from './diagnostic';
import { Figures } from './figures';
import { joinCells } from './joinCells';
import { unknownTensors, withFixes } from './mend';
import { ProgramText, type Program } from './program';
import type { Reading } from './repair';

export interface Environment {
  /** Reads files that the program imports or opens. */
  readonly reader: FileReader;
  /** Folders in which `import` looks, first wins. */
  readonly searchPath: readonly string[];
  /** Steps of interpretation after which it gives up (and says so). */
  readonly fuel?: number;
  /** Milliseconds after which interpretation gives up (and says so), for hosts that must not wait; no limit when absent. */
  readonly patience?: number;
  /** Asked often: true once nobody waits for the result any more, which may then be anything. */
  readonly stopped?: () => boolean;
  /** Keras semantics; 3 when absent. */
  readonly kerasVersion?: 2 | 3;
  /** What Keras runs on, where the program does not set it; TensorFlow when absent. */
  readonly backend?: Backend;
  /** Parsed files, kept by the caller from run to run: an edit then re-reads only what changed. */
  readonly parsed?: NonNullable<Parameters<typeof interpret>[1]>['parsed'];
  /** Receives errors of the interpretation itself, for tests. */
  readonly onInternal?: (error: unknown) => void;
}

export type { Analysis };

/** An analysis whose diagnostics have fixes: the program can be read again to try them. */
export interface MendableAnalysis extends Analysis {
  readonly diagnostics: readonly Diagnostic[];
}

/** Never throws and never hangs: what cannot be read is unknown, what was given up is in `graph.problems`. */
export function analyze(program: Program, environment: Environment): MendableAnalysis {
  const text = new ProgramText(program);
  const began = now();
  const graph = graphOf(program, text, environment, began);
  return new ReadAnalysis(text, graph, { interpretMs: now() - began }, environment);
}

class ReadAnalysis extends GraphAnalysis implements MendableAnalysis {
  private mendable: readonly Diagnostic[] | undefined;

  constructor(
    program: ProgramText,
    graph: ModelGraph,
    timings: Analysis['timings'],
    private readonly environment: Environment,
  ) {
    super(program, graph, timings, () => builders(program, graph));
  }

  override get diagnostics(): readonly Diagnostic[] {
    return (this.mendable ??= withFixes(this.program, this.graph, super.diagnostics, (changed) =>
      readingOf(changed, this.environment),
    ));
  }
}

/** A program that is read only to see what a fix would leave; null when the reading was stopped. */
function readingOf(program: Program, environment: Environment): Reading | null {
  const text = new ProgramText(program);
  const parsed = environment.parsed && new Map(environment.parsed);
  const graph = graphOf(program, text, { ...environment, parsed }, now());
  if (environment.stopped?.()) return null;
  const errors = diagnose(text, graph, new Figures(graph)).filter(({ severity }) => severity === 'error');
  return { errors: withFixes(text, graph, errors, null), unknown: unknownTensors(graph) };
}

function graphOf(program: Program, text: ProgramText, environment: Environment, began: number): ModelGraph {
  const { patience, stopped } = environment;
  const graph = interpret('cells' in program ? { path: program.path, cells: program.cells } : program, {
    ...environment,
    ...(patience === undefined && stopped === undefined
      ? {}
      : {
          now: () => (stopped?.() ? Infinity : now()),
          deadline: patience === undefined ? Number.MAX_VALUE : began + patience,
        }),
  });
  if (text.notebook) joinCells(graph, text);
  return graph;
}

function now(): number {
  return typeof performance === 'undefined' ? Date.now() : performance.now();
}
