/** The layer lens: the systems that explain the selected layer, with play, step and scrub for those that move. */
import type { NodeId } from '../../graph/graph';
import type { Snapshot } from '../../protocol';
import { h, reducedMotion, set } from '../dom';
import * as format from '../format';
import { inputShapes, outputShape } from '../network/items';
import { mainStep } from '../network/kinds';
import type { Translate } from '../strings';
import { arithmeticOf, type Arithmetic } from './arithmetic';
import { costSystem } from './costSystem';
import { gateSystem } from './gateSystem';
import { lengthFormula } from './geometry';
import { gradientSystem } from './gradientSystem';
import { im2colSystem, sparseSystem } from './matrixSystems';
import { OwnView, type OwnSource } from './ownView';
import { separableSystem } from './separableSystem';
import { shiftSystem } from './shiftSystem';
import { SYSTEMS, type Subject, type SystemId, type SystemView, type Tools } from './system';
import { windowSystem } from './windowSystem';

const STEP_MS = 450;

/** The systems that apply to a layer, in order; `own` puts its own numbers into the moving window. */
export function systemsOf(
  subject: Subject,
  tools: Tools,
  own?: OwnView,
): { id: SystemId; make: () => SystemView | null }[] {
  const { arithmetic } = subject;
  const window = (a: Arithmetic): SystemView =>
    windowSystem(own?.arithmetic(a) ?? a, tools, own?.words(tools.t));
  const conv = arithmetic?.operation === 'conv';
  const transposed = arithmetic?.operation === 'transposed';
  const makers: Record<SystemId, (() => SystemView | null) | null> = {
    window: arithmetic && !transposed ? () => window(arithmetic) : null,
    stretched: arithmetic && transposed ? () => window(arithmetic) : null,
    gradient: transposed ? () => gradientSystem(subject, tools) : null,
    im2col: conv ? () => im2colSystem(subject, tools) : null,
    sparse: conv || transposed ? () => sparseSystem(subject, tools) : null,
    separable: () => separableSystem(subject, tools),
    gate: () => gateSystem(subject, tools),
    shift: arithmetic ? () => shiftSystem(subject, tools) : null,
    cost: () => costSystem(subject, tools),
  };
  return SYSTEMS.flatMap((id) => {
    const make = makers[id];
    return make ? [{ id, make }] : [];
  });
}

export class LensView {
  readonly element = h('section', { class: 'lens' });
  private view: SystemView | null = null;
  private readonly made = new Map<SystemId, SystemView>();
  private at = 0;
  private timer: ReturnType<typeof setInterval> | null = null;
  private t: Translate | null = null;
  private system = '';
  private readonly nav = h('div', { class: 'lens-systems', role: 'group' });
  private readonly heading = h('h2', {});
  private readonly formula = h('p', { class: 'formula' });
  private readonly controls = h('div', { class: 'controls' });
  private readonly stage = h('div', { class: 'lens-body' });
  private readonly readout = h('p', { class: 'readout', role: 'status' });
  private readonly sum = h('p', { class: 'readout lens-sum' });
  private readonly scrub = h('input', { type: 'range', min: 0, value: 0, step: 1 });
  private readonly play = h('button', { type: 'button', class: 'primary' });
  private readonly whole = h('p', { class: 'readout lens-total' });
  private readonly own = new OwnView(() => this.again?.());
  private again: (() => void) | null = null;
  private key = '';
  private node: NodeId | null = null;

  /** `chosen`: the system one last looked at, to begin with. */
  constructor(private readonly choose: (system: SystemId) => void) {
    this.scrub.addEventListener('input', () => this.go(Number(this.scrub.value)));
    this.play.addEventListener('click', () => (this.timer === null ? this.start() : this.stop()));
  }

  update(t: Translate, snapshot: Snapshot, id: NodeId | null, system: string, source: OwnSource): void {
    this.t = t;
    this.again = () => this.update(t, snapshot, id, system, source);
    const node = id === null ? undefined : snapshot.graph.nodes[id];
    const step = node && mainStep(snapshot.graph, node);
    const arithmetic = step ? arithmeticOf(step) : null;
    if (step) this.own.update(t, snapshot, step, arithmetic, source);
    const key = JSON.stringify([
      t('lens'),
      id,
      this.own.shown,
      arithmetic,
      node && step
        ? [
            lengthFormula(step.primitive),
            format.shape(outputShape(snapshot.graph, node.id)),
            inputShapes(snapshot.graph, node.id).map(format.shape),
            snapshot.figures[node.id]?.params,
          ]
        : null,
    ]);
    if (key === this.key && system === this.system) return;
    const isNew = key !== this.key;
    if (id !== this.node) this.at = 0;
    this.node = id;
    this.key = key;
    this.system = system;
    const wanted = SYSTEMS.find((each) => each === system) ?? null;
    if (!isNew) return this.open(wanted);
    this.stop();
    this.made.clear();
    const tools: Tools = { t, say: (lines) => this.say(lines ?? this.lines) };
    const subject = node && step ? { snapshot, node, step, arithmetic } : null;
    for (const { id: each, make } of subject ? systemsOf(subject, tools, this.own) : []) {
      const made = make();
      if (made) this.made.set(each, made);
    }
    if (this.made.size === 0 || !step)
      return set(this.element, h('p', { class: 'quiet hint' }, t('lensNone')));
    this.formula.textContent = lengthFormula(step.primitive).join('   ');
    this.frame(t);
    this.open(wanted);
  }

  private lines: readonly string[] = [];

  private frame(t: Translate): void {
    this.scrub.setAttribute('aria-label', t('position'));
    const button = (label: string, glyph: string, by: number): HTMLElement =>
      h(
        'button',
        { type: 'button', class: 'icon', 'aria-label': label, title: label, onClick: () => this.step(by) },
        h('span', { 'aria-hidden': 'true' }, glyph),
      );
    set(this.controls, this.play, button(t('back'), '‹', -1), button(t('step'), '›', 1), this.scrub);
    this.nav.setAttribute('aria-label', t('systems'));
    set(
      this.nav,
      ...[...this.made.keys()].map((id) =>
        h(
          'button',
          { type: 'button', class: 'chip', 'data-system': id, onClick: () => this.choose(id) },
          t(`system_${id}`),
        ),
      ),
    );
    set(
      this.element,
      this.nav,
      this.heading,
      this.formula,
      this.own.element,
      this.controls,
      this.stage,
      this.readout,
      this.sum,
      this.whole,
    );
  }

  private open(wanted: SystemId | null): void {
    const id = wanted !== null && this.made.has(wanted) ? wanted : [...this.made.keys()][0];
    const view = id === undefined ? undefined : this.made.get(id);
    if (!view) return;
    for (const chip of this.nav.querySelectorAll<HTMLElement>('[data-system]'))
      chip.setAttribute('aria-pressed', String(chip.dataset.system === id));
    if (view !== this.view) this.stop();
    this.view = view;
    // Own numbers are those of the moving window; the other ways need small ones to be followed.
    this.own.element.classList.toggle('is-aside', id !== 'window' && id !== 'stretched');
    this.heading.textContent = view.title;
    this.controls.hidden = view.steps < 2;
    this.scrub.max = String(Math.max(0, view.steps - 1));
    set(this.stage, view.element);
    this.label();
    this.go(Math.min(this.at === 0 ? (view.start ?? 0) : this.at, Math.max(0, view.steps - 1)));
  }

  private start(): void {
    if (!this.view) return;
    // Someone who asked for less motion steps by hand; pressing play is asking for it all the same, only slower.
    this.timer = setInterval(() => this.step(1), reducedMotion() ? STEP_MS * 3 : STEP_MS);
    this.label();
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.label();
  }

  private label(): void {
    if (this.t) this.play.textContent = this.timer === null ? this.t('play') : this.t('pause');
  }

  private step(by: number): void {
    if (!this.view || this.view.steps === 0) return;
    // Out of sight the animation rests.
    if (this.timer !== null && this.element.offsetParent === null) return this.stop();
    this.go((this.at + by + this.view.steps) % this.view.steps);
  }

  private go(at: number): void {
    if (!this.view) return;
    this.at = at;
    this.scrub.value = String(at);
    this.lines = this.view.draw(at);
    this.scrub.setAttribute('aria-valuetext', this.lines[0] ?? '');
    this.say(this.lines);
  }

  private say(lines: readonly string[]): void {
    this.readout.textContent = lines[0] ?? '';
    this.sum.textContent = lines[1] ?? '';
    this.whole.textContent = lines[2] ?? '';
  }
}
