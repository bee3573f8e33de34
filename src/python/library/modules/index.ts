/** The table of modules that can be imported without a file: name to maker. */
import type { NativeModules } from '../../machine';
import { cachedModules, nativeModule } from '../classes';
import { numpyModule, numpyRandom } from '../numpy';
import { argparseModule } from './argparse';
import { randomModule, timeModule } from './chance';
import { abcModule, collectionsModule } from './collections';
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
import { abcBaseModule, inspectModule, numbersModule, stringModule, typesModule } from './objects';
import { operatorModule } from './operator';
import { osModule, osPathModule } from './os';
import { pathlibModule } from './pathlib';
import { reModule } from './re';
import { gcModule, loggingModule, pprintModule, warningsModule } from './silent';
import { sysModule } from './sys';
import { typingModule } from './typing';
import { jsonModule, yamlModule } from './yaml';

export const standardModules: NativeModules = cachedModules({
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
