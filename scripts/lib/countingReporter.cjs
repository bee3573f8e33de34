// Mocha reporter for the scripts: prints like `dot` plus every failure, and writes the real counts to CONVLENS_RESULTS.
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

module.exports = class CountingReporter extends Mocha.reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    const results = [];
    const add = (test, state, error) =>
      results.push({
        title: test.fullTitle(),
        state,
        durationMs: test.duration ?? 0,
        ...(error ? { error: error.stack ?? String(error) } : {}),
      });
    runner.on('pass', (test) => add(test, 'passed'));
    runner.on('pending', (test) => add(test, 'skipped'));
    runner.on('fail', (test, error) => add(test, 'failed', error));
    // Written at the end only: a run that dies leaves no file, which counts as a failure.
    runner.once('end', () => writeFileSync(process.env.CONVLENS_RESULTS, JSON.stringify(results)));
  }
};
