/** The tabs of the details: the usual keyboard pattern, one panel shown at a time. */
import { h } from './dom';
import { TABS, type Tab } from './state';
import type { Translate } from './strings';

export class Tabs {
  readonly element: HTMLElement;
  private readonly list = h('div', { class: 'tab-list', role: 'tablist' });
  private readonly buttons = new Map<Tab, HTMLButtonElement>();
  private readonly panels = new Map<Tab, HTMLElement>();

  constructor(
    contents: Record<Tab, readonly HTMLElement[]>,
    private readonly changed: (tab: Tab) => void,
  ) {
    for (const tab of TABS) {
      const button = h('button', {
        type: 'button',
        role: 'tab',
        id: `tab-${tab}`,
        'aria-controls': `panel-${tab}`,
        onClick: () => changed(tab),
      });
      const panel = h(
        'div',
        {
          class: `tab-panel panel-${tab}`,
          role: 'tabpanel',
          id: `panel-${tab}`,
          'aria-labelledby': `tab-${tab}`,
          hidden: true,
        },
        ...contents[tab],
      );
      this.buttons.set(tab, button);
      this.panels.set(tab, panel);
      this.list.append(button);
    }
    this.list.addEventListener('keydown', (event) => this.key(event));
    this.element = h('div', { class: 'details' }, this.list, ...this.panels.values());
  }

  update(t: Translate, active: Tab): void {
    this.list.setAttribute('aria-label', t('views'));
    for (const tab of TABS) {
      const button = this.buttons.get(tab)!;
      button.textContent = t(tab);
      button.setAttribute('aria-selected', String(tab === active));
      button.tabIndex = tab === active ? 0 : -1;
      this.panels.get(tab)!.hidden = tab !== active;
    }
  }

  private key(event: KeyboardEvent): void {
    const at = TABS.findIndex((tab) => this.buttons.get(tab) === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = TABS[(to + TABS.length) % TABS.length];
    this.changed(tab);
    this.buttons.get(tab)!.focus();
  }
}
