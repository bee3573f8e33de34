/** Operations on tensors: products whose lengths differ, indices and axes out of range, functions of the wrong library. */
import type { Shape } from '../../graph/graph';
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';
import { elementsOf, splitTop, type Element } from './text';

/** Arguments of the failed call as they are written, with offsets in the program; an operator's two operands. */
function written(context: FixContext, operators: readonly string[] = []): Element[] | null {
  const { failure, program } = context;
  const { range } = failure.site;
  if (!context.owns(range)) return null;
  const text = context.text(range);
  for (const operator of operators) {
    const parts = splitTop(text, 0, text.length, operator);
    if (parts.length === 2) return parts.map((part) => shifted(part, range.from));
  }
  const close = context.closingParenthesis(range);
  if (close === null || !text.endsWith(')')) return null;
  const open = program.text.indexOf('(', range.from);
  return splitTop(program.text, open + 1, close, ',').filter(({ text: argument }) => argument !== '');
}

function shifted(element: Element, by: number): Element {
  return { ...element, from: element.from + by, to: element.to + by };
}

/** How `keras.ops` is written in this program. */
function opsName(context: FixContext): string | null {
  const { text } = context.program;
  if (/^[ \t]*from[ \t]+[\w.]*keras[ \t]+import[^\n#]*\bops\b(?![ \t]+as)/m.test(text)) return 'ops';
  if (/^[ \t]*import[ \t]+keras\b(?![ \t]+as|\.)/m.test(text)) return 'keras.ops';
  if (/^[ \t]*from[ \t]+tensorflow[ \t]+import[^\n#]*\bkeras\b/m.test(text)) return 'keras.ops';
  return /^[ \t]*import[ \t]+tensorflow[ \t]+as[ \t]+tf\b/m.test(text) ? 'tf.keras.ops' : null;
}

/** `tensorflow-function`: Keras' own operation, where it takes the arguments as they are written. */
export function kerasOperation(context: FixContext): (Fix | null)[] {
  const op = context.string('op');
  const ops = opsName(context);
  const { range } = context.failure;
  if (op === null || ops === null || !context.owns(range)) return [];
  const callee = context.callee(range);
  if (callee === null) return [];
  return [{ title: `Use ${ops}.${op}`, edits: [context.edit(range.from, callee.to, `${ops}.${op}`)] }];
}

const known = (shape: Shape): readonly unknown[] | null => (Array.isArray(shape) ? shape : null);

/** `matmul-shape`: the transposed second operand, or a weight made as wide as the input's last axis. */
export function matrixProduct(context: FixContext): (Fix | null)[] {
  const { node, graph } = context;
  const operands = written(context, ['@']);
  if (node === null || node.inputs.length !== 2 || operands === null || operands.length < 2) return [];
  const [a, b] = node.inputs.map((id) => known(graph.tensors[id].shape));
  if (a === null || b === null) return [];
  const fixes: (Fix | null)[] = [];
  const ops = opsName(context);
  if (ops !== null && a.length === b.length && a.length > 1 && a[a.length - 1] === b[b.length - 1]) {
    const axes = b.map((_, i) => i);
    axes.push(...axes.splice(-2).reverse());
    fixes.push({
      title: `Transpose ${operands[1].text}`,
      edits: [
        context.edit(
          operands[1].from,
          operands[1].to,
          `${ops}.transpose(${operands[1].text}, (${axes.join(', ')}))`,
        ),
      ],
    });
  }
  // A weight as high as another axis of the input than the last: `shape[1]` where `shape[-1]` was meant.
  const weight = graph.tensors[node.inputs[1]].producer;
  const owner = weight === null ? undefined : graph.nodes[weight].weights[0];
  if (owner !== undefined && b.length === 2) fixes.push(lastAxisOfShape(context));
  return fixes;
}

/** `input_shape[1]` in a `build` method: the width is the last entry. */
function lastAxisOfShape(context: FixContext): Fix | null {
  const { text } = context.program;
  const before = text.slice(0, context.failure.site.range.from);
  const build = before.lastIndexOf('def build(');
  const parameter = /^def build\(\s*self\s*,\s*(\w+)/.exec(text.slice(build))?.[1];
  if (build < 0 || parameter === undefined) return null;
  const found = new RegExp(`\\b${parameter}\\[(\\d+)\\]`).exec(before.slice(build));
  if (found === null) return null;
  const from = build + found.index;
  return {
    title: `Take the last length: ${parameter}[-1]`,
    edits: [context.edit(from, from + found[0].length, `${parameter}[-1]`)],
  };
}

/** `index-range`: the last element; `index-count`: only as many indices as there are axes. */
export function index(context: FixContext): (Fix | null)[] {
  const { range } = context.failure.site;
  if (!context.owns(range)) return [];
  const text = context.text(range);
  const open = text.lastIndexOf('[');
  if (open < 0 || !text.endsWith(']')) return [];
  const parts = splitTop(text, open + 1, text.length - 1, ',');
  if (context.failure.code === 'index-count') {
    const rank = context.number('rank');
    if (rank === null || rank < 1 || parts.length <= rank) return [];
    return [
      {
        title: `Leave out what goes beyond ${rank} axes`,
        edits: [context.edit(range.from + parts[rank - 1].to, range.to - 1, '')],
      },
    ];
  }
  const wrong = parts.find((part) => Number(part.text) === context.number('index'));
  if (wrong === undefined) return [];
  return [
    {
      title: 'Take the last one: -1',
      edits: [context.edit(range.from + wrong.from, range.from + wrong.to, '-1')],
    },
  ];
}

/** An axis argument that the tensor does not have: the last one. */
export function lastAxisOfOperation(context: FixContext): (Fix | null)[] {
  const argument = (written(context) ?? []).find(({ text }) => /^axis\s*=\s*-?\d+$/.test(text));
  const { range } = context.failure;
  if (argument !== undefined)
    return [{ title: 'Use the last axis: -1', edits: [context.edit(argument.from, argument.to, 'axis=-1')] }];
  return /^-?\d+$/.test(context.owns(range) ? context.text(range) : '')
    ? [context.replace('Use the last axis: -1', '-1')]
    : [];
}

/** `squeeze-axis`: without an axis, every axis of length 1 goes, and no other. */
export function squeeze(context: FixContext): (Fix | null)[] {
  const argument = (written(context) ?? []).slice(1).find(({ text }) => /^(axis\s*=\s*)?[-\d(]/.test(text));
  if (argument === undefined) return [];
  const edits = context.removeArgument({
    ...context.failure.site.range,
    from: argument.from,
    to: argument.to,
  });
  return [edits && { title: 'Leave the axis to the shape', edits }];
}

/** `split-size`: the largest number of parts that divides. */
export function split(context: FixContext): (Fix | null)[] {
  const parts = written(context)?.[1];
  const { node, graph } = context;
  const shape = node === null ? null : known(graph.tensors[node.inputs[0]].shape);
  const wanted = Number(parts?.text.replace(/^\w+\s*=\s*/, ''));
  const size = /need|(\d+) elements/.exec(context.failure.message)?.[1];
  if (parts === undefined || shape === null || !(wanted > 0) || size === undefined) return [];
  const divisors = Array.from({ length: Number(size) }, (_, i) => i + 1).filter(
    (count) => Number(size) % count === 0,
  );
  const best = divisors.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a), 1);
  return [
    {
      title: `Split into ${best}`,
      edits: [context.edit(parts.to - String(wanted).length, parts.to, String(best))],
    },
  ];
}

/** `concat-shape`, `stack-shape` of an operation: join along the one axis on which the tensors differ. */
export function joinAxis(context: FixContext): Fix | null {
  const { node, graph } = context;
  const shapes = node === null ? [] : node.inputs.map((id) => known(graph.tensors[id].shape));
  const [first] = shapes;
  if (!first || shapes.some((shape) => shape === null || shape.length !== first.length)) return null;
  const differing = first.flatMap((length, axis) =>
    axis > 0 &&
    shapes.some(
      (shape) => typeof shape![axis] === 'number' && typeof length === 'number' && shape![axis] !== length,
    )
      ? [axis]
      : [],
  );
  if (differing.length !== 1) return null;
  const [axis] = differing;
  const title = `Join along axis ${axis}, where they differ`;
  if (context.layer?.builtin === 'Concatenate') {
    const edits = context.setArgument(context.layer, 'axis', String(axis));
    return edits && { title, edits };
  }
  if (context.failure.code !== 'concat-shape') return null;
  const argument = written(context)
    ?.slice(1)
    .find(({ text }) => /^(axis\s*=\s*)?-?\d+$/.test(text));
  if (argument !== undefined)
    return {
      title,
      edits: [context.edit(argument.from, argument.to, argument.text.replace(/-?\d+$/, String(axis)))],
    };
  const edits = context.addKeyword(context.failure.site.range, `axis=${axis}`);
  return edits && { title, edits };
}

/** `permutation` of all axes, the batch axis in its place. */
export function transposition(context: FixContext): (Fix | null)[] {
  const { node, graph } = context;
  const shape = node === null ? null : known(graph.tensors[node.inputs[0]].shape);
  const argument = written(context)?.[1];
  if (shape === null || argument === undefined) return [];
  const elements = elementsOf(argument.text.replace(/^\w+\s*=\s*/, ''));
  if (elements === null) return [];
  const axes = elements.map(({ text }) => Number(text)).filter((axis) => axis >= 0 && axis < shape.length);
  const rest = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const whole =
    axes[0] === 0 ? [...axes, ...rest] : [...(rest[0] === 0 ? rest.splice(0, 1) : []), ...axes, ...rest];
  const text = `(${whole.join(', ')})`;
  return [
    {
      title: `Name every axis: ${text}`,
      edits: [context.edit(argument.to - argument.text.replace(/^\w+\s*=\s*/, '').length, argument.to, text)],
    },
  ];
}
