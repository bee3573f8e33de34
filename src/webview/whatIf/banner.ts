/** Says that what is shown is not the source: which arguments were changed, what it costs, and how to keep or drop it. */
import type { PanelTotals, Snapshot } from '../../protocol';
import { h, set } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';

export type WhatIfAction = 'undo' | 'discard' | 'write';

export class WhatIfBanner {
  readonly element = h('section', { class: 'what-if', hidden: true });
  private readonly words = h('p', { class: 'what-if-words', role: 'status' });
  private readonly buttons = h('div', { class: 'what-if-buttons' });
  private language = '';

  constructor(private readonly act: (action: WhatIfAction) => void) {
    this.element.append(this.words, this.buttons);
  }

  update(t: Translate, snapshot: Snapshot, model: number): void {
    const { whatIf } = snapshot;
    this.element.hidden = !whatIf;
    if (t('whatIf') !== this.language) {
      this.language = t('whatIf');
      this.element.setAttribute('aria-label', t('whatIf'));
      const button = (action: WhatIfAction, text: string, kind = ''): HTMLElement =>
        h(
          'button',
          { type: 'button', class: kind, 'data-action': action, onClick: () => this.act(action) },
          text,
        );
      set(
        this.buttons,
        button('write', t('writeToSource'), 'primary'),
        button('undo', t('undoChange')),
        button('discard', t('discardChanges')),
      );
    }
    if (!whatIf) return;
    const changes = whatIf.changes.map((change) =>
      h(
        'span',
        { class: 'what-if-change' },
        `${change.layer}.${change.argument} `,
        h('s', {}, change.from ?? t('byDefault')),
        ' → ',
        h('b', {}, change.to),
      ),
    );
    const before = whatIf.before.length === snapshot.totals.length ? whatIf.before[model] : undefined;
    const after = snapshot.totals[model];
    set(
      this.words,
      h('strong', {}, `${t('whatIf')} `),
      ...changes,
      ...(before && after ? effects(t, before, after) : []),
    );
  }
}

/** What becomes of the totals: `Parameters 7.77 M → 9.10 M (+17 %)`. */
function effects(t: Translate, before: PanelTotals, after: PanelTotals): HTMLElement[] {
  const rows = [
    [t('parameters'), before.params, after.params],
    [t('multiplyAdds'), before.macs, after.macs],
  ] as const;
  return rows.flatMap(([name, from, to]) => {
    if (from === to) return [];
    const share =
      from !== null && to !== null && from > 0
        ? ` (${to < from ? '−' : '+'}${format.percent(Math.abs(to - from) / from)})`
        : '';
    return [
      h(
        'span',
        { class: 'what-if-effect' },
        `${name} ${format.short(from)} → `,
        h('b', {}, format.short(to)),
        share,
      ),
    ];
  });
}
