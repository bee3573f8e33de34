/** Calls that are put together wrongly: tensors in the wrong brackets, a `return` or `super().__init__()` left out, models called on too much. */
import type { Layer, SourceRange } from '../../graph/graph';
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';
import { elementsOf, quoteLike, splitTop, type Element } from './text';

/** The brackets that open first in the range: those of a constructor, where a layer is made and called at once. */
function brackets(
  context: FixContext,
  from: number,
  to: number,
): { readonly open: number; readonly close: number; readonly all: Element[] } | null {
  const { text } = context.program;
  const open = text.indexOf('(', from);
  if (open < 0 || open >= to) return null;
  const close = context.closingParenthesis({ file: context.program.path, from, to });
  return close === null ? null : { open, close, all: splitTop(text, open + 1, close, ',') };
}

/** `tensor-in-constructor`: the tensor goes into brackets of its own; what a merge takes goes into a list. */
export function tensorInConstructor(context: FixContext): (Fix | null)[] {
  const { range } = context.failure.site;
  if (!context.owns(range)) return [];
  const found = brackets(context, range.from, range.to);
  const at = context.number('position');
  if (found === null || at === null) return [];
  const { all, open, close } = found;
  const { text } = context.program;
  const keyword = all.findIndex((argument) => /^\w+\s*=(?!=)/.test(argument.text));
  const positional = keyword < 0 ? all : all.slice(0, keyword);
  const merge = /^(?:Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot)$/.test(
    context.layer?.builtin ?? '',
  );
  const tensors = merge ? positional.slice(at) : positional.slice(at, at + 1);
  if (tensors.length === 0) return [];
  const rest = all.filter((argument) => !tensors.includes(argument)).map((argument) => argument.text);
  const given = tensors.map((argument) => argument.text).join(', ');
  const called = tensors.length > 1 ? `[${given}]` : given;
  const callee = text.slice(range.from, open);
  const next = /^\s*\(/.test(text.slice(close + 1));
  return [
    {
      title: `Call the layer on ${called}: ${callee}(${rest.length > 0 ? '…' : ''})(${called})`,
      edits: [context.edit(open + 1, close + 1, `${rest.join(', ')})${next ? '' : `(${called})`}`)],
    },
  ];
}

/** `input-none`: the function gives back what it made last. */
export function returnResult(context: FixContext): (Fix | null)[] {
  const [name, file, to] = [context.string('function'), context.string('file'), context.number('to')];
  const { text } = context.program;
  if (name === null || to === null || file !== context.program.path) return [];
  const from = text.lastIndexOf(`def ${name}`, to);
  if (from < 0) return [];
  const margin = /[ \t]*$/.exec(text.slice(0, from))?.[0] ?? '';
  const indent = /\n([ \t]+)\S/.exec(text.slice(text.indexOf(':', from), to))?.[1] ?? `${margin}    `;
  const body = text.slice(from, to);
  // What was bound last at the level of the body; in deeper levels only where nothing is.
  const bound = [...body.matchAll(/\n([ \t]+)([A-Za-z_]\w*)[ \t]*=(?!=)/g)];
  const own = bound.filter(([, level]) => level === indent);
  const last = (own.length > 0 ? own : bound).pop()?.[2];
  const grown = /\n[ \t]+([A-Za-z_]\w*)\.(?:add|compile|build|summary)\(/.exec(body)?.[1];
  const end = from + body.trimEnd().length;
  return [...new Set([last, grown])].flatMap((result) =>
    result === undefined
      ? []
      : [
          {
            title: `Return ${result} from ${name}()`,
            edits: [context.edit(end, end, `\n${indent}return ${result}`)],
          },
        ],
  );
}

/** `super-init`: the base class is initialised first. */
export function superInit(context: FixContext): (Fix | null)[] {
  const [file, at] = [context.string('file'), context.number('from')];
  if (file !== context.program.path || at === null) return [];
  const { text } = context.program;
  const head = /def\s+__init__\s*/.exec(text.slice(at));
  if (head === null) return [];
  const close = context.closingParenthesis({ file, from: at + head.index, to: text.length });
  const body =
    close === null ? null : /^[^\n]*:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\n)*([ \t]+)/.exec(text.slice(close));
  if (close === null || body === null) return [];
  const parameters = text.slice(at, close);
  const keywords = /\*\*(\w+)/.exec(parameters)?.[1];
  const call = `super().__init__(${keywords === undefined ? '' : `**${keywords}`})`;
  const place = close + body[0].length;
  return [{ title: `Call ${call} first`, edits: [context.edit(place, place, `${call}\n${body[1]}`)] }];
}

/** `missing-self` */
export function selfFirst(context: FixContext): Fix[] {
  const { range } = context.failure;
  const open = context.owns(range) ? context.program.text.indexOf('(', range.to) : -1;
  return open < 0 ? [] : [{ title: 'Put self first', edits: [context.edit(open + 1, open + 1, 'self, ')] }];
}

/** `argument-twice`: one positional argument too many, or the keyword. */
export function givenTwice(context: FixContext): (Fix | null)[] {
  const { layer } = context;
  const name = context.string('twice');
  if (layer === null || name === null || !context.owns(layer.site.range)) return [];
  const found = brackets(context, layer.site.range.from, layer.site.range.to);
  const positional = found?.all.filter((argument) => !/^\w+\s*=(?!=)/.test(argument.text)) ?? [];
  const keyword = found?.all.find((argument) => new RegExp(`^${name}\\s*=`).test(argument.text));
  return [...positional, ...(keyword === undefined ? [] : [keyword])].map(({ from, to, text }) => {
    const edits = context.removeArgument({ ...layer.site.range, from, to });
    return edits && { title: `Leave out ${text}`, edits };
  });
}

/** `excess-arguments`: numbers belong into one tuple; what is left over goes. */
export function excessArguments(context: FixContext): (Fix | null)[] {
  const { range } = context.failure.site;
  if (!context.owns(range)) return [];
  const found = brackets(context, range.from, range.to);
  if (found === null) return [];
  const keyword = found.all.findIndex((argument) => /^\w+\s*=(?!=)|^\*/.test(argument.text));
  const positional = keyword < 0 ? found.all : found.all.slice(0, keyword);
  if (positional.length < 2) return [];
  const [first] = positional;
  const last = positional[positional.length - 1];
  const most = context.number('most');
  const fixes: (Fix | null)[] = [];
  if (positional.every((argument) => /^[-\w.*/ +]+$/.test(argument.text)))
    fixes.push({
      title: `Write a tuple: (${positional.map((argument) => argument.text).join(', ')})`,
      edits: [context.edit(first.from, first.from, '('), context.edit(last.to, last.to, ')')],
    });
  if (positional.every((argument) => /\(|\[/.test(argument.text)))
    fixes.push({
      title: 'Put them into a list',
      edits: [context.edit(first.from, first.from, '['), context.edit(last.to, last.to, ']')],
    });
  if (most !== null && most > 0 && positional.length > most)
    fixes.push({
      title: `Leave out what goes beyond ${most} arguments`,
      edits: [context.edit(positional[most - 1].to, last.to, '')],
    });
  return fixes;
}

/** `sequential-list`: the layers go into one list. */
export function layersInList(context: FixContext): (Fix | null)[] {
  const { range } = context.failure.site;
  if (!context.owns(range)) return [];
  const found = brackets(context, range.from, range.to);
  if (found === null) return [];
  const keyword = found.all.findIndex((argument) => /^\w+\s*=(?!=)/.test(argument.text));
  const layers = keyword < 0 ? found.all : found.all.slice(0, keyword);
  if (layers.length === 0) return [];
  const last = layers[layers.length - 1];
  return [
    {
      title: 'Put the layers into a list',
      edits: [context.edit(layers[0].from, layers[0].from, '['), context.edit(last.to, last.to, ']')],
    },
  ];
}

/** `model-not-tensor` among the inputs: the variables that hold the outputs of `Input`. */
export function modelInputs(context: FixContext): (Fix | null)[] {
  const { graph, failure } = context;
  if (!context.owns(failure.range) || context.string('argument') !== 'inputs') return [];
  const names = new Set<string>();
  for (const { seen, name, range } of graph.observations) {
    if (seen.kind !== 'tensor' || range.from > failure.range.from || !/^\w+$/.test(name)) continue;
    const { producer } = graph.tensors[seen.tensor];
    if (producer !== null && graph.nodes[producer].primitive.op === 'input') names.add(name);
  }
  const list = [...names].reverse();
  return [
    ...list.map((name) => context.replace(`Take the tensor ${name}`, name)),
    list.length > 1
      ? context.replace(`Take all inputs: [${[...names].join(', ')}]`, `[${[...names].join(', ')}]`)
      : null,
  ];
}

/** `input-count` of a model: one of the tensors that it is given. */
export function oneInput(context: FixContext): (Fix | null)[] {
  const range = context.node?.args.inputs;
  const [expected, found] = [context.number('expected'), context.number('found')];
  if (!context.owns(range) || expected === null || found === null) return [];
  const text = context.text(range);
  if (found > expected && expected === 1)
    return [...Array(Math.min(found, 6)).keys()]
      .reverse()
      .map((i) => context.edit(range.to, range.to, `[${i}]`))
      .map((edit, i) => ({ title: `Give it one of them: ${text}[${found - 1 - i}]`, edits: [edit] }));
  return found < expected ? moreInputs(context, range, expected - found) : [];
}

/** The tensors that a model lacks: those that the program has named, the last ones first. */
function moreInputs(context: FixContext, range: SourceRange, lacking: number): Fix[] {
  const text = context.text(range);
  const elements = elementsOf(text)?.map((element) => element.text) ?? [text];
  const line = context.program.text.lastIndexOf('\n', range.from) + 1;
  const named = context.graph.observations
    .filter(({ seen, name, range: at }) => seen.kind === 'tensor' && at.to <= line && /^\w+$/.test(name))
    .map(({ name }) => name)
    .reverse();
  const names = [...new Set(named)].filter((name) => !elements.includes(name)).slice(0, 4);
  const lists =
    lacking === 1
      ? names.flatMap((name) => [
          [...elements, name],
          [name, ...elements],
        ])
      : [[...elements, ...names.slice(0, lacking).reverse()]];
  return lists.map((list) => ({
    title: `Give it ${lacking === 1 ? 'another input' : 'more inputs'}: [${list.join(', ')}]`,
    edits: [context.edit(range.from, range.to, `[${list.join(', ')}]`)],
  }));
}

/** `loss-key`: the output that has no loss yet. */
export function lossKey(context: FixContext): (Fix | null)[] {
  const [name, suggestion] = [context.string('name'), context.string('suggestion')];
  const { range } = context.failure;
  if (name === null || suggestion === null || !context.owns(range)) return [];
  const found = new RegExp(
    `(["'])${name.replace(/\W/g, '\\$&')}\\1|\\b${name.replace(/\W/g, '\\$&')}(?=\\s*=)`,
  ).exec(context.text(range));
  if (found === null) return [];
  const text = found[1] === undefined ? suggestion : quoteLike(found[1], suggestion);
  const at = range.from + found.index;
  return [{ title: `Change to ${text}`, edits: [context.edit(at, at + found[0].length, text)] }];
}

/** `class-count`: as many units, or classes, as the labels have. */
export function classCount(context: FixContext): (Fix | null)[] {
  const classes = context.number('classes');
  const width = context.number('width');
  if (classes === null || width === null) return [];
  const fixes: (Fix | null)[] = [];
  const { text } = context.program;
  // A number that the program has given a name serves several places.
  const named = [...text.matchAll(new RegExp(`^([ \\t]*\\w+[ \\t]*=[ \\t]*)${width}[ \\t]*(?:#.*)?$`, 'gm'))];
  for (const { index, 1: head } of named)
    fixes.push({
      title: `Set ${head.replace(/[\s=]/g, '')} to ${classes}`,
      edits: [context.edit(index + head.length, index + head.length + String(width).length, String(classes))],
    });
  const last = outputLayer(context);
  const edits = last?.builtin === 'Dense' ? context.setArgument(last, 'units', String(classes)) : null;
  if (edits !== null && last !== null) fixes.unshift({ title: `Give ${last.name} ${classes} units`, edits });
  const { range } = context.failure;
  const written = context.owns(range)
    ? new RegExp(`\\b${width}\\b(?=\\s*\\)$)`).exec(context.text(range))
    : null;
  if (written !== null)
    fixes.unshift({
      title: `Make ${classes} classes`,
      edits: [
        context.edit(
          range.from + written.index,
          range.from + written.index + written[0].length,
          String(classes),
        ),
      ],
    });
  return fixes;
}

/** The layer that gives the model's output which the failure is about. */
export function outputLayer(context: FixContext): Layer | null {
  const { graph, failure } = context;
  const model = graph.models.find((candidate) => candidate.layer === failure.layer);
  const producer =
    model === undefined ? null : graph.tensors[model.outputs[context.number('output') ?? 0]]?.producer;
  let node = producer == null ? null : graph.nodes[producer];
  // An activation of its own leaves the width as it is.
  for (let steps = 0; node !== null && steps < 5; steps++) {
    const layer = node.layer === null ? null : graph.layers[node.layer];
    if (layer?.builtin !== 'Activation' && layer?.builtin !== 'Softmax' && layer?.builtin !== 'Dropout')
      return layer;
    const before: number | null = graph.tensors[node.inputs[0]].producer;
    node = before === null ? null : graph.nodes[before];
  }
  return null;
}
