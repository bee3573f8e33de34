/** The table of modules that can be imported without a file: name to maker. */
import type { NativeModules } from '../../machine';
import { cachedModules, nativeModule } from '../classes';
import { numpyModule, numpyRandom } from '../numpy';
import { argparseModule } from './argparse';
import { randomModule, timeModule } from './chance';
import { abcModule } from './abstract';
import { collectionsModule } from './collections';
import { addictModule, easyDictModule, mlCollectionsModule, munchModule, omegaconfModule } from './config';
import { contextlibModule } from './context';
import { copyModule } from './copy';
import { modelSelectionModule, tqdmModule } from './data';
import { dataclassesModule } from './dataclasses';
import { enumModule } from './enum';
import { abslLogging, abslModule, appModule, flagsModule } from './flags';
import { functoolsModule } from './functools';
import { itertoolsModule } from './itertools';
import { mathModule } from './math';
import {
  abcBaseModule,
  builtinsModule,
  importlibModule,
  inspectModule,
  numbersModule,
  stringModule,
  typesModule,
} from './objects';
import { operatorModule } from './operator';
import { osModule, osPathModule } from './os';
import { pathlibModule } from './pathlib';
import { reModule } from './re';
import { gcModule, loggingModule, pprintModule, warningsModule } from './silent';
import { sysModule } from './sys';
import { typingModule } from './typing';
import { jsonModule, yamlModule } from './yaml';

const followed: NativeModules = cachedModules({
  math: mathModule,
  itertools: itertoolsModule,
  functools: functoolsModule,
  collections: collectionsModule,
  'collections.abc': abcModule,
  operator: operatorModule,
  copy: copyModule,
  typing: typingModule,
  typing_extensions: typingModule,
  dataclasses: dataclassesModule,
  enum: enumModule,
  types: typesModule,
  inspect: inspectModule,
  numbers: numbersModule,
  abc: abcBaseModule,
  string: stringModule,
  contextlib: contextlibModule,
  random: randomModule,
  time: timeModule,
  logging: loggingModule,
  warnings: warningsModule,
  gc: gcModule,
  pprint: pprintModule,
  argparse: argparseModule,
  os: osModule,
  'os.path': osPathModule,
  sys: sysModule,
  pathlib: pathlibModule,
  json: jsonModule,
  yaml: yamlModule,
  re: reModule,
  importlib: importlibModule,
  builtins: builtinsModule,
  __future__: () => nativeModule('__future__', []),
  numpy: numpyModule,
  'numpy.random': numpyRandom,
  absl: abslModule,
  'absl.flags': flagsModule,
  'absl.app': appModule,
  'absl.logging': abslLogging,
  ml_collections: mlCollectionsModule,
  'ml_collections.config_dict': (_machine, name, get) => nativeModule(name, get('ml_collections').attrs),
  easydict: easyDictModule,
  addict: addictModule,
  munch: munchModule,
  omegaconf: omegaconfModule,
  tqdm: tqdmModule,
  'tqdm.auto': tqdmModule,
  'tqdm.notebook': tqdmModule,
  sklearn: (_machine, name, get) => nativeModule(name, [['model_selection', get('sklearn.model_selection')]]),
  'sklearn.model_selection': modelSelectionModule,
});

/** Modules of the standard library of which nothing is followed: their names are unknown, for a reason that says so. */
const REST = new Set(
  (
    'array ast asyncio base64 binascii bisect bz2 cProfile calendar cmath codecs concurrent configparser csv ctypes curses datetime decimal difflib ' +
    'dis email errno faulthandler fnmatch fractions ftplib getopt getpass glob gzip hashlib heapq hmac html http imaplib io ipaddress linecache ' +
    'locale lzma marshal mimetypes mmap multiprocessing netrc optparse pdb pickle pkgutil platform plistlib poplib profile pstats queue ' +
    'resource sched secrets select shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat statistics struct subprocess symtable ' +
    'sysconfig tarfile telnetlib tempfile test textwrap threading timeit tkinter token tokenize trace traceback tracemalloc tty turtle ' +
    'unicodedata unittest urllib uuid venv wave weakref webbrowser xml xmlrpc zipfile zlib zoneinfo'
  ).split(' '),
);

/** Their modules in packages: any other dotted name is one of a module's own names (`datetime.datetime`). */
const REST_INNER = new Set(
  (
    'concurrent.futures ctypes.util email.mime email.mime.text email.mime.multipart http.client http.server importlib.metadata importlib.resources ' +
    'importlib.util logging.config logging.handlers multiprocessing.dummy multiprocessing.pool unittest.mock urllib.error urllib.parse ' +
    'urllib.request xml.dom xml.dom.minidom xml.etree xml.etree.ElementTree xml.sax'
  ).split(' '),
);

export const standardModules: NativeModules = (name, machine) =>
  followed(name, machine) ?? (REST.has(name) || REST_INNER.has(name) ? nativeModule(name, []) : undefined);
