/** How the run goes: progress, backend and time, what was assumed, what became of the weights, and why parts are missing. */
import type { WeightReport } from '../../engine/api';
import { h, set } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';
import type { ActivationInput } from './input';

export class RunStatus {
  readonly element: HTMLElement;
  private readonly words = h('p', { class: 'engine-status', role: 'status' });
  private readonly progress = h('progress', { max: 1, value: 0, hidden: true });
  private readonly notes = h('div', { class: 'engine-notes' });
  private readonly stop = h('button', { type: 'button', class: 'stop', hidden: true });

  constructor(stop: () => void) {
    this.stop.addEventListener('click', stop);
    this.element = h(
      'div',
      {},
      h('div', { class: 'engine-line' }, this.words, this.stop),
      this.progress,
      this.notes,
    );
  }

  update(input: ActivationInput): void {
    const { t, client } = input;
    const { state } = client;
    const busy = ['starting', 'loading', 'running'].includes(state.status);
    // Stopping has a place of its own: a network that starts by itself must not turn Run into Stop under the pointer.
    this.stop.hidden = !busy;
    this.stop.textContent = t('stop');
    this.progress.hidden = !busy;
    if (state.status === 'running') this.progress.value = state.progress;
    else this.progress.removeAttribute('value');
    this.progress.setAttribute('aria-label', t('activations'));
    const totals = input.snapshot.totals[input.model];
    const texts: Record<typeof state.status, string> = {
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
    const text = texts[state.status];
    if (this.words.textContent !== text) this.words.textContent = text;
    this.words.classList.toggle('is-error', state.status === 'failed');
    const notes: string[] = [];
    if (input.problem !== null) notes.push(input.problem);
    if (state.status === 'done') {
      if (state.weights === null) notes.push(t('initialWeights'));
      const scalings = new Set(state.inputs.flatMap((loaded) => loaded.scaling ?? []));
      for (const scaling of scalings) notes.push(t('scaledAs', scaling));
      // A graphics backend that others were slower than needs no words; being without one does.
      const { name, fallbacks } = state.backend ?? { name: 'webgl2', fallbacks: [] };
      if (name !== 'webgl2' && name !== 'webgpu')
        for (const { backend, reason } of fallbacks) notes.push(t('fellBack', backend, reason));
      if (state.message) notes.push(state.message);
      const assumed = state.inputs.filter((loaded) => loaded.assumed.length > 0);
      if (assumed.length > 0)
        notes.push(t('assumed', assumed.map((loaded) => `(${loaded.shape.join(', ')})`).join(', ')));
      if (!input.fresh) notes.push(t('stale'));
    }
    set(
      this.notes,
      ...notes.map((note) => h('p', {}, note)),
      state.status === 'done' && state.weights ? weightReport(t, state.weights) : null,
    );
  }
}

/** What became of each layer's weights: a line, and the layers that kept initial values. */
function weightReport(t: Translate, report: WeightReport): HTMLElement {
  const others = report.layers.filter((layer) => layer.status !== 'loaded');
  const line = t('weightsLoaded', report.loaded, report.layers.length, `${report.name} (${report.format})`);
  if (others.length === 0) return h('p', {}, line);
  return h(
    'details',
    { class: 'weight-report' },
    h('summary', {}, `${line} · ${t('weightsOthers', others.length)}`),
    h('ul', {}, ...others.map((layer) => h('li', {}, `${layer.name}: ${layer.reason ?? layer.status}`))),
  );
}
