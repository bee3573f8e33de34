/** A layer's kernels as pictures: one tile per filter, the weights of one input channel at a time or three of them as colours. */
import type { WeightValues } from '../../engine/api';
import { h, set } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';
import { drawPicture, drawPlane } from './paint';
import { statistics, type Planes } from './planes';

/** Filters drawn at most at once. */
const PAGE = 64;

/** A kernel `[taps…, inputs, filters]` taken apart; a matrix `[inputs, units]` is one picture. */
export interface KernelTiles {
  readonly width: number;
  readonly height: number;
  readonly inputs: number;
  readonly filters: number;
  /** The values of one filter for one input channel, row by row; of a volume the middle slice. */
  plane(filter: number, input: number): Float32Array;
}

/** null for a weight that is no kernel or matrix. `[k, in, out]` is drawn as taps by inputs. */
export function kernelTiles({ shape, data }: Pick<WeightValues, 'shape' | 'data'>): KernelTiles | null {
  if (shape.some((length) => length === 0)) return null;
  if (shape.length === 2 || shape.length === 3) {
    const filters = shape.length === 3 ? shape[2] : 1;
    const [height, width] = shape;
    return {
      width,
      height,
      inputs: 1,
      filters,
      plane: (filter) => Float32Array.from({ length: width * height }, (_, i) => data[i * filters + filter]),
    };
  }
  if (shape.length !== 4 && shape.length !== 5) return null;
  const [height, width, inputs, filters] = shape.slice(-4);
  const middle = shape.length === 5 ? Math.floor(shape[0] / 2) * height * width * inputs * filters : 0;
  return {
    width,
    height,
    inputs,
    filters,
    plane: (filter, input) =>
      Float32Array.from(
        { length: width * height },
        (_, i) => data[middle + (i * inputs + input) * filters + filter],
      ),
  };
}

export class KernelView {
  readonly element = h('details', { class: 'kernels' });
  private readonly summary = h('summary', {});
  private readonly body = h('div', {});
  private input = 0;
  private rgb = true;

  constructor() {
    this.element.append(this.summary, this.body);
  }

  /** Hidden until there is something to show. */
  clear(): void {
    this.element.hidden = true;
    set(this.body);
  }

  show(t: Translate, name: string, values: WeightValues): void {
    const tiles = kernelTiles(values);
    this.element.hidden = tiles === null;
    if (!tiles) return;
    const whole = statistics(values.data);
    this.summary.textContent = `${t('kernels')}: ${name} (${values.shape.join(', ')})  ${t('range', format.measured(whole.min), format.measured(whole.max))}`;
    this.input = Math.min(this.input, tiles.inputs - 1);
    this.draw(t, tiles, whole);
  }

  private draw(t: Translate, tiles: KernelTiles, whole: ReturnType<typeof statistics>): void {
    const colours = tiles.inputs === 3 && this.rgb;
    const count = Math.min(PAGE, tiles.filters);
    const drawn = Array.from({ length: count }, (_, filter) => {
      const canvas = colours
        ? drawPicture(asPlanes(tiles, filter))
        : drawPlane(tiles.plane(filter, this.input), tiles.width, tiles.height, whole, 'diverging');
      const title = t('kernelOf', filter);
      return h('span', { class: 'kernel-tile', role: 'img', 'aria-label': title, title }, canvas);
    });
    const slider =
      tiles.inputs > 1 && !colours
        ? h(
            'label',
            { class: 'slice' },
            `${t('kernelChannel')} `,
            h('input', {
              type: 'range',
              min: 0,
              max: tiles.inputs - 1,
              value: this.input,
              onInput: (event: Event) => {
                this.input = Number((event.target as HTMLInputElement).value);
                this.draw(t, tiles, whole);
                this.body.querySelector<HTMLElement>('input[type=range]')?.focus();
              },
            }),
            String(this.input),
          )
        : null;
    const mode =
      tiles.inputs === 3 &&
      h(
        'label',
        { class: 'slice' },
        h('input', {
          type: 'checkbox',
          checked: this.rgb,
          onChange: (event: Event) => {
            this.rgb = (event.target as HTMLInputElement).checked;
            this.draw(t, tiles, whole);
            this.body.querySelector<HTMLElement>('input[type=checkbox]')?.focus();
          },
        }),
        t('kernelRgb'),
      );
    const wide = tiles.filters === 1;
    set(
      this.body,
      mode,
      slider,
      h('div', { class: wide ? 'kernel-tiles is-wide' : 'kernel-tiles' }, ...drawn),
      count < tiles.filters && h('p', { class: 'quiet' }, `${count} / ${tiles.filters}`),
    );
  }
}

function asPlanes(tiles: KernelTiles, filter: number): Planes {
  return {
    form: 'image',
    channels: 3,
    depth: 1,
    height: tiles.height,
    width: tiles.width,
    plane: (channel) => tiles.plane(filter, channel),
  };
}
