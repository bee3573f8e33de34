/** Models and layers used otherwise than they are made for: other inputs, other labels, names that they do not have. */
import type { Layer, Shape, SourceRange } from '../../graph/graph';
import { closest } from '../../keras/names';
import type { Fix } from '../diagnostic';
import { FixContext } from '../fixContext';
import { outputLayer } from './calls';
import { quoteLike, tuple } from './text';

/** `layer-class-name`: the name that was meant, wherever the wrong one is written. */
export function className(context: FixContext): (Fix | null)[] {
  const [name, suggestion] = [context.string('name'), context.string('suggestion')];
  if (name === null || suggestion === null) return [];
  const places = [...context.program.text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))];
  if (places.length === 0) return [];
  return [
    {
      title: `Change to ${suggestion}`,
      edits: places.map(({ index }) => context.edit(index, index + name.length, suggestion)),
    },
  ];
}

/** `loss-shape`: the loss for such labels, or an output as wide as they are. */
export function lossForLabels(context: FixContext): (Fix | null)[] {
  const model = context.graph.models.find((candidate) => candidate.layer === context.failure.layer);
  const range = model?.compiled?.args.loss;
  const suggestion = context.string('suggestion');
  const fixes: (Fix | null)[] = [];
  if (suggestion !== null && context.owns(range)) fixes.push(otherLoss(context, range, suggestion));
  const classes = context.number('classes');
  const last = outputLayer(context);
  const [rank, labelRank] = [context.number('rank'), context.number('labelRank')];
  if (last !== null && rank !== null && labelRank !== null && rank > labelRank && rank > 2)
    fixes.push(...poolBefore(context, last, rank - 2));
  if (classes !== null && last?.builtin === 'Dense' && suggestion === null) {
    const edits = context.setArgument(last, 'units', labelRank === 1 ? '1' : String(classes));
    if (edits) fixes.push({ title: `Give ${last.name} ${labelRank === 1 ? 1 : classes} units`, edits });
  }
  if (last?.builtin === 'Dense' && labelRank === 1 && suggestion !== null) {
    const edits = context.setArgument(last, 'units', '1');
    if (edits) fixes.push({ title: `Give ${last.name} one unit`, edits });
  }
  return fixes;
}

function otherLoss(context: FixContext, range: SourceRange, suggestion: string): Fix | null {
  const title = `Compare with ${suggestion}`;
  const text = context.text(range);
  const camel = suggestion.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
  // The name as a text, or the class; within a dict of losses the one of this kind.
  const wrong = context.string('loss') ?? '';
  const wrongCamel = wrong.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
  for (const [from, to] of [
    [wrong, suggestion],
    [wrongCamel, camel],
  ]) {
    const at = text.search(new RegExp(`\\b${from}\\b`));
    if (from !== '' && at >= 0)
      return { title, edits: [context.edit(range.from + at, range.from + at + from.length, to)] };
  }
  return /^["']/.test(text)
    ? { title, edits: [context.edit(range.from, range.to, quoteLike(text, suggestion))] }
    : null;
}

/** The output keeps positions that the labels do not have: they are pooled, or flattened, before the last layer. */
function poolBefore(context: FixContext, last: Layer, spatial: number): (Fix | null)[] {
  const node = last.nodes.length > 0 ? context.graph.nodes[last.nodes[0]] : null;
  const names = [spatial <= 3 ? `GlobalAveragePooling${spatial}D` : null, 'Flatten'];
  return names.map((name) =>
    name === null || node === null
      ? null
      : new FixContext(context.program, context.graph, {
          ...context.failure,
          node: node.id,
          layer: last.id,
          site: node.site,
        }).insertBefore(name, '', `Put ${name}() before ${last.name}`),
  );
}

/** `get-layer`: the layer whose name is closest. */
export function layerName(context: FixContext): (Fix | null)[] {
  const name = context.string('name');
  const layers = context.fact('layers');
  const { range } = context.failure.site;
  if (name === null || !Array.isArray(layers) || !context.owns(range)) return [];
  const names = layers.filter((entry): entry is string => typeof entry === 'string');
  const suggestion = closest(name, names) ?? sharing(name, names);
  const at = context.text(range).search(new RegExp(`["']${name.replace(/\W/g, '\\$&')}["']`));
  if (suggestion === undefined || at < 0) return [];
  const quoted = context.text(range)[at];
  return [
    {
      title: `Change to ${quoted}${suggestion}${quoted}`,
      edits: [context.edit(range.from + at, range.from + at + name.length + 2, quoted + suggestion + quoted)],
    },
  ];
}

/** The name that shares the most letters, in pairs, with the one that is asked for. */
function sharing(name: string, names: readonly string[]): string | undefined {
  const pairs = (text: string): Set<string> =>
    new Set([...text].slice(1).map((letter, i) => text[i] + letter));
  const wanted = pairs(name);
  const shared = (other: string): number => {
    const own = pairs(other);
    return [...own].filter((pair) => wanted.has(pair)).length / Math.max(1, own.size + wanted.size);
  };
  const [best] = [...names].sort((a, b) => shared(b) - shared(a));
  return best !== undefined && shared(best) > 0 ? best : undefined;
}

/** `layer-name`: no slashes. */
export function nameWithoutSlash(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  const text = context.owns(range) ? context.text(range) : '';
  return text.includes('/') ? [context.replace('Write _ for /', text.replace(/\//g, '_'))] : [];
}

/** `model-input-shape`: the model made for this input, or the images brought to the model's size. */
export function modelInput(context: FixContext): (Fix | null)[] {
  const { node, graph, failure } = context;
  const model = graph.models.find((candidate) => candidate.layer === failure.layer);
  const wanted =
    model?.inputs.find((id) => graph.tensors[id].name === context.string('input')) ?? model?.inputs[0];
  if (model === undefined || wanted === undefined) return [];
  const expected = lengths(graph.tensors[wanted].shape);
  const given =
    node !== null && node.inputs.length > 0 && model.inputs.length === 1
      ? lengths(graph.tensors[node.inputs[0]].shape)
      : received(context);
  const fixes: (Fix | null)[] = [];
  const { producer } = graph.tensors[wanted];
  const input = producer === null ? null : context.shapeGiver(graph.nodes[producer]);
  fixes.push(...otherData(context, expected));
  if (given !== null && given.length === expected?.length)
    fixes.push(setShape(context, input, given, 'Make the model for'));
  // The tensor comes from an Input of its own: that may take the model's shape.
  const source = node === null || node.inputs.length === 0 ? null : graph.tensors[node.inputs[0]].producer;
  const other =
    source === null || graph.nodes[source].primitive.op !== 'input' || graph.nodes[source].layer === null
      ? null
      : graph.layers[graph.nodes[source].layer];
  if (expected !== null && other !== null) fixes.push(setShape(context, other, expected, 'Take an input of'));
  if (node !== null && expected?.length === 3 && given?.length === 3 && expected[2] === given[2]) {
    const name = context.className(null, 'Resizing');
    const range = node.args.inputs;
    if (name !== null && context.owns(range))
      fixes.push({
        title: `Resize to ${expected[0]}×${expected[1]}`,
        edits: [
          ...name.edits,
          context.edit(
            range.from,
            range.to,
            `${name.text}(${expected[0]}, ${expected[1]})(${context.text(range)})`,
          ),
        ],
      });
  }
  return fixes;
}

/** Data of the right size, arranged otherwise or without the axis of the batch. */
function otherData(context: FixContext, expected: readonly number[] | null): (Fix | null)[] {
  const [file, from, to] = [context.string('file'), context.number('from'), context.number('to')];
  const range =
    file === null || from === null || to === null
      ? context.failure.range
      : { ...context.failure.range, file, from, to };
  const text = context.owns(range) ? context.text(range) : '';
  const replaced = (by: string): Fix => ({
    title: `Give ${by}`,
    edits: [context.edit(range.from, range.to, by)],
  });
  if (expected === null || !/^[\w.]+(?:\[[^\]]*\])*$/.test(text)) return [];
  const given = (context.string('received') ?? '')
    .replace(/[()\s]/g, '')
    .split(',')
    .filter((entry) => entry !== '');
  const size = (entries: readonly number[]): number => entries.reduce((product, entry) => product * entry, 1);
  if (given.length === expected.length && given.every((entry, i) => Number(entry) === expected[i])) {
    const element = /^(.*)\[(\d+)\]$/.exec(text);
    const batch =
      element === null ? `${text}[None]` : `${element[1]}[${element[2]}:${Number(element[2]) + 1}]`;
    return [replaced(batch)];
  }
  const rest = given.slice(1).map(Number);
  if (rest.every((entry) => Number.isInteger(entry)) && size(rest) === size(expected)) {
    const arranged = `${text}.reshape((-1, ${expected.join(', ')}))`;
    return [replaced(arranged)];
  }
  return [];
}

function setShape(
  context: FixContext,
  layer: Layer | null,
  shape: readonly number[],
  words: string,
): Fix | null {
  const range = layer?.args.shape ?? layer?.args.input_shape;
  if (!context.owns(range)) return null;
  const text = tuple(shape);
  return { title: `${words} ${text}`, edits: [context.edit(range.from, range.to, text)] };
}

function lengths(shape: Shape): number[] | null {
  if (!Array.isArray(shape)) return null;
  const rest = (shape as readonly unknown[]).slice(1);
  return rest.length > 0 && rest.every((length): length is number => typeof length === 'number')
    ? rest
    : null;
}

/** The shape of data given to `fit`, from the failure's facts. */
function received(context: FixContext): number[] | null {
  const entries = (context.string('received') ?? '')
    .replace(/[()\s]/g, '')
    .split(',')
    .filter((entry) => entry !== '')
    .slice(1)
    .map(Number);
  return entries.length > 0 && entries.every((entry) => Number.isInteger(entry)) ? entries : null;
}

/** `input-count`: the first of several outputs (a recurrent layer gives its states too). */
export function firstOutput(context: FixContext): (Fix | null)[] {
  const before = context.previousLayer();
  if (before?.args.return_state !== undefined && context.owns(before.args.return_state)) {
    const edits = context.removeArgument(before.args.return_state);
    if (edits) return [{ title: `Give the output of ${before.name} alone, without its states`, edits }];
  }
  return [];
}

/** `attention-inputs`: self-attention. */
export function selfAttention(context: FixContext): (Fix | null)[] {
  const range = context.node?.args.inputs;
  if (!context.owns(range)) return [];
  const text = context.text(range);
  return /^[\w.]+$/.test(text)
    ? [
        {
          title: `Attend to the same sequence: [${text}, ${text}]`,
          edits: [context.edit(range.from, range.to, `[${text}, ${text}]`)],
        },
      ]
    : [];
}

/** `model-not-tensor`: a layer among the outputs is called on the tensor made last before. */
export function callOutput(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  if (!context.owns(range) || !/^\w+$/.test(context.text(range)) || context.string('argument') !== 'outputs')
    return [];
  const text = context.text(range);
  const tensors = context.graph.observations.filter(
    ({ seen, range: at, name }) =>
      seen.kind === 'tensor' && at.file === range.file && at.to <= range.from && /^\w+$/.test(name),
  );
  const last = tensors[tensors.length - 1]?.name;
  return last === undefined
    ? []
    : [context.replace(`Call it on a tensor: ${text}(${last})`, `${text}(${last})`)];
}
