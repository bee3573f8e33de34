/** Design advice found in the finished graph: hints that a good engineer may disagree with. */
import type { ModelGraph } from '../../graph/graph';
import type { Diagnostic } from '../diagnostic';
import type { Figures } from '../figures';
import type { ProgramText } from '../program';

export function advice(_program: ProgramText, _graph: ModelGraph, _figures: Figures): Diagnostic[] {
  return [];
}
