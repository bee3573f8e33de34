/** Fields for trying other arguments of a layer: type a value or step it; everything that is shown follows. */
import type { WhatIf } from '../../protocol';
import { h, set } from '../dom';
import type { Translate } from '../strings';
import { parsed, stepped, written, type Tunable, type Tunables, type Value } from './tunables';

/** Milliseconds after the last key press until a typed value is tried. */
const TYPING_MS = 220;

export class ArgumentControls {
  readonly element = h('section', { class: 'try', hidden: true });
  private readonly fields = new Map<string, Field>();
  private key = '';

  constructor(private readonly tried: (tunable: Tunable, value: Value) => void) {}

  update(t: Translate, { items, together }: Tunables, whatIf: WhatIf | undefined): void {
    this.element.hidden = items.length === 0;
    const key = [t('tryValues'), ...items.map((item) => `${item.name}.${item.argument}`), together].join('|');
    if (key !== this.key) {
      this.key = key;
      this.fields.clear();
      const rows = items.map((item) => {
        const field = new Field(t, item, (value) => this.tried(field.tunable, value));
        this.fields.set(item.argument, field);
        return field.element;
      });
      set(
        this.element,
        h('h3', {}, t('tryValues')),
        h('div', { class: 'try-fields' }, ...rows),
        together > 1 && h('p', { class: 'quiet' }, t('tryTogether', together)),
      );
    }
    for (const item of items) {
      const change = whatIf?.changes.find(
        (each) => each.layer === item.name && each.argument === item.argument,
      );
      this.fields.get(item.argument)?.show(t, item, change ? (change.from ?? t('byDefault')) : null);
    }
  }
}

class Field {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement | HTMLSelectElement;
  private readonly before = h('span', { class: 'was' });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shown: string | null = null;

  constructor(
    t: Translate,
    public tunable: Tunable,
    private readonly tried: (value: Value) => void,
  ) {
    const { argument, kind, choices } = tunable;
    const id = `try-${argument}-${++made}`;
    this.input =
      kind === 'choice'
        ? h('select', { id }, ...choices.map((choice) => h('option', { value: choice }, choice)))
        : h('input', { id, type: 'text', inputmode: 'numeric', autocomplete: 'off', spellcheck: 'false' });
    this.input.classList.add('try-input');
    this.input.dataset.argument = argument;
    this.input.addEventListener('change', () => this.send());
    this.input.addEventListener('blur', () => this.left());
    if (kind !== 'choice') {
      this.input.addEventListener('input', () => this.typed());
      this.input.addEventListener('keydown', (event) => this.pressed(event as KeyboardEvent));
    }
    const step = (up: boolean): HTMLElement => {
      const label = t(up ? 'tryMore' : 'tryLess', argument);
      return h(
        'button',
        { type: 'button', class: 'icon', 'aria-label': label, title: label, onClick: () => this.step(up) },
        h('span', { 'aria-hidden': 'true' }, up ? '+' : '−'),
      );
    };
    this.element = h(
      'div',
      { class: `try-field is-${kind}` },
      h('label', { for: id }, argument),
      kind !== 'choice' && step(false),
      this.input,
      kind !== 'choice' && step(true),
      this.before,
    );
  }

  /** Brings the field in line with the program; what is being typed is left alone when it means the same. */
  show(t: Translate, tunable: Tunable, before: string | null): void {
    this.tunable = tunable;
    this.before.textContent = before === null ? '' : t('tryWas', before);
    const text = written(tunable.value);
    // Drawn again for other reasons, what is being typed or tried is left alone.
    if (text !== this.shown) {
      this.shown = text;
      const meant = parsed(tunable.kind, this.input.value);
      if (this.timer === undefined && (meant === null || written(meant) !== text)) this.input.value = text;
    }
    if (this.input instanceof HTMLInputElement)
      this.input.placeholder = tunable.value !== null ? '' : tunable.kind === 'shape' ? '224, 224, 3' : '?';
    this.mark();
  }

  private typed(): void {
    this.mark();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), TYPING_MS);
  }

  private mark(): void {
    const wrong = this.input.value !== '' && parsed(this.tunable.kind, this.input.value) === null;
    if (wrong) this.input.setAttribute('aria-invalid', 'true');
    else this.input.removeAttribute('aria-invalid');
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const value = parsed(this.tunable.kind, this.input.value);
    if (value !== null && written(value) !== written(this.tunable.value)) this.tried(value);
  }

  /** What is no value does not stay behind. */
  private left(): void {
    if (parsed(this.tunable.kind, this.input.value) === null) this.input.value = written(this.tunable.value);
    this.mark();
  }

  private step(up: boolean): void {
    const value = stepped(this.tunable, up);
    if (value === null) return;
    this.input.value = written(value);
    this.send();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    this.step(event.key === 'ArrowUp');
  }
}

/** For ids of fields, which labels point to. */
let made = 0;
