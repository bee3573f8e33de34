/**
 * Makes diagnostics of the failures that interpretation recorded: one per cause, at a place in the analysed file, with the
 * calls around it. Adds the design advice found in the finished graph. The fixes come later (`mend.ts`): typing needs the words.
 */
import type { Failure, ModelGraph, SourceRange } from '../graph/graph';
import { advice } from './checks/advice';
import { offender, secondName } from './checks/models';
import type { Finding } from './diagnostic';
import type { Figures } from './figures';
import type { ProgramText } from './program';
import { suppressions } from './suppress';

/** At most so many of the calls around a failure are named: the innermost and outermost tell enough. */
const NAMED_CALLS = 6;

export function diagnose(program: ProgramText, graph: ModelGraph, figures: Figures): Finding[] {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const failure of graph.failures) {
    const place = refined(program, graph, failure) ?? placeIn(program.path, failure);
    if (place === null) continue;
    const key = `${failure.code}|${place.range.from}|${place.range.to}`;
    if (
      seen.has(key) ||
      found.some((earlier) => sameCause(earlier, failure, place.range) || sameTensor(graph, earlier, failure))
    )
      continue;
    seen.add(key);
    found.push({
      code: failure.code,
      severity: failure.severity,
      message: failure.message,
      keras: failure.keras,
      range: place.range,
      related: [...failure.related, ...place.related],
      node: failure.node,
      layer: failure.layer,
      probed: failure.probed,
      failure,
    });
  }
  return kept(program, [...found, ...advice(program, graph, figures, false)]);
}

/** Hints that show only when a setting asks for them. */
export function optionalAdvice(program: ProgramText, graph: ModelGraph, figures: Figures): Finding[] {
  return kept(program, advice(program, graph, figures, true));
}

/** Without what comments keep quiet, in the order of the text. */
function kept(program: ProgramText, found: readonly Finding[]): Finding[] {
  const quiet = suppressions(program.text, program.lines);
  return found
    .filter(
      ({ code, range }) =>
        !quiet.ignores(code, program.lines.position(range.from).line, program.lines.position(range.to).line),
    )
    .sort((a, b) => a.range.from - b.range.from || a.range.to - b.range.to);
}

/** One cause, one message: a second error about the same expression of the same call follows from the first. */
function sameCause(earlier: Finding, failure: Failure, range: SourceRange): boolean {
  if (earlier.severity !== 'error' || failure.severity !== 'error' || earlier.failure === null) return false;
  const [a, b] = [earlier.failure.site.range, failure.site.range];
  return (
    a.file === b.file &&
    a.from === b.from &&
    a.to === b.to &&
    earlier.range.from < range.to &&
    range.from < earlier.range.to
  );
}

/** A tensor of the wrong rank is one cause, however many layers read it; so is what a model is called on again and again. */
function sameTensor(graph: ModelGraph, earlier: Finding, failure: Failure): boolean {
  if (failure.code !== earlier.code) return false;
  if (failure.code === 'model-input-shape') {
    const rest = ({ facts }: Failure): string =>
      `${String(facts.expected)}|${String(facts.received).replace(/^\([^,]*/, '')}`;
    return (
      earlier.failure !== null && failure.layer === earlier.layer && rest(failure) === rest(earlier.failure)
    );
  }
  if (failure.code !== 'input-rank') return false;
  if (failure.node === null || earlier.node === null) return false;
  const [tensor] = graph.nodes[failure.node].inputs;
  return tensor !== undefined && tensor === graph.nodes[earlier.node].inputs[0];
}

/** A more precise place than interpretation could know, where the source text or the graph tells one. */
function refined(program: ProgramText, graph: ModelGraph, failure: Failure): ReturnType<typeof placeIn> {
  if (failure.range.file !== program.path) return null;
  if (failure.code === 'sequential-not-layer') {
    const range = offender(program, failure);
    return range && { range, related: [] };
  }
  if (failure.code === 'duplicate-name') {
    const range = secondName(program, graph, failure);
    return range && { range, related: [{ range: failure.range, message: 'the model that cannot be made' }] };
  }
  const { from, to } = failure.range;
  const text = program.text.slice(from, to);
  const name = failure.code === 'loss-key' ? failure.facts.name : null;
  if (typeof name === 'string') {
    const at = text.search(new RegExp(`["']${name.replace(/\W/g, '\\$&')}["']`));
    if (at >= 0)
      return { range: { ...failure.range, from: from + at, to: from + at + name.length + 2 }, related: [] };
  }
  // A call over many lines is marked where it begins.
  const head = /^[\w.]+(?=\s*\()/.exec(text);
  const { range: site } = failure.site;
  if (head !== null && text.includes('\n') && site.from === from && site.to === to) {
    const place = placeIn(program.path, failure);
    return place && { ...place, range: { ...failure.range, to: from + head[0].length } };
  }
  return null;
}

/** In the analysed file: the failure's own range, or the call in this file that led to it in another one. */
function placeIn(
  file: string,
  failure: Failure,
): { readonly range: SourceRange; readonly related: Finding['related'] } | null {
  const calls = [failure.site.range, ...failure.site.stack];
  if (failure.range.file === file) {
    const around = failure.site.stack.filter((range) => range.file === file);
    return {
      range: failure.range,
      related: around.slice(0, NAMED_CALLS).map((range) => ({ range, message: 'in this call' })),
    };
  }
  const own = calls.find((range) => range.file === file);
  return own === undefined
    ? null
    : { range: own, related: [{ range: failure.range, message: 'the call that fails' }] };
}
