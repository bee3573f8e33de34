/** Mistakes in putting models together: stray inputs, classes in place of layers, names used twice. */
import type { Failure, Layer, ModelGraph, SourceRange } from '../../graph/graph';
import type { Fix } from '../diagnostic';
import { matching, ownRange } from '../argumentEdit';
import type { FixContext } from '../fixContext';
import type { ProgramText } from '../program';
import { elementsOf, quoteLike, splitTop } from './text';

/** `sequential-not-layer`: a class wants to be made, a function wrapped. */
export function notLayer(context: FixContext): (Fix | null)[] {
  const kind = context.string('kind');
  let range = offender(context.program, context.failure) ?? context.failure.range;
  if (!context.owns(range)) return [];
  // `model.add(relu)`: what is added, not the call that adds it.
  const adding = /^[\w.[\]'"]+\.add\(\s*/.exec(context.text(range));
  const end = adding === null ? null : context.closingParenthesis(range);
  if (adding !== null && end !== null) range = { ...range, from: range.from + adding[0].length, to: end };
  const text = context.text(range).trim();
  const replace = (title: string, by: string): Fix => ({
    title,
    edits: [context.edit(range.from, range.to, by)],
  });
  const activation = /^["'](\w+)["']$/.exec(text)?.[1];
  const wrapper = activation === undefined ? null : context.className(null, 'Activation');
  if (wrapper !== null)
    return [
      {
        title: `Make it a layer: Activation(${text})`,
        edits: [...wrapper.edits, context.edit(range.from, range.to, `${wrapper.text}(${text})`)],
      },
    ];
  if (kind === 'class') return [replace(`Make a layer: ${text}()`, `${text}()`)];
  if (kind === 'function' || kind === 'native') {
    const name = context.className(null, 'Lambda');
    return name === null
      ? []
      : [
          {
            title: 'Wrap it in a Lambda layer',
            edits: [...name.edits, context.edit(range.from, range.to, `${name.text}(${text})`)],
          },
        ];
  }
  return [];
}

/** The element of a Sequential's list that is no layer, where the failure names the whole call. */
export function offender(program: ProgramText, failure: Failure): SourceRange | null {
  const name = failure.facts.name;
  const text = program.text.slice(failure.range.from, failure.range.to);
  const open = text.indexOf('[');
  if (typeof name !== 'string' || open < 0 || failure.range.file !== program.path) return null;
  const close = matching(text, open);
  const found =
    close === null
      ? undefined
      : splitTop(text, open + 1, close, ',').find(
          (element) => element.text === name || element.text.endsWith(`.${name}`),
        );
  return found === undefined
    ? null
    : { ...failure.range, from: failure.range.from + found.from, to: failure.range.from + found.to };
}

/** `layer-as-tensor`: the layer is called on the tensor made last before it. */
export function layerAsTensor(context: FixContext): (Fix | null)[] {
  const { graph, failure } = context;
  if (!context.owns(failure.range)) return [];
  const text = context.text(failure.range).trim();
  const made = madeWithTensor(context);
  if (made !== null) return [made];
  const model = modelOutput(context, text);
  const uncalled = text.includes('(') || !/^\w+$/.test(text) ? null : calledWhereMade(context);
  if (uncalled !== null) return [...model, uncalled];
  let tensor: string | null = null;
  let at = -1;
  for (const { seen, range, name } of graph.observations) {
    if (
      seen.kind !== 'tensor' ||
      range.file !== failure.range.file ||
      range.to > failure.range.from ||
      range.from <= at ||
      name === text ||
      !/^\w+$/.test(name)
    )
      continue;
    tensor = name;
    at = range.from;
  }
  return [
    ...model,
    tensor === null ? null : context.replace(`Call it on a tensor: ${text}(${tensor})`, `${text}(${tensor})`),
  ];
}

/** A model that is there already: its output is the tensor. */
function modelOutput(context: FixContext, text: string): (Fix | null)[] {
  const { graph, failure } = context;
  const seen = graph.observations.find(
    ({ seen: what, range }) =>
      what.kind === 'layer' &&
      graph.models.some(({ layer }) => layer === what.layer) &&
      range.from === failure.range.from &&
      range.file === failure.range.file,
  );
  return seen === undefined ? [] : [context.replace(`Take its output: ${text}.output`, `${text}.output`)];
}

/** The layer stands in a list, or under a name, as it was made: it is called there on the tensor made last before. */
export function calledWhereMade(context: FixContext, named = false): Fix | null {
  const [file, from, to] = [context.string('file'), context.number('from'), context.number('to')];
  if (file !== context.program.path || from === null || to === null) return null;
  const { text } = context.program;
  // A layer that has a name of its own is meant to be called by it.
  const name = /^[ \t]*(\w+)[ \t]*=[ \t]*$/.exec(text.slice(text.lastIndexOf('\n', from) + 1, from))?.[1];
  const line = text.lastIndexOf('\n', from) + 1;
  const tensors = context.graph.observations.filter(
    ({ seen, name, range }) => seen.kind === 'tensor' && range.to <= line && /^\w+$/.test(name),
  );
  const own = tensors.some((tensor) => tensor.name === name) ? name : undefined;
  if (!named && name !== undefined && own === undefined) return null;
  const last =
    own ??
    tensors.reduce<(typeof tensors)[number] | undefined>(
      (best, tensor) => (best === undefined || tensor.range.from >= best.range.from ? tensor : best),
      undefined,
    )?.name;
  return last === undefined
    ? null
    : {
        title: `Call it on a tensor: ${text.slice(from, to)}(${last})`,
        edits: [context.edit(to, to, `(${last})`)],
      };
}

/** `Flatten(x)`: the tensor went into the constructor, which wanted to be called without it. */
function madeWithTensor(context: FixContext): Fix | null {
  const { graph, failure } = context;
  const seen = graph.observations.find(
    (observation) =>
      observation.seen.kind === 'layer' &&
      observation.range.from === failure.range.from &&
      observation.range.file === failure.range.file,
  )?.seen;
  const layer = seen?.kind === 'layer' ? graph.layers[seen.layer] : undefined;
  if (layer === undefined || !context.owns(layer.site.range)) return null;
  const close = context.closingParenthesis(layer.site.range);
  const callee = context.callee(layer.site.range);
  if (close === null || callee === null) return null;
  const first = splitTop(
    context.program.text,
    context.program.text.indexOf('(', callee.to) + 1,
    close,
    ',',
  )[0];
  const isTensor = graph.observations.some(
    (observation) =>
      first !== undefined &&
      observation.seen.kind === 'tensor' &&
      observation.range.from === first.from &&
      observation.name === first.text,
  );
  if (!isTensor) return null;
  const edits = context.removeArgument({ ...layer.site.range, from: first.from, to: first.to });
  return (
    edits && {
      title: `Call the layer on ${first.text}: ${callee.text}(…)(${first.text})`,
      edits: [...edits, context.edit(close + 1, close + 1, `(${first.text})`)],
    }
  );
}

/** `graph-disconnected`: the stray Input joins the model's inputs. */
export function disconnected(context: FixContext): (Fix | null)[] {
  const { graph, layer } = context;
  const input = context.string('input');
  const inputs = layer?.args.inputs;
  const swapped = outputsFirst(context);
  if (swapped !== null) return [swapped];
  if (input === null || !context.owns(inputs)) return [];
  const tensor = graph.tensors.find(
    (candidate) =>
      candidate.name === input ||
      (candidate.producer !== null && graph.nodes[candidate.producer].name === input),
  );
  if (tensor === undefined) return [];
  const variable = graph.observations.find(
    (observation) =>
      observation.seen.kind === 'tensor' &&
      observation.seen.tensor === tensor.id &&
      /^\w+$/.test(observation.name),
  )?.name;
  // A name that has come to mean another tensor since cannot stand for this one.
  const bound = graph.observations.filter(
    ({ seen, name, range }) => name === variable && seen.kind === 'tensor' && range.from < inputs.from,
  );
  const latest = bound[bound.length - 1]?.seen;
  if (variable === undefined || (latest?.kind === 'tensor' && latest.tensor !== tensor.id)) return [];
  const text = context.text(inputs);
  const elements = elementsOf(text);
  const list = elements ? [...elements.map((element) => element.text), variable] : [text.trim(), variable];
  return [
    {
      title: `Add ${variable} to the model's inputs`,
      edits: [context.edit(inputs.from, inputs.to, `[${list.join(', ')}]`)],
    },
  ];
}

/** `Model(outputs, inputs)`: what is given as outputs is what the inputs were made of. */
function outputsFirst(context: FixContext): Fix | null {
  const { graph, layer } = context;
  const [inputs, outputs] = [layer?.args.inputs, layer?.args.outputs];
  if (!context.owns(inputs) || !context.owns(outputs)) return null;
  const stray = graph.tensors.find(({ name }) => name === context.string('input'));
  const given = graph.observations.filter(
    ({ seen, range }) =>
      seen.kind === 'tensor' &&
      range.file === outputs.file &&
      range.from >= outputs.from &&
      range.to <= outputs.to,
  );
  const isInput = given.some(
    ({ seen }) => seen.kind === 'tensor' && (seen.tensor === stray?.id || isInputTensor(graph, seen.tensor)),
  );
  if (!isInput || given.length !== 1) return null;
  return {
    title: 'Put the inputs first, then the outputs',
    edits: [
      context.edit(inputs.from, inputs.to, context.text(outputs)),
      context.edit(outputs.from, outputs.to, context.text(inputs)),
    ],
  };
}

function isInputTensor(graph: ModelGraph, tensor: number): boolean {
  const { producer } = graph.tensors[tensor];
  return producer !== null && graph.nodes[producer].primitive.op === 'input';
}

/** Where a name is given the second time: the place of a `duplicate-name` that names the model only. */
export function secondName(program: ProgramText, graph: ModelGraph, failure: Failure): SourceRange | null {
  const { name } = failure.facts;
  if (typeof name !== 'string') return null;
  const given = graph.layers.filter(
    (layer) =>
      layer.name === name && layer.args.name !== undefined && layer.args.name.file === failure.range.file,
  );
  const last = given[given.length - 1];
  return given.length > 1 ? (writtenName(program, last, name) ?? last.args.name) : null;
}

/** Where the name of a layer is written as text: at its argument, or in the call of the program that passes it on. */
function writtenName(program: ProgramText, layer: Layer, name: string): SourceRange | null {
  const quoted = new RegExp(`(["'])${name.replace(/\W/g, '\\$&')}\\1`);
  for (const range of [layer.args.name, layer.site.range, ...layer.site.stack]) {
    if (!ownRange(program, range)) continue;
    const found = quoted.exec(program.text.slice(range.from, range.to));
    if (found !== null)
      return { ...range, from: range.from + found.index, to: range.from + found.index + found[0].length };
  }
  return null;
}

/** `duplicate-name`: another name for the layer at hand. */
export function duplicateName(context: FixContext): (Fix | null)[] {
  const name = context.string('name');
  if (name === null) return [];
  const { graph, layer } = context;
  const twins = graph.layers.filter(
    (candidate) => candidate.name === name && candidate.args.name !== undefined,
  );
  const target =
    layer !== null && layer.name === name && layer.args.name !== undefined ? layer : twins[twins.length - 1];
  const range =
    target === undefined ? null : (writtenName(context.program, target, name) ?? target.args.name ?? null);
  const numbered = otherNumber(context, twins, name);
  if (target === undefined || !context.owns(range)) return numbered;
  const source = context.text(range);
  if (!/^\s*["']/.test(source)) return numbered;
  let number = 2;
  while (graph.layers.some((candidate) => candidate.name === `${name}_${number}`)) number++;
  // One constructor that runs several times makes the same name again: leave the name to Keras.
  const repeated =
    twins.filter((candidate) => writtenName(context.program, candidate, name)?.from === range.from).length >
    1;
  if (repeated) {
    const edits = context.removeArgument(range);
    return [edits && { title: 'Leave the name to Keras', edits }];
  }
  const text = quoteLike(source, `${name}_${number}`);
  return [{ title: `Rename to ${text}`, edits: [context.edit(range.from, range.to, text)] }];
}

/** A name put together of a number that a call of the program gives: the next number that gives a name of its own. */
function otherNumber(context: FixContext, twins: readonly Layer[], name: string): Fix[] {
  const fixes: Fix[] = [];
  const last = twins[twins.length - 1];
  const names = new Set(context.graph.layers.map((layer) => layer.name));
  for (const range of last?.site.stack ?? []) {
    if (!context.owns(range)) continue;
    for (const { index, 0: digits } of context.text(range).matchAll(/(?<![\w.])\d+(?![\w.])/g)) {
      const part = new RegExp(`(?<!\\d)${digits}(?!\\d)`);
      if (!part.test(name)) continue;
      let next = Number(digits) + 1;
      while (names.has(name.replace(part, String(next)))) next++;
      const at = range.from + index;
      fixes.push({
        title: `Rename to ${name.replace(part, String(next))}`,
        edits: [context.edit(at, at + digits.length, String(next))],
      });
    }
  }
  return fixes.reverse();
}

/** `call-argument-missing`: attention over one sequence uses it as value too. */
export function missingCallArgument(context: FixContext): (Fix | null)[] {
  const { node, failure } = context;
  const missing = context.string('argument') ?? /`(\w+)`/.exec(failure.message)?.[1] ?? null;
  const query = node?.args.query;
  if (missing !== 'value' || !context.owns(query)) return [];
  const text = context.text(query);
  return [
    {
      title: `Attend to the same sequence: value=${text}`,
      edits: [context.edit(query.to, query.to, `, value=${text}`)],
    },
  ];
}
