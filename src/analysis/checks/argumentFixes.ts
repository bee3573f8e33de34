/** Wrong arguments: misspelt names and values, sizes that do not come out whole, shapes written as numbers. */
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';
import { elementsOf, lengthsOf, nearestDivisor, quoteLike, tuple } from './text';

/** A misspelt value: the suggestion in its place. */
export function suggestedValue(context: FixContext): (Fix | null)[] {
  const suggestion = context.string('suggestion');
  const { range } = context.failure;
  if (suggestion === null && context.owns(range) && /^["']causal["']$/i.test(context.text(range)))
    return [context.replace('Change to "same"', quoteLike(context.text(range), 'same'))];
  if (suggestion === null || !context.owns(range)) return [];
  const source = context.text(range);
  const text = /^\s*[rbuRBU]?["']/.test(source) ? quoteLike(source, suggestion) : suggestion;
  return [context.replace(`Change to ${text}`, text)];
}

/** `unknown-argument`: the suggestion as name, or the argument taken out. */
export function unknownArgument(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  if (!context.owns(range)) return [];
  const { text } = context.program;
  const suggestion = context.string('suggestion');
  const renames = context.fact('renames');
  const { range: call } = context.failure.site;
  if (Array.isArray(renames) && context.owns(call)) {
    // Keywords that changed their names together.
    const edits = renames.flatMap((old) =>
      [...context.text(call).matchAll(new RegExp(`\\b${String(old)}(?=\\s*=(?!=))`, 'g'))].map(({ index }) =>
        context.edit(call.from + index, call.from + index + String(old).length, `${String(old)}s`),
      ),
    );
    return [{ title: `Change to ${renames.map((old) => `${String(old)}s=`).join(' and ')}`, edits }];
  }
  const name = /^[A-Za-z_]\w*/.exec(context.text(range))?.[0];
  const nameOnly = name !== undefined && name.length === range.to - range.from;
  const fixes: (Fix | null)[] = [];
  // The range is the keyword's name, the whole `name=value`, or the value.
  let nameFrom = range.from;
  let nameTo = range.from + (name?.length ?? 0);
  if (!/^[A-Za-z_]\w*\s*=(?!=)/.test(text.slice(range.from))) {
    const before = /([A-Za-z_]\w*)\s*=\s*$/.exec(text.slice(0, range.from));
    if (!before) return fixes;
    nameFrom = before.index;
    nameTo = nameFrom + before[1].length;
  }
  if (suggestion !== null)
    fixes.push({ title: `Change to ${suggestion}=`, edits: [context.edit(nameFrom, nameTo, suggestion)] });
  const written = text.slice(nameFrom, nameTo);
  const valueEnd = nameOnly || nameFrom === range.from ? endOfArgument(text, nameTo) : range.to;
  const removal = context.removeArgument({ ...range, from: nameFrom, to: valueEnd });
  if (removal) fixes.push({ title: `Remove ${written}`, edits: removal });
  return fixes;
}

/** Where the argument that begins before `from` ends: at a comma or bracket outside nested ones. */
function endOfArgument(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) {
      if (depth === 0) return i;
      depth--;
    } else if (char === ',' && depth === 0) {
      return i;
    } else if (char === '"' || char === "'") {
      const end = text.indexOf(char, i + 1);
      if (end > 0) i = end;
    }
  }
  return text.length;
}

/** `units-invalid` and its kin: whole division instead of a quotient, `int(…)` around the rest. */
export function wholeNumber(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  if (!context.owns(range)) return [];
  const text = context.text(range);
  const fixes: (Fix | null)[] = [];
  if (/[^/]\/[^/]/.test(text))
    fixes.push(
      context.replace('Divide to a whole number: //', text.replace(/([^/])\/(?!\/)/g, '$1//')),
      context.replace('Multiply: *', text.replace(/([^/])\/(?!\/)/g, '$1*')),
    );
  if (/^\s*\d+\.\d*\s*$/.test(text))
    fixes.push(
      context.replace(`Use ${Math.round(Number(text))}`, String(Math.max(1, Math.round(Number(text))))),
    );
  else if (/^\s*-?0\s*$/.test(text)) fixes.push(context.replace('Use 1', '1'));
  else if (/^\s*-\d+\s*$/.test(text))
    fixes.push(context.replace(`Use ${-Number(text)}`, String(-Number(text))));
  else if (/^\s*["']\d+["']\s*$/.test(text))
    fixes.push(context.replace('Write it as a number', text.replace(/["'\s]/g, '')));
  else if (/^\s*["'][A-Za-z_]\w*["']\s*$/.test(text))
    fixes.push(context.replace(`Take the name ${text.replace(/["'\s]/g, '')}`, text.replace(/["'\s]/g, '')));
  else fixes.push(context.replace('Convert to a whole number: int(…)', `int(${text.trim()})`));
  return fixes;
}

/** `shape-argument`, `target-shape`, `tuple-argument`: a number where a tuple belongs. */
export function shapeArgument(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  const suggestion = context.string('suggestion');
  const text = context.owns(range) ? context.text(range).trim() : '';
  // `Input(28, 28, 1)`: the lengths that follow belong to the shape too.
  const more = /^(?:\s*,\s*[\w.]+)+(?=\s*[,)])(?!\s*=)/.exec(context.program.text.slice(range.to));
  if (more && /^[\w.]+$/.test(text) && context.failure.code === 'shape-argument')
    return [
      {
        title: `Write a tuple: (${text}${more[0]})`,
        edits: [context.edit(range.from, range.to + more[0].length, `(${text}${more[0]})`)],
      },
    ];
  if (suggestion !== null) return [context.replace(`Change to ${suggestion}`, suggestion)];
  if (/^[\w.]+$/.test(text)) return [context.replace(`Write a tuple: (${text},)`, `(${text},)`)];
  if (/^\(\s*[^,()]+\s*\)$/.test(text)) return [context.replace('Write a tuple', `${text.slice(0, -1)},)`)];
  return [];
}

/** `reshape-size`: −1 for a length where the rest divides, or a width of the Dense before that comes out right. */
export function reshapeSize(context: FixContext): (Fix | null)[] {
  const { node, graph, failure } = context;
  const target = targetRange(context);
  const elements = target && context.owns(target) ? elementsOf(context.text(target)) : null;
  const lengths = node && node.inputs.length > 0 ? lengthsOf(graph.tensors[node.inputs[0]].shape) : null;
  if (!elements || !target || !lengths) return [];
  const size = lengths.reduce((total, length) => total * length, 1);
  const values: unknown = context.layer?.config.target_shape;
  const numbers = elements.map((element, i) =>
    Array.isArray(values) && values.length === elements.length && typeof values[i] === 'number'
      ? values[i]
      : Number(element.text),
  );
  const fixes: (Fix | null)[] = [];
  const unknowns = numbers.filter((number) => number === -1).length;
  if (failure.code === 'reshape-two-unknown') {
    const rest = numbers.filter((number) => number !== -1).reduce((total, number) => total * number, 1);
    const at = numbers.indexOf(-1);
    if (size % rest === 0)
      fixes.push({
        title: 'Give the first length: 1',
        edits: [context.edit(target.from + elements[at].from, target.from + elements[at].to, '1')],
      });
    return fixes;
  }
  const before = context.previousLayer();
  const product = elements
    .map((element) => element.text)
    .filter((text) => text !== '-1')
    .join(' * ');
  if (before?.builtin === 'Dense' && numbers.length > 0) {
    const edits = context.setArgument(before, 'units', product);
    if (edits) fixes.push({ title: `Make ${before.name} as wide as the target: ${product}`, edits });
  }
  if (unknowns === 0) {
    for (let at = numbers.length - 1; at >= 0; at--) {
      const rest = numbers.filter((_, i) => i !== at).reduce((total, number) => total * number, 1);
      if (!(rest > 0) || size % rest !== 0) continue;
      const text = tuple(elements.map((element, i) => (i === at ? '-1' : element.text)));
      fixes.push({
        title: `Work out one length: ${text}`,
        edits: [context.edit(target.from + elements[at].from, target.from + elements[at].to, '-1')],
      });
      break;
    }
  }
  return fixes;
}

function targetRange(context: FixContext): FixContext['failure']['range'] | null {
  return context.layer?.args.target_shape ?? context.node?.args.newshape ?? context.node?.args.shape ?? null;
}

/** `groups-divide-filters`, `groups-divide-channels`, `groups-invalid`: the nearest number of groups that divides. */
export function groupCount(context: FixContext): (Fix | null)[] {
  const { layer, node, graph } = context;
  const groups =
    context.number('groups') ?? (typeof layer?.config.groups === 'number' ? layer.config.groups : null);
  const filters =
    context.number('filters') ?? (typeof layer?.config.filters === 'number' ? layer.config.filters : null);
  let channels = context.number('channels');
  if (channels === null && node && node.inputs.length > 0) {
    const shape = lengthsOf(graph.tensors[node.inputs[0]].shape);
    channels = shape?.[shape.length - 1] ?? null;
  }
  if (groups === null) return [];
  const fixes: (Fix | null)[] = [];
  const common = filters !== null && channels !== null ? gcd(filters, channels) : (filters ?? channels);
  if (common !== null) {
    const nearest = nearestDivisor(common, groups);
    const edits = context.setArgument(layer, 'groups', String(nearest));
    if (edits) fixes.push({ title: `Use ${nearest} group${nearest === 1 ? '' : 's'}`, edits });
  }
  if (filters !== null && filters % groups !== 0 && (channels === null || channels % groups === 0)) {
    const rounded = Math.max(groups, Math.round(filters / groups) * groups);
    const edits = context.setArgument(layer, 'filters', String(rounded));
    if (edits) fixes.push({ title: `Use ${rounded} filters`, edits });
  }
  return fixes;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** `rate-invalid`: a percentage as a fraction. */
export function rate(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  if (!context.owns(range)) return [];
  const value = Number(context.text(range).replace(/["']/g, ''));
  if (!Number.isFinite(value)) return [];
  const fraction =
    value > 0 && value < 1
      ? value
      : value > 1 && value <= 100
        ? value / 100
        : value < 0 && value >= -1
          ? -value
          : 0.5;
  return [context.replace(`Use ${fraction}`, String(fraction))];
}

/** `missing-argument`: a usual value for it. */
export function missingArgument(context: FixContext): (Fix | null)[] {
  const missing = context.string('argument') ?? /`(\w+)`/.exec(context.failure.message)?.[1];
  if (missing === 'inputs') return modelInputsFirst(context);
  const value = missing === undefined ? undefined : USUAL[missing];
  if (missing === undefined || value === undefined) return [];
  const edits = context.addKeyword(
    context.layer?.site.range ?? context.failure.site.range,
    `${missing}=${value}`,
  );
  return [edits && { title: `Add ${missing}=${value}`, edits }];
}

/** `Model(outputs)`: the tensors of the program's Inputs in front. */
function modelInputsFirst(context: FixContext): Fix[] {
  const { graph, failure, program } = context;
  const { range } = failure.site;
  const open = context.owns(range) ? program.text.indexOf('(', range.from) : -1;
  if (open < 0) return [];
  const names = new Set<string>();
  for (const { seen, name, range: at } of graph.observations) {
    if (seen.kind !== 'tensor' || at.to > range.from || !/^\w+$/.test(name)) continue;
    const { producer } = graph.tensors[seen.tensor];
    if (producer !== null && graph.nodes[producer].primitive.op === 'input') names.add(name);
  }
  const list = [...names].reverse();
  return [...list.map((name) => name), ...(list.length > 1 ? [`[${[...names].join(', ')}]`] : [])].map(
    (text) => ({
      title: `Add the inputs: ${text}`,
      edits: [context.edit(open + 1, open + 1, `${text}, `)],
    }),
  );
}

const USUAL: Readonly<Record<string, string>> = {
  kernel_size: '3',
  pool_size: '2',
  filters: '32',
  units: '64',
  size: '2',
  rate: '0.5',
  output_dim: '64',
  activation: '"relu"',
  n: '2',
  num_heads: '4',
  key_dim: '32',
};

/** `tuple-argument`: as many entries as there are spatial axes. */
export function tupleLength(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  const rank = Number(/([123])D/.exec(context.layer?.builtin ?? '')?.[1]);
  const elements = context.owns(range) ? elementsOf(context.text(range)) : null;
  if (!elements || elements.length === 0 || !(rank > 0) || elements.length === rank)
    return wrongSize(context) ?? shapeArgument(context);
  const entries = Array.from({ length: rank }, (_, i) => elements[Math.min(i, elements.length - 1)].text);
  return [context.replace(`One entry per spatial axis: ${tuple(entries)}`, tuple(entries))];
}

/** A size that is no positive integer: written as text, negative, 0, or a padding in the place of the strides. */
function wrongSize(context: FixContext): (Fix | null)[] | null {
  const { range } = context.failure;
  if (!context.owns(range)) return null;
  const text = context.text(range).trim();
  if (/^[([]/.test(text) && /\d\.\d*/.test(text)) {
    const whole = text.replace(/\d+\.\d*/g, (number) => String(Math.max(1, Math.round(Number(number)))));
    return [context.replace(`Write whole numbers: ${whole}`, whole)];
  }
  if (/^["'](?:same|valid|causal)["']$/i.test(text))
    return [context.replace(`Name the argument: padding=${text}`, `padding=${text}`)];
  if (/^["']\d+["']$/.test(text)) return [context.replace('Write it as a number', text.slice(1, -1))];
  if (/^-[1-9]\d*$/.test(text)) return [context.replace(`Use ${text.slice(1)}`, text.slice(1))];
  return /^-?0$/.test(text) ? [context.replace('Use 1', '1')] : null;
}

/** `crop-too-large`: leave at least one position. */
export function cropLess(context: FixContext): (Fix | null)[] {
  const { node, graph } = context;
  const lengths = node && node.inputs.length > 0 ? lengthsOf(graph.tensors[node.inputs[0]].shape) : null;
  if (!lengths || lengths.length < 2) return [];
  const most = Math.floor((Math.min(...lengths.slice(0, -1)) - 1) / 2);
  const edits = most > 0 ? context.setArgument(context.layer, 'cropping', String(most)) : null;
  return [edits && { title: `Crop at most ${most} on each side`, edits }];
}

/** `axis-out-of-range`: the last axis. */
export function lastAxis(context: FixContext): (Fix | null)[] {
  return [context.replace('Use the last axis: -1', '-1')];
}

/** `permute-dims`: axes count from 1, the batch axis is left out. */
export function permutation(context: FixContext): (Fix | null)[] {
  const { range } = context.failure;
  const elements = context.owns(range) ? elementsOf(context.text(range)) : null;
  if (!elements) return [];
  const axes = elements.map((element) => Number(element.text));
  const from0 = [...axes].sort((a, b) => a - b).every((axis, i) => axis === i);
  if (!from0) return [];
  const without = axes[0] === 0 ? axes.slice(1) : null;
  const rank =
    context.node && context.node.inputs.length > 0
      ? lengthsOf(context.graph.tensors[context.node.inputs[0]].shape)?.length
      : undefined;
  const shifted = axes.map((axis) => axis + 1);
  const options = [shifted, ...(without ? [without] : [])].filter(
    (option) => rank === undefined || option.length === rank,
  );
  return options.map((option) => context.replace(`Count the axes from 1: ${tuple(option)}`, tuple(option)));
}
