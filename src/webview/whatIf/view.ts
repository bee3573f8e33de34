/** What-if on the page: the fields of the chosen layer, and the banner that says what differs from the source. */
import type { NodeId } from '../../graph/graph';
import type { ToHost } from '../../protocol';
import type { Shown } from '../model';
import type { Translate } from '../strings';
import { WhatIfBanner } from './banner';
import { ArgumentControls } from './controls';
import { inputTunable, tunables, type Tunables } from './tunables';

export class WhatIfView {
  private shown: Shown | null = null;
  private readonly bannerView = new WhatIfBanner((action) => {
    if (this.shown) this.post({ type: 'whatIf', uri: this.shown.snapshot.uri, action });
  });
  private readonly controls = new ArgumentControls(({ layer, name, argument }, value) => {
    if (!this.shown) return;
    const { uri, version } = this.shown.snapshot;
    this.post({ type: 'tryArgument', uri, version, layer, name, argument, value });
  });
  readonly banner = this.bannerView.element;
  readonly fields = this.controls.element;

  constructor(private readonly post: (message: ToHost) => void) {}

  update(t: Translate, shown: Shown): void {
    this.shown = shown;
    this.bannerView.update(t, shown.snapshot, shown.model);
  }

  updateFields(t: Translate, shown: Shown, node: NodeId | null): void {
    this.controls.update(t, tunablesOf(shown, node), shown.snapshot.whatIf);
  }
}

/** The arguments of the chosen layer that can be tried; of the model's input when it is chosen or nothing is. */
function tunablesOf({ snapshot: { graph }, model }: Shown, node: NodeId | null): Tunables {
  if (node !== null && graph.nodes[node]?.primitive.op !== 'input') return tunables(graph, node);
  const inputs = graph.models[model]?.inputs ?? [];
  const at = node === null ? 0 : inputs.findIndex((tensor) => graph.tensors[tensor]?.producer === node);
  const input = at < 0 ? null : inputTunable(graph, model, at);
  return { items: input ? [input] : [], together: 1 };
}
