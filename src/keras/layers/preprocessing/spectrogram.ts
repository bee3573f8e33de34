/** STFTSpectrogram: a short-time Fourier transform as a convolution with fixed kernels. Source: Keras `layers/preprocessing/stft_spectrogram.py`. */
import type { Dim, Known, Shape } from '../../../graph/graph';
import {
  argumentError,
  computeDtype,
  didYouMean,
  intOf,
  isPlainData,
  numberOf,
  reasonFor,
  requireDataFormat,
  variables,
} from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { isKnownRank, mulDim, unknownDim } from '../../dims';
import { convWindow } from '../../geometry';
import { closest } from '../../names';
import { argumentText, arrayText, tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { onlyInput, spec } from '../shared';

const MODES = ['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'];

interface Frames {
  readonly length: Known<number>;
  readonly step: Known<number>;
  /** Frequencies kept per channel. */
  readonly frequencies: Known<number>;
}

function frames(config: Config): Frames {
  const length = intOf(config.value('frame_length'));
  const half = length === null ? null : Math.floor(length / 2);
  const step = config.isNone('frame_step') ? half : intOf(config.value('frame_step'));
  const fft = config.isNone('fft_length')
    ? length === null
      ? null
      : 2 ** Math.ceil(Math.log2(length))
    : intOf(config.value('fft_length'));
  return { length, step, frequencies: fft === null ? null : Math.floor(fft / 2) + 1 };
}

function outputShape(config: Config, input: TensorSpec, strict: boolean): Shape {
  if (!isKnownRank(input.shape) || input.shape.length !== 3)
    return { kind: 'unknown', reason: 'the input shape is not known' };
  const format = config.channelsFirst();
  const mode = config.string('mode');
  const { length, step, frequencies } = frames(config);
  if (format === null || mode === null)
    return { kind: 'unknown', reason: reasonFor(config, format === null ? 'data_format' : 'mode') };
  const [channels, time] = format ? [input.shape[1], input.shape[2]] : [input.shape[2], input.shape[1]];
  const padding = config.string('padding') === 'same' ? 'same' : 'valid';
  const { output } = convWindow({ input: time, kernel: length, stride: step, padding });
  if (strict && typeof output === 'number' && output <= 0) {
    throw new KerasError(
      'window-too-large',
      `A frame of ${length} samples is longer than the input, which has ${typeof time === 'number' ? time : '?'}.`,
      `Computed output size would be zero or negative. Received \`inputs shape=${tupleText(input.shape)}\`, \`kernel shape=${tupleText([length, channels, null])}\`, \`dilation_rate=${arrayText([1])}\`, \`strides=${step}\`, \`padding=valid\`.`,
      {
        argument: 'frame_length',
        input: 0,
        facts: { span: [length], input: [typeof time === 'number' ? time : null] },
      },
    );
  }
  const perChannel: Dim =
    frequencies === null
      ? unknownDim('the FFT length is not known')
      : mode === 'stft'
        ? 2 * frequencies
        : frequencies;
  const [batch] = input.shape;
  if (config.flag('expand_dims') === true)
    return format ? [batch, channels, output, perChannel] : [batch, output, perChannel, channels];
  const all = typeof perChannel === 'number' ? mulDim(channels, perChannel) : perChannel;
  return format ? [batch, all, output] : [batch, output, all];
}

/** Windows that SciPy's `get_window` makes from a name alone, with their short names (`scipy/signal/windows/_windows.py`). */
const WINDOWS = [
  'barthann', 'brthan', 'bth', 'bartlett', 'bart', 'brt', 'blackman', 'black', 'blk', 'blackmanharris', 'blackharr', 'bkh', 'bohman', 'bman',
  'bmn', 'boxcar', 'box', 'ones', 'rect', 'rectangular', 'cosine', 'halfcosine', 'exponential', 'poisson', 'flattop', 'flat', 'flt', 'hamming',
  'hamm', 'ham', 'hann', 'han', 'lanczos', 'sinc', 'nuttall', 'nutl', 'nut', 'parzen', 'parz', 'par', 'taylor', 'taylorwin', 'triangle', 'triang',
  'tri', 'tukey', 'tuk',
]; // prettier-ignore

/** SciPy finds windows by name; one that looks like none of them is a slip. Windows that need a number are not judged. */
function requireWindowName(config: Config): void {
  const name = config.string('window');
  if (name === null || WINDOWS.includes(name) || NUMBERED.includes(name) || Number.isFinite(Number(name)))
    return;
  argumentError(
    'window-name',
    'window',
    `"${name}" is no window function${didYouMean(closest(name, WINDOWS))}`,
    `Invalid window name '${name}' in parameter window='${name}'!`,
    { received: name, suggestion: closest(name, WINDOWS) ?? null },
  );
}

const NUMBERED = [
  'kaiser', 'ksr', 'kaiser_bessel_derived', 'kbd', 'gaussian', 'gauss', 'gss', 'general_cosine', 'general cosine', 'general_gaussian', 'general gaussian',
  'general_gauss', 'general gauss', 'ggs', 'general_hamming', 'general hamming', 'dpss', 'slepian', 'slep', 'optimal', 'dss', 'chebwin', 'cheb',
]; // prettier-ignore

export const stftSpectrogram: LayerDefinition = {
  name: 'STFTSpectrogram',
  parameters:
    signature(`mode='log', frame_length=256, frame_step=None, fft_length=None, window='hann', periodic=False,
    scaling='density', padding='valid', expand_dims=False, data_format=None`),
  configure(config) {
    const { length } = frames(config);
    const step = intOf(config.value('frame_step'));
    if (step !== null && length !== null && (step > length || step < 1)) {
      argumentError(
        'frame-step',
        'frame_step',
        `\`frame_step\` must lie between 1 and \`frame_length\` (${length}), not ${step}.`,
        `\`frame_step\` should be a positive integer not greater than \`frame_length\`. Received frame_step=${step}, frame_length=${length}`,
      );
    }
    const transform = numberOf(config.value('fft_length'));
    if (transform !== null && length !== null && transform < length) {
      argumentError(
        'frame-step',
        'fft_length',
        `\`fft_length\` must not be less than \`frame_length\` (${length}), but is ${transform}.`,
        `\`fft_length\` should be not less than \`frame_length\`. Received fft_length=${transform}, frame_length=${length}`,
      );
    }
    const mode = config.string('mode');
    if (mode !== null && !MODES.includes(mode)) {
      argumentError(
        'output-mode',
        'mode',
        `"${mode}" is no mode${didYouMean(closest(mode, MODES))}`,
        `Output mode is invalid, it must be one of ${MODES.join(', ')}. Received: mode=${mode}`,
      );
    }
    const padding = config.string('padding');
    const wrongKind = config.value('padding').kind === 'none' || isPlainData(config.value('padding'));
    if (wrongKind || (padding !== null && padding !== 'valid' && padding !== 'same')) {
      argumentError(
        'padding-name',
        'padding',
        padding === null
          ? `\`padding\` must be "valid" or "same", not ${argumentText(config, 'padding')}.`
          : `"${padding}" is no padding${didYouMean(closest(padding, ['valid', 'same']))}`,
        `Padding is invalid, it should be 'valid', 'same'. Received: padding=${padding ?? argumentText(config, 'padding')}`,
      );
    }
    requireWindowName(config);
    requireDataFormat(config);
  },
  inputSpec: () => ({ ndim: 3 }),
  weights(config) {
    const { length, frequencies } = frames(config);
    const mode = config.string('mode');
    const shape = [
      length ?? unknownDim(reasonFor(config, 'frame_length')),
      1,
      frequencies ?? unknownDim(reasonFor(config, 'fft_length')),
    ];
    return variables(
      mode !== 'imag' && { name: 'real_kernel', shape, initializer: { name: 'stft' } },
      mode !== 'real' && { name: 'imag_kernel', shape, initializer: { name: 'stft' } },
    );
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    return {
      outputs: [spec(outputShape(config, input, true), computeDtype(config))],
      primitive: { op: 'opaque', reason: 'a spectrogram' },
    };
  },
  fallback: (config, [input]) => [spec(outputShape(config, input, false), computeDtype(config))],
};
