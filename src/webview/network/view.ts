/** The network on the page: draws what is in sight, keeps its place across edits, and turns gestures and keys into choices. */
import type { NodeId } from '../../graph/graph';
import type { Snapshot } from '../../protocol';
import { h, reducedMotion, s } from '../dom';
import * as format from '../format';
import type { Camera } from '../state';
import type { Translate } from '../strings';
import { boxContent, heatValue, type BoxContent, type ContentSources } from './content';
import { layoutModel, type OpenState } from './layout';
import { Minimap } from './minimap';
import { measureText } from './measure';
import { boxClasses, boxPicture, type Measure, type Shape } from './picture';
import type { Drawing, PlacedBox } from './types';
import { clamp, fit, fitWhole, listen, meets, reveal, visible, zoomAt, ZOOM, type Size } from './viewport';
import { neighbour, type Direction } from './walk';

/** Below this zoom texts cannot be read and are left out. */
const LEGIBLE = 0.38;
/** Drawn beyond the edge of view, in pixels on screen. */
const MARGIN = 240;

export interface NetworkEvents {
  choose(node: NodeId, reveal: boolean): void;
  toggle(key: string, open: boolean): void;
  camera(camera: Camera): void;
}

export interface NetworkInput {
  readonly key: string;
  readonly model: number;
  readonly sources: ContentSources;
  readonly open: OpenState;
  readonly camera: Camera | null;
  readonly selected: readonly NodeId[];
  /** Nodes that match the search; null when nothing is searched for. */
  readonly found: ReadonlySet<NodeId> | null;
  readonly minimap: boolean;
}

interface Drawn {
  readonly element: SVGGElement;
  hash: string;
}

export class NetworkView {
  readonly element: HTMLElement;
  private readonly svg = s('svg', { class: 'network-drawing', role: 'tree' });
  private readonly stage = s('g', { role: 'presentation' });
  private readonly edgeLayer = s('g', { role: 'presentation', 'aria-hidden': 'true' });
  private readonly frameLayer = s('g', { role: 'presentation' });
  private readonly labelLayer = s('g', { role: 'presentation', 'aria-hidden': 'true' });
  private readonly boxLayer = s('g', { role: 'presentation' });
  private readonly minimap: Minimap;
  private readonly drawn = new Map<string, Drawn>();
  private readonly drawnEdges = new Map<string, Drawn>();
  private readonly drawnLabels = new Map<string, Drawn>();
  private drawing: Drawing = { width: 0, height: 0, boxes: [], edges: [], labels: [] };
  private contents = new Map<string, BoxContent>();
  private input: NetworkInput | null = null;
  private camera: Camera = { x: 0, y: 0, zoom: 1 };
  private placed = false;
  private frame = 0;
  private focusKey: string | null = null;
  private measure: Measure = measureText('system-ui');

  constructor(
    private t: Translate,
    private readonly events: NetworkEvents,
  ) {
    const arrow = s('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: 'userSpaceOnUse', orient: 'auto-start-reverse' }, s('path', { d: 'M1 1l6 3-6 3z', class: 'arrow' }));
    this.stage.append(this.frameLayer, this.edgeLayer, this.labelLayer, this.boxLayer);
    this.svg.append(s('defs', {}, arrow), this.stage);
    this.minimap = new Minimap((x, y) => this.lookAt(x, y));
    const button = (name: string, label: () => string, glyph: string, act: () => void): HTMLButtonElement =>
      h('button', { class: 'tool', type: 'button', 'data-tool': name, 'aria-label': label(), title: label(), onClick: act }, h('span', { 'aria-hidden': 'true' }, glyph));
    const tools = h(
      'div',
      { class: 'tools' },
      button('out', () => t('zoomOut'), '−', () => this.zoomBy(1 / ZOOM.step)),
      button('fit', () => t('zoomFit'), '⤢', () => this.fit()),
      button('in', () => t('zoomIn'), '+', () => this.zoomBy(ZOOM.step)),
    );
    this.element = h('div', { class: 'network' }, this.svg, this.minimap.element, tools);
    listen(this.element, () => this.camera, (camera) => this.move(camera));
    this.svg.addEventListener('click', (event) => this.clicked(event));
    this.svg.addEventListener('dblclick', (event) => this.doubleClicked(event));
    this.svg.addEventListener('keydown', (event) => this.keyDown(event));
    new ResizeObserver(() => this.resized()).observe(this.element);
  }

  /** Draws the model anew; place, zoom and focus stay. */
  update(input: NetworkInput, t: Translate): void {
    const before = this.input;
    this.t = t;
    const same = before?.key === input.key;
    const anchor = same ? this.anchor() : null;
    this.input = input;
    if (!same || before.sources.snapshot !== input.sources.snapshot || before.open !== input.open) this.drawing = layoutModel(input.sources.snapshot.graph, input.model, input.open);
    this.contents = this.describe(input.sources);
    this.svg.setAttribute('aria-label', t('network'));
    this.measure = measureText(getComputedStyle(this.element).fontFamily);
    if (!same) {
      this.placed = false;
      this.clear();
      if (input.camera) this.camera = input.camera;
    } else if (anchor) this.keepInPlace(anchor);
    this.minimap.update(input.minimap ? this.drawing : null, this.contents, this.size().width);
    if (!this.placed) this.place(input.camera !== null);
    this.paint(same);
  }

  setSelected(selected: readonly NodeId[], scroll: boolean): void {
    if (!this.input) return;
    this.input = { ...this.input, selected };
    const box = this.selectedBox();
    if (box && scroll) this.move(reveal(this.camera, box, this.size()), true);
    this.paint(false);
  }

  /** Zooms to all of it, or, when that is what is seen, to its full width. */
  fit(): void {
    const whole = fitWhole(this.drawing, this.size());
    const close = Math.abs(whole.zoom - this.camera.zoom) < 1e-3;
    this.move(close ? fit(this.drawing, this.size()) : whole, true);
  }

  /** The drawing as it stands, for export. */
  current(): { readonly drawing: Drawing; readonly contents: ReadonlyMap<string, BoxContent> } {
    return { drawing: this.drawing, contents: this.contents };
  }

  focus(): void {
    this.focusBox(this.selectedBox() ?? this.drawing.boxes[0]);
  }

  private describe(sources: ContentSources): Map<string, BoxContent> {
    let most = 0;
    for (const box of this.drawing.boxes) {
      const value = box.open ? null : heatValue(box, sources);
      if (value !== null && Number.isFinite(value)) most = Math.max(most, value);
    }
    return new Map(this.drawing.boxes.map((box) => [box.key, boxContent(box, sources, most)]));
  }

  private size(): Size {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  private resized(): void {
    if (!this.input) return;
    if (!this.placed) this.place(this.input.camera !== null);
    this.paint(false);
  }

  private place(remembered: boolean): void {
    const size = this.size();
    if (size.width < 10 || size.height < 10) return;
    if (!remembered) {
      this.camera = fit(this.drawing, size);
      const box = this.selectedBox();
      if (box) this.camera = reveal(this.camera, box, size);
    }
    this.camera = clamp(this.camera, this.drawing, size);
    this.placed = true;
  }

  /** The box nearest to the middle of the view: it stays where it is when the drawing changes around it. */
  private anchor(): PlacedBox | null {
    const view = visible(this.camera, this.size());
    const x = view.x + view.width / 2;
    const y = view.y + view.height / 2;
    const touched = this.toggled === null ? undefined : this.drawing.boxes.find((box) => box.key === this.toggled);
    if (touched) return touched;
    let best: PlacedBox | null = null;
    let least = Infinity;
    for (const box of this.drawing.boxes) {
      if (!meets(box, view) || box.open) continue;
      const distance = Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
      if (distance < least) [best, least] = [box, distance];
    }
    return best;
  }

  private toggled: string | null = null;

  private keepInPlace(anchor: PlacedBox): void {
    this.toggled = null;
    const now = this.drawing.boxes.find((box) => box.key === anchor.key);
    if (!now) return;
    const { zoom } = this.camera;
    const sideways = anchor.x + anchor.width / 2 - (now.x + now.width / 2);
    this.camera = clamp({ zoom, x: this.camera.x + sideways * zoom, y: this.camera.y + (anchor.y - now.y) * zoom }, this.drawing, this.size());
    this.events.camera(this.camera);
  }

  private move(camera: Camera, smooth = false): void {
    this.camera = clamp(camera, this.drawing, this.size());
    this.stage.classList.toggle('glides', smooth && !reducedMotion());
    this.events.camera(this.camera);
    this.schedule();
  }

  private schedule(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint(false);
    });
  }

  private zoomBy(factor: number): void {
    const size = this.size();
    this.move(zoomAt(this.camera, factor, size.width / 2, size.height / 2), true);
  }

  private lookAt(x: number, y: number): void {
    const size = this.size();
    this.move({ ...this.camera, x: size.width / 2 - x * this.camera.zoom, y: size.height / 2 - y * this.camera.zoom });
  }

  private clear(): void {
    for (const layer of [this.edgeLayer, this.frameLayer, this.labelLayer, this.boxLayer]) layer.replaceChildren();
    this.drawn.clear();
    this.drawnEdges.clear();
    this.drawnLabels.clear();
    this.focusKey = null;
  }

  /** Brings the page in line with drawing, camera and selection. `flash`: mark what changed since the last time. */
  private paint(flash: boolean): void {
    const input = this.input;
    if (!input) return;
    const { camera } = this;
    this.stage.style.transform = `translate(${camera.x}px, ${camera.y}px) scale(${camera.zoom})`;
    this.svg.classList.toggle('is-small', camera.zoom < LEGIBLE);
    const view = visible(camera, this.size(), MARGIN);
    const selected = new Set(input.selected);
    const chosen = this.selectedBox();
    const tabStop = this.focusKey !== null && this.drawing.boxes.some((box) => box.key === this.focusKey) ? this.focusKey : (chosen?.key ?? this.drawing.boxes[0]?.key);
    const alive = new Set<string>();
    for (const box of this.drawing.boxes) {
      if (!meets(box, view) && box.key !== tabStop) continue;
      alive.add(box.key);
      this.paintBox(box, this.contents.get(box.key)!, chosen?.key === box.key, selected, tabStop === box.key, flash);
    }
    drop(this.drawn, alive);
    this.paintLines(input.sources.snapshot, view, chosen);
    this.minimap.look(visible(camera, this.size()));
  }

  private paintBox(box: PlacedBox, content: BoxContent, chosen: boolean, selected: ReadonlySet<NodeId>, tabStop: boolean, flash: boolean): void {
    let drawn = this.drawn.get(box.key);
    const hash = `${box.width}|${box.height}|${box.open}|${box.light}|${content.title}|${content.detail}|${content.mark}|${content.kind}|${content.severity}|${content.reason}|${content.heat}|${content.label}`;
    if (!drawn) {
      drawn = { element: s('g', { role: 'presentation', 'data-key': box.key }), hash: '' };
      this.drawn.set(box.key, drawn);
      if (flash && !reducedMotion() && this.drawn.size > 1) drawn.element.classList.add('appears');
      (box.open ? this.frameLayer : this.boxLayer).append(drawn.element);
    }
    const { element } = drawn;
    const focused = element.contains(document.activeElement);
    const layer = box.open ? this.frameLayer : this.boxLayer;
    if (element.parentNode !== layer) layer.append(element);
    const changed = drawn.hash !== '' && drawn.hash !== hash;
    if (drawn.hash !== hash) {
      drawn.hash = hash;
      element.replaceChildren(...boxPicture(box, content, this.measure).map(toElement));
      for (const part of element.children) if (!part.classList.contains('body')) part.setAttribute('aria-hidden', 'true');
    }
    const found = this.input!.found;
    const classes = [boxClasses(box, content)];
    if (chosen) classes.push('is-selected');
    else if (!box.open && box.covers.some((id) => selected.has(id))) classes.push('is-also-selected');
    if (found) classes.push(box.covers.some((id) => found.has(id)) ? 'is-found' : 'is-dimmed');
    if (element.classList.contains('appears')) classes.push('appears');
    if (flash && changed) {
      element.classList.remove('changes');
      void element.getBoundingClientRect();
      classes.push('changes');
    } else if (element.classList.contains('changes')) classes.push('changes');
    element.setAttribute('class', classes.join(' '));
    element.style.transform = `translate(${box.x}px, ${box.y}px)`;
    if (content.heat !== null) element.style.setProperty('--heat', `${Math.round(8 + content.heat * 78)}%`);
    this.describeItem(bodyOf(element), box, content, chosen, tabStop);
    // Drawn anew, it has lost the focus that it had.
    if (focused && !element.contains(document.activeElement)) bodyOf(element).focus({ preventScroll: true });
  }

  /** The box's rectangle is the tree's item: the lettering beside it is cut to fit and would only repeat what the label says. */
  private describeItem(item: SVGElement, box: PlacedBox, content: BoxContent, chosen: boolean, tabStop: boolean): void {
    item.setAttribute('role', 'treeitem');
    item.setAttribute('aria-label', content.label.replaceAll('\n', ', '));
    item.setAttribute('tabindex', tabStop ? '0' : '-1');
    item.setAttribute('aria-selected', String(chosen));
    item.setAttribute('aria-level', String(box.depth + 1));
    if (box.foldable) item.setAttribute('aria-expanded', String(box.open));
    else item.removeAttribute('aria-expanded');
  }

  private focusKeyed(key: string): void {
    const drawn = this.drawn.get(key);
    if (drawn) bodyOf(drawn.element).focus({ preventScroll: true });
  }

  private paintLines(snapshot: Snapshot, view: ReturnType<typeof visible>, chosen: PlacedBox | null): void {
    const edges = new Set<string>();
    for (const edge of this.drawing.edges) {
      if (!meets(edge.bounds, view)) continue;
      edges.add(edge.key);
      const near = chosen !== null && (edge.from === chosen.key || edge.to === chosen.key);
      const hash = `${edge.path}|${near}`;
      const drawn = this.drawnEdges.get(edge.key) ?? this.fresh(this.drawnEdges, edge.key, this.edgeLayer, s('g'));
      if (drawn.hash === hash) continue;
      drawn.hash = hash;
      drawn.element.replaceChildren(s('path', { d: edge.path, class: `edge${edge.skip ? ' is-skip' : ''}${near ? ' is-near' : ''}`, 'marker-end': 'url(#arrow)' }));
    }
    drop(this.drawnEdges, edges);
    const labels = new Set<string>();
    const legible = this.camera.zoom >= LEGIBLE;
    for (const label of legible ? this.drawing.labels : []) {
      if (!meets({ x: label.x, y: label.y - 12, width: 90, height: 14 }, view)) continue;
      labels.add(label.key);
      const text = format.sampleShape(snapshot.graph.tensors[label.tensor]?.shape);
      const hash = `${label.x}|${label.y}|${text}|${label.unchanged}`;
      const drawn = this.drawnLabels.get(label.key) ?? this.fresh(this.drawnLabels, label.key, this.labelLayer, s('g'));
      if (drawn.hash === hash) continue;
      drawn.hash = hash;
      drawn.element.replaceChildren(s('text', { x: label.x, y: label.y, class: `edge-label${label.unchanged ? ' is-quiet' : ''}` }, text));
    }
    drop(this.drawnLabels, labels);
  }

  private fresh(into: Map<string, Drawn>, key: string, layer: SVGGElement, element: SVGGElement): Drawn {
    const drawn = { element, hash: '' };
    into.set(key, drawn);
    layer.append(element);
    return drawn;
  }

  /** The innermost drawn box that is or hides the first selected node. */
  private selectedBox(): PlacedBox | null {
    const first = this.input?.selected[0];
    if (first === undefined) return null;
    let best: PlacedBox | null = null;
    for (const box of this.drawing.boxes) {
      if (box.open && box.node !== first) continue;
      if (box.open && box.kind !== 'group') continue;
      if (box.covers.includes(first) && (best === null || box.depth >= best.depth)) best = box;
    }
    return best;
  }

  private boxOf(event: Event): PlacedBox | null {
    const key = (event.target as Element).closest('[data-key]')?.getAttribute('data-key');
    return this.drawing.boxes.find((box) => box.key === key) ?? null;
  }

  private clicked(event: MouseEvent): void {
    const box = this.boxOf(event);
    if (!box) return;
    this.focusKey = box.key;
    const onChevron = (event.target as Element).closest('.chevron') !== null;
    if (box.foldable && (onChevron || box.kind === 'repeat' || box.kind === 'block')) this.toggle(box);
    else this.events.choose(box.node, true);
  }

  private doubleClicked(event: MouseEvent): void {
    const box = this.boxOf(event);
    if (box?.kind === 'group') this.toggle(box);
  }

  private toggle(box: PlacedBox): void {
    this.toggled = box.key;
    this.focusKey = box.key;
    this.events.toggle(box.key, !box.open);
    this.focusKeyed(box.key);
  }

  private focusBox(box: PlacedBox | undefined): void {
    if (!box) return;
    this.focusKey = box.key;
    this.move(reveal(this.camera, { x: box.x, y: box.y, width: box.width, height: Math.min(box.height, 80) }, this.size()));
    this.paint(false);
    this.focusKeyed(box.key);
  }

  private keyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = this.boxOf(event);
    if (!this.onKey(event.key, box)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** True when the key meant something here. */
  private onKey(key: string, box: PlacedBox | null): boolean {
    const directions: Record<string, Direction> = { ArrowDown: 'down', ArrowUp: 'up', ArrowLeft: 'left', ArrowRight: 'right', Home: 'first', End: 'last' };
    if (key in directions) {
      const next = neighbour(this.drawing, box?.key ?? null, directions[key]);
      if (next) {
        this.focusBox(next);
        if (next.kind === 'node' || next.kind === 'group') this.events.choose(next.node, false);
      }
      return true;
    }
    if (key === '+' || key === '=') return (this.zoomBy(ZOOM.step), true);
    if (key === '-') return (this.zoomBy(1 / ZOOM.step), true);
    if (key === '0') return (this.fit(), true);
    if (!box) return false;
    if (key === ' ' && box.foldable) return (this.toggle(box), true);
    if (key === 'Enter' || key === ' ') {
      if (box.kind === 'repeat' || box.kind === 'block') this.toggle(box);
      else this.events.choose(box.node, true);
      return true;
    }
    return false;
  }
}

function bodyOf(element: SVGGElement): SVGElement {
  return element.querySelector<SVGElement>('.body')!;
}

function drop(from: Map<string, Drawn>, alive: ReadonlySet<string>): void {
  for (const [key, drawn] of from) {
    if (alive.has(key)) continue;
    drawn.element.remove();
    from.delete(key);
  }
}

function toElement(shape: Shape): SVGElement {
  return s(shape.tag, shape.attributes, ...shape.children.map((child) => (typeof child === 'string' ? child : toElement(child))));
}
