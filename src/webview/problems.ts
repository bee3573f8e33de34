/** Walks through what is wrong with the shown model: from one error or warning to the next, at its node. */
import type { NodeId } from '../graph/graph';
import type { PanelDiagnostic } from '../protocol';
import type { Shown } from './model';

export class Problems {
  private at = -1;

  /** `say`: for one that stands at no node of the shown model. */
  constructor(
    private readonly choose: (node: NodeId) => void,
    private readonly say: (text: string) => void,
  ) {}

  /** Goes to the next one of this severity after the last. */
  next({ snapshot, index }: Shown, severity: PanelDiagnostic['severity']): void {
    const found = snapshot.diagnostics.filter((diagnostic) => diagnostic.severity === severity);
    if (found.length === 0) return;
    this.at = (this.at + 1) % found.length;
    const { node, layer, message } = found[this.at];
    const nodes = [node, ...(layer === null ? [] : (snapshot.graph.layers[layer]?.nodes ?? []))];
    const shown = nodes.find((id) => id !== null && index.keyOf.has(id)) ?? null;
    if (shown === null) this.say(message);
    else this.choose(shown);
  }
}
