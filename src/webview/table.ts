/** The table of the model's layers: sortable, with totals and bars for the share of the total, linked with graph and source. */
import type { NodeId } from '../graph/graph';
import type { Snapshot } from '../protocol';
import { h, set } from './dom';
import * as format from './format';
import type { Row } from './model';
import { COLUMNS, type Column, type ViewState } from './state';
import type { StringKey, Translate } from './strings';
import { fieldText, sortRows } from './tableData';

export interface TableEvents {
  choose(node: NodeId): void;
  sort(sort: ViewState['sort']): void;
  copy(kind: 'markdown' | 'csv'): void;
}

export interface TableInput {
  readonly t: Translate;
  readonly rows: readonly Row[];
  readonly totals: Snapshot['totals'][number] | null;
  readonly sort: ViewState['sort'];
  readonly selected: readonly NodeId[];
}

const HEADINGS: Record<Column, StringKey> = {
  order: 'order',
  name: 'name',
  type: 'type',
  shape: 'shape',
  params: 'parameters',
  macs: 'multiplyAdds',
  field: 'receptiveField',
};
const NUMBERS: readonly Column[] = ['order', 'params', 'macs', 'field'];

export class TableView {
  readonly element: HTMLElement;
  private readonly scroller = h('div', { class: 'table-scroll', tabindex: '0', role: 'region' });
  private readonly actions = h('div', { class: 'table-actions' });
  private rowsByNode = new Map<NodeId, HTMLTableRowElement>();
  private drawn: TableInput | null = null;

  constructor(private readonly events: TableEvents) {
    this.element = h('div', { class: 'table-view' }, this.actions, this.scroller);
  }

  update(input: TableInput): void {
    const before = this.drawn;
    this.drawn = input;
    if (!before || before.rows !== input.rows || before.sort !== input.sort || before.t !== input.t) {
      const focused = this.focusedControl();
      this.draw(input);
      // The scroll position belongs to the scroller, which stays; the focus is put back where it was.
      if (focused) this.scroller.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
    }
    this.mark(input.selected, before?.selected[0] !== input.selected[0]);
  }

  private focusedControl(): string | null {
    const active = document.activeElement;
    if (!active || !this.scroller.contains(active)) return null;
    const node = active.closest('[data-node]')?.getAttribute('data-node');
    const column = active.getAttribute('data-column');
    return node !== null && node !== undefined
      ? `[data-node="${node}"] button`
      : column
        ? `[data-column="${column}"]`
        : null;
  }

  private draw(input: TableInput): void {
    const { t, rows, totals, sort } = input;
    this.scroller.setAttribute('aria-label', t('table'));
    set(
      this.actions,
      h('button', { type: 'button', onClick: () => this.events.copy('markdown') }, t('copyMarkdown')),
      h('button', { type: 'button', onClick: () => this.events.copy('csv') }, t('copyCsv')),
    );
    const most = {
      params: Math.max(0, ...rows.map((row) => row.params ?? 0)),
      macs: Math.max(0, ...rows.map((row) => row.macs ?? 0)),
    };
    this.rowsByNode = new Map();
    const body = sortRows(rows, sort).map((row) => this.row(row, input, most));
    const table = h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...COLUMNS.map((column) => this.heading(column, input)))),
      h('tbody', {}, ...body),
      totals ? this.foot(totals, t) : null,
    );
    set(this.scroller, table);
  }

  private heading(column: Column, { t, sort }: TableInput): HTMLElement {
    const active = sort.column === column;
    const label = t(HEADINGS[column]);
    const next = {
      column,
      descending: active ? !sort.descending : ['params', 'macs', 'field', 'shape'].includes(column),
    };
    return h(
      'th',
      {
        scope: 'col',
        class: `column-${column}${NUMBERS.includes(column) ? ' number' : ''}`,
        'aria-sort': active ? (sort.descending ? 'descending' : 'ascending') : 'none',
      },
      h(
        'button',
        {
          type: 'button',
          class: 'sort',
          'data-column': column,
          title: t('sortBy', label),
          onClick: () => this.events.sort(next),
        },
        label,
        h('span', { class: 'sort-mark', 'aria-hidden': 'true' }, active ? (sort.descending ? '▾' : '▴') : ''),
      ),
    );
  }

  private row(row: Row, { t, totals }: TableInput, most: { params: number; macs: number }): HTMLElement {
    const choose = (): void => {
      if (row.node !== null) this.events.choose(row.node);
    };
    const unknown =
      row.unknown === null ? null : h('span', { class: 'unknown-mark', title: t('why', row.unknown) }, '?');
    const field = row.figures?.receptiveField ?? null;
    const fieldTitle =
      field && !field.global
        ? `${t('stride')} ${format.sizes(field.stride)}, ${t('padding')} ${format.sizes(field.padding)}`
        : null;
    const element = h(
      'tr',
      { 'data-node': row.node, class: row.severity === null ? '' : `has-${row.severity}`, onClick: choose },
      h('td', { class: 'column-order number quiet' }, row.order + 1),
      h(
        'th',
        { scope: 'row', class: 'name' },
        h(
          'button',
          { type: 'button', class: 'link', onKeydown: (event: KeyboardEvent) => this.walk(event) },
          row.name,
        ),
        row.calls > 1 ? h('span', { class: 'quiet' }, ` ${t('calls', row.calls)}`) : null,
      ),
      h('td', { class: 'column-type type' }, row.type),
      h('td', { class: 'shape' }, format.shape(row.shape), unknown),
      bar(row.params, totals?.params ?? null, most.params),
      bar(row.macs, totals?.macs ?? null, most.macs),
      h('td', { class: 'number', title: fieldTitle }, fieldText(row, t('wholeInput'))),
    );
    if (row.node !== null) this.rowsByNode.set(row.node, element);
    return element;
  }

  private foot(totals: Snapshot['totals'][number], t: Translate): HTMLElement {
    const words = (value: number | null): string =>
      value === null ? format.NOT_KNOWN : `${totals.atLeast ? '≥ ' : ''}${format.exact(value)}`;
    const label = totals.atLeast ? `${t('total')} (${t('totalAtLeast')})` : t('total');
    return h(
      'tfoot',
      {},
      h(
        'tr',
        {},
        h('td', { class: 'column-order' }),
        h('th', { scope: 'row' }, label),
        h('td', { class: 'column-type' }),
        h('td', { class: 'shape' }),
        h(
          'td',
          { class: 'number', title: t('trainable', format.exact(totals.trainable)) },
          words(totals.params),
        ),
        h('td', { class: 'number' }, words(totals.macs)),
        h('td', {}),
      ),
    );
  }

  private walk(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...this.scroller.querySelectorAll<HTMLElement>('tbody button.link')];
    buttons[buttons.indexOf(event.currentTarget as HTMLElement) + step]?.focus();
  }

  private mark(selected: readonly NodeId[], scroll: boolean): void {
    for (const row of this.scroller.querySelectorAll('tr.is-selected')) {
      row.classList.remove('is-selected');
      row.removeAttribute('aria-current');
    }
    selected.forEach((node, index) => {
      const row = this.rowsByNode.get(node);
      if (!row) return;
      row.classList.add('is-selected');
      row.setAttribute('aria-current', 'true');
      if (index === 0 && scroll && this.scroller.clientHeight > 0) row.scrollIntoView({ block: 'nearest' });
    });
  }
}

/** A number over a bar for its share of the total; the longest bar is the largest row's. */
function bar(value: number | null, total: number | null, most: number): HTMLElement {
  const share = value !== null && total ? value / total : 0;
  const element = h(
    'td',
    { class: 'number barred', title: value !== null && total ? format.percent(share) : null },
    h('span', { class: 'bar', 'aria-hidden': 'true' }),
    h('span', { class: 'bar-value' }, format.exact(value)),
  );
  const drawn = element.querySelector<HTMLElement>('.bar')!;
  drawn.style.width = `${value !== null && most > 0 ? (value / most) * 100 : 0}%`;
  return element;
}
