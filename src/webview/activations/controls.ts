/** What to run and how to show it: sample, weights, seed, colours and scale. */
import { h, set } from '../dom';
import type { ActivationEvents, ActivationInput } from './input';
import { COLORMAPS } from './colormaps';

export class RunControls {
  readonly element = h('div', { class: 'controls' });
  private input: ActivationInput | null = null;
  private shown = '';

  constructor(private readonly events: ActivationEvents) {}

  update(input: ActivationInput): void {
    this.input = input;
    const { t, view, client } = input;
    const busy = ['starting', 'loading', 'running'].includes(client.state.status);
    const ran = client.state.graph !== null;
    const key = [
      t('run'),
      busy,
      ran,
      view.sample,
      view.seed,
      view.colormap,
      view.scale,
      input.picture,
      input.weights,
      client.available,
    ].join('|');
    if (key === this.shown) return;
    this.shown = key;
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement?.getAttribute('data-control')
      : null;
    const option = (value: string, text: string, chosen: string): HTMLOptionElement =>
      h('option', { value, selected: value === chosen }, text);
    const samples = ['auto', 'photo', 'digit', 'text', 'signal', 'noise', 'impulse', 'zeros'] as const;
    const sample = h(
      'select',
      {
        'data-control': 'sample',
        'aria-label': t('sample'),
        title: t('sample'),
        onChange: (event: Event) => this.sampleChosen((event.target as HTMLSelectElement).value),
      },
      ...samples.map((name) => option(name, t(`sample_${name}`), view.sample)),
      input.picture === null ? null : option('picture', input.picture, view.sample),
      h('option', { value: 'pick' }, t('ownPicture')),
    );
    const weights = h(
      'select',
      {
        'data-control': 'weights',
        'aria-label': t('weights'),
        title: t('weights'),
        onChange: (event: Event) => this.weightsChosen((event.target as HTMLSelectElement).value),
      },
      option('initial', t('weightsInitial'), input.weights === null ? 'initial' : 'file'),
      input.weights === null ? null : option('file', input.weights, 'file'),
      h('option', { value: 'pick' }, t('weightsPick')),
    );
    const maps = h(
      'select',
      {
        'data-control': 'colormap',
        'aria-label': t('colourMap'),
        title: t('colourMap'),
        onChange: (event: Event) =>
          this.events.change({ colormap: (event.target as HTMLSelectElement).value }),
      },
      ...COLORMAPS.map((name) => option(name, name, view.colormap)),
    );
    const scale = h(
      'select',
      {
        'data-control': 'scale',
        'aria-label': t('scale'),
        title: t('scale'),
        onChange: (event: Event) =>
          this.events.change({
            scale: (event.target as HTMLSelectElement).value === 'layer' ? 'layer' : 'channel',
          }),
      },
      option('channel', t('scaleChannel'), view.scale),
      option('layer', t('scaleLayer'), view.scale),
    );
    const run = h(
      'button',
      {
        type: 'button',
        class: ran ? '' : 'primary',
        'data-control': 'run',
        disabled: !client.available || busy,
        onClick: () => this.events.run(),
      },
      t(ran ? 'runAgain' : 'run'),
    );
    const reseed = h(
      'button',
      {
        type: 'button',
        class: 'icon',
        'data-control': 'seed',
        'aria-label': t('newSeed'),
        title: `${t('newSeed')} (${t('seed')} ${view.seed})`,
        onClick: () => this.events.change({ seed: view.seed + 1 }),
      },
      h('span', { 'aria-hidden': 'true' }, '⚄'),
    );
    set(this.element, run, sample, weights, reseed, maps, scale);
    if (focused) this.element.querySelector<HTMLElement>(`[data-control="${focused}"]`)?.focus();
  }

  private sampleChosen(value: string): void {
    if (value !== 'pick') return this.events.change({ sample: value });
    this.shown = '';
    this.events.pick('image');
    if (this.input) this.update(this.input);
  }

  private weightsChosen(value: string): void {
    if (value === 'initial') return this.events.initialWeights();
    this.shown = '';
    if (value === 'pick') this.events.pick('weights');
    if (this.input) this.update(this.input);
  }
}
