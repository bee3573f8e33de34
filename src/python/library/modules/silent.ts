/** Modules that only tell or tidy: `logging`, `warnings`, `gc`, `pprint`. Their calls do nothing that matters here. */
import type { Machine } from '../../machine';
import { FALSE, NONE, int, list, type ModuleValue, type Value } from '../../values';
import { nativeClass, nativeModule } from '../classes';
import { fn, functions, type Body } from '../define';

const nothing: Body = () => NONE;
const silent = (...names: readonly string[]): [string, Body][] =>
  names.map((name) => [`${name}(*args, **kwargs)`, nothing]);
const MESSAGES = ['debug', 'info', 'warning', 'warn', 'error', 'critical', 'exception', 'log', 'fatal'];
const LEVELS: Readonly<Record<string, number>> = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARNING: 30,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
  FATAL: 50,
};

export function loggingModule(machine: Machine): ModuleValue {
  const handler = nativeClass(machine, 'Handler', {
    partial: true,
    module: 'logging',
    methods: silent('__init__', 'setLevel', 'setFormatter', 'addFilter', 'flush', 'close').map(
      ([signature, body]) => [signature, body],
    ),
  });
  const logger = nativeClass(machine, 'Logger', {
    partial: true,
    module: 'logging',
    methods: silent(...MESSAGES, '__init__', 'setLevel', 'addHandler', 'removeHandler', 'addFilter'),
  });
  const levels = Object.entries(LEVELS).map(([name, level]): [string, Value] => [name, int(level)]);
  const one = machine.allocate(logger);
  one.attrs.set('handlers', list([]));
  one.attrs.set('propagate', FALSE);
  return nativeModule('logging', [
    ...levels,
    ['Logger', logger],
    ['Handler', handler],
    ['StreamHandler', handler],
    ['FileHandler', handler],
    ['Formatter', handler],
    ['getLogger', fn('getLogger(*args)', () => one)],
    ...functions(
      silent(
        ...MESSAGES,
        'basicConfig',
        'disable',
        'captureWarnings',
        'addLevelName',
        'set_verbosity',
        'set_stderrthreshold',
      ),
    ),
  ]);
}

export function warningsModule(machine: Machine): ModuleValue {
  const context = nativeClass(machine, 'catch_warnings', {
    module: 'warnings',
    methods: [
      ...silent('__init__'),
      ['__enter__(self)', () => list([])],
      ['__exit__(self, *args)', () => FALSE],
    ],
  });
  return nativeModule('warnings', [
    ['catch_warnings', context],
    ...functions(silent('warn', 'filterwarnings', 'simplefilter', 'resetwarnings', 'warn_explicit')),
  ]);
}

export const gcModule = () => nativeModule('gc', functions(silent('collect', 'enable', 'disable')));
export const pprintModule = () => nativeModule('pprint', functions(silent('pprint', 'pp')));
