/** Translation equivariance measured: how far each layer's map is from moving along when the input is shifted. */
import type { NodeShift, ShiftResult } from '../../engine/gradients/requests';
import type { NodeId } from '../../graph/graph';
import { h, set } from '../dom';
import * as format from '../format';
import type { Translate } from '../strings';
import type { EngineClient } from './engineClient';

/** Positions to the right that the input is shifted by: a multiple of the strides that most networks have. */
const SHIFT = 8;

export class ShiftView {
  readonly element = h('details', { class: 'kernels shift-measured', hidden: true });
  private readonly summary = h('summary', {});
  private readonly words = h('p', { role: 'status' });
  private node: NodeId | null = null;
  private client: EngineClient | null = null;
  private t: Translate | null = null;
  private measured: { readonly run: number; readonly result: Promise<ShiftResult> } | null = null;

  constructor() {
    this.element.append(this.summary, this.words);
    this.element.addEventListener('toggle', () => void this.measure());
  }

  /** `node`: as the run's graph numbers it; null hides the view. */
  update(t: Translate, client: EngineClient, node: NodeId | null): void {
    const ready = node !== null && client.state.status === 'done';
    this.element.hidden = !ready;
    const isNew = node !== this.node || client.state.run !== this.measured?.run;
    this.t = t;
    this.client = client;
    this.node = node;
    this.summary.textContent = t('shiftMeasure', SHIFT);
    if (!ready || !isNew) return;
    set(this.words);
    void this.measure();
  }

  /** Takes two runs, so only while someone looks; once per run. */
  private async measure(): Promise<void> {
    const { client, node, t } = this;
    if (!this.element.open || this.element.hidden || !client || node === null || !t) return;
    const { run } = client.state;
    if (this.measured?.run !== run) this.measured = { run, result: client.shifted([0, SHIFT]) };
    this.words.textContent = t('shiftWorking');
    let text: string;
    try {
      const { nodes } = await this.measured.result;
      const found = nodes.find((each) => each.node === node);
      text = found ? told(t, found) : t('shiftNot');
    } catch (error) {
      text = t('unsupported', error instanceof Error ? error.message : String(error));
    }
    if (this.node === node && this.measured?.run === run) this.words.textContent = text;
  }
}

function told(t: Translate, { shift, whole, middle, everywhere }: NodeShift): string {
  const numbers = [format.percent(middle), format.percent(everywhere)] as const;
  if (shift.length === 0) return t('shiftInvariant', numbers[1]);
  if (!whole) return t('shiftBroken', ...numbers);
  return t('shiftMoves', shift[shift.length - 1], ...numbers);
}
