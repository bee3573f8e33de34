/** Brings the SVG in line with a drawing: only what is in sight has elements, and only what changed is made anew. */
import type { NodeId } from '../../graph/graph';
import type { Snapshot } from '../../protocol';
import { reducedMotion, s } from '../dom';
import * as format from '../format';
import type { BoxContent } from './content';
import { boxClasses, boxPicture, plainPicture, type Measure, type Shape } from './picture';
import type { Drawing, PlacedBox } from './types';
import { meets, type Rect } from './viewport';

/** Everything that is painted but for the part in sight. The same object means that nothing of it has changed. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly drawing: Drawing;
  readonly contents: ReadonlyMap<string, BoxContent>;
  readonly measure: Measure;
  readonly chosen: PlacedBox | null;
  readonly selected: ReadonlySet<NodeId>;
  readonly found: ReadonlySet<NodeId> | null;
  /** Key of the box that the Tab key comes to. */
  readonly tabStop: string | null;
}

interface Drawn {
  readonly element: SVGGElement;
  hash: string;
  /** Drawn without lettering. */
  plain?: boolean;
}

export class Painter {
  readonly stage = s('g', { role: 'presentation' });
  private readonly frames = s('g', { role: 'presentation' });
  private readonly lines = s('g', { role: 'presentation', 'aria-hidden': 'true' });
  private readonly labels = s('g', { role: 'presentation', 'aria-hidden': 'true' });
  private readonly boxes = s('g', { role: 'presentation' });
  private readonly drawnBoxes = new Map<string, Drawn>();
  private readonly drawnLines = new Map<string, Drawn>();
  private readonly drawnLabels = new Map<string, Drawn>();
  private last: Scene | null = null;
  private wasLegible = true;

  constructor() {
    this.stage.append(this.frames, this.lines, this.labels, this.boxes);
  }

  clear(): void {
    for (const layer of [this.frames, this.lines, this.labels, this.boxes]) layer.replaceChildren();
    for (const drawn of [this.drawnBoxes, this.drawnLines, this.drawnLabels]) drawn.clear();
    this.last = null;
  }

  focus(key: string): void {
    const drawn = this.drawnBoxes.get(key);
    if (drawn) bodyOf(drawn.element).focus({ preventScroll: true });
  }

  /** `flash`: mark what is new or has changed since the last time; `legible`: texts can be read at this zoom. */
  paint(scene: Scene, view: Rect, legible: boolean, flash: boolean): void {
    const moved = this.last === scene && this.wasLegible === legible;
    this.last = scene;
    this.wasLegible = legible;
    const alive = new Set<string>();
    for (const box of scene.drawing.boxes) {
      if (!meets(box, view) && box.key !== scene.tabStop) continue;
      alive.add(box.key);
      if (!moved || !this.drawnBoxes.has(box.key)) this.paintBox(scene, box, legible, flash);
    }
    drop(this.drawnBoxes, alive);
    if (legible) this.paintLines(scene, view);
    else this.paintPlainLines(scene);
    this.paintLabels(scene, view, legible);
  }

  private paintBox(scene: Scene, box: PlacedBox, legible: boolean, flash: boolean): void {
    const content = scene.contents.get(box.key)!;
    const hash = JSON.stringify([box.width, box.height, box.open, box.light, content]);
    // An opened box keeps its title and triangle at any zoom: it is large.
    const plain = !legible && !box.open;
    const layer = box.open ? this.frames : this.boxes;
    let drawn = this.drawnBoxes.get(box.key);
    if (!drawn) {
      drawn = { element: s('g', { role: 'presentation', 'data-key': box.key }), hash: '' };
      if (flash && !reducedMotion() && this.drawnBoxes.size > 0) drawn.element.classList.add('appears');
      this.drawnBoxes.set(box.key, drawn);
    }
    const { element } = drawn;
    const focused = element.contains(document.activeElement);
    if (element.parentNode !== layer) layer.append(element);
    const changed = drawn.hash !== '' && drawn.hash !== hash;
    if (drawn.hash !== hash || drawn.plain !== plain) {
      drawn.hash = hash;
      drawn.plain = plain;
      const picture = plain ? plainPicture(box, content) : boxPicture(box, content, scene.measure);
      element.replaceChildren(...picture.map(toElement));
      for (const part of element.children) {
        if (!part.classList.contains('body')) part.setAttribute('aria-hidden', 'true');
      }
    }
    const classes = [boxClasses(box, content), ...marks(scene, box)];
    if (element.classList.contains('appears')) classes.push('appears');
    if (flash && changed) {
      // The animation starts over only when the class has been away.
      element.classList.remove('changes');
      void element.getBoundingClientRect();
    }
    if ((flash && changed) || element.classList.contains('changes')) classes.push('changes');
    element.setAttribute('class', classes.join(' '));
    element.style.transform = `translate(${box.x}px, ${box.y}px)`;
    if (content.heat !== null) element.style.setProperty('--heat', `${Math.round(8 + content.heat * 78)}%`);
    describeItem(bodyOf(element), scene, box, content);
    // Drawn anew, it has lost the focus that it had.
    if (focused && !element.contains(document.activeElement)) this.focus(box.key);
  }

  /** All lines as two paths without arrows: far away they are only to be seen together. */
  private paintPlainLines({ drawing }: Scene): void {
    const alive = new Set<string>();
    for (const skip of [false, true]) {
      const key = skip ? ' skips' : ' lines';
      alive.add(key);
      const drawn = keyed(this.drawnLines, key, this.lines);
      const path = drawing.edges
        .filter((edge) => edge.skip === skip)
        .map((edge) => edge.path)
        .join('');
      if (drawn.hash === path) continue;
      drawn.hash = path;
      drawn.element.replaceChildren(s('path', { d: path, class: `edge${skip ? ' is-skip' : ''}` }));
    }
    drop(this.drawnLines, alive);
  }

  private paintLines({ drawing, chosen }: Scene, view: Rect): void {
    const alive = new Set<string>();
    for (const edge of drawing.edges) {
      if (!meets(edge.bounds, view)) continue;
      alive.add(edge.key);
      const near = chosen !== null && (edge.from === chosen.key || edge.to === chosen.key);
      const drawn = keyed(this.drawnLines, edge.key, this.lines);
      const hash = `${edge.path}|${near}`;
      if (drawn.hash === hash) continue;
      drawn.hash = hash;
      const classes = `edge${edge.skip ? ' is-skip' : ''}${near ? ' is-near' : ''}`;
      drawn.element.replaceChildren(s('path', { d: edge.path, class: classes, 'marker-end': 'url(#arrow)' }));
    }
    drop(this.drawnLines, alive);
  }

  private paintLabels({ drawing, snapshot }: Scene, view: Rect, legible: boolean): void {
    const alive = new Set<string>();
    for (const label of legible ? drawing.labels : []) {
      if (!meets({ x: label.x, y: label.y - 12, width: 90, height: 14 }, view)) continue;
      alive.add(label.key);
      const text = format.sampleShape(snapshot.graph.tensors[label.tensor]?.shape);
      const drawn = keyed(this.drawnLabels, label.key, this.labels);
      const hash = `${label.x}|${label.y}|${text}|${label.unchanged}`;
      if (drawn.hash === hash) continue;
      drawn.hash = hash;
      const classes = `edge-label${label.unchanged ? ' is-quiet' : ''}`;
      drawn.element.replaceChildren(s('text', { x: label.x, y: label.y, class: classes }, text));
    }
    drop(this.drawnLabels, alive);
  }
}

function marks({ chosen, selected, found }: Scene, box: PlacedBox): string[] {
  const classes: string[] = [];
  if (chosen?.key === box.key) classes.push('is-selected');
  else if (!box.open && box.covers.some((id) => selected.has(id))) classes.push('is-also-selected');
  if (found) classes.push(box.covers.some((id) => found.has(id)) ? 'is-found' : 'is-dimmed');
  return classes;
}

/** The box's rectangle is the tree's item: the lettering beside it is cut to fit and would only repeat what the label says. */
function describeItem(item: SVGElement, scene: Scene, box: PlacedBox, content: BoxContent): void {
  item.setAttribute('role', 'treeitem');
  item.setAttribute('aria-label', content.label.replaceAll('\n', ', '));
  item.setAttribute('tabindex', scene.tabStop === box.key ? '0' : '-1');
  item.setAttribute('aria-selected', String(scene.chosen?.key === box.key));
  item.setAttribute('aria-level', String(box.depth + 1));
  if (box.foldable) item.setAttribute('aria-expanded', String(box.open));
  else item.removeAttribute('aria-expanded');
}

function bodyOf(element: SVGGElement): SVGElement {
  return element.querySelector<SVGElement>('.body')!;
}

function keyed(into: Map<string, Drawn>, key: string, layer: SVGGElement): Drawn {
  const known = into.get(key);
  if (known) return known;
  const drawn = { element: s('g'), hash: '' };
  into.set(key, drawn);
  layer.append(drawn.element);
  return drawn;
}

function drop(from: Map<string, Drawn>, alive: ReadonlySet<string>): void {
  for (const [key, drawn] of from) {
    if (alive.has(key)) continue;
    drawn.element.remove();
    from.delete(key);
  }
}

function toElement(shape: Shape): SVGElement {
  return s(
    shape.tag,
    shape.attributes,
    ...shape.children.map((child) => (typeof child === 'string' ? child : toElement(child))),
  );
}
