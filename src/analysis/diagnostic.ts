/** What a finding is: plain data with a stable code, the place and words; a diagnostic has the edits that would mend it too. */
import type { Failure, LayerId, NodeId, SourceRange } from '../graph/graph';

export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** Replaces `[from, to)` of `file` by `text`. */
export interface TextEdit {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** Plain words with the shapes. */
  readonly message: string;
  /** Keras' own sentence. */
  readonly keras: string | null;
  readonly range: SourceRange;
  readonly related: readonly { readonly range: SourceRange; readonly message: string }[];
  readonly node: NodeId | null;
  readonly layer: LayerId | null;
  readonly probed: boolean;
  /** The fact it was made of; null for advice found in the graph. */
  readonly failure: Failure | null;
}

export interface Diagnostic extends Finding {
  /** Best first. */
  readonly fixes: readonly Fix[];
}
