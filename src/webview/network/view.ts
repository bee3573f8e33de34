/** The network on the page: draws what is in sight, keeps its place across edits, and turns gestures and keys into choices. */
import type { NodeId } from '../../graph/graph';
import { h, reducedMotion, s } from '../dom';
import type { Camera } from '../state';
import type { Translate } from '../strings';
import { boxContent, heatValue, type BoxContent, type ContentSources } from './content';
import { GAP, layoutModel, type OpenState } from './layout';
import { Minimap } from './minimap';
import { measureText } from './measure';
import { MovingLayer } from './movingLayer';
import { Painter, type Scene } from './painter';
import type { Measure } from './picture';
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

export class NetworkView {
  readonly element: HTMLElement;
  private readonly svg = s('svg', { class: 'network-drawing', role: 'tree' });
  private readonly moving = new MovingLayer(this.svg);
  private readonly painter = new Painter();
  private readonly minimap: Minimap;
  private drawing: Drawing = { width: 0, height: 0, boxes: [], edges: [], labels: [] };
  private contents = new Map<string, BoxContent>();
  private input: NetworkInput | null = null;
  private camera: Camera = { x: 0, y: 0, zoom: 1 };
  private placed = false;
  private frame = 0;
  /** What is painted; null when it has to be put together anew. */
  private scene: Scene | null = null;
  private focusKey: string | null = null;
  private measure: Measure = measureText('system-ui');

  constructor(
    private t: Translate,
    private readonly events: NetworkEvents,
  ) {
    const arrow = s(
      'marker',
      {
        id: 'arrow',
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: 8,
        markerHeight: 8,
        markerUnits: 'userSpaceOnUse',
        orient: 'auto-start-reverse',
      },
      s('path', { d: 'M1 1l6 3-6 3z', class: 'arrow' }),
    );
    this.svg.append(s('defs', {}, arrow), this.painter.stage);
    this.minimap = new Minimap((x, y) => this.lookAt(x, y));
    const tools = h(
      'div',
      { class: 'tools' },
      tool('out', t('zoomOut'), '−', () => this.zoomBy(1 / ZOOM.step)),
      tool('fit', t('zoomFit'), '⤢', () => this.fit()),
      tool('in', t('zoomIn'), '+', () => this.zoomBy(ZOOM.step)),
    );
    this.element = h('div', { class: 'network' }, this.svg, this.minimap.element, tools);
    listen(
      this.element,
      () => this.camera,
      (camera) => this.move(camera),
    );
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
    if (!same || before.sources.snapshot !== input.sources.snapshot || before.open !== input.open)
      this.drawing = layoutModel(input.sources.snapshot.graph, input.model, input.open);
    this.contents = this.describe(input.sources);
    this.svg.setAttribute('aria-label', t('network'));
    this.measure = measureText(getComputedStyle(this.element).fontFamily);
    if (!same) {
      this.placed = false;
      this.painter.clear();
      this.focusKey = null;
      if (input.camera) this.camera = input.camera;
    } else if (anchor) this.keepInPlace(anchor);
    this.minimap.update(input.minimap ? this.drawing : null, this.contents, this.size().width);
    if (!this.placed) this.place(input.camera !== null);
    // Only what the program changed flashes, not what is coloured by another figure.
    const sources = before?.sources;
    this.repaint(
      same && sources?.snapshot !== input.sources.snapshot && sources?.heat === input.sources.heat,
    );
  }

  setSelected(selected: readonly NodeId[], scroll: boolean): void {
    if (!this.input) return;
    this.input = { ...this.input, selected };
    const box = this.selectedBox();
    if (box && scroll) this.move(reveal(this.camera, box, this.size()), true);
    this.repaint(false);
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
    const touched =
      this.toggled === null ? undefined : this.drawing.boxes.find((box) => box.key === this.toggled);
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
    this.camera = clamp(
      { zoom, x: this.camera.x + sideways * zoom, y: this.camera.y + (anchor.y - now.y) * zoom },
      this.drawing,
      this.size(),
    );
    this.events.camera(this.camera);
  }

  private move(camera: Camera, smooth = false): void {
    const { zoom } = this.camera;
    this.camera = clamp(camera, this.drawing, this.size());
    const isPan = Math.abs(this.camera.zoom - zoom) < 1e-9;
    this.svg.classList.toggle('glides', smooth && isPan && !reducedMotion());
    this.moving.moved(this.camera.zoom);
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
    this.move({
      ...this.camera,
      x: size.width / 2 - x * this.camera.zoom,
      y: size.height / 2 - y * this.camera.zoom,
    });
  }

  /** Something else than the camera has changed. */
  private repaint(flash: boolean): void {
    this.scene = null;
    this.paint(flash);
  }

  /** Brings the page in line with drawing, camera and selection. `flash`: mark what changed since the last time. */
  private paint(flash: boolean): void {
    const { camera } = this;
    const scene = (this.scene ??= this.newScene());
    if (!scene) return;
    this.svg.style.transform = `translate(${camera.x}px, ${camera.y}px) scale(${camera.zoom})`;
    const legible = camera.zoom >= LEGIBLE;
    this.svg.classList.toggle('is-small', !legible);
    this.painter.paint(scene, visible(camera, this.size(), MARGIN), legible, flash);
    this.minimap.look(visible(camera, this.size()));
  }

  private newScene(): Scene | null {
    const { input, drawing, contents, measure } = this;
    if (!input) return null;
    this.svg.setAttribute('width', String(Math.max(1, drawing.width)));
    this.svg.setAttribute('height', String(Math.max(1, drawing.height)));
    const chosen = this.selectedBox();
    const focused = drawing.boxes.some((box) => box.key === this.focusKey) ? this.focusKey : null;
    const tabStop = focused ?? chosen?.key ?? drawing.boxes[0]?.key ?? null;
    const { found, sources } = input;
    return {
      snapshot: sources.snapshot,
      drawing,
      contents,
      measure,
      chosen,
      selected: new Set(input.selected),
      found,
      tabStop,
    };
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
    const onChevron = (event.target as Element).closest('.chevron') !== null;
    if (!onChevron && box.open && isFold(box) && !this.onTitle(event)) return;
    this.focusKey = box.key;
    if (onChevron || isFold(box)) this.toggle(box);
    else this.events.choose(box.node, true);
  }

  /** On the strip of an opened box that holds its title: below it is the ground that its inside stands on. */
  private onTitle(event: MouseEvent): boolean {
    const { top } = (event.target as Element).closest('[data-key]')!.getBoundingClientRect();
    return event.clientY - top <= GAP.header * this.camera.zoom;
  }

  private doubleClicked(event: MouseEvent): void {
    const box = this.boxOf(event);
    if (box?.kind === 'group') this.toggle(box);
  }

  private toggle(box: PlacedBox): void {
    this.toggled = box.key;
    this.focusKey = box.key;
    this.events.toggle(box.key, !box.open);
    this.painter.focus(box.key);
  }

  private focusBox(box: PlacedBox | undefined): void {
    if (!box) return;
    this.focusKey = box.key;
    this.move(
      reveal(
        this.camera,
        { x: box.x, y: box.y, width: box.width, height: Math.min(box.height, 80) },
        this.size(),
      ),
    );
    this.repaint(false);
    this.painter.focus(box.key);
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
    const directions: Record<string, Direction> = {
      ArrowDown: 'down',
      ArrowUp: 'up',
      ArrowLeft: 'left',
      ArrowRight: 'right',
      Home: 'first',
      End: 'last',
    };
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
      if (isFold(box)) this.toggle(box);
      else this.events.choose(box.node, true);
      return true;
    }
    return false;
  }
}

/** Stands for several nodes and is opened by a click: there is no one line to go to. */
function isFold({ kind }: PlacedBox): boolean {
  return kind === 'repeat' || kind === 'block' || kind === 'call';
}

function tool(name: string, label: string, glyph: string, act: () => void): HTMLButtonElement {
  const attributes = { class: 'tool', type: 'button', 'data-tool': name, 'aria-label': label, title: label };
  return h('button', { ...attributes, onClick: act }, h('span', { 'aria-hidden': 'true' }, glyph));
}
