/**
 * Options of the test runner. Files named on the command line replace the whole suite:
 * `npm test -- test/unit/theory/committee.test.ts`, or a pattern in quotes.
 *
 * tsx/esm and not tsx: the latter also loads what is imported statically as CommonJS, beside the
 * ES modules that dynamic imports give, and then every class exists twice.
 */
const isSuite = !process.argv.slice(2).some((word) => word.endsWith('.test.ts'));

module.exports = {
  'node-option': ['import=tsx/esm'],
  require: ['./test/support/setup.ts'],
  spec: isSuite ? ['test/**/*.test.ts'] : [],
  // networks in real time take minutes, pages need a browser: `npm run test:e2e`
  ignore: isSuite ? ['test/e2e/**'] : [],
  timeout: 20_000,
  // a test that failed half way may leave a socket open; the run ends all the same
  exit: true,
  forbidOnly: true,
  reporter: 'dot',
};
