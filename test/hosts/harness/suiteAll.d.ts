// Modules that the bundler of the host suite provides: all files of test/hosts/suite/, and Mocha's browser build.
declare module 'suite:all';
declare module 'mocha/mocha' {
  const mocha: unknown;
  export default mocha;
}
