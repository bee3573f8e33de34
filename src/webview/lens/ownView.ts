/** Which numbers the lens shows of a layer: its own as the engine computed them, with the channel and filter to look at, or small whole ones. */
import type { FeatureMap, WeightValues } from '../../engine/api';
import type { Node, NodeId } from '../../graph/graph';
import type { Snapshot } from '../../protocol';
import { h, set } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';
import type { Arithmetic } from './arithmetic';
import { OwnNumbers } from './own';
import type { OwnWords } from './windowSystem';

/** The engine's run as far as the lens needs it. */
export interface OwnSource {
  /** Changes with every run. */
  readonly run: number;
  /** `none`: not run as it is shown, and can be. */
  readonly state: 'none' | 'running' | 'ready' | 'unavailable';
  read(node: NodeId): Promise<FeatureMap>;
  weights(node: NodeId): Promise<readonly WeightValues[]>;
  compute(): void;
}

export class OwnView {
  readonly element = h('div', { class: 'lens-own' });
  private own: OwnNumbers | null = null;
  private filter = 0;
  private channel = 0;
  private wanted = true;
  private key = '';
  private token = 0;
  private activation = '';

  /** `changed`: other numbers are to be shown. */
  constructor(private readonly changed: () => void) {}

  /** What the shown numbers depend on. */
  get shown(): string {
    return this.active ? `${this.key}|${this.filter}|${this.channel}` : '';
  }

  private get active(): boolean {
    return this.wanted && this.own !== null;
  }

  /** The operation with the layer's own numbers, where they are known and wanted. */
  arithmetic(otherwise: Arithmetic): Arithmetic {
    return this.active ? this.own!.arithmetic(this.filter, this.channel) : otherwise;
  }

  /** What is told beside the numbers; undefined where small whole ones are shown. */
  words(t: Translate): OwnWords | undefined {
    if (!this.active) return undefined;
    return { start: this.own!.strongest(this.filter), total: (output) => this.total(t, output) };
  }

  /** What an output cell comes to over all channels. */
  private total(t: Translate, output: number): string {
    const { sum, bias, value } = this.own!.total(this.filter, output);
    const { count } = this.own!.reach(this.filter);
    const parts = [
      count > 1 ? t('ownSum', count, format.measured(sum)) : '',
      bias === null ? '' : t('ownBias', format.measured(bias)),
      t('ownValue', this.activation, format.measured(value)),
    ];
    return parts.filter(Boolean).join(' · ');
  }

  update(t: Translate, snapshot: Snapshot, step: Node, whole: Arithmetic | null, source: OwnSource): void {
    const key = JSON.stringify([step.id, source.run, source.state, whole?.rows, whole?.columns, t('lens')]);
    if (key === this.key) return;
    this.key = key;
    const token = ++this.token;
    this.own = null;
    this.show(t, source, whole !== null);
    const input = snapshot.graph.tensors[step.inputs[0]]?.producer ?? null;
    if (source.state !== 'ready' || whole === null || input === null) return;
    void this.load(step, whole, source, input).then((own) => {
      if (token !== this.token || own === null) return;
      this.own = own;
      this.activation = activationOf(step, t);
      this.choose(this.filter);
      this.show(t, source, true);
      this.changed();
    });
  }

  private async load(
    step: Node,
    whole: Arithmetic,
    source: OwnSource,
    input: NodeId,
  ): Promise<OwnNumbers | null> {
    try {
      const weights = step.weights.length > 0 ? await source.weights(step.id) : [];
      const named = (name: string): WeightValues | null =>
        weights.find((each) => each.name.endsWith(name)) ?? null;
      const [from, to] = await Promise.all([source.read(input), source.read(step.id)]);
      return OwnNumbers.of(step, whole, {
        input: from,
        output: to,
        kernel: named('kernel'),
        bias: named('bias'),
      });
    } catch {
      // What cannot be computed is explained where its map would be; the lens has its whole numbers.
      return null;
    }
  }

  private choose(filter: number, channel = this.channel): void {
    const own = this.own!;
    this.filter = Math.max(0, Math.min(own.filters - 1, filter));
    const { first, count } = own.reach(this.filter);
    this.channel = Math.max(first, Math.min(first + count - 1, channel));
  }

  private show(t: Translate, source: OwnSource, applies: boolean): void {
    this.element.hidden = !applies || source.state === 'unavailable';
    if (this.element.hidden) return set(this.element);
    if (this.own === null) {
      const button =
        source.state === 'none' &&
        h('button', { type: 'button', class: 'chip', onClick: () => source.compute() }, t('ownCompute'));
      const words = source.state === 'running' ? t('ownRunning') : t('ownSmall');
      return set(this.element, h('span', { class: 'quiet' }, words), button);
    }
    const own = this.own;
    const { first, count } = own.reach(this.filter);
    const choice = (isOwn: boolean, label: string): HTMLElement =>
      h(
        'button',
        {
          type: 'button',
          class: 'chip',
          'data-own': String(isOwn),
          'aria-pressed': String(this.wanted === isOwn),
          onClick: () => this.pick(t, source, isOwn),
        },
        label,
      );
    const number = (name: 'filter' | 'channel', value: number, from: number, to: number): HTMLElement =>
      h(
        'label',
        {},
        `${t(name === 'filter' ? 'ownFilter' : 'ownChannel')} `,
        h('input', {
          type: 'number',
          'data-own': name,
          min: from,
          max: to,
          value,
          onChange: (event: Event) => {
            const typed = Number((event.target as HTMLInputElement).value);
            if (!Number.isInteger(typed)) return;
            if (name === 'filter') this.choose(typed);
            else this.choose(this.filter, typed);
            this.show(t, source, true);
            this.changed();
            this.element.querySelector<HTMLElement>(`input[data-own=${name}]`)?.focus();
          },
        }),
        ` / ${to}`,
      );
    set(
      this.element,
      h(
        'span',
        { role: 'group', 'aria-label': t('ownNumbers') },
        choice(true, t('ownOwn')),
        choice(false, t('ownWhole')),
      ),
      this.wanted && own.filters > 1 && number('filter', this.filter, 0, own.filters - 1),
      this.wanted && count > 1 && number('channel', this.channel, first, first + count - 1),
    );
  }

  private pick(t: Translate, source: OwnSource, wanted: boolean): void {
    this.wanted = wanted;
    this.show(t, source, true);
    this.changed();
    this.element.querySelector<HTMLElement>(`button[data-own=${wanted}]`)?.focus();
  }
}

function activationOf({ primitive }: Node, t: Translate): string {
  const name = primitive.op === 'conv' ? primitive.activation : null;
  return name === null || name === 'linear' ? t('output') : name;
}
