/** Comments that state an input: `# convlens: input=(None, 224, 224, 3)`, several shapes with commas between. */
import type { Shape } from '../../graph/graph';
import type { Directive } from '../../python/ast';

/** The shapes of an `input=` comment; undefined for another comment, or one that is no shape. */
export function statedShapes({ text }: Directive): readonly Shape[] | undefined {
  const shapes = /^input\s*=\s*(.*)$/.exec(text)?.[1];
  return shapes === undefined ? undefined : parseShapes(shapes);
}

/** `(None, 224, 224, 3)`, several with commas between; undefined when it is no shape. */
function parseShapes(text: string): readonly Shape[] | undefined {
  const groups = text.match(/\(([^()]*)\)/g);
  if (groups === null) return undefined;
  const shapes: Shape[] = [];
  for (const group of groups) {
    const entries = group
      .slice(1, -1)
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    const dims = entries.map((entry) =>
      entry === 'None' ? ({ kind: 'open' } as const) : /^\d+$/.test(entry) ? Number(entry) : undefined,
    );
    if (dims.some((dim) => dim === undefined)) return undefined;
    shapes.push(dims.map((dim) => dim!));
  }
  return shapes;
}
