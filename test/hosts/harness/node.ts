// Entry of the host suite in the Node extension host (desktop VS Code or the VS Code server).
import { writeFileSync } from 'node:fs';
import { runSuite, type TestResult } from './suiteRun';

/** Called by VS Code; writes all results to the file named by CONVLENS_RESULTS and throws if a test failed. */
export async function run(): Promise<void> {
  const { default: MochaClass } = await import('mocha');
  const mocha = new MochaClass({ ui: 'bdd', timeout: 120000, reporter: Silent });
  const results: TestResult[] = [];
  const failures = await runSuite(
    mocha,
    () => import('suite:all'),
    (result) => results.push(result),
  );
  writeFileSync(process.env.CONVLENS_RESULTS!, JSON.stringify(results));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}

/** A reporter that prints nothing: results leave through the file. */
const Silent = class {} as unknown as Mocha.ReporterConstructor;
