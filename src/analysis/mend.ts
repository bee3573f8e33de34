/**
 * Gives findings the fixes that `checks/` knows for their codes. Fixes are worked out, and tried where a reader is given,
 * when they are first asked for: most are never looked at.
 */
import { isUnknown, type Failure, type ModelGraph } from '../graph/graph';
import { nearbyEdits } from './checks/nearby';
import { fixesFor } from './checks/registry';
import type { Diagnostic, Finding, Fix } from './diagnostic';
import { FixContext } from './fixContext';
import type { ProgramText } from './program';
import { tried, type Reader } from './repair';

/** `read` reads the program anew with a fix applied, so that fixes can be tried; without it they come as they are made. */
export function withFixes(
  program: ProgramText,
  graph: ModelGraph,
  findings: readonly Finding[],
  read: Reader | null,
): Diagnostic[] {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const made = (finding: Finding, failure: Failure): readonly Fix[] => {
    const context = new FixContext(program, graph, failure);
    const own = fixesFor(context);
    if (read === null || finding.severity !== 'error') return own;
    return tried(
      program,
      { errors, unknown: unknownTensors(graph), nodes: graph.nodes.length },
      own,
      () => nearbyEdits(context),
      read,
    );
  };
  return findings.map((finding) => {
    const { failure } = finding;
    if (failure === null) return { ...finding, fixes: [] };
    let fixes: readonly Fix[] | undefined;
    return {
      ...finding,
      get fixes() {
        return (fixes ??= made(finding, failure));
      },
    };
  });
}

/** Tensors of which no shape is known. */
export function unknownTensors(graph: ModelGraph): number {
  return graph.tensors.filter(({ shape }) => isUnknown(shape)).length;
}
