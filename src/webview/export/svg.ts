/** The network's drawing as a file of its own: SVG with its colours written in, or the same painted to PNG. */
import type { ModelGraph } from '../../graph/graph';
import * as format from '../format';
import type { BoxContent } from '../network/content';
import { KINDS } from '../network/kinds';
import { boxClasses, boxPicture, toText } from '../network/picture';
import type { Drawing } from '../network/types';

/** Every colour as `#rrggbb`. */
export interface Palette {
  readonly background: string;
  readonly foreground: string;
  readonly quiet: string;
  readonly line: string;
  readonly error: string;
  readonly warning: string;
  readonly fill: Readonly<Record<string, string>>;
  readonly stroke: Readonly<Record<string, string>>;
}

const MARGIN = 24;

export function networkSvg(
  graph: ModelGraph,
  drawing: Drawing,
  contents: ReadonlyMap<string, BoxContent>,
  palette: Palette,
  title: string,
): string {
  const width = Math.ceil(drawing.width + 2 * MARGIN + 60);
  const height = Math.ceil(drawing.height + 2 * MARGIN);
  const boxes = drawing.boxes.map((box) => {
    const content = contents.get(box.key)!;
    return toText({
      tag: 'g',
      attributes: { class: boxClasses(box, content), transform: `translate(${box.x} ${box.y})` },
      children: boxPicture(box, content),
    });
  });
  const open = boxes.filter((_, index) => drawing.boxes[index].open);
  const closed = boxes.filter((_, index) => !drawing.boxes[index].open);
  const edges = drawing.edges.map(
    (edge) => `<path class="edge${edge.skip ? ' is-skip' : ''}" d="${edge.path}" marker-end="url(#arrow)"/>`,
  );
  const labels = drawing.labels.map((label) =>
    toText({
      tag: 'text',
      attributes: { class: 'edge-label', x: label.x, y: label.y },
      children: [format.sampleShape(graph.tensors[label.tensor]?.shape)],
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">`,
    toText({ tag: 'title', attributes: {}, children: [title] }),
    `<style>${style(palette)}</style>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="arrow" d="M1 1l6 3-6 3z"/></marker></defs>`,
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="${palette.background}"/>`,
    ...open,
    ...edges,
    ...labels,
    ...closed,
    '</svg>',
  ].join('\n');
}

function style(palette: Palette): string {
  const kinds = KINDS.map(
    (kind) =>
      `.kind-${kind}>.body,.kind-${kind}>.sheet{fill:${palette.fill[kind]};stroke:${palette.stroke[kind]}}.kind-${kind}>.inner{stroke:${palette.stroke[kind]}}`,
  );
  return [
    `text{font-family:system-ui,sans-serif;fill:${palette.foreground}}`,
    '.title{font-size:12px;font-weight:600}',
    `.detail,.mark,.edge-label{font-size:10.5px;fill:${palette.quiet}}`,
    '.is-light>.title{font-size:11px;font-weight:400}',
    `.edge{fill:none;stroke:${palette.line};stroke-width:1.4}.arrow{fill:${palette.line}}`,
    `.chevron path{fill:none;stroke:${palette.quiet};stroke-width:1.4}.target,.inner{fill:none}`,
    `.alert circle{fill:${palette.error}}.has-warning .alert circle{fill:${palette.warning}}.alert text{fill:${palette.background};font-size:10px}`,
    ...kinds,
    `.is-open>.body{fill:${palette.background}}`,
    `.has-error>.body{stroke:${palette.error};stroke-width:2}.is-unknown>.body{stroke-dasharray:4 3}`,
  ].join('');
}

/** The palette of the page as it stands, theme and all. */
export function pagePalette(root: HTMLElement): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  root.append(probe);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const hex = (colour: string): string => {
    probe.style.color = '';
    probe.style.color = colour;
    if (!context) return '#808080';
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    return `#${[...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  };
  const palette: Palette = {
    background: hex('var(--bg)'),
    foreground: hex('var(--fg)'),
    quiet: hex('var(--quiet)'),
    line: hex('var(--edge)'),
    error: hex('var(--error)'),
    warning: hex('var(--warning)'),
    fill: Object.fromEntries(
      KINDS.map((kind) => [kind, hex(`color-mix(in srgb, var(--kind-${kind}) 15%, var(--bg))`)]),
    ),
    stroke: Object.fromEntries(
      KINDS.map((kind) => [kind, hex(`color-mix(in srgb, var(--kind-${kind}) 60%, var(--bg))`)]),
    ),
  };
  probe.remove();
  return palette;
}

/** Painted at twice the size, or less where that would be too large for a canvas. */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(2, 16_000 / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('the picture is too large');
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}
