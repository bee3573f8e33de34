/** The panel's page: joins host, view state and views. Everything shown is drawn from the last snapshot; only how one looks is kept. */
import type { NodeId } from '../graph/graph';
import type { Snapshot, ToPanel } from '../protocol';
import { EngineClient } from './activations/engineClient';
import { Runs } from './activations/runs';
import { ActivationView } from './activations/view';
import { h } from './dom';
import { exported, tableText } from './export/files';
import { FieldView } from './field/plot';
import { Header, type Export } from './header';
import { shortcut } from './keys';
import { LayerView } from './layer';
import { LensView } from './lens/view';
import { MessageView } from './message';
import { connect, type Host } from './messages';
import { sameCall, shownOf, type Shown } from './model';
import { NetworkView } from './network/view';
import { remember, restore, type Heat, type ViewState } from './state';
import { Problems } from './problems';
import { Search } from './search';
import { Splitter } from './splitter';
import { translator, type Translate } from './strings';
import { TableView } from './table';
import { Tabs } from './tabs';
import { WhatIfView } from './whatIf/view';

class Panel {
  private readonly host: Host;
  private view: ViewState;
  private language: string;
  private t: Translate;
  private shown: Shown | null = null;
  private selected: readonly NodeId[] = [];
  private readonly search = new Search();
  private readonly problems = new Problems(
    (node) => this.choose(node, true, true),
    (text) => this.say(text),
  );
  private storeTimer: ReturnType<typeof setTimeout> | undefined;
  private engineFrame = 0;

  private readonly whatIf = new WhatIfView((message) => this.host.post(message));
  private readonly main = h('main', { class: 'main', hidden: true });
  private readonly message = new MessageView();
  private readonly header: Header;
  private readonly network: NetworkView;
  private readonly table: TableView;
  private readonly layer: LayerView;
  private readonly lens = new LensView((system) => this.change({ system }));
  private readonly field: FieldView;
  private readonly activations: ActivationView;
  private readonly tabs: Tabs;
  private readonly splitter: Splitter;
  private readonly client: EngineClient;
  private readonly runs: Runs;

  constructor(private readonly root: HTMLElement) {
    this.language = root.dataset.language ?? document.documentElement.lang ?? 'en';
    this.t = translator(this.language);
    this.host = connect((message) => this.guard(() => this.receive(message)));
    this.view = restore(this.host.stored);
    this.client = new EngineClient(root.dataset.worker, () => this.engineChanged());
    this.runs = new Runs(this.client);
    this.header = new Header({
      chooseModel: (model) => this.chooseModel(model),
      heat: (heat) => this.heat(heat),
      search: (text) => this.searchFor(text),
      nextMatch: (backwards) => this.nextMatch(backwards),
      problem: (severity) => this.shown && this.problems.next(this.shown, severity),
      export: (kind) => this.guard(() => void this.export(kind)),
    });
    this.network = new NetworkView(this.t, {
      choose: (node, reveal) => this.choose(node, reveal, false),
      toggle: (key, open) => this.toggle(key, open),
      camera: (camera) =>
        this.shown && this.keep({ cameras: remember(this.view.cameras, this.shown.key, camera) }),
    });
    this.table = new TableView({
      choose: (node) => this.choose(node, true, true),
      sort: (sort) => this.change({ sort }),
      copy: (kind) => this.copy(kind),
    });
    this.layer = new LayerView({ reveal: (node) => this.reveal(node) });
    this.field = new FieldView((node) => this.choose(node, true, true));
    this.activations = new ActivationView({
      run: () => this.shown && this.runs.run(this.shown, this.view),
      stop: () => this.client.stop(),
      pick: (what) => this.host.post({ type: 'pick', what }),
      initialWeights: () => this.useWeights(null),
      change: (view) => this.changeRun(view),
    });
    this.tabs = new Tabs(
      {
        layer: [this.layer.element, this.whatIf.fields, this.activations.element],
        table: [this.table.element],
        field: [this.field.element],
        lens: [this.lens.element],
      },
      (tab) => this.change({ tab }),
    );
    this.splitter = new Splitter(this.main, (split) => this.keep({ split }));
    this.main.append(this.network.element, this.splitter.element, this.tabs.element);
    this.splitter.set(this.view.split);
    root.append(this.header.element, this.whatIf.banner, this.main, this.message.element);
    this.header.element.hidden = true;
    document.addEventListener('keydown', (event) => this.keyDown(event));
    window.addEventListener('error', (event) => this.failed(event.error ?? event.message));
    window.addEventListener('unhandledrejection', (event) => this.failed(event.reason));
    this.showMessage(this.t('analyzing'), '');
    this.host.post({ type: 'ready' });
  }

  private receive(message: ToPanel): void {
    switch (message.type) {
      case 'snapshot':
        return this.show(message.snapshot);
      case 'select':
        return this.selectFromHost(message.nodes, message.model);
      case 'empty':
        this.shown = null;
        return this.showMessage(this.t('emptyTitle'), this.t('emptyText'));
      case 'analyzing':
        if (this.shown) this.header.setState(this.t('analyzing'));
        else this.showMessage(this.t('analyzing'), '');
        return;
      case 'image':
        void this.runs
          .usePicture(message.name, message.bytes)
          .then((fine) => (fine ? this.changeRun({ sample: 'picture' }) : this.renderDetails()));
        return;
      case 'refused':
        return this.say(this.t(`refused_${message.reason}`));
      case 'weights':
        return this.useWeights(message);
    }
  }

  private show(snapshot: Snapshot): void {
    this.header.setState('');
    if (snapshot.language !== this.language) {
      this.language = snapshot.language;
      this.t = translator(snapshot.language);
      document.documentElement.lang = snapshot.language;
    }
    if (snapshot.graph.models.length === 0) {
      this.shown = null;
      return this.showMessage(this.t('noModelTitle'), this.t('noModelText'));
    }
    const model = snapshot.model !== null && snapshot.graph.models[snapshot.model] ? snapshot.model : 0;
    this.display(snapshot, model, snapshot.selected);
  }

  /** Draws a model of a snapshot; the selection stays on the node of the same name. */
  private display(snapshot: Snapshot, model: number, selected: NodeId | null): void {
    const before = this.shown;
    const shown = shownOf(snapshot, model);
    const { key, index } = shown;
    const named =
      before?.key === key && this.selected.length > 0
        ? before.index.keyOf.get(this.selected[0])
        : this.view.selected[key];
    this.shown = shown;
    const remembered = index.nodeOf.get(named ?? '');
    const asked = selected !== null && index.keyOf.has(selected) ? selected : undefined;
    // A line that runs several times stands for several nodes: the one that was chosen among them stays.
    const stays = asked === undefined || (remembered !== undefined && sameCall(snapshot, asked, remembered));
    const node = stays ? remembered : asked;
    this.selected = node === undefined ? [] : [node];
    this.keep({
      selected: remember(this.view.selected, key, node === undefined ? undefined : index.keyOf.get(node)),
    });
    this.runSearch();
    this.message.hide();
    this.main.hidden = false;
    this.header.element.hidden = false;
    this.render();
    this.maybeRun();
  }

  private showMessage(title: string, text: string, isError = false): void {
    this.main.hidden = true;
    this.header.element.hidden = true;
    this.whatIf.banner.hidden = true;
    this.message.show(title, text, isError);
  }

  private render(): void {
    const { shown, t, view } = this;
    if (!shown) return;
    const { snapshot, model } = shown;
    this.header.update(t, this.language, snapshot, model, view);
    this.whatIf.update(t, shown);
    this.splitter.label(t('splitter'));
    this.tabs.update(t, view.tab);
    this.network.update(
      {
        key: shown.key,
        model,
        open: view.open[shown.key] ?? NONE,
        camera: view.cameras[shown.key] ?? null,
        selected: this.selected,
        found: this.search.found && new Set(this.search.found),
        minimap: view.minimap,
        sources: { snapshot, severity: shown.severity, t, heat: view.heat, ...this.runs.measured(shown) },
      },
      t,
    );
    this.renderDetails();
  }

  /** Only the tab in front is drawn; the others when they come to the front. */
  private renderDetails(): void {
    const { shown, t, view } = this;
    if (!shown) return;
    const node = this.selected[0] ?? null;
    if (view.tab === 'layer') {
      this.layer.update(t, shown.snapshot, shown.model, node);
      this.whatIf.updateFields(t, shown, node);
      this.activations.element.hidden = node === null;
      if (node !== null) this.activations.update({ t, view, node, ...this.runs.inputFor(shown, node) });
    } else if (view.tab === 'table') {
      this.table.update({
        t,
        rows: shown.rows,
        totals: shown.snapshot.totals[shown.model] ?? null,
        sort: view.sort,
        selected: this.selected,
      });
    } else if (view.tab === 'field') this.field.update(t, shown.snapshot, shown.model, this.selected);
    else this.lens.update(t, shown.snapshot, node, view.system, this.runs.forLens(shown, view));
  }

  private change(view: Partial<ViewState>): void {
    this.keep(view);
    this.render();
    if (view.tab) this.maybeRun();
  }

  /** Remembers without drawing. */
  private keep(view: Partial<ViewState>): void {
    this.view = { ...this.view, ...view };
    clearTimeout(this.storeTimer);
    this.storeTimer = setTimeout(() => this.host.store(this.view), 150);
  }

  private toggle(key: string, open: boolean): void {
    if (!this.shown) return;
    const boxes = { ...(this.view.open[this.shown.key] ?? {}), [key]: open };
    this.change({ open: remember(this.view.open, this.shown.key, boxes) });
  }

  private choose(node: NodeId, reveal: boolean, scroll: boolean): void {
    if (!this.shown) return;
    this.setSelection([node], scroll);
    if (reveal) this.reveal(node);
  }

  private setSelection(nodes: readonly NodeId[], scroll: boolean): void {
    if (!this.shown) return;
    this.selected = nodes;
    const key = nodes.length > 0 ? this.shown.index.keyOf.get(nodes[0]) : undefined;
    this.keep({ selected: remember(this.view.selected, this.shown.key, key) });
    this.network.setSelected(nodes, scroll);
    this.renderDetails();
    this.maybeRun();
  }

  private reveal(node: NodeId): void {
    if (this.shown) this.host.post({ type: 'reveal', uri: this.shown.snapshot.uri, node });
  }

  private selectFromHost(nodes: readonly NodeId[], model: number | null): void {
    const { shown } = this;
    if (!shown) return;
    if (model !== null && model !== shown.model && shown.snapshot.graph.models[model])
      this.display(shown.snapshot, model, nodes[0] ?? null);
    const here = nodes.filter((node) => this.shown!.index.keyOf.has(node));
    if (here.length === 0) return;
    const current = this.selected[0];
    const stays = current !== undefined && here.includes(current);
    this.setSelection(stays ? [current, ...here.filter((node) => node !== current)] : here, !stays);
  }

  private chooseModel(model: number): void {
    if (!this.shown) return;
    const { snapshot } = this.shown;
    this.host.post({ type: 'chooseModel', uri: snapshot.uri, model });
    this.display(snapshot, model, null);
  }

  /** Times and gradients are known after a run only: one is started for them. */
  private heat(heat: Heat): void {
    this.change({ heat });
    if (!this.shown || (heat !== 'time' && heat !== 'gradient')) return;
    if (!this.runs.isFresh(this.shown)) this.runs.run(this.shown, this.view);
    else if (heat === 'gradient') void this.client.findNorms();
  }

  private searchFor(text: string): void {
    if (!this.search.type(text)) return;
    this.runSearch();
    this.render();
  }

  private runSearch(): void {
    if (this.shown) this.search.run(this.shown.snapshot.graph, this.shown.index.nodes);
    this.header.setMatches(this.search.describe(this.t));
  }

  private nextMatch(backwards: boolean): void {
    const node = this.search.next(backwards);
    this.header.setMatches(this.search.describe(this.t));
    if (node !== null) this.choose(node, false, true);
  }

  private copy(kind: 'markdown' | 'csv'): void {
    const text = this.shown && tableText(kind, this.shown);
    if (!text) return;
    this.host.post({ type: 'copy', text });
    this.say(this.t('copied'));
  }

  /** A word that passes. */
  private say(text: string): void {
    this.header.setState(text);
    setTimeout(() => this.header.setState(''), 1500 + 40 * text.length);
  }

  private async export(kind: Export): Promise<void> {
    const { shown } = this;
    const file = shown && (await exported(this.t, kind, shown, this.network.current(), this.root));
    if (file) this.host.post({ type: 'save', ...file });
  }

  /** A change of sample or seed runs again what was run; colours only repaint. */
  private changeRun(view: Partial<ViewState>): void {
    this.change(view);
    if (this.shown && ('sample' in view || 'seed' in view)) this.runs.again(this.shown, this.view);
  }

  private useWeights(file: { readonly name: string; readonly bytes: Uint8Array } | null): void {
    const name = file?.name.split('/').pop();
    void this.runs
      .useWeights(file && { name: name!, bytes: file.bytes })
      .then((fine) => (fine && this.shown ? this.runs.run(this.shown, this.view) : this.renderDetails()));
  }

  private maybeRun(): void {
    const { shown } = this;
    if (shown)
      this.runs.maybe(
        shown,
        this.view,
        () =>
          this.shown === shown &&
          (this.view.tab === 'layer' || this.view.tab === 'lens') &&
          this.selected.length > 0,
      );
  }

  private engineChanged(): void {
    if (this.engineFrame) return;
    this.engineFrame = requestAnimationFrame(() => {
      this.engineFrame = 0;
      if (this.view.heat === 'gradient') void this.client.findNorms();
      if (this.view.heat === 'time' || this.view.heat === 'gradient') this.render();
      else this.renderDetails();
    });
  }

  private keyDown(event: KeyboardEvent): void {
    const asked = this.shown && shortcut(event);
    if (!asked) return;
    if (asked === 'search') this.header.focusSearch();
    else if (asked === 'network') this.network.focus();
    else this.change({ tab: asked });
    event.preventDefault();
  }

  private guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    // Chromium tells of every observer that could not finish within a frame; nothing is wrong then.
    if (text.includes('ResizeObserver loop')) return;
    this.host.post({ type: 'error', message: error instanceof Error ? (error.stack ?? text) : text });
    this.showMessage(this.t('errorTitle'), text, true);
  }
}

const NONE = Object.freeze({});

const root = document.getElementById('app');
if (root) new Panel(root);
