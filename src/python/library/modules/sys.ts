/** The module `sys`, and `platform`: what is sure of the Python that will run the program. */
import type { Machine } from '../../machine';
import { NONE, int, list, str, unknown, type ModuleValue } from '../../values';
import { nativeModule } from '../classes';
import { functions } from '../define';
import { namedTuple } from './namedtuple';

export function sysModule(machine: Machine): ModuleValue {
  const version = namedTuple(
    machine,
    'version_info',
    ['major', 'minor', 'micro', 'releaselevel', 'serial'],
    new Map(),
  );
  const notKnown = (type: string) => unknown('which Python will run the program is not known', null, type);
  return nativeModule('sys', [
    ['argv', list([str(machine.mainFile)], unknown('the arguments of the command line'))],
    ['path', list([str('')], unknown('the search path of modules'))],
    // Python 3 for certain; which minor version is not known.
    [
      'version_info',
      {
        kind: 'tuple',
        cls: version,
        items: [int(3), notKnown('int'), notKnown('int'), notKnown('str'), notKnown('int')],
      },
    ],
    ['version', notKnown('str')],
    ['platform', unknown('the platform is not known', null, 'str')],
    ['executable', notKnown('str')],
    ['byteorder', str('little')],
    ['maxsize', unknown('an integer beyond 2^53 is not followed', null, 'int')],
    ...functions([
      ['exit(code=None, /)', (m, { code }) => m.raise('SystemExit', m.str(code) ?? '')],
      ['getrecursionlimit()', () => int(1000)],
      ['setrecursionlimit(limit)', () => NONE],
      ['getsizeof(*args)', () => unknown('the size of an object in memory', null, 'int')],
      ['exc_info()', (m) => m.unknown('the exception under way')],
      ['intern(text)', (_m, { text }) => text],
    ]),
  ]);
}
