/** Tensors that do not fit together: a 1×1 convolution, padding or cropping at the operand that differs. */
import type { CallSite, Layer, Node } from '../../graph/graph';
import type { Fix, TextEdit } from '../diagnostic';
import type { FixContext } from '../fixContext';
import { joinAxis } from './operations';
import { elementsOf, splitTop, type Element } from './text';

/** The operands of the failed merge as they are written, with offsets in the program. */
function operands(context: FixContext): Element[] | null {
  const { node } = context;
  if (node === null) return null;
  const range = node.args.inputs;
  if (context.owns(range)) {
    const elements = elementsOf(context.text(range));
    return elements && elements.length === node.inputs.length
      ? elements.map((element) => moved(element, range.from))
      : null;
  }
  const { range: site } = node.site;
  if (!context.owns(site)) return null;
  const text = context.text(site);
  for (const operator of ['+', '-', '*', '/']) {
    const parts = splitTop(text, 0, text.length, operator);
    if (parts.length === 2 && node.inputs.length === 2) return parts.map((part) => moved(part, site.from));
  }
  return null;
}

function moved(element: Element, by: number): Element {
  return { ...element, from: element.from + by, to: element.to + by };
}

function wrap(
  context: FixContext,
  operand: Element,
  className: string,
  args: string,
  title: string,
): Fix | null {
  const name = context.className(context.layer?.builtin === null ? null : context.layer, className);
  // A layer made within \`call\` would be a new one at every call.
  if (name === null || inMethod(context.program.text, operand.from)) return null;
  return {
    title,
    edits: [...name.edits, context.edit(operand.from, operand.to, `${name.text}(${args})(${operand.text})`)],
  };
}

function inMethod(text: string, at: number): boolean {
  const header = [...text.slice(0, at).matchAll(/^([ \t]*)(?:def[ \t]+\w+[ \t]*\(([^)]*)|\S)/gm)];
  const line = text.lastIndexOf('\n', at) + 1;
  let margin = /^[ \t]*/.exec(text.slice(line))?.[0].length ?? 0;
  for (const [whole, indent, parameters] of header.reverse()) {
    if (indent.length >= margin) continue;
    margin = indent.length;
    if (/^[ \t]*def\b/.test(whole)) return /^\s*self\b/.test(parameters ?? '');
  }
  return false;
}

const known = (lengths: readonly (number | null)[]): lengths is readonly number[] =>
  lengths.every((length) => length !== null);

/** `merge-shape`, `broadcast-shape`, `concat-shape` */
export function incompatibleShapes(context: FixContext): (Fix | null)[] {
  const { node, graph, failure } = context;
  if (node === null || node.inputs.length < 2) return [];
  const shapes = node.inputs.map((id) => graph.tensors[id].shape);
  const lengths = shapes.map((shape) =>
    Array.isArray(shape)
      ? shape.slice(1).map((dim: unknown) => (typeof dim === 'number' ? dim : null))
      : null,
  );
  const joined = failure.code === 'concat-shape' ? joinedAxis(context, lengths[0]?.length ?? 0) : null;
  const pair = firstMismatch(lengths, joined);
  if (pair === null) return [];
  const [first, second] = pair;
  const a = lengths[first] as (number | null)[];
  const b = lengths[second] as (number | null)[];
  const written = operands(context);
  if (a.length !== b.length) return written === null ? [] : flattened(context, written, first, second, a, b);
  const spatial = a.length - 1;
  const differing = a
    .map((length, axis) => axis)
    .filter(
      (axis) =>
        axis !== joined &&
        a[axis] !== null &&
        b[axis] !== null &&
        a[axis] !== b[axis] &&
        (joined !== null || (a[axis] !== 1 && b[axis] !== 1)),
    );
  const fixes: (Fix | null)[] = [];
  if (differing.length === 1 && differing[0] === spatial && joined === null && written) {
    fixes.push(...project(context, written, first, second, a, b, spatial));
  } else if (!differing.includes(spatial) && spatial >= 1 && spatial <= 3) {
    const [small, large] =
      (a[differing[0]] as number) < (b[differing[0]] as number) ? [first, second] : [second, first];
    fixes.push(samePadding(context, small, large));
    const [less, more] = [lengths[small] as (number | null)[], lengths[large] as (number | null)[]];
    if (written && known(less) && known(more))
      fixes.push(...resize(context, written, small, large, less, more, spatial));
  } else if (spatial >= 1 && spatial <= 3 && joined === null && written && known(a) && known(b)) {
    fixes.push(strided(context, written, first, second, a, b, spatial));
  }
  if (joined !== null) fixes.push(joinAxis(context));
  return fixes;
}

/** Tensors of different ranks: the one with more axes is flattened or pooled, as the other one was. */
function flattened(
  context: FixContext,
  written: readonly Element[],
  first: number,
  second: number,
  a: readonly (number | null)[],
  b: readonly (number | null)[],
): (Fix | null)[] {
  const more = a.length > b.length ? first : second;
  const [deep, flat] = [Math.max(a.length, b.length), Math.min(a.length, b.length)];
  if (flat !== 1) return [];
  const names = ['Flatten', ...(deep <= 4 ? [`GlobalAveragePooling${deep - 1}D`] : [])];
  return names.map((name) =>
    wrap(context, written[more], name, '', `Bring ${written[more].text} to one axis: ${name}()`),
  );
}

/** The axis of a failed concatenation, from 0 without the batch axis: the layer's argument, or the operation's. */
function joinedAxis(context: FixContext, rank: number): number | null {
  const axis = context.layer === null ? context.number('axis') : context.layer.config.axis;
  if (typeof axis !== 'number') return context.layer === null ? null : rank - 1;
  return axis < 0 ? rank + axis : axis - 1;
}

function firstMismatch(
  lengths: readonly ((number | null)[] | null)[],
  joined: number | null,
): readonly [number, number] | null {
  for (let second = 1; second < lengths.length; second++) {
    const [a, b] = [lengths[0], lengths[second]];
    if (
      a &&
      b &&
      (a.length !== b.length ||
        a.some(
          (length, axis) => axis !== joined && length !== null && b[axis] !== null && length !== b[axis],
        ))
    )
      return [0, second];
  }
  return null;
}

/** 1×1 convolution on the shortcut: on the operand with fewer channels. */
function project(
  context: FixContext,
  written: readonly Element[],
  first: number,
  second: number,
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  spatial: number,
): (Fix | null)[] {
  const [narrow, wide] = (a[spatial] as number) < (b[spatial] as number) ? [first, second] : [second, first];
  const channels = Math.max(a[spatial] as number, b[spatial] as number);
  const less = Math.min(a[spatial] as number, b[spatial] as number);
  const inner = withinCall(context, written[narrow], wide, spatial);
  if (inner !== undefined) return [inner];
  const wideWidth = writtenWidth(context, wide, channels)?.text;
  const narrowWidth = writtenWidth(context, narrow, less)?.text;
  const wanted = wideWidth ?? `${channels}`;
  const layer = spatial === 0 ? ['Dense', wanted] : [`Conv${spatial}D`, `${wanted}, 1`];
  const own = narrowWidth ?? `${less}`;
  const other = spatial === 0 ? own : `${own}, 1`;
  const fixes = [
    wrap(
      context,
      written[narrow],
      layer[0],
      layer[1],
      `Bring ${written[narrow].text} to ${channels} channels: ${layer[0]}(${layer[1]})`,
    ),
    wrap(
      context,
      written[wide],
      layer[0],
      other,
      `Bring ${written[wide].text} to ${less} channels: ${layer[0]}(${other})`,
    ),
  ];
  // What a parameter gave its width stays; the tensor that came in follows it.
  return wideWidth === undefined && narrowWidth !== undefined && !/^\d+$/.test(narrowWidth)
    ? fixes.reverse()
    : fixes;
}

/** The last layer on the way to an operand that gave it its width. */
function widthLayer(context: FixContext, operand: number, channels: number): Layer | null {
  const { node, graph } = context;
  let tensor = node?.inputs[operand];
  for (let steps = 0; tensor !== undefined && steps < 50; steps++) {
    const { producer } = graph.tensors[tensor];
    if (producer === null) return null;
    const step: Node = graph.nodes[producer];
    const layer = step.layer === null ? null : graph.layers[step.layer];
    if (layer !== null && (layer.config.filters === channels || layer.config.units === channels))
      return layer;
    tensor = step.inputs[0];
  }
  return null;
}

/**
 * How the program writes the width (and the strides) of that layer where the merge stands in the same function: a helper
 * that is called with several widths then stays right for all of them.
 */
function writtenWidth(
  context: FixContext,
  operand: number,
  channels: number,
): { readonly text: string; readonly strides: string | null } | null {
  const layer = widthLayer(context, operand, channels);
  const range = layer?.args.filters ?? layer?.args.units;
  const at = context.node?.site.range.from ?? 0;
  if (
    layer === null ||
    !sameCalls(layer.site, context.node?.site) ||
    !context.owns(range) ||
    range.from > at ||
    /\n[ \t]*(?:def|class)[ \t]/.test(context.program.text.slice(range.from, at))
  )
    return null;
  const strided = context.graph.layers.filter(
    ({ args, site }) =>
      context.owns(args.strides) &&
      !/^\d+$/.test(context.text(args.strides)) &&
      args.strides.to < at &&
      site.range.from > context.program.text.lastIndexOf('\ndef ', at),
  );
  const strides = strided[0]?.args.strides;
  return { text: context.text(range), strides: context.owns(strides) ? context.text(strides) : null };
}

/** Whether both stand in the same run of a function: what a parameter means there is the same. */
function sameCalls(a: CallSite, b: CallSite | undefined): boolean {
  return (
    b !== undefined &&
    a.stack.length === b.stack.length &&
    a.stack.every(
      (range, i) =>
        range.file === b.stack[i].file && range.from === b.stack[i].from && range.to === b.stack[i].to,
    )
  );
}

/**
 * In the `call` of a class that makes its layers in `__init__`: the projection is made there too. Undefined where the merge
 * does not stand in such a method.
 */
function withinCall(
  context: FixContext,
  operand: Element,
  wide: number,
  spatial: number,
): Fix | null | undefined {
  const { text } = context.program;
  const shape = context.node === null ? null : context.graph.tensors[context.node.inputs[wide]].shape;
  const channels: unknown = Array.isArray(shape) ? shape[shape.length - 1] : null;
  if (typeof channels !== 'number') return undefined;
  const layer = widthLayer(context, wide, channels);
  const range = layer?.args.filters ?? layer?.args.units;
  if (layer === null || !context.owns(range) || !context.owns(layer.site.range)) return undefined;
  const from = text.lastIndexOf('\n', layer.site.range.from) + 1;
  const line = /^([ \t]+)self\.\w+[ \t]*=[ \t]*/.exec(text.slice(from));
  if (
    line === null ||
    !/\n[ \t]*def[ \t]/.test(text.slice(layer.site.range.to, Math.max(operand.from, layer.site.range.to)))
  )
    return undefined;
  const name = context.className(layer, spatial === 0 ? 'Dense' : `Conv${spatial}D`);
  const end = text.indexOf('\n', layer.site.range.to);
  if (name === null || end < 0) return null;
  const args = spatial === 0 ? context.text(range) : `${context.text(range)}, 1`;
  return {
    title: `Bring ${operand.text} to the same width: self.shortcut = ${name.text}(${args})`,
    edits: [
      ...name.edits,
      context.edit(end, end, `\n${line[1]}self.shortcut = ${name.text}(${args})`),
      context.edit(operand.from, operand.to, `self.shortcut(${operand.text})`),
    ],
  };
}

/** The map shrank in layers with `valid` padding: keep its size in all of them. */
function samePadding(context: FixContext, small: number, large: number): Fix | null {
  const { node, graph } = context;
  if (node === null) return null;
  const target = graph.tensors[node.inputs[large]].shape;
  const edits: TextEdit[] = [];
  const names: string[] = [];
  let tensor: number | undefined = node.inputs[small];
  for (let steps = 0; tensor !== undefined && steps < 50; steps++) {
    const producer: number | null = graph.tensors[tensor].producer;
    if (producer === null) return null;
    const step: Node = graph.nodes[producer];
    const layer = step.layer === null ? null : graph.layers[step.layer];
    if (
      layer !== null &&
      step.primitive.op === 'conv' &&
      layer.config.padding === 'valid' &&
      step.primitive.axes.every((axis) => axis.stride === 1)
    ) {
      const edit = context.setArgument(layer, 'padding', '"same"');
      if (edit === null) return null;
      if (!edits.some((other) => other.from === edit[0].from)) edits.push(...edit);
      if (!names.includes(layer.name)) names.push(layer.name);
      const input = graph.tensors[step.inputs[0]].shape;
      if (
        Array.isArray(input) &&
        Array.isArray(target) &&
        input.slice(1, -1).every((dim: unknown, i: number) => dim === target[i + 1])
      ) {
        return { title: `Keep the size in ${names.reverse().join(', ')}: padding="same"`, edits };
      }
    }
    tensor = step.inputs[0];
  }
  return null;
}

function resize(
  context: FixContext,
  written: readonly Element[],
  small: number,
  large: number,
  less: readonly number[],
  more: readonly number[],
  spatial: number,
): (Fix | null)[] {
  const gaps = more.slice(0, spatial).map((length, i) => length - less[i]);
  if (gaps.some((gap) => gap < 0)) return [];
  const halves = gaps.map((gap) => [Math.floor(gap / 2), Math.ceil(gap / 2)] as const);
  const pairs = halves.map(([before, after]) => `(${before}, ${after})`);
  const args = spatial === 1 ? pairs[0] : `(${pairs.join(', ')})`;
  const factors = more.slice(0, spatial).map((length, i) => length / less[i]);
  const enlarge = factors.every((factor) => Number.isInteger(factor) && factor > 1)
    ? factors.every((factor) => factor === factors[0])
      ? `${factors[0]}`
      : `(${factors.join(', ')})`
    : null;
  return [
    enlarge === null
      ? null
      : wrap(
          context,
          written[small],
          `UpSampling${spatial}D`,
          enlarge,
          `Enlarge ${written[small].text}: UpSampling${spatial}D(${enlarge})`,
        ),
    wrap(
      context,
      written[large],
      `Cropping${spatial}D`,
      args,
      `Crop ${written[large].text} to ${less.slice(0, spatial).join('×')}`,
    ),
    wrap(
      context,
      written[small],
      `ZeroPadding${spatial}D`,
      args,
      `Pad ${written[small].text} to ${more.slice(0, spatial).join('×')}`,
    ),
  ];
}

/** Size and channels differ: a strided 1×1 convolution on the larger map, where it comes out right. */
function strided(
  context: FixContext,
  written: readonly Element[],
  first: number,
  second: number,
  a: readonly number[],
  b: readonly number[],
  spatial: number,
): Fix | null {
  const [large, small] = a[0] > b[0] ? [first, second] : [second, first];
  const [more, less] = a[0] > b[0] ? [a, b] : [b, a];
  const strides = more.slice(0, spatial).map((length, i) => Math.round(length / less[i]));
  if (strides.some((stride, i) => stride < 1 || Math.ceil(more[i] / stride) !== less[i])) return null;
  if (small === large) return null;
  const stride = strides.every((value) => value === strides[0]) ? `${strides[0]}` : `(${strides.join(', ')})`;
  const width = writtenWidth(context, small, less[spatial]);
  const args = `${width?.text ?? less[spatial]}, 1, strides=${width?.strides ?? stride}, padding="same"`;
  return wrap(
    context,
    written[large],
    `Conv${spatial}D`,
    args,
    `Bring ${written[large].text} to ${less.join('×')}: Conv${spatial}D(${args})`,
  );
}

/** `merge-single-tensor`: the inputs belong into a list. */
export function mergeSingle(context: FixContext): (Fix | null)[] {
  const site = context.node?.site.range ?? context.failure.site.range;
  if (!context.owns(site)) return [];
  const { text } = context.program;
  const close = site.to - 1;
  if (text[close] !== ')') return [];
  // The call's own bracket: the last top-level one of the expression.
  let open = site.from;
  let last = -1;
  while ((open = text.indexOf('(', open)) >= 0 && open < close) {
    const end = context.closingParenthesis({ ...site, from: open });
    if (end === null) break;
    last = open;
    if (end === close) break;
    open = end + 1;
  }
  if (last < 0) return [];
  return [
    {
      title: 'Put the inputs into a list',
      edits: [context.edit(last + 1, last + 1, '['), context.edit(close, close, ']')],
    },
  ];
}
