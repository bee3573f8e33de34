/** Sample activations of the selected node: run controls, channel tiles, one channel large with the value under the pointer. */
import type { FeatureMap } from '../../engine/api';
import type { NodeId } from '../../graph/graph';
import type { NodeFigures, Snapshot } from '../../protocol';
import { h, set } from '../dom';
import * as format from '../format';
import type { ViewState } from '../state';
import type { Translate } from '../strings';
import { ChannelView } from './channel';
import { COLORMAPS, isColormap, type ColormapName } from './colormaps';
import type { EngineClient } from './engineClient';
import { planesOf, statistics, type Planes, type Statistics } from './planes';
import { drawBars, drawPlane, drawSequence } from './paint';

/** Tiles made at once; more on request. */
const PAGE = 48;

export interface ActivationEvents {
  run(): void;
  stop(): void;
  change(view: Partial<ViewState>): void;
  pickImage(): void;
}

export interface ActivationInput {
  readonly t: Translate;
  readonly view: ViewState;
  readonly snapshot: Snapshot;
  readonly model: number;
  readonly node: NodeId;
  readonly figures: NodeFigures | null;
  readonly client: EngineClient;
  /** The run is of this very graph. */
  readonly fresh: boolean;
  /** Name of the user's own picture, when there is one. */
  readonly picture: string | null;
  /** The node as the run's graph numbers it; null when that graph has none of that name. */
  readonly ranNode: NodeId | null;
}

export class ActivationView {
  readonly element: HTMLElement;
  private readonly status = h('p', { class: 'engine-status', role: 'status' });
  private readonly progress = h('progress', { max: 1, value: 0, hidden: true });
  private readonly notes = h('div', { class: 'engine-notes' });
  private readonly controls = h('div', { class: 'controls' });
  private readonly stop = h('button', { type: 'button', class: 'stop', hidden: true });
  private readonly stage = h('div', { class: 'maps' });
  private input: ActivationInput | null = null;
  private shown = '';
  private controlsShown = '';
  private limit = PAGE;
  private channel: number | null = null;
  private token = 0;

  constructor(private readonly events: ActivationEvents) {
    this.stop.addEventListener('click', () => this.events.stop());
    this.element = h(
      'section',
      { class: 'activations' },
      this.controls,
      h('div', { class: 'engine-line' }, this.status, this.stop),
      this.progress,
      this.notes,
      this.stage,
    );
  }

  update(input: ActivationInput): void {
    const before = this.input;
    this.input = input;
    if (before?.node !== input.node) {
      this.limit = PAGE;
      this.channel = null;
    }
    this.element.setAttribute('aria-label', input.t('activations'));
    this.drawControls(input);
    this.drawStatus(input);
    void this.drawMaps(input);
  }

  private drawControls(input: ActivationInput): void {
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
      client.available,
    ].join('|');
    if (key === this.controlsShown) return;
    this.controlsShown = key;
    const focused = this.controls.contains(document.activeElement)
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
    // Stopping has a place of its own: a network that starts by itself must not turn Run into Stop under the pointer.
    this.stop.hidden = !busy;
    this.stop.textContent = t('stop');
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
    set(this.controls, run, sample, reseed, maps, scale);
    if (focused) this.controls.querySelector<HTMLElement>(`[data-control="${focused}"]`)?.focus();
  }

  private sampleChosen(value: string): void {
    if (value !== 'pick') return this.events.change({ sample: value });
    this.controlsShown = '';
    this.events.pickImage();
    if (this.input) this.drawControls(this.input);
  }

  private drawStatus(input: ActivationInput): void {
    const { t, client } = input;
    const { state } = client;
    const busy = ['starting', 'loading', 'running'].includes(state.status);
    this.progress.hidden = !busy;
    if (state.status === 'running') this.progress.value = state.progress;
    else this.progress.removeAttribute('value');
    this.progress.setAttribute('aria-label', t('activations'));
    const totals = input.snapshot.totals[input.model];
    const words: Record<typeof state.status, string> = {
      idle: client.available
        ? totals
          ? t(
              'runCost',
              format.bytes(totals.params === null ? null : totals.params * 4),
              format.short(totals.macs),
            )
          : ''
        : t('engineMissing'),
      starting: t('engineStarting'),
      loading: t('engineLoading'),
      running: t('engineRunning', format.percent(state.progress)),
      done: t(
        'engineDone',
        state.backend?.name ?? '',
        state.milliseconds === null ? '' : format.milliseconds(state.milliseconds),
      ),
      failed: t('engineFailed', state.message ?? ''),
    };
    const text = words[state.status];
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.classList.toggle('is-error', state.status === 'failed');
    const notes: string[] = [];
    if (state.status === 'done') {
      notes.push(t('initialWeights'));
      const noGl = state.backend?.fallbacks.find((fallback) => fallback.backend === 'webgl2');
      if (noGl && state.backend)
        notes.push(t('noGpu', state.backend.name), t('fellBack', noGl.backend, noGl.reason));
      if (state.message) notes.push(state.message);
      const assumed = state.inputs.filter((loaded) => loaded.assumed.length > 0);
      if (assumed.length > 0)
        notes.push(t('assumed', assumed.map((loaded) => `(${loaded.shape.join(', ')})`).join(', ')));
      if (!input.fresh) notes.push(t('stale'));
    }
    set(this.notes, ...notes.map((note) => h('p', {}, note)));
  }

  private async drawMaps(input: ActivationInput): Promise<void> {
    const { client, t, view } = input;
    const { state } = client;
    const node = input.ranNode;
    const reason = node === null ? null : state.unsupported.get(node);
    const ready = node !== null && state.done.has(node);
    const key = [
      state.run,
      node,
      ready,
      reason?.reason,
      state.graph !== null,
      view.colormap,
      view.scale,
      this.limit,
      this.channel,
      t('run'),
    ].join('|');
    if (key === this.shown) return;
    this.shown = key;
    const token = ++this.token;
    if (reason && !ready) {
      const cause = state.graph?.nodes[reason.cause];
      const words =
        reason.cause === node || !cause ? reason.reason : t('waitsFor', cause.name, reason.reason);
      return set(this.stage, h('p', { class: 'quiet' }, t('unsupported', words)));
    }
    if (!ready || node === null)
      return set(this.stage, state.graph === null ? null : h('p', { class: 'quiet' }, t('notYet')));
    try {
      const map = await client.read(node);
      if (token !== this.token) return;
      this.show(input, map);
    } catch (error) {
      if (token === this.token)
        set(
          this.stage,
          h(
            'p',
            { class: 'quiet' },
            t('unsupported', error instanceof Error ? error.message : String(error)),
          ),
        );
    }
  }

  private show(input: ActivationInput, map: FeatureMap): void {
    const planes = planesOf(map);
    const colours: ColormapName = isColormap(input.view.colormap) ? input.view.colormap : 'viridis';
    const whole = statistics(map.data);
    const heading = h(
      'p',
      { class: 'map-heading' },
      `(${map.shape.join(', ')})  ${input.t('range', format.measured(whole.min), format.measured(whole.max))}  ${input.t('mean', format.measured(whole.mean))}`,
    );
    if (planes.form === 'vector') return set(this.stage, heading, drawBars(planes.plane(0), input.t));
    if (planes.form === 'sequence')
      return set(this.stage, heading, drawSequence(planes, whole, colours, input.t));
    if (this.channel !== null && this.channel < planes.channels)
      return this.showChannel(input, map, planes, whole, colours, heading);
    const each: Statistics[] = [];
    for (let channel = 0; channel < planes.channels; channel++)
      each.push(statistics(planes.plane(channel, Math.floor(planes.depth / 2))));
    const dead = each.filter((stats) => stats.constant).length;
    const shown = Math.min(this.limit, planes.channels);
    const tiles = Array.from({ length: shown }, (_, channel) =>
      this.tile(
        input.t,
        planes,
        channel,
        each[channel],
        input.view.scale === 'layer' || each[channel].constant ? whole : each[channel],
        colours,
      ),
    );
    set(
      this.stage,
      heading,
      h(
        'p',
        { class: 'quiet' },
        input.t('channels', planes.channels),
        dead > 0 ? ` · ${input.t('dead', dead, planes.channels)}` : '',
      ),
      h('div', { class: `tiles${planes.width <= 8 ? ' is-coarse' : ''}` }, ...tiles),
      shown < planes.channels &&
        h(
          'button',
          { type: 'button', class: 'more', onClick: () => this.more() },
          input.t('moreChannels', Math.min(PAGE * 4, planes.channels - shown)),
        ),
    );
  }

  private more(): void {
    this.limit += PAGE * 4;
    if (this.input) void this.drawMaps(this.input);
  }

  private tile(
    t: Translate,
    planes: Planes,
    channel: number,
    own: Statistics,
    range: Statistics,
    colours: ColormapName,
  ): HTMLElement {
    const slice = Math.floor(planes.depth / 2);
    const label = `${t('channel', channel)}, ${t('range', format.measured(own.min), format.measured(own.max))}`;
    return h(
      'button',
      {
        type: 'button',
        class: `tile${own.constant ? ' is-constant' : ''}`,
        title: label,
        'aria-label': label,
        'data-channel': channel,
        onClick: () => this.zoom(channel),
      },
      drawPlane(planes.plane(channel, slice), planes.width, planes.height, range, colours),
      h('span', { class: 'tile-number', 'aria-hidden': 'true' }, channel),
    );
  }

  private zoom(channel: number | null): void {
    const from = this.channel;
    this.channel = channel;
    if (!this.input) return;
    void this.drawMaps(this.input).then(() => {
      const target =
        channel === null
          ? this.stage.querySelector<HTMLElement>(`[data-channel="${from ?? 0}"]`)
          : this.stage.querySelector<HTMLElement>('.channel-canvas');
      target?.focus();
    });
  }

  private showChannel(
    input: ActivationInput,
    map: FeatureMap,
    planes: Planes,
    whole: Statistics,
    colours: ColormapName,
    heading: HTMLElement,
  ): void {
    const { client } = input;
    const first = client.state.graph?.models[client.state.model]?.inputs[0];
    const inputNode = first === undefined ? null : (client.state.graph!.tensors[first]?.producer ?? null);
    const view = new ChannelView({
      t: input.t,
      planes,
      channel: this.channel!,
      whole,
      colours,
      shared: input.view.scale === 'layer',
      field: input.figures?.receptiveField ?? null,
      readInput: () =>
        inputNode === null ? Promise.resolve(null) : client.read(inputNode).catch(() => null),
      close: () => this.zoom(null),
      go: (channel) => this.zoom(channel),
    });
    set(this.stage, heading, view.element);
  }
}
