/** Paints planes, strips and bars onto canvases. */
import type { InputMap } from '../../engine/gradients/requests';
import { h } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';
import { colormap, type ColormapName } from './colormaps';
import { colourise, colourRange, statistics, type Planes, type Statistics } from './planes';

/** A canvas with one pixel per value; the style sheet enlarges it without smoothing. */
export function drawPlane(
  values: Float32Array,
  width: number,
  height: number,
  range: Pick<Statistics, 'min' | 'max'>,
  colours: ColormapName,
): HTMLCanvasElement {
  const canvas = h('canvas', { width, height, 'aria-hidden': 'true' });
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return canvas;
  const image = context.createImageData(width, height);
  const [low, high] = colourRange(range.min, range.max, colours === 'diverging');
  colourise(values, low, high, colormap(colours), image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** A picture of an input: its first three channels as RGB when it has three, else the first as grey. */
export function drawPicture(planes: Planes): HTMLCanvasElement {
  const canvas = h('canvas', { width: planes.width, height: planes.height, 'aria-hidden': 'true' });
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  const image = context.createImageData(planes.width, planes.height);
  const channels = planes.channels >= 3 ? [0, 1, 2] : [0, 0, 0];
  const data = channels.map((channel) => planes.plane(channel));
  const ranges = data.map(statistics);
  const min = Math.min(...ranges.map((range) => range.min));
  const max = Math.max(...ranges.map((range) => range.max));
  const scale = max > min ? 255 / (max - min) : 0;
  for (let i = 0; i < planes.width * planes.height; i++) {
    for (let c = 0; c < 3; c++) image.data[i * 4 + c] = (data[c][i] - min) * scale;
    image.data[i * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/**
 * Paints a map of influence to lie over a picture: bright and covering where it is strong. The square root shows the faint parts,
 * which fall off like a Gaussian. False when the map is no picture.
 */
export function drawHeat(canvas: HTMLCanvasElement, { shape, data }: InputMap): boolean {
  const [height, width] = shape;
  const context = canvas.getContext('2d');
  if (shape.length !== 2 || height * width !== data.length || !context) return false;
  canvas.width = width;
  canvas.height = height;
  const image = context.createImageData(width, height);
  const map = colormap('magma');
  let most = 0;
  for (const value of data) most = Math.max(most, value);
  data.forEach((value, i) => {
    const share = most > 0 ? Math.sqrt(value / most) : 0;
    const at = 3 * Math.round(255 * share);
    image.data.set([map[at], map[at + 1], map[at + 2], Math.round(235 * Math.min(1, share * 1.6))], i * 4);
  });
  context.putImageData(image, 0, 0);
  return true;
}

/** Positions from left to right, channels from top to bottom; the value under the pointer is told below. */
export function drawSequence(
  planes: Planes,
  range: Statistics,
  colours: ColormapName,
  t: Translate,
): HTMLElement {
  const { width, channels } = planes;
  const values = new Float32Array(width * channels);
  for (let channel = 0; channel < channels; channel++) values.set(planes.plane(channel), channel * width);
  const canvas = drawPlane(values, width, channels, range, colours);
  const out = h('p', { class: 'readout' }, t('channels', channels));
  canvas.classList.add('strip');
  canvas.addEventListener('pointermove', (event) => {
    const box = canvas.getBoundingClientRect();
    const x = Math.min(width - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width)));
    const y = Math.min(
      channels - 1,
      Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * channels)),
    );
    out.textContent = `${t('at', x)} · ${t('channel', y)} · ${t('value', format.measured(values[y * width + x]))}`;
  });
  return h('div', { class: 'sequence' }, canvas, out);
}

/** Bars about zero; the largest ones told in words, since they are what a classifier answers. */
export function drawBars(values: Float32Array, t: Translate): HTMLElement {
  const stats = statistics(values);
  const low = Math.min(0, stats.min);
  const high = Math.max(0, stats.max);
  const width = Math.max(1, values.length);
  const height = 64;
  const canvas = h('canvas', {
    class: 'bars',
    width: Math.min(2048, width * (width < 64 ? 8 : 1)),
    height,
    'aria-hidden': 'true',
  });
  const out = h('p', { class: 'readout' });
  const context = canvas.getContext('2d');
  const top = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, 3);
  out.textContent = top.map((index) => `[${index}] ${format.measured(values[index])}`).join('   ');
  requestAnimationFrame(() => {
    if (!context || !(high > low)) return;
    context.fillStyle = getComputedStyle(canvas).color;
    const step = canvas.width / width;
    const zero = (high / (high - low)) * height;
    values.forEach((value, index) => {
      const y = ((high - value) / (high - low)) * height;
      context.fillRect(
        index * step,
        Math.min(y, zero),
        Math.max(1, step - (step > 3 ? 1 : 0)),
        Math.max(1, Math.abs(zero - y)),
      );
    });
  });
  canvas.addEventListener('pointermove', (event) => {
    const box = canvas.getBoundingClientRect();
    const index = Math.min(
      width - 1,
      Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width)),
    );
    out.textContent = `[${index}] ${t('value', format.measured(values[index]))}`;
  });
  return h('div', { class: 'vector' }, canvas, out);
}
