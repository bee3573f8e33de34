/** The one entry of this room: a Python program in, its model graph out. Never throws. */
import { emptyGraph, type ModelGraph } from '../graph/graph';
import type { ModuleNode } from '../python/ast';
import { runProgram, type Program } from '../python/run';
import type { FileReader } from '../python/source';
import { splitCellFile } from '../python/source';
import type { Backend } from './dtypes';
import { SHIPPED } from './applications';
import { withShipped } from './modules/applications';
import { kerasModules, kerasStandIns } from './modules';
import { installKeras } from './model/classes';
import { finalizeModels } from './model/finalize';
import { Observations } from './model/observe';
import { probeAll } from './model/probing';
import { addGraphModels } from './plain/graphModels';
import type { Recorder } from './model/recorder';
import { errorsOf, gaveUp, noteVersion, versionIsOpen } from './version';

export interface Source {
  readonly path: string;
  /** The program's text; absent for notebooks. */
  readonly text?: string;
  /** Code cells of a notebook, in order: one program. */
  readonly cells?: readonly string[];
}

export interface Environment {
  readonly reader?: FileReader;
  /** Directories of Python packages. */
  readonly searchPath?: readonly string[];
  readonly fuel?: number;
  /** As the program's imports and calls say where absent (version.ts). */
  readonly kerasVersion?: 2 | 3;
  /** What Keras runs on, where the program does not set it; Keras' own default, TensorFlow, where absent. */
  readonly backend?: Backend;
  /** Parsed files, kept by the caller from run to run. */
  readonly parsed?: Map<string, ModuleNode>;
  readonly now?: () => number;
  readonly deadline?: number;
  /** Whether to look into what nothing calls. Default true. */
  readonly probe?: boolean;
  /** An exception of module code that nothing caught, for tests. */
  readonly onUncaught?: Program['onUncaught'];
  /** An error of the interpretation itself, for tests. */
  readonly onInternal?: (error: unknown) => void;
}

export function interpret(source: Source, environment: Environment = {}): ModelGraph {
  const { graph, open } = interpretAs(source, environment, environment.kerasVersion ?? 3);
  const errors = errorsOf(graph);
  const stated = environment.kerasVersion !== undefined || graph.kerasVersion === 2;
  if (stated || !open || errors.length === 0 || gaveUp(graph)) return graph;
  const older = interpretAs(source, environment, 2).graph;
  if (gaveUp(older) || errorsOf(older).length >= errors.length) return graph;
  noteVersion(older, errors);
  return older;
}

/** One run. `open`: the program does not say for which Keras it is written. */
function interpretAs(
  source: Source,
  environment: Environment,
  version: 2 | 3,
): { readonly graph: ModelGraph; readonly open: boolean } {
  const observations = new Observations((file) => splitCellFile(file).path === source.path);
  let recorder: Recorder | undefined;
  try {
    const result = runProgram({
      ...source,
      reader: withShipped(environment.reader),
      searchPath: [...(environment.searchPath ?? []), SHIPPED],
      fuel: environment.fuel,
      parsed: environment.parsed,
      now: environment.now,
      deadline: environment.deadline,
      onInternal: environment.onInternal,
      onUncaught: environment.onUncaught,
      modules: [kerasModules],
      fallbacks: [kerasStandIns],
      observer: observations,
      setup: (machine, directives) => {
        recorder = installKeras(machine, source.path, version, environment.backend ?? null);
        recorder.directives = directives;
        observations.recorder = recorder;
      },
    });
    const made = recorder;
    if (made === undefined)
      return { graph: { ...emptyGraph(source.path), problems: result.problems }, open: false };
    if (environment.probe !== false)
      result.after(() => probeAll(made, { directives: result.directives, objects: observations.objects }));
    result.after(() => {
      const models = finalizeModels(made);
      observations.finish(result.globals);
      for (const [state, bindings] of observations.bindings) models.get(state)?.bindings.push(...bindings);
      addGraphModels(made, observations);
    });
    made.graph.problems.push(...result.problems);
    return { graph: made.graph, open: versionIsOpen(result.imported) };
  } catch (error) {
    environment.onInternal?.(error);
    const graph = recorder?.graph ?? emptyGraph(source.path);
    graph.problems.push({
      kind: 'internal',
      message: `the analysis failed: ${error instanceof Error ? error.message : String(error)}`,
      range: null,
    });
    return { graph, open: false };
  }
}
