/**
 * Messages between a host and its analysis thread: plain data that structured cloning carries. The host asks one question at
 * a time; the thread answers each question exactly once.
 */
import type { Builders, Fix, Program } from '../features';
import type { ModelGraph } from '../graph/graph';

/** All that an answer depends on, beside the files that the program reads. */
export interface Question {
  readonly program: Program;
  /** Folders in which `import` looks, first wins. */
  readonly searchPath: readonly string[];
  readonly kerasVersion?: 2 | 3;
  /** Files that stand in place of the thread's own: those of another commit. Null for one that there is not. */
  readonly files?: readonly FileText[];
}

/** A file's text; null where there is no such file. */
export type FileText = readonly [path: string, text: string | null];

export type ToThread =
  /** First of all. `stop` holds the id of the question to give up, polled while it is worked on; null where memory cannot be shared. */
  | { readonly type: 'hello'; readonly stop: SharedArrayBuffer | null }
  /** Texts that the reader answers from now on, and paths that it must ask for again. */
  | { readonly type: 'files'; readonly texts: readonly FileText[]; readonly forget: readonly string[] }
  | Asked<{ readonly type: 'read'; readonly question: Question }>
  /** The fixes of a finding by its place among the diagnostics of what `read` (by its id) was answered. */
  | Asked<{
      readonly type: 'fixes';
      readonly question: Question;
      readonly read: number;
      readonly finding: number;
    }>
  /** The syntax tree as text. */
  | Asked<{ readonly type: 'syntax'; readonly question: Question }>;

/** A question: an id of its own, and the milliseconds after which reading gives up and says so. */
type Asked<T> = T & { readonly id: number; readonly patience: number };

export type FromThread =
  | {
      readonly type: 'read';
      readonly id: number;
      readonly graph: ModelGraph;
      readonly builders: Builders;
      readonly interpretMs: number;
      /** Files that the answer depends on. */
      readonly asked: readonly string[];
      /** Of these, the ones whose text the thread did not have: with them the answer may be another. */
      readonly pending: readonly string[];
    }
  | { readonly type: 'fixes'; readonly id: number; readonly fixes: readonly Fix[] }
  | { readonly type: 'syntax'; readonly id: number; readonly text: string }
  /** Given up because the host said so. */
  | { readonly type: 'stopped'; readonly id: number }
  /** A mistake of ConvLens itself. */
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };

export type ThreadQuestion = Extract<ToThread, { id: number }>;
