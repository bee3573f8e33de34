// Unit and property suites. Mocha adds the files named on its command line to those named here, so that these stand aside then.
const named = process.argv.slice(2).some((argument) => argument.startsWith('test/'));

module.exports = {
  require: ['tsx'],
  extension: ['test.ts'],
  recursive: true,
  ...(named ? {} : { spec: ['test/**/*.test.ts'] }),
  ignore: ['test/hosts/**', 'test/panel/**'],
  timeout: 20000,
};
