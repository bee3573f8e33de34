/**
 * Puts the fixes of a diagnostic to the test: each is applied and the program read again. Those that leave no error come
 * first; where one only uncovers the next place of the same mistake, the fixes of that place are added to it.
 */
import type { Diagnostic, Fix, TextEdit } from './diagnostic';
import type { Program, ProgramText } from './program';

/** What reading a program gave. */
export interface Reading {
  /** Its errors, each with its fixes as they are made, not tried. */
  readonly errors: readonly Diagnostic[];
  /** How many tensors have a shape of which nothing is known: a fix must not mend by hiding. */
  readonly unknown: number;
}

/** Reads a program again; null when the reading was stopped. */
export type Reader = (program: Program) => Reading | null;

/** Readings of the program that one diagnostic's fixes may cost; what is not tried keeps its place after what mends. */
const READINGS = 24;
/** Readings for guesses besides, where nothing mends in one place: as many as keep the nodes read within WORK. */
const GUESSES = 32;
const WORK = 2000;
/** Places of one mistake that a fix may mend together. */
const PLACES = 6;
/** Guesses that are offered. */
const OFFERED = 2;

interface Trial {
  readonly fix: Fix;
  readonly left: Reading | null;
  readonly text: Program;
}

/**
 * The fixes in the order of what they leave, best first. `now`: what reading the program gives without a fix; `guesses` are
 * asked for and tried where no fix mends in one place, and only those are offered that do.
 */
export function tried(
  program: ProgramText,
  now: Pick<Reading, 'unknown'> & { readonly errors: number; readonly nodes: number },
  fixes: readonly Fix[],
  guesses: () => readonly Fix[],
  read: Reader,
): readonly Fix[] {
  let readings = READINGS;
  const mends = (left: Reading): boolean => left.errors.length < now.errors && left.unknown <= now.unknown;
  const attempt = (fix: Fix): Trial => {
    const text = applied(program, fix);
    return { fix, text, left: readings-- > 0 ? read(text) : null };
  };
  const mending: Fix[] = [];
  const others: Trial[] = [];
  for (const trial of fixes.map(attempt)) {
    if (trial.left !== null && mends(trial.left)) mending.push(trial.fix);
    else others.push(trial);
  }
  if (mending.length === 0) {
    readings = Math.max(6, Math.min(GUESSES, Math.floor(WORK / (now.nodes + 1))));
    for (const fix of guesses()) {
      const { left } = attempt(fix);
      if (left !== null && mends(left)) mending.push(fix);
      if (mending.length >= OFFERED) break;
    }
    readings = READINGS;
    for (const { fix, left, text } of mending.length > 0 ? [] : others) {
      if (left === null || readings <= 0) continue;
      const whole = followed(program, fix, text, left, mends, () => (readings-- > 0 ? read : null));
      if (whole !== null) {
        mending.push(whole);
        break;
      }
    }
  }
  // What leaves more errors than there were is no help.
  const rest = others
    .filter(({ left }) => left === null || left.errors.length <= now.errors)
    .map(({ fix }) => fix);
  return [...mending, ...rest];
}

/** The fix, and the first fixes of what it uncovers, as one; null when they do not mend the program. */
function followed(
  program: ProgramText,
  fix: Fix,
  text: Program,
  left: Reading,
  mends: (left: Reading) => boolean,
  reader: () => Reader | null,
): Fix | null {
  let current = text;
  let remaining = left;
  for (let places = 1; places < PLACES; places++) {
    // Of the errors left, the one that comes first; the others may follow from it.
    const next = remaining.errors[0]?.fixes[0];
    const read = reader();
    if (next === undefined || read === null) return null;
    const after = appliedTo(current, next);
    if (sameText(after, current)) return null;
    current = after;
    const then = read(current);
    if (then === null) return null;
    remaining = then;
    if (mends(remaining))
      return {
        title: `${fix.title} (and ${places} more place${places === 1 ? '' : 's'})`,
        edits: difference(program, current),
      };
  }
  return null;
}

function textsOf(program: Program): readonly string[] {
  return 'cells' in program ? program.cells : [program.text];
}

function withTexts(program: Program, texts: readonly string[]): Program {
  return 'cells' in program ? { ...program, cells: texts } : { path: program.path, text: texts[0] };
}

function sameText(a: Program, b: Program): boolean {
  return textsOf(a).every((text, i) => text === textsOf(b)[i]);
}

/** The program after a fix whose edits count offsets in the whole text. */
export function applied(program: ProgramText, fix: Fix): Program {
  const texts = program.cells.map(({ from, text }) =>
    edited(
      text,
      fix.edits
        .filter((edit) => program.cells[program.place(edit.from).cell].from === from)
        .map((edit) => ({ ...edit, from: edit.from - from, to: edit.to - from })),
    ),
  );
  return program.notebook ? { path: program.path, cells: texts } : { path: program.path, text: texts[0] };
}

/** The same for a program that is not in the editor: offsets count through its texts, joined by line ends. */
function appliedTo(program: Program, fix: Fix): Program {
  let from = 0;
  const texts = textsOf(program).map((text) => {
    const start = from;
    from += text.length + 1;
    return edited(
      text,
      fix.edits
        .filter((edit) => edit.from >= start && edit.from <= start + text.length)
        .map((edit) => ({ ...edit, from: edit.from - start, to: edit.to - start })),
    );
  });
  return withTexts(program, texts);
}

function edited(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.from - a.from || b.to - a.to)
    .reduce((result, edit) => result.slice(0, edit.from) + edit.text + result.slice(edit.to), text);
}

/** Edits that make `after` of the program, one per run of lines that changed. */
function difference(program: ProgramText, after: Program): TextEdit[] {
  const texts = textsOf(after);
  return program.cells.flatMap(({ from, text }, i) =>
    changedRuns(text.split(/(?<=\n)/), texts[i].split(/(?<=\n)/)).map((run) => ({
      file: program.path,
      from: from + run.from,
      to: from + run.to,
      text: run.text,
    })),
  );
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Runs of lines of `a` and what stands for them in `b`: by the longest common subsequence between equal ends. */
function changedRuns(a: readonly string[], b: readonly string[]): Run[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let tail = 0;
  while (
    tail < a.length - start &&
    tail < b.length - start &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const [m, n] = [a.length - start - tail, b.length - start - tail];
  const common = Array.from({ length: m + 1 }, () => new Uint32Array(n + 1));
  for (let i = m - 1; i >= 0; i--)
    for (let j = n - 1; j >= 0; j--)
      common[i][j] =
        a[start + i] === b[start + j]
          ? common[i + 1][j + 1] + 1
          : Math.max(common[i + 1][j], common[i][j + 1]);
  const runs: Run[] = [];
  let offset = a.slice(0, start).reduce((sum, line) => sum + line.length, 0);
  let [i, j] = [0, 0];
  while (i < m || j < n) {
    if (i < m && j < n && a[start + i] === b[start + j]) {
      offset += a[start + i].length;
      i++;
      j++;
      continue;
    }
    const from = offset;
    let text = '';
    while ((i < m || j < n) && !(i < m && j < n && a[start + i] === b[start + j])) {
      if (j >= n || (i < m && common[i + 1][j] >= common[i][j + 1])) offset += a[start + i++].length;
      else text += b[start + j++];
    }
    runs.push({ from, to: offset, text });
  }
  return runs;
}
