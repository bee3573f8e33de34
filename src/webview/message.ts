/** The page when there is no network to draw: nothing open, no model, reading, or an error. */
import { h, set, s } from './dom';

/** A quiet drawing of feature maps that shrink and deepen: what will be here. */
function picture(): SVGElement {
  const boxes = [0, 1, 2, 3].map((k) =>
    s('rect', {
      class: `ghost ghost-${k}`,
      x: 8 + k * 30,
      y: 8 + k * 8,
      width: 14 + k * 3,
      height: 64 - k * 16,
      rx: 3,
    }),
  );
  const lines = [0, 1, 2].map((k) =>
    s('path', { class: 'ghost-line', d: `M${22 + k * 33} 40h${k === 0 ? 16 : 13}` }),
  );
  return s(
    'svg',
    { viewBox: '0 0 128 80', width: 128, height: 80, 'aria-hidden': 'true' },
    ...lines,
    ...boxes,
  );
}

export class MessageView {
  private readonly words = h('div', { role: 'status' });
  readonly element = h('main', { class: 'message', hidden: true }, picture(), this.words);

  show(title: string, text: string, isError = false): void {
    this.element.hidden = false;
    this.element.classList.toggle('is-error', isError);
    set(this.words, h('h1', {}, title), h('p', {}, text));
  }

  hide(): void {
    this.element.hidden = true;
  }
}
