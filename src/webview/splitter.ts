/** The bar between the network and the details: moved by pointer or arrow keys, upright in a wide panel and level in a narrow one. */
import { h } from './dom';

export const WIDE = '(min-width: 640px)';
const LEAST = 0.15;
const MOST = 0.85;

export class Splitter {
  readonly element: HTMLElement;
  private share = 0.5;
  private readonly wide = matchMedia(WIDE);

  constructor(
    private readonly container: HTMLElement,
    private readonly changed: (share: number) => void,
  ) {
    this.element = h('div', {
      class: 'splitter',
      role: 'separator',
      tabindex: '0',
      'aria-valuemin': LEAST * 100,
      'aria-valuemax': MOST * 100,
    });
    this.element.addEventListener('pointerdown', (event) => {
      this.element.setPointerCapture(event.pointerId);
      event.preventDefault();
      this.element.focus();
    });
    this.element.addEventListener('pointermove', (event) => {
      if (!this.element.hasPointerCapture(event.pointerId)) return;
      const box = this.container.getBoundingClientRect();
      this.move(
        this.wide.matches ? (event.clientX - box.left) / box.width : (event.clientY - box.top) / box.height,
      );
    });
    this.element.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -0.04, ArrowUp: -0.04, ArrowRight: 0.04, ArrowDown: 0.04 }[event.key];
      if (step === undefined && event.key !== 'Home' && event.key !== 'End') return;
      event.preventDefault();
      this.move(event.key === 'Home' ? LEAST : event.key === 'End' ? MOST : this.share + (step ?? 0));
    });
    this.wide.addEventListener('change', () => this.set(this.share));
  }

  set(share: number): void {
    this.share = Math.min(MOST, Math.max(LEAST, share));
    this.element.setAttribute('aria-valuenow', String(Math.round(this.share * 100)));
    this.element.setAttribute('aria-orientation', this.wide.matches ? 'vertical' : 'horizontal');
    this.container.style.setProperty('--split', `${this.share * 100}%`);
  }

  label(text: string): void {
    this.element.setAttribute('aria-label', text);
  }

  private move(share: number): void {
    this.set(share);
    this.changed(this.share);
  }
}
