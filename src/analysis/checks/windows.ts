/** Windows larger than their input, and strides or dilations that exclude each other. */
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';
import { swapChannels } from './inputs';

/** `window-too-large`, `pool-too-large`: pad, use a smaller window, pool globally, or mend an input given channels first. */
export function windowTooLarge(context: FixContext): (Fix | null)[] {
  const { layer } = context;
  const pool = context.failure.code === 'pool-too-large';
  const argument = pool ? 'pool_size' : 'kernel_size';
  const same = context.setArgument(layer, 'padding', '"same"');
  const input = context.fact('input');
  const span = context.fact('span');
  let smaller: Fix | null = null;
  if (
    Array.isArray(input) &&
    Array.isArray(span) &&
    input.every((length) => typeof length === 'number' && length > 0)
  ) {
    const sizes = span.map((size, i) => (typeof size === 'number' ? Math.min(size, input[i]) : input[i]));
    const text = sizes.every((size) => size === sizes[0]) ? String(sizes[0]) : `(${sizes.join(', ')})`;
    const edits =
      layer?.config.dilation_rate === undefined || isOne(layer.config.dilation_rate)
        ? context.setArgument(layer, argument, text)
        : null;
    if (edits) smaller = { title: `Use a window that fits: ${argument}=${text}`, edits };
  }
  const previous = dropPreviousPool(context);
  return [
    swapChannels(context),
    same && { title: 'Pad the input: padding="same"', edits: same },
    smaller,
    previous,
  ];
}

function isOne(value: unknown): boolean {
  return value === 1 || (Array.isArray(value) && value.every((entry) => entry === 1));
}

/** A stride of 1 keeps the pool before from shrinking the map. */
function dropPreviousPool(context: FixContext): Fix | null {
  const before = context.previousLayer();
  if (before === null || !/^(?:Max|Average)Pooling\dD$/.test(before.builtin ?? '')) return null;
  const edits = context.setArgument(before, 'strides', '1');
  return edits && { title: `Keep the size in ${before.name}: strides=1`, edits };
}

/** `strides-with-dilation` */
export function stridesWithDilation(context: FixContext): (Fix | null)[] {
  const strides = context.setArgument(context.layer, 'strides', '1');
  const dilation = context.setArgument(context.layer, 'dilation_rate', '1');
  return [
    strides && { title: 'Set strides=1', edits: strides },
    dilation && { title: 'Set dilation_rate=1', edits: dilation },
  ];
}

/** `output-padding-stride`: it must be less than the stride. */
export function outputPadding(context: FixContext): (Fix | null)[] {
  const strides = context.layer?.config.strides;
  const stride = Array.isArray(strides) ? Math.min(...(strides as number[])) : strides;
  if (typeof stride !== 'number' || !Number.isFinite(stride)) return [];
  return [context.replace(`Set output_padding=${stride - 1}`, String(stride - 1))];
}
