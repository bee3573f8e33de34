/** How a box looks, as a small tree of SVG elements that becomes elements on the page or text in an exported file. */
import type { BoxContent } from './content';
import type { PlacedBox } from './types';

export type Attributes = Readonly<Record<string, string | number>>;
export interface Shape {
  readonly tag: 'g' | 'rect' | 'path' | 'text' | 'circle' | 'title';
  readonly attributes: Attributes;
  readonly children: readonly (Shape | string)[];
}

const shape = (tag: Shape['tag'], attributes: Attributes, ...children: (Shape | string)[]): Shape => ({
  tag,
  attributes,
  children,
});

/** The three sizes in which the drawing is lettered. */
export type Lettering = 'title' | 'light' | 'small';

/** Width of a text in pixels. */
export type Measure = (text: string, lettering: Lettering) => number;

/** Pixels per letter of a rather wide font, for where no font can be measured. */
const LETTER: Record<Lettering, number> = { title: 7.6, light: 6.6, small: 6.3 };

export const estimate: Measure = (text, lettering) => {
  let width = 0;
  for (const character of text) width += character.codePointAt(0)! > 0x2e7f ? 12 : LETTER[lettering];
  return width;
};

/** Cut to `room` pixels with an ellipsis. */
export function cut(text: string, room: number, lettering: Lettering, measure: Measure): string {
  if (measure(text, lettering) <= room) return text;
  let kept = '';
  for (const character of text) {
    if (measure(`${kept}${character}…`, lettering) > room) break;
    kept += character;
  }
  return kept.length > 0 ? `${kept.trimEnd()}…` : '';
}

export function boxClasses(box: PlacedBox, content: BoxContent): string {
  const classes = ['box', `is-${box.kind}`, `kind-${content.kind}`];
  if (box.light) classes.push('is-light');
  if (box.open) classes.push('is-open');
  if (content.reason !== null) classes.push('is-unknown');
  if (content.severity !== null) classes.push(`has-${content.severity}`);
  if (content.heat !== null) classes.push('is-heated');
  return classes.join(' ');
}

/** A box where lettering could not be read: its outline, its label for the pointer, and the mark of an error. */
export function plainPicture(box: PlacedBox, content: BoxContent): Shape[] {
  const { width, height } = box;
  const body = shape('rect', { class: 'body', width, height, rx: box.light ? height / 2 : 6 });
  const isTroubled = content.severity === 'error' || content.severity === 'warning';
  return [shape('title', {}, content.label), body, ...(isTroubled ? [alert(width, content)] : [])];
}

/** The contents of a box, its own corner at (0, 0). */
export function boxPicture(box: PlacedBox, content: BoxContent, measure: Measure = estimate): Shape[] {
  const { width, height } = box;
  const shapes: Shape[] = [shape('title', {}, content.label)];
  if (box.kind === 'repeat' && !box.open) {
    for (const [index, step] of [8, 4].entries())
      shapes.push(
        shape('rect', {
          class: `sheet sheet-${index}`,
          x: step,
          y: -step,
          width: width - step,
          height: height - step,
          rx: 6,
        }),
      );
  }
  shapes.push(shape('rect', { class: 'body', width, height, rx: box.light ? height / 2 : box.open ? 9 : 6 }));
  if ((box.kind === 'group' || box.kind === 'call') && !box.open)
    shapes.push(
      shape('rect', { class: 'inner', x: 3.5, y: 3.5, width: width - 7, height: height - 7, rx: 4 }),
    );
  const left = box.foldable ? 24 : box.light ? 12 : 10;
  if (box.foldable) shapes.push(chevron(box));
  const markWidth = content.mark ? measure(content.mark, 'small') + 10 : 0;
  const badge = content.severity === 'error' || content.severity === 'warning' ? 14 : 0;
  if (box.open) {
    const title = cut(content.title, width - left - 12 - markWidth - badge, 'title', measure);
    shapes.push(text('title', left, 17, title));
    const used = left + measure(title, 'title') + 8;
    shapes.push(
      text('detail', used, 17, cut(content.detail, width - used - 10 - markWidth - badge, 'small', measure)),
    );
  } else if (box.light) {
    shapes.push(
      text(
        'title',
        left,
        height / 2 + 4,
        cut(content.title, width - left - 12 - markWidth - badge, 'light', measure),
      ),
    );
  } else {
    const middle = height / 2;
    const detail = cut(
      content.detail,
      width - left - 8 - (box.kind === 'repeat' ? 0 : markWidth),
      'small',
      measure,
    );
    shapes.push(
      text(
        'title',
        left,
        detail ? middle - 2 : middle + 4,
        cut(
          content.title,
          width - left - 8 - badge - (box.kind === 'repeat' ? markWidth : 0),
          'title',
          measure,
        ),
      ),
    );
    if (detail) shapes.push(text('detail', left, middle + 13, detail));
  }
  if (content.mark)
    shapes.push(
      shape(
        'text',
        {
          class: 'mark',
          x: width - 10 - (box.light || box.kind === 'repeat' ? badge : 0),
          y: markBaseline(box),
          'text-anchor': 'end',
        },
        content.mark,
      ),
    );
  if (badge) shapes.push(alert(width, content));
  return shapes;
}

function markBaseline(box: PlacedBox): number {
  if (box.open) return 17;
  if (box.light) return box.height / 2 + 4;
  return box.kind === 'repeat' ? box.height / 2 - 2 : box.height / 2 + 13;
}

function text(name: string, x: number, y: number, content: string): Shape {
  return shape('text', { class: name, x, y }, content);
}

/** A triangle with a target large enough for a finger. */
function chevron(box: PlacedBox): Shape {
  const y = box.open ? 13 : box.height / 2;
  const d = box.open ? `M8 ${y - 2.5}l4 5 4 -5` : `M10 ${y - 4}l5 4 -5 4`;
  return shape(
    'g',
    { class: 'chevron' },
    shape('rect', { class: 'target', x: 0, y: y - 13, width: 24, height: 26 }),
    shape('path', { d }),
  );
}

function alert(width: number, content: BoxContent): Shape {
  return shape(
    'g',
    { class: 'alert' },
    shape('circle', { cx: width - 3, cy: 3, r: 7 }),
    shape(
      'text',
      { x: width - 3, y: 6.5, 'text-anchor': 'middle' },
      content.severity === 'error' ? '✕' : '!',
    ),
  );
}

const escape = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** As SVG text. */
export function toText(at: Shape | string): string {
  if (typeof at === 'string') return escape(at);
  const attributes = Object.entries(at.attributes).map(
    ([name, value]) => ` ${name}="${escape(String(value))}"`,
  );
  return `<${at.tag}${attributes.join('')}>${at.children.map(toText).join('')}</${at.tag}>`;
}
