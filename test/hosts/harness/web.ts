// Entry of the host suite in the web extension host (a worker): results leave as lines on the console.
import browserMocha from 'mocha/mocha';
import { END_LINE, runSuite, TEST_LINE } from './suiteRun';

/** Called by VS Code; throws if a test failed. */
export async function run(): Promise<void> {
  const mocha = browserMocha as BrowserMocha;
  mocha.setup({ ui: 'bdd', timeout: 120000, reporter: Silent });
  let count = 0;
  const failures = await runSuite(
    mocha,
    () => import('suite:all'),
    (result) => {
      count++;
      console.log(TEST_LINE + JSON.stringify(result));
    },
  );
  console.log(END_LINE + count);
  if (failures > 0) throw new Error(`${failures} tests failed`);
}

type BrowserMocha = Mocha & { setup(options: Mocha.MochaOptions): void };

/** A reporter that prints nothing: the browser's own one would want a page to draw on. */
const Silent = class {} as unknown as Mocha.ReporterConstructor;
