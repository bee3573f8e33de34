/** Sample activations of the selected node: run controls, channel tiles, one channel large with the value under the pointer. */
import type { FeatureMap } from '../../engine/api';
import { h, set } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';
import { ChannelView } from './channel';
import { isColormap, type ColormapName } from './colormaps';
import { RunControls } from './controls';
import type { ActivationEvents, ActivationInput } from './input';
import { KernelView } from './kernels';
import { ShiftView } from './shift';
import { RunStatus } from './status';
import { planesOf, statistics, type Planes, type Statistics } from './planes';
import { drawPlane, drawSequence } from './paint';
import { scoreView } from './scores';

/** Tiles made at once; more on request. */
const PAGE = 48;

export class ActivationView {
  readonly element: HTMLElement;
  private readonly controls: RunControls;
  private readonly status: RunStatus;
  private readonly stage = h('div', { class: 'maps' });
  private readonly kernels = new KernelView();
  private readonly shift = new ShiftView();
  private kernelsShown = '';
  private input: ActivationInput | null = null;
  private shown = '';
  private limit = PAGE;
  private channel: number | null = null;
  private token = 0;

  constructor(events: ActivationEvents) {
    this.controls = new RunControls(events);
    this.status = new RunStatus(() => events.stop());
    this.element = h(
      'section',
      { class: 'activations' },
      this.controls.element,
      this.status.element,
      this.stage,
      this.kernels.element,
      this.shift.element,
    );
    this.kernels.clear();
  }

  update(input: ActivationInput): void {
    const before = this.input;
    this.input = input;
    if (before?.node !== input.node) {
      this.limit = PAGE;
      this.channel = null;
    }
    this.element.setAttribute('aria-label', input.t('activations'));
    this.controls.update(input);
    this.status.update(input);
    void this.drawMaps(input);
    void this.drawKernels(input);
    this.shift.update(input.t, input.client, input.ranNode);
  }

  private async drawKernels({ t, client, ranNode }: ActivationInput): Promise<void> {
    const { graph, status, run } = client.state;
    const node = ranNode === null ? undefined : graph?.nodes[ranNode];
    const ready = node !== undefined && (status === 'running' || status === 'done');
    const key = `${run}|${ready ? node.id : ''}|${t('kernels')}`;
    if (key === this.kernelsShown) return;
    this.kernelsShown = key;
    this.kernels.clear();
    if (!ready || node.weights.length === 0) return;
    try {
      const kernel = (await client.weights(node.id)).find((each) => each.name.endsWith('kernel'));
      if (kernel && this.kernelsShown === key) this.kernels.show(t, kernel.name, kernel);
    } catch {
      // Its map says why the layer cannot be computed.
      if (this.kernelsShown === key) this.kernels.clear();
    }
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
    if (planes.form === 'vector') return set(this.stage, heading, this.scores(input, planes.plane(0)));
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

  private scores(input: ActivationInput, values: Float32Array): HTMLElement {
    const { client, t } = input;
    const node = input.ranNode!;
    return scoreView({
      t,
      values,
      readInput: () => this.readInput(input),
      readSaliency: async (index) => {
        const found = await client.gradient({ kind: 'saliency', node, index });
        return found.kind === 'saliency' ? (found.maps[0] ?? null) : null;
      },
    });
  }

  /** The map of the model's first input; null when it has none. */
  private readInput({ client }: ActivationInput): Promise<FeatureMap | null> {
    const { graph, model } = client.state;
    const producer = graph?.tensors[graph.models[model]?.inputs[0] ?? -1]?.producer ?? null;
    return producer === null ? Promise.resolve(null) : client.read(producer).catch(() => null);
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
    const view = new ChannelView({
      t: input.t,
      planes,
      channel: this.channel!,
      whole,
      colours,
      shared: input.view.scale === 'layer',
      field: input.figures?.receptiveField ?? null,
      readField:
        input.ranNode === null
          ? null
          : async (position) => {
              const found = await client.gradient({ kind: 'receptiveField', node: input.ranNode!, position });
              return found.kind === 'receptiveField' ? (found.maps[0] ?? null) : null;
            },
      readInput: () => this.readInput(input),
      close: () => this.zoom(null),
      go: (channel) => this.zoom(channel),
    });
    set(this.stage, heading, view.element);
  }
}
