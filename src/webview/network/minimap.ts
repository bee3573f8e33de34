/** A small picture of the whole drawing on a canvas, with the part in view framed; pressing or dragging looks elsewhere. */
import { h } from '../dom';
import type { BoxContent } from './content';
import type { Drawing } from './types';
import type { Rect } from './viewport';

const MAX = { width: 92, height: 150 } as const;

export class Minimap {
  readonly element: HTMLElement;
  private readonly canvas = h('canvas', { 'aria-hidden': 'true' });
  private readonly frame = h('div', { class: 'minimap-frame' });
  private scale = 1;
  private drawing: Drawing | null = null;

  constructor(lookAt: (x: number, y: number) => void) {
    this.element = h('div', { class: 'minimap', hidden: true }, this.canvas, this.frame);
    const look = (event: PointerEvent): void => {
      event.stopPropagation();
      if (event.type === 'pointermove' && event.buttons === 0) return;
      if (event.type === 'pointerdown') this.element.setPointerCapture(event.pointerId);
      const box = this.canvas.getBoundingClientRect();
      lookAt((event.clientX - box.left) / this.scale, (event.clientY - box.top) / this.scale);
    };
    this.element.addEventListener('pointerdown', look);
    this.element.addEventListener('pointermove', look);
  }

  /** null hides it. `room`: width of the view, of which it takes a small part. */
  update(drawing: Drawing | null, contents: ReadonlyMap<string, BoxContent>, room: number): void {
    this.drawing = drawing;
    if (!drawing || drawing.height === 0) {
      this.element.hidden = true;
      return;
    }
    this.scale = Math.min(Math.min(MAX.width, room * 0.14) / drawing.width, MAX.height / drawing.height);
    const ratio = Math.min(2, devicePixelRatio || 1);
    const width = Math.max(10, drawing.width * this.scale);
    const height = Math.max(10, drawing.height * this.scale);
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const context = this.canvas.getContext('2d');
    if (!context) return;
    const style = getComputedStyle(this.element);
    const colours = new Map<string, string>();
    context.scale(this.scale * ratio, this.scale * ratio);
    for (const box of drawing.boxes) {
      const kind = contents.get(box.key)?.kind ?? 'other';
      if (!colours.has(kind))
        colours.set(kind, style.getPropertyValue(`--kind-${kind}`).trim() || style.color);
      context.fillStyle = colours.get(kind)!;
      context.globalAlpha = box.open ? 0.12 : 0.65;
      const least = 1.2 / this.scale;
      context.fillRect(box.x, box.y, Math.max(box.width, least), Math.max(box.height, least));
    }
  }

  /** Frames what is in view; hidden when all of it is. */
  look(view: Rect): void {
    const { drawing } = this;
    if (!drawing || drawing.height === 0) return;
    this.element.hidden =
      view.x <= 0 &&
      view.y <= 0 &&
      view.x + view.width >= drawing.width &&
      view.y + view.height >= drawing.height;
    const left = Math.max(0, view.x) * this.scale;
    const top = Math.max(0, view.y) * this.scale;
    this.frame.style.transform = `translate(${left}px, ${top}px)`;
    this.frame.style.width = `${Math.max(4, Math.min(drawing.width, view.x + view.width) * this.scale - left)}px`;
    this.frame.style.height = `${Math.max(4, Math.min(drawing.height, view.y + view.height) * this.scale - top)}px`;
  }
}
