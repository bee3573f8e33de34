/** The bar at the top: model picker, totals, search, colour choice and export. */
import type { Snapshot } from '../protocol';
import { h, set } from './dom';
import * as format from './format';
import { modelName } from './model';
import { HEATS, type Heat, type ViewState } from './state';
import type { StringKey, Translate } from './strings';

export const EXPORTS = ['svg', 'png', 'html', 'markdown', 'csv', 'json'] as const;
export type Export = (typeof EXPORTS)[number];

export interface HeaderEvents {
  chooseModel(model: number): void;
  heat(heat: Heat): void;
  search(text: string): void;
  nextMatch(backwards: boolean): void;
  /** Goes to the next problem of a kind. */
  problem(severity: 'error' | 'warning'): void;
  export(kind: Export): void;
}

const HEAT_WORDS: Record<Heat, StringKey> = {
  kind: 'heatKind',
  params: 'heatParams',
  macs: 'heatMacs',
  memory: 'heatMemory',
  field: 'heatField',
  gradient: 'heatGradient',
  time: 'heatTime',
};
const EXPORT_WORDS: Record<Export, StringKey> = {
  svg: 'saveSvg',
  png: 'savePng',
  html: 'saveHtml',
  markdown: 'saveMarkdown',
  csv: 'saveCsv',
  json: 'saveJson',
};

export class Header {
  readonly element = h('header', { class: 'bar' });
  private readonly model = h('select', { class: 'model' });
  private readonly totals = h('p', { class: 'totals' });
  private readonly searchBox = h('input', {
    type: 'search',
    class: 'search',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  private readonly matches = h('span', { class: 'matches', role: 'status' });
  private readonly heat = h('select', { class: 'heat' });
  private readonly exports = h('select', { class: 'export' });
  private readonly state = h('span', { class: 'state', role: 'status' });
  private language = '';

  constructor(private readonly events: HeaderEvents) {
    this.model.addEventListener('change', () => events.chooseModel(Number(this.model.value)));
    this.heat.addEventListener('change', () => events.heat(this.heat.value as Heat));
    this.exports.addEventListener('change', () => {
      events.export(this.exports.value as Export);
      this.exports.selectedIndex = 0;
    });
    this.searchBox.addEventListener('input', () => events.search(this.searchBox.value));
    this.searchBox.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') events.nextMatch(event.shiftKey);
      if (event.key === 'Escape' && this.searchBox.value !== '') {
        this.searchBox.value = '';
        events.search('');
        event.stopPropagation();
      }
    });
    this.element.append(
      h('h1', { class: 'unseen' }, 'ConvLens'),
      h('div', { class: 'bar-row' }, this.model, this.totals, this.state),
      h('div', { class: 'bar-row' }, this.searchBox, this.matches, this.heat, this.exports),
    );
  }

  update(t: Translate, language: string, snapshot: Snapshot, model: number, view: ViewState): void {
    if (language !== this.language) {
      this.language = language;
      this.model.setAttribute('aria-label', t('model'));
      this.searchBox.placeholder = t('search');
      this.searchBox.setAttribute('aria-label', t('searchHint'));
      this.searchBox.title = t('searchHint');
      this.heat.setAttribute('aria-label', t('colour'));
      this.heat.title = t('colour');
      set(this.heat, ...HEATS.map((heat) => h('option', { value: heat }, t(HEAT_WORDS[heat]))));
      this.exports.setAttribute('aria-label', t('export'));
      set(
        this.exports,
        h('option', { value: '', selected: true }, t('export')),
        ...EXPORTS.map((kind) => h('option', { value: kind }, t(EXPORT_WORDS[kind]))),
      );
    }
    const names = snapshot.graph.models.map((_, index) => modelName(snapshot.graph, index));
    const key = names.join('\n');
    if (this.model.dataset.key !== key) {
      this.model.dataset.key = key;
      set(this.model, ...names.map((name, index) => h('option', { value: index }, name)));
    }
    this.model.value = String(model);
    this.model.disabled = names.length < 2;
    this.heat.value = view.heat;
    this.drawTotals(t, snapshot, model);
  }

  setMatches(text: string): void {
    this.matches.textContent = text;
  }

  setState(text: string): void {
    this.state.textContent = text;
  }

  focusSearch(): void {
    this.searchBox.focus();
    this.searchBox.select();
  }

  private drawTotals(t: Translate, snapshot: Snapshot, model: number): void {
    const totals = snapshot.totals[model];
    if (!totals) return set(this.totals);
    const sign = totals.atLeast ? '≥ ' : '';
    const errors = snapshot.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    const warnings = snapshot.diagnostics.filter((diagnostic) => diagnostic.severity === 'warning').length;
    const item = (label: string, value: number | null): HTMLElement =>
      h(
        'span',
        { class: 'total', title: `${label}: ${value === null ? '' : sign}${format.exact(value)}` },
        h('b', {}, `${value === null ? '' : sign}${format.short(value)}`),
        ` ${label.toLowerCase()}`,
      );
    set(
      this.totals,
      item(t('parameters'), totals.params),
      item(t('multiplyAdds'), totals.macs),
      errors > 0 && this.problems(t, 'error', errors),
      warnings > 0 && this.problems(t, 'warning', warnings),
    );
  }

  /** How many there are; pressing it goes from one to the next. */
  private problems(t: Translate, severity: 'error' | 'warning', count: number): HTMLElement {
    return h(
      'button',
      {
        type: 'button',
        class: `count has-${severity}`,
        title: t('nextProblem'),
        onClick: () => this.events.problem(severity),
      },
      t(count === 1 ? severity : `${severity}s`, count),
    );
  }
}
