/**
 * A separable convolution as its two steps: every channel is convolved with a kernel of its own (depthwise), then every position
 * mixes its channels (pointwise). Drawn with three channels at most; the numbers are worked out for them.
 */
import { h } from '../dom';
import * as format from '../format';
import { number, outputs, place, reads, type Arithmetic } from './arithmetic';
import { convolutions } from './convolutions';
import { Grid } from './grid';
import { drawable, sizeNote } from './matrixSystems';
import type { Subject, SystemView, Tools } from './system';

const CHANNELS = 3;

export function separableSystem(subject: Subject, tools: Tools): SystemView | null {
  const { t } = tools;
  const steps = convolutions(subject.snapshot.graph, subject.node);
  const [depthwise, pointwise] = steps.map((step) => step.primitive);
  if (steps.length !== 2 || depthwise?.op !== 'conv' || pointwise?.op !== 'conv' || !depthwise.depthwise)
    return null;
  const whole = subject.arithmetic;
  if (!whole) return null;
  const a = drawable(whole);
  const channels = Math.min(CHANNELS, depthwise.inChannels ?? CHANNELS);
  // Each channel has values and a kernel of its own.
  const each: Arithmetic[] = Array.from({ length: channels }, (_, c) => ({
    ...a,
    input: a.input.map((value, i) => (value + 3 * c + (i % (c + 2))) % 10),
    kernel: a.kernel.map((_value, tap) => a.kernel[(tap + 2 * c) % a.kernel.length]),
  }));
  const weights = [1, -1, 2].slice(0, channels);
  const middle = each.map((channel) =>
    Array.from({ length: outputs(a) }, (_, output) =>
      reads(channel, output).reduce(
        (sum, read) => sum + (read.input === null ? 0 : channel.input[read.input] * channel.kernel[read.tap]),
        0,
      ),
    ),
  );
  const result = middle[0].map((_, output) =>
    weights.reduce((sum, weight, c) => sum + weight * middle[c][output], 0),
  );
  const side = Math.max(6, Math.min(14, Math.floor(120 / Math.max(a.columns.input, a.columns.output))));
  const make = (rows: number, columns: number, caption: string, size = side): Grid =>
    new Grid({ rows, columns, side: size, caption });
  const inputs = each.map((_, c) => make(a.rows.input, a.columns.input, t('channel', c)));
  const kernels = each.map(() => make(a.rows.kernel, a.columns.kernel, `${t('kernel')}`, 18));
  const middles = each.map(() => make(a.rows.output, a.columns.output, t('separableMiddle')));
  const mixing = weights.map(() => make(1, 1, '1×1', 22));
  const output = make(a.rows.output, a.columns.output, t('output'), Math.max(side, 14));
  const sign = (text: string): HTMLElement => h('span', { class: 'lens-arrow', 'aria-hidden': 'true' }, text);
  const lines = each.map((_, c) =>
    h(
      'div',
      { class: 'lens-stage lens-channel' },
      inputs[c].element,
      sign('∗'),
      kernels[c].element,
      sign('='),
      middles[c].element,
      sign('×'),
      mixing[c].element,
    ),
  );
  const { inChannels, outChannels } = pointwise;
  return {
    element: h(
      'div',
      {},
      sizeNote(tools, whole, a),
      h('div', { class: 'lens-stage lens-separable' }, h('div', {}, ...lines), sign('Σ'), output.element),
      h(
        'p',
        { class: 'quiet' },
        t(
          'separableWhole',
          format.exact(depthwise.inChannels),
          format.exact(inChannels),
          format.exact(outChannels),
        ),
      ),
    ),
    title: t('system_separable'),
    steps: outputs(a),
    draw(at) {
      each.forEach((channel, c) => {
        const read = new Set(reads(channel, at).map((one) => one.input));
        inputs[c].update((row, column) => {
          const cell = row * a.columns.input + column;
          return {
            classes: `is-real${read.has(cell) ? ' is-read' : ''}`,
            title: number(channel.input[cell]),
          };
        });
        kernels[c].update((row, column) => ({
          classes: 'is-tap is-read',
          text: number(channel.kernel[row * a.columns.kernel + column]),
        }));
        middles[c].update((row, column) => {
          const cell = row * a.columns.output + column;
          return {
            classes: `is-middle${cell === at ? ' is-read' : ''}`,
            title: number(middle[c][cell]),
          };
        });
        mixing[c].update(() => ({ classes: 'is-tap is-read', text: number(weights[c]) }));
      });
      output.update((row, column) => {
        const cell = row * a.columns.output + column;
        return {
          classes: `is-out ${cell === at ? 'is-current' : cell < at ? 'is-done' : ''}`.trim(),
          title: number(result[cell]),
        };
      });
      const terms = weights.map((weight, c) => {
        const factor = number(middle[c][at]);
        return `${middle[c][at] < 0 ? `(${factor})` : factor}·${weight < 0 ? `(${number(weight)})` : number(weight)}`;
      });
      return [t('separableStep', place(a, at, 'output')), `${terms.join(' + ')} = ${number(result[at])}`];
    },
  };
}
