/** Inputs of the wrong rank or layout: edits of the `Input`'s shape, or a layer put in between. */
import type { Layer } from '../../graph/graph';
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';
import { elementsOf, lengthsOf, tuple } from './text';

const RECURRENT = new Set(['LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional']);

/** `input-rank` */
export function inputRank(context: FixContext): (Fix | null)[] {
  const { layer, node, graph } = context;
  if (layer === null || node === null) return [];
  const rank = context.number('rank') ?? context.number('found');
  const expected = context.number('expected');
  if (rank === null || expected === null) return [];
  const shape = node.inputs.length > 0 ? graph.tensors[node.inputs[0]].shape : undefined;
  const lengths = lengthsOf(shape);
  const fixes: (Fix | null)[] = [];
  if (expected === rank + 1) {
    fixes.push(returnSequences(context));
    fixes.push(appendAxis(context));
    if (lengths)
      fixes.push(
        context.insertBefore(
          'Reshape',
          tuple([...lengths, 1]),
          `Add a channel axis: Reshape(${tuple([...lengths, 1])})`,
        ),
      );
  }
  if (expected === rank + 2 && lengths?.length === 1) {
    const image = square(lengths[0]);
    fixes.push(
      context.insertBefore(
        'Reshape',
        tuple(image),
        `Arrange the ${lengths[0]} values as a map: Reshape(${tuple(image)})`,
      ),
    );
  }
  if (rank > expected) {
    fixes.push(dropFirst(context));
    if (RECURRENT.has(layer.builtin ?? '') && rank === 4) {
      const channels = lengths?.[2];
      if (channels !== undefined)
        fixes.push(
          context.insertBefore(
            'Reshape',
            `(-1, ${channels})`,
            `Make the positions a sequence: Reshape((-1, ${channels}))`,
          ),
        );
      fixes.push(timeDistributedFlatten(context));
    }
  }
  const other = /^(.*)([123])D(Transpose)?$/.exec(layer.builtin ?? '');
  const dimensions = rank - 2;
  if (other && dimensions >= 1 && dimensions <= 3 && dimensions !== Number(other[2])) {
    const name = `${other[1]}${dimensions}D${other[3] ?? ''}`;
    fixes.push(scalarWindows(context, layer) ? context.changeClass(name, `Use ${name}`) : null);
  }
  return fixes;
}

/** A layer of another dimension takes the same arguments when none of them is written as a tuple. */
function scalarWindows(context: FixContext, layer: Layer): boolean {
  return ['kernel_size', 'strides', 'pool_size', 'dilation_rate', 'size'].every((name) => {
    const given = layer.args[name];
    return given === undefined || (context.owns(given) && !/^\s*[([]/.test(context.text(given)));
  });
}

/** The recurrent layer before gives only its last step. */
function returnSequences(context: FixContext): Fix | null {
  const before = context.previousLayer();
  if (before === null || !RECURRENT.has(before.builtin ?? '')) return null;
  const inner = before.builtin === 'Bidirectional' ? context.graph.layers[before.sublayers[0]] : before;
  const edits = context.setArgument(inner ?? before, 'return_sequences', 'True');
  return edits && { title: `Return all steps of ${before.name}: return_sequences=True`, edits };
}

/** The `Input` that the tensor comes from directly, and the text of its shape. */
function directInput(context: FixContext): { layer: Layer; from: number; text: string } | null {
  const { node, graph } = context;
  const tensor = node?.inputs[0];
  if (tensor === undefined) return null;
  const { producer } = graph.tensors[tensor];
  if (producer === null || graph.nodes[producer].primitive.op !== 'input') return null;
  return shapeText(context, context.inputLayer());
}

function shapeText(
  context: FixContext,
  layer: Layer | null,
): { layer: Layer; from: number; text: string } | null {
  const range = layer?.args.shape ?? layer?.args.input_shape;
  return layer !== null && context.owns(range)
    ? { layer, from: range.from, text: context.text(range) }
    : null;
}

function appendAxis(context: FixContext): Fix | null {
  const input = directInput(context);
  const elements = input && elementsOf(input.text);
  if (!input || !elements || elements.length === 0) return null;
  const last = elements[elements.length - 1];
  const text = tuple([...elements.map((element) => element.text), 1]);
  return {
    title: `Give the input a channel axis: ${text}`,
    edits: [context.edit(input.from + last.to, input.from + last.to, ', 1')],
  };
}

/** The batch size does not belong into an input's shape. */
function dropFirst(context: FixContext): Fix | null {
  const input = directInput(context);
  const elements = input && elementsOf(input.text);
  if (!input || !elements || elements.length < 2) return null;
  const rest = elements.slice(1).map((element) => element.text);
  const text = tuple(rest);
  const title = `Leave out the first length (the batch size): ${text}`;
  if (rest.length === 1)
    return { title, edits: [context.edit(input.from, input.from + input.text.length, text)] };
  return { title, edits: [context.edit(input.from + elements[0].from, input.from + elements[1].from, '')] };
}

/** `(1, 28, 28)` → `(28, 28, 1)`, where the first length looks like channels and the others do not. */
export function swapChannels(context: FixContext): Fix | null {
  const input = shapeText(context, context.inputLayer());
  const elements = input && elementsOf(input.text);
  if (!input || !elements || elements.length < 2) return null;
  const lengths = elements.map((element) => Number(element.text));
  if (!(lengths[0] <= 4) || !lengths.slice(1).every((length) => length > 4)) return null;
  const text = tuple([...elements.slice(1).map((element) => element.text), elements[0].text]);
  return {
    title: `Put the channels last: ${text}`,
    edits: [context.edit(input.from, input.from + input.text.length, text)],
  };
}

function timeDistributedFlatten(context: FixContext): Fix | null {
  const flatten = context.className(context.layer, 'Flatten');
  if (flatten === null) return null;
  const fix = context.insertBefore(
    'TimeDistributed',
    `${flatten.text}()`,
    'Flatten every row: TimeDistributed(Flatten())',
  );
  return fix && { ...fix, edits: [...fix.edits, ...flatten.edits] };
}

/** `[7, 7, 16]` for 784: the largest square map with whole channels. */
function square(size: number): number[] {
  for (let side = Math.floor(Math.sqrt(size)); side > 1; side--)
    if (size % (side * side) === 0) return [side, side, size / (side * side)];
  return [1, 1, size];
}

/** `input-axis`: a layer built for another width gets a twin of its own. */
export function inputAxis(context: FixContext): (Fix | null)[] {
  const { layer, node } = context;
  if (layer === null || node === null || !context.owns(layer.site.range) || !context.owns(node.site.range))
    return [];
  const callee = /^[\w.[\]]+/.exec(context.text(node.site.range))?.[0];
  if (callee === undefined || node.site.range.from <= layer.site.range.from) return [];
  const constructor = context.text(layer.site.range);
  return [
    {
      title: 'Use a new layer here',
      edits: [context.edit(node.site.range.from, node.site.range.from + callee.length, constructor)],
    },
  ];
}

/** `open-dimension-weight`: Flatten over an open length leaves the width of Dense open. */
export function openDimension(context: FixContext): (Fix | null)[] {
  const before = context.previousLayer();
  if (before === null || before.builtin !== 'Flatten' || before.nodes.length === 0) return [];
  const input = context.graph.nodes[before.nodes[0]].inputs[0];
  const shape = context.graph.tensors[input].shape;
  const spatial = Array.isArray(shape) ? shape.length - 2 : 0;
  if (spatial < 1 || spatial > 3) return [];
  return ['Average', 'Max'].map((kind) =>
    replaceConstructor(context, before, `Global${kind}Pooling${spatial}D`),
  );
}

/** Another layer without arguments in the place of a constructor call. */
export function replaceConstructor(context: FixContext, layer: Layer, className: string): Fix | null {
  const name = context.className(layer, className);
  if (name === null || !context.owns(layer.site.range)) return null;
  return {
    title: `Use ${className}() instead of ${layer.type}`,
    edits: [...name.edits, context.edit(layer.site.range.from, layer.site.range.to, `${name.text}()`)],
  };
}
