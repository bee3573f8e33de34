/** “What if the input were …”: the edits of the program that give a model another input, for a comparison or to be kept. */
import type { Analysis } from '../analysis/analysis';
import type { TextEdit } from '../analysis/diagnostic';
import { isShipped } from '../keras/applications';
import { shapesText } from './format';
import { t } from './words';

/** Lengths per input, batch axis first; null for one that stays open. */
export type StatedShape = readonly (number | null)[];

export type WhatIf =
  | { readonly kind: 'edits'; readonly edits: readonly TextEdit[] }
  | { readonly kind: 'impossible'; readonly reason: string };

/** The model's inputs as a user would write them; empty when they are not known. */
export function statedInput(analysis: Analysis, model: number): string {
  const { inputs } = analysis.graph.models[model];
  if (inputs.length === 0) return '';
  const text = inputs.map((id) => shapesText([analysis.graph.tensors[id].shape])).join(', ');
  return /^[\w\s(),]+$/.test(text) ? text : '';
}

/** `(None, 320, 320, 3)`, several with commas between; null when it cannot be read. */
export function parseInput(text: string): readonly StatedShape[] | null {
  const groups = /\(/.test(text) ? (text.match(/\(([^()]*)\)/g) ?? []) : [`(${text})`];
  if (
    text.replace(/\([^()]*\)/g, '').replace(/[\s,]/g, '') !== '' &&
    groups.length > 0 &&
    groups[0] !== `(${text})`
  )
    return null;
  const shapes: StatedShape[] = [];
  for (const group of groups) {
    const entries = group
      .slice(1, -1)
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    if (entries.length === 0 || !entries.every((entry) => /^(?:None|[1-9]\d*)$/.test(entry))) return null;
    shapes.push(entries.map((entry) => (entry === 'None' ? null : Number(entry))));
  }
  return shapes.length === 0 ? null : shapes;
}

/**
 * A comment `# convlens: input=(…)` that states the shapes: after each `Input` that the model starts from (after the call of
 * an architecture that makes its own), after a Sequential that has none, or after the head of the model's class. The comment
 * there already is replaced.
 */
export function whatIf(analysis: Analysis, index: number, shapes: readonly StatedShape[]): WhatIf {
  const { graph, program } = analysis;
  const model = graph.models[index];
  const impossible = (reason: string): WhatIf => ({ kind: 'impossible', reason });
  const starts = model.inputs.map((id) => {
    const { producer } = graph.tensors[id];
    const node = producer === null ? undefined : graph.nodes[producer];
    if (node?.primitive.op !== 'input' || node.layer === null) return undefined;
    const { site } = graph.layers[node.layer];
    return isShipped(site.range.file) ? site.stack.find(({ file }) => !isShipped(file)) : site.range;
  });
  if (starts.length > 0 && starts.every((range) => range !== undefined && range.to > range.from)) {
    if (starts.length !== shapes.length)
      return impossible(t('The model has {0} inputs; {1} shapes were given.', starts.length, shapes.length));
    const edits = starts.map((range, i) =>
      range!.file === program.path ? comment(analysis, range!.to, [shapes[i]]) : null,
    );
    if (edits.every((edit) => edit !== null)) return { kind: 'edits', edits };
    return impossible(t('The input of this model is made in another file.'));
  }
  const own = model.layer === null ? undefined : graph.layers[model.layer].site.range;
  if (model.kind === 'sequential' && starts.length === 0 && own?.file === program.path && own.to > own.from)
    return shapes.length === 1
      ? { kind: 'edits', edits: [comment(analysis, own.to, shapes)] }
      : impossible(t('The model has {0} inputs; {1} shapes were given.', 1, shapes.length));
  const cls = analysis.builders.classes.find(({ models }) => models.includes(index));
  return cls === undefined
    ? impossible(t('The input of this model is not made in this file.'))
    : { kind: 'edits', edits: [comment(analysis, cls.at.to, shapes)] };
}

const STATED = /\s*#\s*convlens:\s*input\s*=.*$/;

/** Puts the comment at the end of the line that an offset stands in. */
function comment({ program }: Analysis, offset: number, shapes: readonly StatedShape[]): TextEdit {
  const { line } = program.lines.position(offset);
  const text = program.lines.lineText(line);
  const end = program.lines.lineEnd(line);
  const before = STATED.exec(text)?.[0].length ?? text.length - text.trimEnd().length;
  const shape = (lengths: StatedShape): string =>
    `(${lengths.map((length) => length ?? 'None').join(', ')}${lengths.length === 1 ? ',' : ''})`;
  return {
    file: program.path,
    from: end - before,
    to: end,
    text: `  # convlens: input=${shapes.map(shape).join(', ')}`,
  };
}
