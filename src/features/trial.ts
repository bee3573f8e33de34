/** One what-if of the panel: arguments changed in memory over a program's source, with what is needed to go back or write them. */
import type { Analysis } from '../analysis/analysis';
import type { TextEdit } from '../analysis/diagnostic';
import type { Program } from '../analysis/program';
import type { PanelWhatIf } from './snapshot';
import {
  difference,
  editedProgram,
  inverse,
  planChange,
  shifted,
  type ArgumentChange,
  type Refusal,
  type Told,
} from './tryArgument';

/** Analyses a changed version of an open program; undefined when that was given up. */
export type TryOut = (program: Program) => Promise<Analysis | undefined>;

interface Step {
  readonly told: Told;
  readonly analysis: Analysis;
}

export class Trial {
  private steps: readonly Step[] = [];

  constructor(
    /** Of the source as it is. */
    readonly base: Analysis,
    private readonly tryOut: TryOut,
  ) {}

  /** The changed program's analysis; the source's own when nothing is changed. */
  get analysis(): Analysis {
    return this.steps[this.steps.length - 1]?.analysis ?? this.base;
  }

  get active(): boolean {
    return this.analysis.program.text !== this.base.program.text;
  }

  /** Makes one change on top of those made, one after the other; the reason when it cannot be made. */
  async change(change: ArgumentChange): Promise<Refusal | null> {
    const planned = planChange(this.analysis, change);
    if (typeof planned === 'string') return planned;
    const analysis = await this.tryOut(editedProgram(this.analysis.program, planned.edits));
    if (!analysis) return 'unread';
    this.steps = [...this.steps, { told: planned.told, analysis }];
    return null;
  }

  undo(): void {
    this.steps = this.steps.slice(0, -1);
  }

  /** Undefined while nothing differs from the source. Changes of one argument are told as one. */
  get told(): PanelWhatIf | undefined {
    if (!this.active) return undefined;
    const changes = new Map<string, Told>();
    for (const { told } of this.steps) {
      const key = `${told.layer}.${told.argument}`;
      const first = changes.get(key);
      changes.set(key, first ? { ...told, from: first.from } : told);
    }
    const { figures, graph } = this.base;
    return {
      changes: [...changes.values()].filter((told) => told.from !== told.to),
      before: graph.models.map((model) => figures.ofModel(model)),
    };
  }

  /** An offset of the source in the changed program. */
  there(offset: number): number {
    return shifted(offset, this.edits);
  }

  /** An offset of the changed program in the source. */
  back(offset: number): number {
    return shifted(offset, inverse(this.edits, this.base.program));
  }

  /** What to write into the source; offsets are those of the source. */
  get edits(): readonly TextEdit[] {
    return difference(this.base.program, this.analysis.program);
  }
}
