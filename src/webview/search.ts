/** Finding layers by name or type: what matches, and which match one stands at. */
import type { ModelGraph, NodeId } from '../graph/graph';
import type { Translate } from './strings';

export class Search {
  private text = '';
  private matches: readonly NodeId[] | null = null;
  private at = -1;

  /** Nodes that match; null when nothing is searched for. */
  get found(): readonly NodeId[] | null {
    return this.matches;
  }

  /** Takes a new text; true when it differs from the last one. */
  type(text: string): boolean {
    const changed = text !== this.text;
    this.text = text;
    if (changed) this.at = -1;
    return changed;
  }

  /** Matches anew among the nodes given: every word in the name or the type, in any order. */
  run(graph: ModelGraph, nodes: readonly NodeId[]): void {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) {
      this.matches = null;
      return;
    }
    this.matches = nodes.filter((id) => {
      const name = `${graph.nodes[id].name} ${graph.nodes[id].type}`.toLowerCase();
      return words.every((word) => name.includes(word));
    });
  }

  /** The next match, round and round; null when there is none. */
  next(backwards: boolean): NodeId | null {
    if (!this.matches || this.matches.length === 0) return null;
    const from = this.at < 0 && backwards ? 0 : this.at;
    this.at = (from + (backwards ? -1 : 1) + this.matches.length) % this.matches.length;
    return this.matches[this.at];
  }

  /** `2 of 7`, or that nothing matches. */
  describe(t: Translate): string {
    if (!this.matches) return '';
    if (this.matches.length === 0) return t('noMatch');
    return t('matches', Math.max(0, this.at) + 1, this.matches.length);
  }
}
