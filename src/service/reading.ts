/** A program's reading, as often as it takes until every file that it imports is there; and the analysis of the answer. */
import { GraphAnalysis, ProgramText, type Analysis } from '../features';
import { emptyGraph } from '../graph/graph';
import type { AnalysisClient, Pending, ReadAnswer } from './client';
import type { Question } from './messages';

export interface ReadOptions {
  readonly urgency: () => number;
  /** Gets the files that were missing; gives the question to be asked then. */
  readonly provide: (question: Question, missing: readonly string[]) => Promise<Question>;
  /** Told what is known so far when files take long to come. */
  readonly onPart?: (answer: ReadAnswer) => void;
  /** What long is, from the first answer on. Milliseconds. */
  readonly partAfter?: number;
}

/** Asks until no file is missing. */
export function readWhole(
  client: AnalysisClient,
  question: Question,
  { urgency, provide, onPart, partAfter = 0 }: ReadOptions,
): Pending<ReadAnswer> {
  let asked: Pending<ReadAnswer> | undefined;
  let part: ReturnType<typeof setTimeout> | undefined;
  let takenBack = false;
  let began: number | undefined;
  const run = async (): Promise<ReadAnswer | undefined> => {
    for (let current = question; !takenBack;) {
      asked = client.read(current, urgency);
      const answer = await asked.answer;
      if (answer === undefined || answer.pending.length === 0) return answer;
      clearTimeout(part);
      began ??= performance.now();
      if (onPart) part = setTimeout(() => onPart(answer), began + partAfter - performance.now());
      current = await provide(current, answer.pending);
    }
    return undefined;
  };
  return {
    answer: run().finally(() => clearTimeout(part)),
    takeBack() {
      takenBack = true;
      clearTimeout(part);
      asked?.takeBack();
    },
  };
}

/** The analysis of what the thread has read. */
export function analysisOf({ program }: Question, { graph, builders, interpretMs }: ReadAnswer): Analysis {
  return new GraphAnalysis(new ProgramText(program), graph, { interpretMs }, () => builders);
}

/** The analysis of a program that could not be read: nothing is known of it, and why. */
export function unreadAnalysis({ program }: Question, reason: string): Analysis {
  const graph = emptyGraph(program.path);
  graph.problems.push({ kind: 'internal', message: reason, range: null });
  const none = { functions: [], classes: [], calls: [] };
  return new GraphAnalysis(new ProgramText(program), graph, { interpretMs: 0 }, () => none);
}
