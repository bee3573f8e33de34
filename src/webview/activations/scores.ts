/** A vector as bars with its highest scores; choosing one shows which parts of the input it depends on (Simonyan et al., 2014). */
import type { FeatureMap } from '../../engine/api';
import type { InputMap } from '../../engine/gradients/requests';
import { h, set } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';
import { drawBars, drawHeat, drawPicture } from './paint';
import { planesOf } from './planes';

/** Scores offered for a closer look. */
const SHOWN = 5;

export interface ScoreInput {
  readonly t: Translate;
  readonly values: Float32Array;
  readInput(): Promise<FeatureMap | null>;
  /** How much each input position matters to a score; null when there is no such picture. */
  readSaliency(index: number): Promise<InputMap | null>;
}

export function scoreView({ t, values, readInput, readSaliency }: ScoreInput): HTMLElement {
  const picture = h('div', { class: 'input-picture' });
  const note = h('p', { class: 'quiet', role: 'status' });
  let asked = -1;
  const show = async (index: number, button: HTMLElement): Promise<void> => {
    asked = index;
    for (const each of buttons) each.setAttribute('aria-pressed', String(each === button));
    note.textContent = t('saliencyWorking');
    try {
      const [input, saliency] = await Promise.all([readInput(), readSaliency(index)]);
      if (asked !== index || !note.isConnected) return;
      const heat = h('canvas', { class: 'field-heat', 'aria-hidden': 'true' });
      const planes = input && planesOf(input);
      if (!planes || planes.form !== 'image' || !saliency || !drawHeat(heat, saliency)) {
        note.textContent = t('saliencyNone');
        return set(picture);
      }
      note.textContent = t('saliency', `[${index}]`);
      set(picture, h('div', { class: 'picture-frame' }, drawPicture(planes), heat));
    } catch (error) {
      if (asked === index)
        note.textContent = t('unsupported', error instanceof Error ? error.message : String(error));
    }
  };
  const top = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, SHOWN);
  const buttons = top.map((index) => {
    const button = h(
      'button',
      { type: 'button', class: 'chip', 'aria-pressed': 'false', onClick: () => void show(index, button) },
      `[${index}] ${format.measured(values[index])}`,
    );
    return button;
  });
  return h(
    'div',
    { class: 'scores' },
    drawBars(values, t),
    values.length > 1 && h('p', { class: 'quiet' }, t('saliencyAsk')),
    values.length > 1 &&
      h('div', { class: 'lens-systems', role: 'group', 'aria-label': t('saliencyAsk') }, ...buttons),
    note,
    picture,
  );
}
