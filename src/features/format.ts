/** Numbers, shapes and names as people read them, the same in every feature. */
import { isOpen, isUnknown, type Dim, type Shape } from '../graph/graph';
import { formatShape } from '../keras/dims';
import { format } from '../python/symbolic';
import type { FieldFigures } from '../analysis/figures';
import { t } from './words';

/** `138,357,544` */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1.23 M`, `4.56 G`; whole numbers below 10,000 stay as they are. */
export function short(value: number): string {
  if (value < 10000) return grouped(value);
  const units = ['k', 'M', 'G', 'T', 'P'];
  let scaled = value;
  let unit = -1;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled >= 100 ? scaled.toFixed(0) : scaled >= 10 ? scaled.toFixed(1) : scaled.toFixed(2)} ${units[unit]}`;
}

/** `3.4 MB`, decimal units. */
export function bytes(value: number): string {
  return value < 1000 ? `${value} B` : `${short(value).replace(/ ?([kMGTP])?$/, ' $1')}B`.replace('  ', ' ');
}

/** A number, or `unknown`; `least` gives `at least …`. */
export function orUnknown(
  value: number | null,
  least?: number,
  text: (value: number) => string = grouped,
): string {
  if (value !== null) return text(value);
  return least === undefined || least === 0 ? t('unknown') : t('at least {0}', text(least));
}

/** One shape per tensor: `(None, 28, 28, 1)`, several in brackets. */
export function shapesText(shapes: readonly Shape[]): string {
  return shapes.length === 1 ? formatShape(shapes[0]) : `[${shapes.map(formatShape).join(', ')}]`;
}

/** `7 × 7`, with `?` for null; one number when all axes agree and `brief`. */
export function sizes(values: readonly (number | null)[], brief = false): string {
  const texts = values.map((value) => (value === null ? '?' : decimal(value)));
  return brief && texts.every((text) => text === texts[0]) ? (texts[0] ?? '') : texts.join(' × ');
}

/** At most three decimals, fractions of up-sampling as such: `1/2`. */
export function decimal(value: number): string {
  if (Number.isInteger(value)) return value < 0 ? `−${grouped(-value)}` : grouped(value);
  const inverse = 1 / value;
  if (value > 0 && value < 1 && Math.abs(inverse - Math.round(inverse)) < 1e-9)
    return `1/${Math.round(inverse)}`;
  return String(Number(value.toFixed(3)));
}

/** `7 × 7, stride 2 × 2, padding 2 × 2`; `the whole input`. */
export function fieldText(field: FieldFigures): string {
  if (field.size.length === 0) return t('the whole input');
  const size = fieldSize(field);
  if (field.global && field.stride.every((stride) => stride === null)) return size;
  const parts = [size];
  if (field.stride.some((stride) => stride !== null)) parts.push(t('stride {0}', sizes(field.stride)));
  if (field.padding.some((padding) => padding !== null)) parts.push(t('padding {0}', sizes(field.padding)));
  if (field.aligned === false) parts.push(t('branches not aligned'));
  return parts.join(', ');
}

/** `7 × 7`, without stride and padding; `the whole input (28 × 28)`. */
export function fieldSize(field: FieldFigures): string {
  if (field.size.length === 0) return t('the whole input');
  const size = sizes(field.size);
  if (field.global && field.stride.every((stride) => stride === null))
    return field.size.includes(null) ? t('the whole input') : t('the whole input ({0})', size);
  return field.minSize.some((least, i) => least !== field.size[i])
    ? t('{0} (smallest branch {1})', size, sizes(field.minSize))
    : size;
}

/** Open dimensions with what they stand for: `None = ⌊(H − 1)/2⌋ + 1`, in axis order; empty when nothing is to tell. */
export function openDims(shape: Shape): string[] {
  if (isUnknown(shape)) return [];
  return shape.flatMap((dim: Dim, axis) =>
    axis > 0 &&
    typeof dim === 'object' &&
    isOpen(dim) &&
    dim.formula !== undefined &&
    typeof dim.formula !== 'string'
      ? [t('axis {0}: None = {1}', axis, format(dim.formula))]
      : [],
  );
}

/** Text made safe inside Markdown. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&');
}
