/** One channel, large: the value under the pointer or the keyboard's cursor, and what of the input that cell sees. */
import type { FeatureMap } from '../../engine/api';
import type { FieldMap, InputMap } from '../../engine/gradients/requests';
import type { NodeFigures } from '../../protocol';
import { h, set } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';
import type { ColormapName } from './colormaps';
import { drawHeat, drawPicture, drawPlane } from './paint';
import { histogram, planesOf, seenInterval, statistics, type Planes, type Statistics } from './planes';

const BINS = 32;
/** Milliseconds that the pointer rests on a cell before its effective field is worked out. */
const HEAT_MS = 250;

export interface ChannelInput {
  readonly t: Translate;
  readonly planes: Planes;
  readonly channel: number;
  readonly whole: Statistics;
  readonly colours: ColormapName;
  readonly shared: boolean;
  readonly field: NodeFigures['receptiveField'];
  readInput(): Promise<FeatureMap | null>;
  /** The effective receptive field of a cell; null when it cannot be worked out. */
  readonly readField: ((position: readonly number[]) => Promise<FieldMap | null>) | null;
  close(): void;
  go(channel: number): void;
}

export class ChannelView {
  readonly element: HTMLElement;
  private readonly readout = h('p', { class: 'readout', role: 'status' });
  private readonly cursor = h('div', { class: 'cell-cursor', hidden: true });
  private readonly picture = h('div', { class: 'input-picture' });
  private readonly seen = h('div', { class: 'seen-box', hidden: true });
  private readonly holder = h('div', { class: 'channel-holder' });
  private values: Float32Array;
  private slice: number;
  private x = 0;
  private y = 0;
  private readonly heat = h('canvas', { class: 'field-heat', hidden: true, 'aria-hidden': 'true' });
  private readonly heatNote = h('p', { class: 'quiet' });
  private heatTimer: ReturnType<typeof setTimeout> | undefined;
  private inputSize: { width: number; height: number } | null = null;

  constructor(private readonly input: ChannelInput) {
    const { t, planes, channel } = input;
    this.slice = Math.floor(planes.depth / 2);
    this.values = planes.plane(channel, this.slice);
    const go = (label: string, glyph: string, to: number): HTMLElement =>
      h(
        'button',
        {
          type: 'button',
          class: 'icon',
          'aria-label': label,
          title: label,
          disabled: to < 0 || to >= planes.channels,
          onClick: () => input.go(to),
        },
        h('span', { 'aria-hidden': 'true' }, glyph),
      );
    const bar = h(
      'div',
      { class: 'channel-bar' },
      h('button', { type: 'button', onClick: () => input.close() }, `← ${t('backToChannels')}`),
      go(t('previousChannel'), '‹', channel - 1),
      h('span', {}, t('channel', channel)),
      go(t('nextChannel'), '›', channel + 1),
    );
    const slices =
      planes.depth > 1 &&
      h(
        'label',
        { class: 'slice' },
        t('slice'),
        h('input', {
          type: 'range',
          min: 0,
          max: planes.depth - 1,
          value: this.slice,
          onInput: (event: Event) => this.setSlice(Number((event.target as HTMLInputElement).value)),
        }),
      );
    this.holder.setAttribute('tabindex', '0');
    this.holder.setAttribute('role', 'img');
    this.holder.setAttribute('aria-label', t('channel', channel));
    this.holder.classList.add('channel-canvas');
    this.holder.addEventListener('pointermove', (event) => this.point(event));
    this.holder.addEventListener('pointerdown', (event) => this.point(event));
    this.holder.addEventListener('keydown', (event) => this.key(event));
    const large = h('div', { class: 'channel-large' }, this.holder, this.readout, this.histogram());
    this.element = h(
      'div',
      { class: 'channel' },
      bar,
      slices,
      h('div', { class: 'channel-pair' }, large, this.picture),
    );
    this.drawChannel();
    void this.loadPicture();
  }

  private drawChannel(): void {
    const { planes, whole, colours, shared } = this.input;
    const own = statistics(this.values);
    const range = shared ? whole : own;
    set(this.holder, drawPlane(this.values, planes.width, planes.height, range, colours), this.cursor);
    this.holder.style.aspectRatio = `${planes.width} / ${planes.height}`;
    this.readout.textContent = `${planes.height}×${planes.width} · ${this.input.t('range', format.measured(own.min), format.measured(own.max))}`;
  }

  private setSlice(slice: number): void {
    this.slice = slice;
    this.values = this.input.planes.plane(this.input.channel, slice);
    this.drawChannel();
  }

  private point(event: PointerEvent): void {
    const { planes } = this.input;
    const box = this.holder.getBoundingClientRect();
    this.at(
      Math.floor(((event.clientX - box.left) / box.width) * planes.width),
      Math.floor(((event.clientY - box.top) / box.height) * planes.height),
    );
  }

  private key(event: KeyboardEvent): void {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const step = steps[event.key];
    if (event.key === 'Escape') this.input.close();
    if (!step) return;
    event.preventDefault();
    this.at(this.x + step[0], this.y + step[1]);
  }

  private at(x: number, y: number): void {
    const { planes, t, field } = this.input;
    this.x = Math.min(planes.width - 1, Math.max(0, x));
    this.y = Math.min(planes.height - 1, Math.max(0, y));
    this.cursor.hidden = false;
    this.cursor.style.left = `${(this.x / planes.width) * 100}%`;
    this.cursor.style.top = `${(this.y / planes.height) * 100}%`;
    this.cursor.style.width = `${100 / planes.width}%`;
    this.cursor.style.height = `${100 / planes.height}%`;
    const value = this.values[this.y * planes.width + this.x];
    const parts = [t('at', `(${this.y}, ${this.x})`), t('value', format.measured(value))];
    const box = this.seenBox(field);
    if (box)
      parts.push(t('seesInput', `${box.rows[0]}…${box.rows[1]} × ${box.columns[0]}…${box.columns[1]}`));
    this.readout.textContent = parts.join(' · ');
    this.drawSeen(box);
    this.planHeat();
  }

  /** The effective field costs a way back through the network: asked for once the pointer rests. */
  private planHeat(): void {
    const { readField, planes, t } = this.input;
    clearTimeout(this.heatTimer);
    this.heat.hidden = true;
    this.heatNote.textContent = '';
    if (!readField || planes.form !== 'image' || !this.inputSize) return;
    const [y, x] = [this.y, this.x];
    this.heatTimer = setTimeout(() => {
      this.heatNote.textContent = t('fieldWorking');
      readField([y, x]).then(
        (field) => {
          if (this.y !== y || this.x !== x || !this.element.isConnected) return;
          this.heatNote.textContent = field ? t('fieldEffective', field.strong) : '';
          if (field) this.drawHeat(field);
        },
        (error: unknown) => {
          if (this.y === y && this.x === x)
            this.heatNote.textContent = t(
              'unsupported',
              error instanceof Error ? error.message : String(error),
            );
        },
      );
    }, HEAT_MS);
  }

  private drawHeat(field: InputMap): void {
    this.heat.hidden = !drawHeat(this.heat, field);
  }

  private seenBox(
    field: ChannelInput['field'],
  ): { rows: [number, number]; columns: [number, number] } | null {
    if (!field || this.input.planes.form !== 'image' || field.size.length !== 2) return null;
    if (field.global)
      return this.inputSize
        ? { rows: [0, this.inputSize.height - 1], columns: [0, this.inputSize.width - 1] }
        : null;
    const axis = (index: number, cell: number): [number, number] | null => {
      const [size, stride, padding] = [field.size[index], field.stride[index], field.padding[index]];
      return size === null || stride === null || padding === null
        ? null
        : seenInterval(cell, size, stride, padding);
    };
    const rows = axis(0, this.y);
    const columns = axis(1, this.x);
    return rows && columns ? { rows, columns } : null;
  }

  private drawSeen(box: ReturnType<ChannelView['seenBox']>): void {
    this.seen.hidden = !box || !this.inputSize;
    if (!box || !this.inputSize) return;
    const { width, height } = this.inputSize;
    this.seen.style.left = `${(box.columns[0] / width) * 100}%`;
    this.seen.style.top = `${(box.rows[0] / height) * 100}%`;
    this.seen.style.width = `${((box.columns[1] - box.columns[0] + 1) / width) * 100}%`;
    this.seen.style.height = `${((box.rows[1] - box.rows[0] + 1) / height) * 100}%`;
  }

  private async loadPicture(): Promise<void> {
    if (this.input.planes.form !== 'image') return;
    const map = await this.input.readInput();
    if (!map) return;
    const planes = planesOf(map);
    if (planes.form !== 'image') return;
    this.inputSize = { width: planes.width, height: planes.height };
    const frame = h('div', { class: 'picture-frame' }, drawPicture(planes), this.heat, this.seen);
    set(this.picture, h('p', { class: 'quiet' }, this.input.t('inputPicture')), frame, this.heatNote);
  }

  private histogram(): HTMLElement {
    const own = statistics(this.values);
    const counts = histogram(this.values, own.min, own.max, BINS);
    const most = Math.max(1, ...counts);
    const canvas = h('canvas', {
      class: 'histogram',
      width: BINS * 6,
      height: 36,
      role: 'img',
      'aria-label': this.input.t('histogram'),
    });
    requestAnimationFrame(() => {
      const context = canvas.getContext('2d');
      if (!context) return;
      context.fillStyle = getComputedStyle(canvas).color;
      counts.forEach((count, bin) => {
        const tall = count === 0 ? 0 : Math.max(1, (count / most) * 36);
        context.fillRect(bin * 6, 36 - tall, 5, tall);
      });
    });
    return canvas;
  }
}
