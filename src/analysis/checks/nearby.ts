/**
 * Small edits near a failure that may be what was meant, for where the fixes of its code do not mend it: arguments of the
 * layers on the way to it, numbers of one tensor written where those of another belong, names of other tensors. They are
 * guesses: only those that leave a program without the error are offered (see repair.ts).
 */
import type { Layer, SourceRange } from '../../graph/graph';
import type { Fix, TextEdit } from '../diagnostic';
import type { FixContext } from '../fixContext';

/** Layers on the way that are looked at, from the failure back. */
const LAYERS = 8;
/** Places at which a number may be another. */
const PLACES = 12;
/** Tensors that may stand for another. */
const NAMES = 4;

export function nearbyEdits(context: FixContext): Fix[] {
  const layers = upstream(context);
  const fixes = [
    ...layers.flatMap((layer) => geometry(context, layer, layers)),
    ...layers.flatMap((layer) => sequences(context, layer)),
    ...numbers(context, layers),
    ...factors(context, layers),
    ...loops(context),
    ...withoutTop(context),
    ...swaps(context),
    ...otherTensors(context),
  ];
  const titles = new Set<string>();
  return fixes.filter(({ title }) => !titles.has(title) && titles.add(title));
}

/** Layers of the program through which the tensors of the failure came, nearest first, each once. */
function upstream(context: FixContext): Layer[] {
  const { graph, node, layer } = context;
  const found: Layer[] =
    layer !== null && context.owns(layer.site.range) && !layer.sublayers.length ? [layer] : [];
  const queue = [...(node?.inputs ?? modelEnds(context))];
  const seen = new Set<number>();
  for (let i = 0; i < queue.length && i < 200 && found.length < LAYERS; i++) {
    const { producer } = graph.tensors[queue[i]];
    if (producer === null || seen.has(producer)) continue;
    seen.add(producer);
    const step = graph.nodes[producer];
    const made = step.layer === null ? null : graph.layers[step.layer];
    if (made !== null && made.builtin !== null && !found.includes(made) && context.owns(made.site.range))
      found.push(made);
    // A layer or model of the program: what is in it made the tensor.
    for (const child of step.children) queue.push(...graph.nodes[child].outputs);
    queue.push(...step.inputs);
  }
  return found;
}

/** Outputs and inputs of the model that a failure without a node is about. */
function modelEnds({ graph, failure }: FixContext): readonly number[] {
  const model = graph.models.find((candidate) => candidate.layer === failure.layer);
  return model === undefined ? [] : [...model.outputs, ...model.inputs];
}

// --- arguments of layers -------------------------------------------------------------------------------------------------

/** Strides and padding as they may have been meant. */
function geometry(context: FixContext, layer: Layer, others: readonly Layer[]): Fix[] {
  const { strides, padding } = layer.config;
  if (strides === undefined || padding === undefined) return [];
  const set = (...pairs: (readonly [string, string])[]): Fix | null => {
    const edits = pairs.map(([name, value]) => context.setArgument(layer, name, value));
    if (edits.some((edit) => edit === null)) return null;
    const appended = edits.flat() as TextEdit[];
    return {
      title: `In ${layer.name}: ${pairs.map(([name, value]) => `${name}=${value}`).join(', ')}`,
      edits: together(appended),
    };
  };
  const fixes: (Fix | null)[] = [];
  // As another layer of the same function has them.
  const written = others
    .filter((other) => other !== layer && context.owns(other.args.strides))
    .map((other) => context.text(other.args.strides))
    .filter((text) => !context.owns(layer.args.strides) || text !== context.text(layer.args.strides));
  const one = isOne(strides);
  if (padding === 'valid' && !one) fixes.push(set(['padding', '"same"']));
  if (one) {
    for (const text of new Set(written)) fixes.push(set(['strides', text]));
    if (padding === 'valid') fixes.push(set(['padding', '"same"']));
    fixes.push(set(['strides', '2']));
  } else {
    fixes.push(set(['strides', '1']));
    if (padding === 'valid') fixes.push(set(['strides', '1'], ['padding', '"same"']));
  }
  return fixes.filter((fix): fix is Fix => fix !== null);
}

function isOne(value: unknown): boolean {
  return value === 1 || (Array.isArray(value) && value.every((entry) => entry === 1));
}

/** Insertions at one place as one edit, in their order. */
function together(edits: readonly TextEdit[]): TextEdit[] {
  const joined: TextEdit[] = [];
  for (const edit of edits) {
    const same = joined.findIndex(({ from, to }) => from === edit.from && to === edit.to && from === to);
    if (same < 0) joined.push(edit);
    else joined[same] = { ...edit, text: joined[same].text + edit.text };
  }
  return joined;
}

/** All steps or the last one, and the states or not, of a recurrent layer. */
function sequences(context: FixContext, layer: Layer): Fix[] {
  if (!/^(?:LSTM|GRU|SimpleRNN|ConvLSTM[123]D)$/.test(layer.builtin ?? '')) return [];
  const fixes: Fix[] = [];
  for (const name of ['return_sequences', 'return_state']) {
    const range = layer.args[name];
    if (context.owns(range)) {
      const edits = context.removeArgument(range);
      if (edits !== null) fixes.push({ title: `In ${layer.name}: without ${name}`, edits });
    } else if (name === 'return_sequences') {
      // The layers of a Bidirectional are copies of the one that is written in it.
      const { range: site } = layer.site;
      const written = new RegExp(`(?:\\w+\\.)*\\b${layer.builtin}\\s*\\(`).exec(context.text(site));
      const edits =
        written === null || new RegExp(`\\b${name}\\s*=`).test(context.text(site))
          ? null
          : context.addKeyword({ ...site, from: site.from + written.index }, `${name}=True`);
      if (edits !== null)
        fixes.push({ title: `Return all steps of ${layer.name}: return_sequences=True`, edits });
    }
  }
  return fixes;
}

/** An architecture with its classifier, where its map of features is wanted. */
function withoutTop(context: FixContext): Fix[] {
  return [...context.program.text.matchAll(/\binclude_top\s*=\s*True\b/g)]
    .slice(0, 2)
    .map(({ index, 0: text }) => ({
      title: 'Leave the classifier out: include_top=False',
      edits: [context.edit(index, index + text.length, 'include_top=False')],
    }));
}

// --- numbers -------------------------------------------------------------------------------------------------------------

/** A number of the message written where another one of it belongs: at arguments of the layers on the way first. */
function numbers(context: FixContext, layers: readonly Layer[]): Fix[] {
  const { program, failure } = context;
  const named = namedNumbers(program.text);
  const at = failure.range.file === program.path ? failure.range.from : failure.site.range.from;
  const inLayers = layers.flatMap((layer) =>
    Object.values(layer.args).filter((range): range is SourceRange => context.owns(range)),
  );
  const candidates: { readonly fix: Fix; readonly rank: number }[] = [];
  for (const [wrong, right] of exchanges(failure.message)) {
    for (const { index } of program.text.matchAll(new RegExp(`(?<![\\w."'])${wrong}(?![\\w."'])`, 'g'))) {
      if (inComment(program.text, index)) continue;
      const place = inLayers.findIndex(({ from, to }) => index >= from && index < to);
      candidates.push({
        fix: {
          title: `Write ${right} for ${wrong} in line ${program.position(index).line + 1}`,
          edits: [context.edit(index, index + wrong.length, right)],
        },
        rank: place >= 0 ? place : 1000 + Math.abs(index - at),
      });
    }
    inLayers.forEach((range, place) => {
      const text = context.text(range);
      if (named.get(text) !== wrong) return;
      for (const [name, value] of named)
        if (value === right)
          candidates.push({
            fix: { title: `Take ${name} for ${text}`, edits: [context.edit(range.from, range.to, name)] },
            rank: place - 0.5,
          });
    });
  }
  return candidates
    .sort((a, b) => a.rank - b.rank)
    .slice(0, PLACES)
    .map(({ fix }) => fix);
}

/** Numbers of a message that differ at the same place of two shapes; of one without such shapes, all its numbers. */
function exchanges(message: string): (readonly [wrong: string, right: string])[] {
  const [words] = message.split('\nKeras:');
  const shapes = [...words.matchAll(/[([]((?:[\w?]+, *)*[\w?]+,?)[)\]]/g)].map(([, inner]) =>
    inner.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()])),
  );
  const found = new Map<string, readonly [string, string]>();
  const add = (a: string, b: string): void => {
    if (a !== b && /^\d+$/.test(a) && /^\d+$/.test(b))
      found.set(`${a} ${b}`, [a, b]).set(`${b} ${a}`, [b, a]);
  };
  for (const [i, first] of shapes.entries())
    for (const second of shapes.slice(i + 1))
      if (first.length === second.length) first.forEach((entry, axis) => add(entry, second[axis]));
  if (found.size === 0) {
    const said = [...new Set([...words.matchAll(/(?<![\w.])\d+(?![\w.])/g)].map(([text]) => text))].filter(
      (text) => Number(text) > 1,
    );
    for (const a of said.slice(0, 6)) for (const b of said.slice(0, 6)) add(a, b);
  }
  return [...found.values()];
}

function inComment(text: string, index: number): boolean {
  return text.slice(text.lastIndexOf('\n', index) + 1, index).includes('#');
}

/** Names that the text gives whole numbers: `n = 7` and `a, b = 3, 4`. */
function namedNumbers(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const assignment =
    /^[ \t]*((?:\w+[ \t]*,[ \t]*)*\w+)[ \t]*=[ \t]*((?:\d+[ \t]*,[ \t]*)*\d+)[ \t]*(?:#.*)?$/gm;
  for (const [, names, values] of text.matchAll(assignment)) {
    const [left, right] = [names.split(','), values.split(',')];
    if (left.length === right.length) left.forEach((name, i) => found.set(name.trim(), right[i].trim()));
  }
  return found;
}

/** A width that is multiplied or divided, without that: in the layers on the way and the method or function around. */
function factors(context: FixContext, layers: readonly Layer[]): Fix[] {
  const { program, failure } = context;
  const ranges = layers.flatMap(({ args }) => Object.values(args)).filter((range) => context.owns(range));
  const { range: at } = failure.site;
  if (context.owns(at)) {
    const from = program.text
      .slice(0, at.from)
      .search(/\n(?:class|def)[ \t][^\n]*(?:\n(?![^\s#@)])[^\n]*)*$/);
    if (from >= 0) ranges.push({ ...at, from, to: at.from });
  }
  const fixes = new Map<number, Fix>();
  for (const range of ranges)
    for (const { index, 0: whole, 1: name } of context
      .text(range)
      .matchAll(/\b([A-Za-z_][\w.]*)[ \t]*(?:\/\/|[*/+-])[ \t]*\d+\b(?![ \t]*[*/])/g)) {
      const from = range.from + index;
      if (!fixes.has(from))
        fixes.set(from, {
          title: `Write ${name} for ${whole}`,
          edits: [context.edit(from, from + whole.length, name)],
        });
    }
  return [...fixes.values()].slice(0, 6);
}

// --- names ---------------------------------------------------------------------------------------------------------------

/** Another tensor of the program in the place of one that the failing call is given: those made last first. */
function otherTensors(context: FixContext): Fix[] {
  const { graph, failure } = context;
  const { range } = failure.site;
  if (!context.owns(range)) return [];
  const tensors = graph.observations.filter(
    ({ seen, range: at }) => seen.kind === 'tensor' && at.file === range.file,
  );
  const given = new Map<number, string>();
  for (const { name, range: at } of tensors)
    if (at.from >= range.from && at.to <= range.to && /^\w+$/.test(name)) given.set(at.from, name);
  const start = context.program.text.lastIndexOf('\ndef ', range.from) + 1;
  const inFunction = context.program.text.slice(start, range.from).includes('\n    ') && start > 0;
  const line = context.program.text.lastIndexOf('\n', range.from) + 1;
  const before = tensors
    .filter(({ range: at, name }) => at.to <= line && (!inFunction || at.from >= start) && /^\w+$/.test(name))
    .reverse();
  const names = [...new Set(before.map(({ name }) => name))]
    .filter((name) => isVariable(context.program.text.slice(start, range.from), name))
    .slice(0, NAMES);
  return [...given].flatMap(([from, name]) =>
    names
      .filter((other) => other !== name)
      .map((other) => ({
        title: `Take ${other} for ${name}`,
        edits: [context.edit(from, from + name.length, other)],
      })),
  );
}

/** Whether statements or a function's header bind the name: a lambda's or a comprehension's own is not there elsewhere. */
function isVariable(text: string, name: string): boolean {
  return new RegExp(
    `^[ \\t]*(?:[\\w.]+[ \\t]*,[ \\t]*)*${name}[ \\t]*(?:,[ \\t\\w.]+)*=(?!=)|^[ \\t]*(?:for[ \\t]|def[ \\t]+\\w+\\()[^\\n]*\\b${name}\\b`,
    'm',
  ).test(text);
}

/** Neighbouring arguments, or entries of a pair, the other way round. */
function swaps(context: FixContext): Fix[] {
  const fixes: Fix[] = [];
  for (const range of [context.failure.site.range, ...context.failure.site.stack].slice(0, 3)) {
    if (!context.owns(range)) continue;
    const text = context.text(range);
    for (const { index, 1: a, 2: gap, 3: b } of text.matchAll(
      /(?<=[(,]\s*)([A-Za-z_][\w.]*)(\s*,\s*)(?=([A-Za-z_][\w.]*)\s*[,)])/g,
    ))
      if (a !== b)
        fixes.push({
          title: `Swap ${a} and ${b}`,
          edits: [
            context.edit(
              range.from + index,
              range.from + index + a.length + gap.length + b.length,
              b + gap + a,
            ),
          ],
        });
  }
  return fixes.slice(0, 6);
}

/** What a loop around the failure walks, the other way round. */
function loops(context: FixContext): Fix[] {
  const { range } = context.failure.site;
  if (!context.owns(range)) return [];
  const { text } = context.program;
  const line = text.lastIndexOf('\n', range.from) + 1;
  const margin = /^[ \t]*/.exec(text.slice(line))?.[0].length ?? 0;
  const headers = [...text.slice(0, line).matchAll(/^([ \t]*)for\b[^\n]*?\bin\b([^\n]*):/gm)].filter(
    ([, indent]) => indent.length < margin,
  );
  const header = headers[headers.length - 1];
  if (header === undefined) return [];
  const from = header.index + header[0].length - 1 - header[2].length;
  return [
    ...header[2].matchAll(
      /reversed\((\w+)\)|\b(?!zip\b|range\b|enumerate\b|len\b|reversed\b)([A-Za-z_]\w*)\b(?!\s*\()/g,
    ),
  ]
    .slice(0, 4)
    .map(({ index, 0: whole, 1: inner, 2: name }) => ({
      title: inner === undefined ? `Walk ${name} backwards: reversed(${name})` : `Walk ${inner} forwards`,
      edits: [context.edit(from + index, from + index + whole.length, inner ?? `reversed(${name})`)],
    }));
}
