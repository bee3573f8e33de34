/** The table of modules that can be imported without a file: name to maker. */
import type { NativeModules } from '../../machine';
import { cachedModules } from '../classes';
import { abcModule, collectionsModule } from './collections';
import { dataclassesModule } from './dataclasses';
import { enumModule } from './enum';
import { functoolsModule } from './functools';
import { itertoolsModule } from './itertools';
import { mathModule } from './math';
import { numpyModule, numpyRandom } from '../numpy';
import { typingModule } from './typing';

export const standardModules: NativeModules = cachedModules({
  math: mathModule,
  itertools: itertoolsModule,
  functools: functoolsModule,
  collections: collectionsModule,
  'collections.abc': abcModule,
  typing: typingModule,
  typing_extensions: typingModule,
  dataclasses: dataclassesModule,
  enum: enumModule,
  numpy: numpyModule,
  'numpy.random': numpyRandom,
});
