/**
 * Gives findings the fixes that `checks/` knows for their codes. Fixes are worked out, and tried where a reader is given,
 * when they are first asked for: most are never looked at.
 */
import type { Failure, ModelGraph } from '../graph/graph';
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
    const own = fixesFor(new FixContext(program, graph, failure));
    return read === null || finding.severity !== 'error' ? own : tried(program, errors, own, read);
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
