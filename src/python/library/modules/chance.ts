/** Modules whose values only a run can know: `random`, `time`. What they give is unknown, but of a known type. */
import { NONE, list, unknown, type Value } from '../../values';
import { nativeModule } from '../classes';
import { functions, type Body } from '../define';
import { elements, indexOf } from '../known';

const random =
  (type?: string): Body =>
  () =>
    unknown('a random number', null, type);
const clock =
  (type: string): Body =>
  () =>
    unknown('a time', null, type);
const nothing: Body = () => NONE;

/** One of the elements. */
function oneOf(items: readonly Value[]): Value {
  const cause = unknown('a random choice');
  return items.length === 0 ? cause : items.length === 1 ? items[0] : { ...cause, among: items };
}

const ROWS: readonly (readonly [string, Body])[] = [
  ['random()', random('float')],
  ['uniform(a, b)', random('float')],
  ['gauss(mu=0.0, sigma=1.0)', random('float')],
  ['normalvariate(mu=0.0, sigma=1.0)', random('float')],
  ['betavariate(alpha, beta)', random('float')],
  ['expovariate(lambd=1.0)', random('float')],
  ['triangular(low=0.0, high=1.0, mode=None)', random('float')],
  ['randint(a, b)', random('int')],
  ['randrange(start, stop=None, step=1)', random('int')],
  ['getrandbits(k)', random('int')],
  [
    'choice(seq)',
    (m, { seq }) => {
      const { items, tail } = elements(m, seq);
      if (items.length === 0 && !tail) m.raise('IndexError', 'Cannot choose from an empty sequence');
      return tail ? unknown('a random choice') : oneOf(items);
    },
  ],
  [
    'choices(population, weights=None, *, cum_weights=None, k=1)',
    (m, { population, k }) => {
      const { items, tail } = elements(m, population);
      const count = indexOf(k);
      const one = tail ? unknown('a random choice') : oneOf(items);
      return count === undefined
        ? list([], unknown('the number of choices is not known'))
        : list(Array<Value>(count).fill(one));
    },
  ],
  [
    'sample(population, k, **kwargs)',
    (m, { population, k }) => {
      const { items, tail } = elements(m, population);
      const count = indexOf(k);
      const one = tail ? unknown('a random choice') : oneOf(items);
      return count === undefined
        ? list([], unknown('the number of choices is not known'))
        : list(Array<Value>(count).fill(one));
    },
  ],
  [
    'shuffle(x)',
    (m, { x }) => {
      if (x.kind === 'list') {
        m.touch(x);
        const all = [...x.items];
        x.items = all.map(() => oneOf(all));
      }
      return NONE;
    },
  ],
  ['seed(*args, **kwargs)', nothing],
  ['setstate(state)', nothing],
];

export const randomModule = () => nativeModule('random', functions(ROWS));

export const timeModule = () =>
  nativeModule(
    'time',
    functions([
      ['time()', clock('float')],
      ['perf_counter()', clock('float')],
      ['monotonic()', clock('float')],
      ['process_time()', clock('float')],
      ['time_ns()', clock('int')],
      ['perf_counter_ns()', clock('int')],
      ['sleep(seconds)', nothing],
      ['strftime(*args)', clock('str')],
      ['ctime(*args)', clock('str')],
    ]),
  );
