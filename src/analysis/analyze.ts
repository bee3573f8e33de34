/** The whole pipeline in one short function: program → interpretation → model graph → figures and diagnostics. */
import type { ModelGraph } from '../graph/graph';
import { interpret } from '../keras/interpret';
import type { Backend } from '../keras/dtypes';
import type { FileReader } from '../python/source';
import { diagnose, optionalAdvice } from './diagnose';
import type { Diagnostic } from './diagnostic';
import { Figures } from './figures';
import { joinCells } from './joinCells';
import { ProgramText, type Program } from './program';
import type { Reader } from './repair';

export interface Environment {
  /** Reads files that the program imports or opens. */
  readonly reader: FileReader;
  /** Folders in which `import` looks, first wins. */
  readonly searchPath: readonly string[];
  /** Steps of interpretation after which it gives up (and says so). */
  readonly fuel?: number;
  /** Milliseconds after which interpretation gives up (and says so), for hosts that must not wait; no limit when absent. */
  readonly patience?: number;
  /** Keras semantics; 3 when absent. */
  readonly kerasVersion?: 2 | 3;
  /** What Keras runs on, where the program does not set it; TensorFlow when absent. */
  readonly backend?: Backend;
  /** Parsed files, kept by the caller from run to run: an edit then re-reads only what changed. */
  readonly parsed?: NonNullable<Parameters<typeof interpret>[1]>['parsed'];
  /** Receives errors of the interpretation itself, for tests. */
  readonly onInternal?: (error: unknown) => void;
}

/** All that is known of one version of a program. Figures and diagnostics are worked out when first asked for. */
export interface Analysis {
  readonly program: ProgramText;
  readonly graph: ModelGraph;
  readonly figures: Figures;
  readonly diagnostics: readonly Diagnostic[];
  /** Design advice that shows only where a setting asks for it, by code. */
  readonly advice: readonly Diagnostic[];
  readonly timings: { readonly interpretMs: number };
}

/** Never throws and never hangs: what cannot be read is unknown, what was given up is in `graph.problems`. */
export function analyze(program: Program, environment: Environment): Analysis {
  const text = new ProgramText(program);
  const began = now();
  const graph = interpret(
    'cells' in program ? { path: program.path, cells: program.cells } : program,
    environment.patience === undefined
      ? environment
      : { ...environment, now, deadline: began + environment.patience },
  );
  if (text.notebook) joinCells(graph, text);
  return analysisOf(text, graph, { interpretMs: now() - began }, (changed) => errorsOf(changed, environment));
}

/** The errors of a program that is read only to see what a fix would leave. */
function errorsOf(program: Program, environment: Environment): readonly Diagnostic[] {
  const text = new ProgramText(program);
  const graph = interpret('cells' in program ? { path: program.path, cells: program.cells } : program, {
    ...environment,
    parsed: environment.parsed && new Map(environment.parsed),
  });
  if (text.notebook) joinCells(graph, text);
  return diagnose(text, graph, new Figures(graph)).filter(({ severity }) => severity === 'error');
}

/** An analysis of a graph that is there already. */
export function analysisOf(
  program: ProgramText,
  graph: ModelGraph,
  timings = { interpretMs: 0 },
  read: Reader | null = null,
): Analysis {
  const figures = new Figures(graph);
  let diagnostics: Diagnostic[] | undefined;
  let hints: Diagnostic[] | undefined;
  return {
    program,
    graph,
    figures,
    timings,
    get diagnostics() {
      return (diagnostics ??= diagnose(program, graph, figures, read));
    },
    get advice() {
      return (hints ??= optionalAdvice(program, graph, figures));
    },
  };
}

function now(): number {
  return typeof performance === 'undefined' ? Date.now() : performance.now();
}
