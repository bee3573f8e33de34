/**
 * What follows from a model graph without reading the program again: figures, findings, advice. A host that is sent a graph
 * makes its analysis here; the interpreter is not needed for it.
 */
import type { ModelGraph } from '../graph/graph';
import type { Builders } from './builders';
import { diagnose, optionalAdvice } from './diagnose';
import type { Finding } from './diagnostic';
import { Figures } from './figures';
import type { ProgramText } from './program';

/** All that is known of one version of a program. Figures, findings and advice are worked out when first asked for. */
export interface Analysis {
  readonly program: ProgramText;
  readonly graph: ModelGraph;
  readonly figures: Figures;
  /** Functions, classes and calls that make models. */
  readonly builders: Builders;
  readonly diagnostics: readonly Finding[];
  /** Design advice that shows only where a setting asks for it, by code. */
  readonly advice: readonly Finding[];
  readonly timings: { readonly interpretMs: number };
}

/** An analysis of a graph that is there already. */
export class GraphAnalysis implements Analysis {
  readonly figures: Figures;
  private found: readonly Finding[] | undefined;
  private advised: readonly Finding[] | undefined;
  private made: Builders | undefined;

  /** `builders`: as found when the program was read; asked for once. */
  constructor(
    readonly program: ProgramText,
    readonly graph: ModelGraph,
    readonly timings: Analysis['timings'],
    private readonly findBuilders: () => Builders,
  ) {
    this.figures = new Figures(graph);
  }

  get builders(): Builders {
    return (this.made ??= this.findBuilders());
  }

  get diagnostics(): readonly Finding[] {
    return (this.found ??= diagnose(this.program, this.graph, this.figures));
  }

  get advice(): readonly Finding[] {
    return (this.advised ??= optionalAdvice(this.program, this.graph, this.figures));
  }
}
