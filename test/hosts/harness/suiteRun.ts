// Runs the host suite with a given Mocha and turns it into plain results; the same in the Node and the web host.

/** One test as it ended. */
export interface TestResult {
  title: string;
  state: 'passed' | 'failed' | 'skipped';
  durationMs: number;
  error?: string;
  /** A figure that the test measured and does not judge. */
  note?: string;
}

/** Keeps a figure with the running test's result; the run prints it. */
export function note(context: Mocha.Context, text: string): void {
  notes.set(context.test as Mocha.Runnable, text);
}

const notes = new WeakMap<Mocha.Runnable, string>();

/** The one line per test that the browser's console carries out of the web host. */
export const TEST_LINE = 'CONVLENS-TEST ';
/** The last line, with the number of tests reported, so that a lost line is noticed. */
export const END_LINE = 'CONVLENS-END ';

/**
 * Defines the tests through `load` and runs them.
 * @param report called once per test and hook failure, in order
 * @returns the number of failures
 */
export async function runSuite(
  mocha: Mocha,
  load: () => Promise<unknown>,
  report: (result: TestResult) => void,
): Promise<number> {
  mocha.suite.emit('pre-require', globalThis as Mocha.MochaGlobals, '', mocha);
  await load();
  return new Promise((resolve) => {
    const runner = mocha.run((failures) => resolve(failures));
    runner.on('pass', (test) =>
      report({
        title: test.fullTitle(),
        state: 'passed',
        durationMs: test.duration ?? 0,
        note: notes.get(test),
      }),
    );
    runner.on('pending', (test) => report({ title: test.fullTitle(), state: 'skipped', durationMs: 0 }));
    runner.on('fail', (test, error: Error) =>
      report({
        title: test.fullTitle(),
        state: 'failed',
        durationMs: test.duration ?? 0,
        error: error?.stack ?? String(error),
      }),
    );
  });
}
